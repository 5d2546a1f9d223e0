"""Entries of a ranking as columns: a search ranks hundreds of documents and shows twenty of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

NO_PASSAGE = 0
"""In place of the passage of a talk that no passage was found of: its title is shown then."""
NO_RANK = 1 << 40
"""In place of the rank of a document that a side has nothing of: after every other."""


@dataclass(slots=True)
class Ranked:
    """A talk (or lesson) in the ranking: its score, the passage that is its best evidence, and its ranks, from 1."""

    document: int
    score: float
    passage_id: int
    lexical_rank: int | None
    semantic_rank: int | None
    words: float = 0.0
    """What of the score comes from words,"""
    meaning: float = 0.0
    """from meaning,"""
    alike: float = 0.0
    """from likeness to the first ones,"""
    named: float = 0.0
    """and from being named outright."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Documents in order, each column (n,) as `Ranked` has it; NO_RANK is in place of None."""

    documents: NDArray[np.int64]
    scores: NDArray[np.float64]
    passages: NDArray[np.int64]
    word_ranks: NDArray[np.int64]
    meaning_ranks: NDArray[np.int64]
    parts: NDArray[np.float64]
    """What of the scores comes from words, meaning, likeness and names (4, n)."""

    @classmethod
    def unranked(cls, documents: NDArray[np.int64]) -> Self:
        """Of documents that neither side has found."""
        nothing = np.zeros(len(documents), dtype=np.int64)
        no_rank = nothing + NO_RANK
        return cls(
            documents, np.zeros(len(documents)), nothing + NO_PASSAGE, no_rank, no_rank, np.zeros((4, len(nothing)))
        )

    def __len__(self) -> int:
        """How many there are."""
        return len(self.documents)

    def __iter__(self) -> Iterator[Ranked]:
        """One by one."""
        return iter(self.listed())

    def at(self, places: NDArray[Any]) -> Self:
        """Those at these places, or where this is true."""
        return replace(
            self,
            documents=self.documents[places], scores=self.scores[places], passages=self.passages[places],
            word_ranks=self.word_ranks[places], meaning_ranks=self.meaning_ranks[places], parts=self.parts[:, places],
        )  # fmt: skip

    def listed(self) -> list[Ranked]:
        """As a list."""
        columns = (self.documents, self.scores, self.passages, self.word_ranks, self.meaning_ranks, *self.parts)
        return [
            Ranked(
                document, score, passage, None if word == NO_RANK else word, None if near == NO_RANK else near, *parts
            )
            for document, score, passage, word, near, *parts in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]

    def raised(self, by: Mapping[int, float]) -> Self:
        """With scores raised, those that are not there yet behind the others at first; the order among equals stays."""
        missing = sorted(by.keys() - set(self.documents.tolist()))
        absent = self.unranked(np.array(missing, dtype=np.int64))
        whole = self.followed_by(absent) if missing else self
        named = np.array([by.get(document, 0.0) for document in whole.documents.tolist()])
        parts = whole.parts.copy()
        parts[3] = named
        raised = replace(whole, scores=whole.scores + named, parts=parts)
        return raised.at(np.argsort(-raised.scores, kind="stable"))

    def followed_by(self, other: Self) -> Self:
        """These and then the others."""
        return replace(
            self,
            documents=np.concatenate([self.documents, other.documents]),
            scores=np.concatenate([self.scores, other.scores]),
            passages=np.concatenate([self.passages, other.passages]),
            word_ranks=np.concatenate([self.word_ranks, other.word_ranks]),
            meaning_ranks=np.concatenate([self.meaning_ranks, other.meaning_ranks]),
            parts=np.concatenate([self.parts, other.parts], axis=1),
        )
