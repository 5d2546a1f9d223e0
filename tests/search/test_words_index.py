"""The words in memory find and score as the database's own index does, and follow changes as if built anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalog.filters import TalkFilter
from app.db.engine import reading
from app.embeddings.store import NO_TALK
from app.search.documents import Document, documents
from app.search.index_files import read_index, write_index
from app.search.lexical.fts5 import Fts5Index
from app.search.lexical.words import WordsIndex
from app.search.scopes import scope_of
from tests.conftest import on_sqlite
from tests.search.conftest import Base

WORDS = ["kafka", "upgrades", "streaming", "müller", "sql", "be", "database", "walrus", "why", "brokers", "etsy"]
FILTERS = (TalkFilter(), TalkFilter(editions=("sf-2019",)), TalkFilter(theme="ops"), TalkFilter(speaker="nobody"))
LETTERS = st.text(alphabet="abcé", min_size=1, max_size=3)
TEXTS = st.lists(st.tuples(st.booleans(), st.lists(LETTERS, max_size=6)), min_size=1, max_size=12)


@on_sqlite
@pytest.mark.parametrize("filter", FILTERS, ids=str)
@pytest.mark.parametrize("terms", [[word] for word in WORDS] + [WORDS, ["kafka", "kafka"], []], ids=" ".join)
def test_it_finds_and_scores_as_fts5(base: Base, terms: list[str], filter: TalkFilter) -> None:
    with reading(base.engine) as session:
        scope = scope_of(session, filter)
        ours = WordsIndex.build(documents(session)).search(terms, scope, 100)
        theirs = Fts5Index().search(session, terms, scope, 100)
    assert sorted((one.passage_id, one.talk_id) for one in ours) == sorted((o.passage_id, o.talk_id) for o in theirs)
    assert [one.score for one in ours] == pytest.approx([one.score for one in theirs], rel=1e-6)


def made(texts: list[tuple[bool, list[str]]], first: int) -> list[Document]:
    return [
        Document(first + place, NO_TALK if is_lesson else 1 + place // 2, " ".join(words[:1]), " ".join(words[1:]), "")
        for place, (is_lesson, words) in enumerate(texts)
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=TEXTS, later=TEXTS, gone=st.sets(st.integers(1, 12)), term=LETTERS)
def test_what_changed_equals_a_build_of_it_all(
    base: Base, before: list[tuple[bool, list[str]]], later: list[tuple[bool, list[str]]], gone: set[int], term: str
) -> None:
    with reading(base.engine) as session:
        scope = scope_of(session, TalkFilter())
    old, new = made(before, 1), made(later, 100)
    removed = np.array(sorted(gone), dtype=np.int64)
    changed = WordsIndex.build(old).changed(removed, new[:2]).changed(np.array([100]), new[2:])
    left = [one for one in (*old, *new) if one.passage_id not in gone | {100}]
    anew = WordsIndex.build(left)
    again = WordsIndex.from_arrays(changed.arrays())
    assert len(changed) == len(anew) == len(again) == len(left)
    assert again.changes == 0
    for index in (changed, again):
        found, wanted = index.search([term], scope, 50), anew.search([term], scope, 50)
        assert [one.passage_id for one in found] == [one.passage_id for one in wanted]
        assert [one.score for one in found] == pytest.approx([one.score for one in wanted])


def test_a_file_gives_it_back(base: Base, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("index") / "words.index"
    with reading(base.engine) as session:
        index = WordsIndex.build(documents(session))
        scope = scope_of(session, TalkFilter())
    assert write_index(file, {"of": "words"}, index.arrays())
    read = read_index(file)
    assert read is not None
    assert WordsIndex.from_arrays(read[1]).search(WORDS, scope, 100) == index.search(WORDS, scope, 100)
