"""What speaks for a whole talk: arithmetic on vectors and words small enough to work out by hand, and its effect."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.search.backends import VECTOR
from app.search.candidates import Candidate, Found
from app.search.closeup import TEXTS, close_to
from app.search.documents import Document
from app.search.evidence import first_of, look_closer
from app.search.fusion import FEEDBACK_WEIGHT, PLUS
from app.search.lexical.words import WordsIndex
from app.search.ranking import LEAST_FOUND, LEAST_OF_BEST, Both, Side, least_related, rank
from app.search.shapes import Mode
from app.search.vector.exact import AskedBytes
from app.search.vector.protocol import VectorIndex, VectorsInMemory
from tests.search.conftest import Base
from tests.search.vectors import Kind

MODES: tuple[Mode, ...] = ("lexical", "hybrid")


def side(*found: tuple[int, int, float]) -> Side:
    """Of (passage, talk, score), best first."""
    return Side(Found.of(Candidate(*one) for one in found))


def unit(*numbers: float) -> list[float]:
    return [number / math.hypot(*numbers) for number in numbers]


def by_document(documents: NDArray[np.int64], values: NDArray[np.float64]) -> dict[int, float]:
    return dict(zip(documents.tolist(), values.tolist(), strict=True))


def as_vectors(rows: Sequence[Sequence[float]]) -> Vectors:
    return np.array(rows, dtype=np.float32)


# Talk 1: a title along x and a text along y. Talk 2: a title alone, between both. A lesson along z.
TALKS = np.array([1, 1, 2, NO_TALK], dtype=np.int64)
PASSAGES = np.array([10, 11, 12, 13], dtype=np.int64)
ROWS = as_vectors([[1, 0, 0], [0, 1, 0], unit(1, 1, 0), [0, 0, 1]])
X = np.array([1, 0, 0], dtype=np.float32)


@pytest.fixture
def index(kind: Kind) -> VectorIndex:
    return kind.build(TALKS, PASSAGES, ROWS)


def test_a_talk_is_as_near_as_its_best_passage_its_first_text_and_its_best_three(index: VectorIndex) -> None:
    close = close_to(index, np.array([-13, 1, 2, 7]), np.array([10, 12, 13]))
    near = by_document(close.documents, close.nearness(X))
    assert near[1] == pytest.approx(1 - TEXTS.first - TEXTS.best, abs=0.01)
    assert near[2] == pytest.approx(math.sqrt(0.5), abs=0.01)
    assert near[-13] == near[7] == 0.0
    assert close.nearness(np.zeros(5, dtype=np.float32)).tolist() == [0.0] * 4


def test_of_many_texts_the_best_three_count_together(kind: Kind) -> None:
    """A title, and five texts of which the second is the best; a talk of two texts has these."""
    cosines = [0.0, 0.1, 0.9, -0.5, 0.6, 0.3, 0.2, 0.4, 0.8]
    rows = as_vectors([[one, math.sqrt(1 - one * one), 0] for one in cosines])
    index = kind.build(np.array([1] * 6 + [2] * 3, dtype=np.int64), np.arange(1, 10), rows)
    close = close_to(index, np.array([1, 2]), np.arange(1, 10))
    wanted = [
        (1 - TEXTS.first - TEXTS.best) * best + TEXTS.first * first + TEXTS.best * sum(texts) / len(texts)
        for best, first, texts in ((0.9, 0.1, [0.9, 0.6, 0.3]), (0.8, 0.4, [0.4, 0.8]))
    ]
    assert close.nearness(X) == pytest.approx(wanted, abs=0.01)


def test_the_mean_of_the_first_weighs_them_by_score(index: VectorIndex) -> None:
    close = close_to(index, np.array([-13, 1]), np.array([10, 13]))
    mean = close.mean({1: 0.5, -13: 0.25, 99: 1.0})
    assert mean == pytest.approx([0.5 * math.sqrt(0.5), 0.5 * math.sqrt(0.5), 0.25], abs=0.01)


def test_the_first_are_talks_and_ties_go_by_id() -> None:
    documents = np.array([-7, 1, 3, 4, 5])
    assert first_of(documents, np.array([1.0, 0.9, 0.9, 0.9, 0.4]), 2) == {1: 0.9, 3: 0.9}
    assert first_of(documents[:1], np.array([1.0])) == {}


def test_what_is_like_the_first_comes_before_what_is_not() -> None:
    """Talks 3 and 4 are equally near to the query; 4 says what the first talk says."""
    kind = VECTOR[0]
    rows = as_vectors([unit(1, 0.2, 0), unit(1, 0.2, 0.05), unit(0.6, 0, -0.8), unit(0.6, 0.8, 0)])
    index = kind.build(np.arange(1, 5), np.arange(1, 5), rows)
    cosines = (rows @ X).tolist()
    semantic = side(*((number, number, cosines[number - 1]) for number in (1, 2, 3, 4)))
    both = Both.of(Side(), semantic)
    closer = look_closer(index, X, both, Side(), semantic, "hybrid")
    meaning, alike = by_document(both.documents, closer.meaning), by_document(both.documents, closer.alike)
    assert meaning[3] == pytest.approx(meaning[4], abs=0.01)
    assert alike[4] > alike[3] + 0.1
    entries = rank(closer.both, Side(), closer.semantic, "hybrid", closer.meaning, closer.alike, 0.0)
    assert [entry.document for entry in entries][2:] == [4, 3]
    assert all(entry.words + entry.meaning + entry.alike == pytest.approx(entry.score) for entry in entries)
    assert look_closer(index, X, both, Side(), semantic, "semantic").alike.tolist() == [0.0] * 4


@pytest.mark.parametrize("backend", VECTOR, ids=lambda backend: backend.name)
def test_rows_follow_changes_as_a_new_build_has_them(backend: type[VectorsInMemory]) -> None:
    index = backend.build(TALKS, PASSAGES, ROWS)
    changed = index.changed(np.array([11]), np.array([1, 3]), np.array([20, 21]), as_vectors([[0, 1, 0], [0, 0, 1]]))
    rows = changed.rows_of(np.array([1, 2, 3]), np.array([13]), 8)
    assert list(zip(rows.talks.tolist(), rows.passages.tolist(), strict=True)) == [
        (NO_TALK, 13), (1, 10), (1, 20), (2, 12), (3, 21)
    ]  # fmt: skip
    assert rows.cosines(AskedBytes.of(np.array([1, 0, 0], dtype=np.float32)), None) == pytest.approx(
        [0, 1, 0, math.sqrt(0.5), 0], abs=0.01
    )


def test_only_the_first_passages_of_a_talk_are_compared_and_those_found(kind: Kind) -> None:
    count = 30
    index = kind.build(np.ones(count, dtype=np.int64), np.arange(1, count + 1), as_vectors([[1, 0, 0]] * count))
    assert index.rows_of(np.array([1]), np.array([25, 99]), 3).passages.tolist() == [1, 2, 3, 25]
    assert len(index.rows_of(np.array([7]), np.array([99]), 3)) == 0


WORDS = (
    Document(1, 1, "queues", "", ""),
    Document(2, 1, "queues", "brokers fail", ""),
    Document(3, 1, "queues", "brokers recover quickly", ""),
    Document(4, 2, "queues", "", ""),
    Document(5, 2, "queues", "weather report today", ""),
    *(Document(number, number, "other", "", "") for number in range(6, 20)),
)


def test_a_whole_talk_scores_by_all_its_words() -> None:
    index = WordsIndex.build(WORDS)
    found = index.whole(["brokers"], np.array([1, 2]))
    # Talk 1 has 8 words, brokers twice. 26 words in 16 talks; of 19 passages 2 hold the word.
    weight = math.log((19 - 2 + 0.5) / (2 + 0.5))
    mean = (8 + 5 + 14) / 16
    assert found.scores == pytest.approx([weight * 2.2 * 2 / (2 + 1.2 * (0.25 + 0.75 * 8 / mean)), 0.0])
    assert found.held == pytest.approx([weight, 0.0])
    changed = WordsIndex.build(WORDS[:3]).changed(np.array([3]), WORDS[2:]).whole(["brokers"], np.array([1, 2]))
    assert [*changed.scores, *changed.held] == pytest.approx([*found.scores, *found.held])
    assert index.worth(["brokers", "nowhere"]) == pytest.approx(weight + math.log(19.5 / 0.5))


def test_beside_meaning_a_word_counts_for_being_there() -> None:
    """By BM25 talk 1 says one word often enough to come before talk 2, which holds both."""
    found = side((1, 1, 5.0), (2, 2, 4.0)).ordered(np.array([5.0, 4.0]), np.array([2.0, 4.0]))
    assert found.shares(0.0).tolist() == [1.0, 0.8]
    assert found.shares().tolist() == [(5 + PLUS * 2) / (4 + PLUS * 4), 1.0]
    assert found.taken(np.array([1])).shares().tolist() == [1.0]
    assert Side().shares().tolist() == []
    both, nothing = Both.of(found, Side()), np.zeros(2)
    first = {mode: rank(both, found, Side(), mode, nothing, nothing, 1.0).listed()[0].document for mode in MODES}
    assert first == {"lexical": 1, "hybrid": 2}


def test_lessons_hold_words_too() -> None:
    lesson = Document(30, NO_TALK, "", "brokers fail", "")
    index = WordsIndex.build([*WORDS, lesson])
    weights = {term: index.worth([term]) for term in ("brokers", "fail", "queues")}
    found = index.whole(["brokers", "fail", "queues"], np.array([-30, 1, 2]))
    assert found.held == pytest.approx([weights["brokers"] + weights["fail"], sum(weights.values()), weights["queues"]])
    assert found.scores[0] == 0.0
    changed = WordsIndex.build(WORDS).changed(np.zeros(0, dtype=np.int64), [lesson])
    assert changed.whole(["brokers", "fail", "queues"], np.array([-30, 1, 2])).held.tolist() == found.held.tolist()


def test_scores_end_at_one_so_that_named_talks_stay_first(base: Base) -> None:
    for query in ("kafka", "kafka on kubernetes", "streams", "brokers are a risk"):
        assert all(0 <= hit.score <= 1 for hit in base.ask(query).hits)


def test_hybrid_adds_likeness_to_the_first_found(base: Base) -> None:
    hits = base.ask("kafka brokers upgrade").hits
    assert len(hits) > 1
    for hit in hits:
        assert hit.why.parts is not None
        assert 0 < hit.why.parts.other <= FEEDBACK_WEIGHT


def test_what_is_found_by_meaning_alone_must_be_near_enough_and_half_as_near_as_the_best() -> None:
    assert least_related(0.4) == LEAST_FOUND == 0.25
    assert least_related(0.9) == LEAST_OF_BEST * 0.9
    assert least_related(0.0) == LEAST_FOUND
