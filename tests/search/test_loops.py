"""What is ranked, in which order, by which passage: the loops against their definitions, plain and as machine code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.search.kernels import kernels, prepare, small_loops
from app.search.loops import PLAIN, Loops
from scripts.bench_fusion import scaled

ABSENT = 1 << 40
DOCUMENTS = st.lists(st.integers(-9, 30).filter(bool), unique=True, max_size=25)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@pytest.fixture(scope="module", params=["plain", "machine code"])
def loops(request: pytest.FixtureRequest) -> Loops:
    if request.param == "plain":
        return PLAIN
    prepare(None, wait=True)
    made = kernels()
    assert made is not None
    assert small_loops() is made.loops
    return made.loops


def ints(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def floats(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS, st.integers(0, 9))
def test_the_first_of_words_are_ranked_and_what_is_near_or_named(
    loops: Loops, words: list[int], meaning: list[int], named: list[int], depth: int
) -> None:
    documents, by_words, by_meaning = (
        found.tolist() for found in loops.unite(ints(words), ints(meaning), ints(named), depth)
    )
    kept = [one for place, one in enumerate(words) if place < depth or one in meaning or one in named]
    assert documents == sorted({*kept, *meaning})
    assert by_words == [words.index(one) if one in kept else -1 for one in documents]
    assert by_meaning == [meaning.index(one) if one in meaning else -1 for one in documents]


@given(st.lists(st.integers(-1, 12), max_size=40), st.integers(0, 50))
def test_each_talk_counts_where_it_stands_first(loops: Loops, talks: list[int], depth: int) -> None:
    found = loops.first_of_each(ints(talks), depth).tolist()
    firsts = [place for place, talk in enumerate(talks) if talk < 0 or talk not in talks[:place]]
    assert found == firsts[:depth]


@given(st.data(), DOCUMENTS)
def test_what_is_nearer_comes_first_and_equals_stay(loops: Loops, data: st.DataObject, meaning: list[int]) -> None:
    documents, _, by_meaning = loops.unite(ints([4, 99]), ints(meaning), ints([]), 5)
    near = data.draw(st.lists(SHARES, min_size=len(documents), max_size=len(documents)))
    order, moved = loops.nearer_first(by_meaning, floats(near), len(meaning))
    known = dict(zip(documents.tolist(), near, strict=True))
    wanted = sorted(meaning, key=lambda one: -known[one])
    assert [meaning[place] for place in order] == wanted
    assert moved.tolist() == [wanted.index(one) if one in meaning else -1 for one in documents.tolist()]


def test_rows_of_talks_and_lessons(loops: Loops) -> None:
    """Lessons are passages 3 and 8; talk 1 has two rows, talk 2 none, talk 3 one."""
    talks, passages = ints([1, -1, 3, 1, -1]), ints([1, 3, 4, 6, 8])
    order = np.argsort(talks, kind="stable")
    starts = np.searchsorted(talks[order], np.arange(5))
    firsts, ends = loops.rows_of(ints([-9, -8, -5, -3, 1, 2, 3, 4, 77]), order, starts, passages)
    found = [passages[order[first:end]].tolist() for first, end in zip(firsts, ends, strict=True)]
    assert found == [[], [8], [], [3], [1, 6], [], [4], [], []]


def test_directions_are_added_by_weight(loops: Loops) -> None:
    numbers = np.array([[3, 4], [0, 5], [7, 7]], dtype=np.int8)
    lengths = np.array([5, 5, 9], dtype=np.float32)
    total = np.array([1, 0], dtype=np.float32)
    loops.add_direction(np.float32(0.5), numbers, lengths, ints([0, 1]), total)
    mean = np.array([0.6, 1.8])
    assert total == pytest.approx(np.array([1, 0]) + 0.5 * mean / np.hypot(*mean))
    loops.add_direction(np.float32(0.5), numbers, lengths, ints([]), total)
    assert total == pytest.approx(np.array([1, 0]) + 0.5 * mean / np.hypot(*mean))


Sides = tuple[list[int], list[float], list[int], list[float]]


@st.composite
def sides(draw: st.DrawFn) -> Sides:
    """Documents by words with falling scores, and by meaning with their cosines."""
    words, meaning = draw(DOCUMENTS), draw(DOCUMENTS)
    worth = sorted(draw(st.lists(SHARES, min_size=len(words), max_size=len(words))), reverse=True)
    return words, worth, meaning, draw(st.lists(SHARES, min_size=len(meaning), max_size=len(meaning)))


@given(sides(), st.integers(1, 9))
def test_the_passage_of_the_higher_side_is_shown(loops: Loops, given_: Sides, depth: int) -> None:
    words, worth, meaning, cosines = given_
    documents, by_words, by_meaning = loops.unite(ints(words), ints(meaning), ints([]), depth)
    higher = dict(zip(words, scaled(floats(worth), depth, absent=0.0).tolist(), strict=True))
    nearer = dict(zip(meaning, scaled(floats(cosines), len(cosines)).tolist(), strict=True))
    found = loops.better_passages(
        by_words, by_meaning, floats(worth), floats(cosines), 100 + ints(words), 200 + ints(meaning), 0.7, depth
    )
    assert found.tolist() == [
        one + (100 if (1 - 0.7) * higher.get(one, -1.0) > 0.7 * nearer.get(one, -1.0) else 200)
        for one in documents.tolist()
    ]


@given(st.data(), sides(), SHARES)
def test_documents_are_ordered_by_score_then_ranks_then_number(
    loops: Loops, data: st.DataObject, given_: Sides, least: float
) -> None:
    words, shares, meaning, cosines = given_
    documents, by_words, by_meaning = loops.unite(ints(words), ints(meaning), ints([]), 5)
    near, alike = (floats(data.draw(st.lists(SHARES, min_size=len(documents), max_size=len(documents)))) for _ in "ab")
    ranks = [ints(data.draw(st.lists(st.integers(1, 3), min_size=len(one), max_size=len(one)))) for one in given_[::2]]
    weights = (0.25, 0.5, 0.125)
    places, scores, parts, first, second = loops.ordered(
        documents, by_words, by_meaning, floats(shares), floats(cosines), *ranks, near, alike, floats(weights), least,
        ABSENT,
    )  # fmt: skip
    wanted: list[tuple[Any, ...]] = []
    for at, (one, word, meant) in enumerate(zip(documents.tolist(), by_words, by_meaning, strict=True)):
        if word >= 0 or cosines[meant] >= least:
            share = shares[word] if word >= 0 else 0.0
            told = [weight * part for weight, part in zip(weights, (share, near[at], alike[at]), strict=True)]
            ranked = (ranks[0][word] if word >= 0 else ABSENT, ranks[1][meant] if meant >= 0 else ABSENT)
            wanted.append((-sum(told), *ranked, abs(one), one, told))
    wanted.sort(key=lambda row: row[:4])
    assert documents[places].tolist() == [row[4] for row in wanted]
    assert scores.tolist() == [-row[0] for row in wanted]
    assert parts.T.tolist() == [[*row[5], 0.0] for row in wanted]
    assert [first.tolist(), second.tolist()] == [[row[place] for row in wanted] for place in (1, 2)]
