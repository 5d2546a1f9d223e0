"""The first passage of each document, and where documents are, against the plainest way to say the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.embeddings.store import NO_TALK
from app.search.candidates import Candidate
from app.search.ranking import best_of_each

TALKS = st.lists(st.sampled_from([NO_TALK, 1, 2, 3, 900]), max_size=30)


def found(talks: list[int]) -> list[Candidate]:
    """Passages of these talks, best first."""
    return [Candidate(passage, talk, 1.0 - passage / 100) for passage, talk in enumerate(talks, start=1)]


@given(TALKS, st.none() | st.integers(1, 4))
def test_the_best_passage_of_each_is_the_first(talks: list[int], depth: int | None) -> None:
    first: dict[int, Candidate] = {}
    for one in found(talks):
        first.setdefault(one.document, one)
    side = best_of_each(found(talks), depth)
    assert list(side.best.items()) == list(first.items())[:depth]


@given(TALKS, st.lists(st.sampled_from([1, 2, 3, 900, 5, -1, -2]), unique=True))
def test_documents_are_where_they_are(talks: list[int], documents: list[int]) -> None:
    side = best_of_each(found(talks))
    order = side.documents.tolist()
    wanted = [order.index(one) if one in order else -1 for one in documents]
    assert side.places(np.array(documents, dtype=np.int64)).tolist() == wanted
    assert side.best_of(documents) == {one: side.best[one] for one in documents if one in side.best}


@given(TALKS)
def test_talks_and_lessons_are_numbered_apart(talks: list[int]) -> None:
    side = best_of_each(found(talks))
    for is_talk in (True, False):
        of_kind = [rank for one, rank in zip(side.documents, side.ranks, strict=True) if (one > 0) == is_talk]
        assert of_kind == list(range(1, len(of_kind) + 1))
