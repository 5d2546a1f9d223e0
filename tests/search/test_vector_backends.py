"""The contract of vector backends; every one of them must pass it."""

from __future__ import annotations

import numpy as np
import pytest
from sqlmodel import col

from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.models import Passage
from app.search.candidates import Scope
from tests.search.vectors import Kind

ROWS, DIMENSIONS = 500, 64


def vectors(seed: int = 1) -> Vectors:
    drawn = np.random.default_rng(seed).standard_normal((ROWS, DIMENSIONS)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


PASSAGES = np.arange(1, ROWS + 1, dtype=np.int64)
TALKS = np.where(PASSAGES % 50 == 0, NO_TALK, (PASSAGES + 2) // 3)
EVERYTHING = TALKS[TALKS > 0], PASSAGES[TALKS == NO_TALK]


def scope(talks: np.ndarray, lessons: np.ndarray) -> Scope:
    return Scope(col(Passage.talk_id).is_not(None), np.unique(talks), np.unique(lessons))


def test_the_nearest_come_first_with_their_cosine(kind: Kind) -> None:
    rows = vectors()
    index = kind.build(TALKS, PASSAGES, rows)
    assert len(index) == ROWS
    found = index.search(rows[7], scope(*EVERYTHING), 20)
    assert found[0].passage_id == 8
    assert found[0].talk_id == TALKS[7]
    cosines = rows @ rows[7]
    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert scores == pytest.approx([cosines[candidate.passage_id - 1] for candidate in found], abs=0.02)
    exact = set((np.argsort(-cosines)[:20] + 1).tolist())
    assert len(exact & {candidate.passage_id for candidate in found}) >= 18


def test_filters_hold_and_lose_nothing(kind: Kind) -> None:
    rows = vectors()
    index = kind.build(TALKS, PASSAGES, rows)
    talks, lessons = np.array([3, 4, 150]), np.array([50])
    found = index.search(rows[7], scope(talks, lessons), ROWS)
    wanted = PASSAGES[np.isin(TALKS, talks) | np.isin(PASSAGES, lessons)]
    assert sorted(candidate.passage_id for candidate in found) == wanted.tolist()
    unfiltered = {
        candidate.passage_id: candidate.score for candidate in index.search(rows[7], scope(*EVERYTHING), ROWS)
    }
    assert all(unfiltered[candidate.passage_id] == candidate.score for candidate in found)


def test_an_empty_scope_or_index_finds_nothing(kind: Kind) -> None:
    nothing = np.array([], dtype=np.int64)
    index = kind.build(TALKS, PASSAGES, vectors())
    assert index.search(vectors()[0], scope(nothing, nothing), 10) == []
    empty = kind.build(nothing, nothing, np.zeros((0, 0), dtype=np.float32))
    assert empty.search(vectors()[0], scope(*EVERYTHING), 10) == []
    assert len(empty) == 0


def test_a_query_of_another_length_finds_nothing(kind: Kind) -> None:
    index = kind.build(TALKS, PASSAGES, vectors())
    assert index.search(np.ones(3, dtype=np.float32), scope(*EVERYTHING), 10) == []


def test_ties_go_by_passage_and_a_shorter_list_is_the_beginning_of_a_longer(kind: Kind) -> None:
    same = np.tile(vectors()[0], (ROWS, 1))
    index = kind.build(TALKS, PASSAGES, same)
    found = [candidate.passage_id for candidate in index.search(same[0], scope(*EVERYTHING), 30)]
    assert found == list(range(1, 31))
    mixed = kind.build(TALKS, PASSAGES, vectors())
    assert mixed.search(same[0], scope(*EVERYTHING), 5) == mixed.search(same[0], scope(*EVERYTHING), 50)[:5]


def test_a_second_build_is_equal(kind: Kind) -> None:
    one, other = (kind.build(TALKS, PASSAGES, vectors()) for _ in range(2))
    query = vectors(2)[0]
    assert one.search(query, scope(*EVERYTHING), 40) == other.search(query, scope(*EVERYTHING), 40)
