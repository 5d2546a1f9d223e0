"""Entries of a ranking in columns."""

from __future__ import annotations

import numpy as np

from app.search.entries import NO_PASSAGE, NO_RANK, Entries, Ranked

DOCUMENTS = np.array([5, -7, 2], dtype=np.int64)


def three() -> Entries:
    """Talk 5 by words, lesson 7 by both, talk 2 by meaning."""
    return Entries(
        documents=DOCUMENTS,
        scores=np.array([0.5, 0.5, 0.25]),
        passages=np.array([50, 7, 20]),
        word_ranks=np.array([1, 1, NO_RANK]),
        meaning_ranks=np.array([NO_RANK, 1, 1]),
        parts=np.array([[0.5, 0.25, 0.0], [0.0, 0.125, 0.125], [0.0, 0.125, 0.125], [0.0, 0.0, 0.0]]),
    )


def test_entries_are_read_one_by_one() -> None:
    assert list(three()) == [
        Ranked(5, 0.5, 50, 1, None, words=0.5),
        Ranked(-7, 0.5, 7, 1, 1, words=0.25, meaning=0.125, alike=0.125),
        Ranked(2, 0.25, 20, None, 1, meaning=0.125, alike=0.125),
    ]
    talks = three().at(three().documents > 0)
    assert [entry.document for entry in talks] == [5, 2]
    assert len(talks.at(np.array([], dtype=np.int64))) == 0


def test_what_is_named_rises_and_equals_stay_in_order() -> None:
    given_ones = three()
    raised = given_ones.raised({2: 1.0, 9: 3.0, 4: 1.25})
    assert [(entry.document, entry.score, entry.named) for entry in raised] == [
        (9, 3.0, 3.0), (2, 1.25, 1.0), (4, 1.25, 1.25), (5, 0.5, 0.0), (-7, 0.5, 0.0)
    ]  # fmt: skip
    absent = next(iter(raised))
    assert absent == Ranked(9, 3.0, NO_PASSAGE, None, None, named=3.0)
    assert list(given_ones) == list(three())
