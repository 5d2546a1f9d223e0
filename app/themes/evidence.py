"""What speaks for each theme in each talk: matched cues, what was learned from examples, and what is nearest.

Every value depends on the talk, the vocabulary, its examples and what people decided, never on which other talks are
in the base: a number does not move because a conference was added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.models import Theme
from app.themes.learning import VECTOR_C
from app.themes.linear import Known, Linear, Scores, fit_linear
from app.themes.wording import Phrases, words_of

Matrix = NDArray[np.float32]

FEATURES = ("cues in title", "cues in text", "learned")
FOLDS = 5
"""In so many parts talks that teach are told by what the other parts taught: no talk is its own evidence."""
MOST_CUES = 2
NOT_NEAR = -1.0


@dataclass(frozen=True)
class TalkText:
    """What of a talk is read: its title, its abstract or summary, and the vector (d,) of title and opening.

    None where it is not embedded yet. `stamp` changes with any of these.
    """

    id: int
    title: str
    text: str
    vector: Matrix | None
    stamp: str = ""


@dataclass(frozen=True)
class ThemeText:
    """A theme ready to compare. `examples` and `counter_examples` are talk ids."""

    id: int
    phrases: tuple[str, ...]
    definition: Matrix
    """(d,)"""
    above: frozenset[int] = frozenset()
    """Themes it is a part of."""
    examples: tuple[int, ...] = ()
    counter_examples: tuple[int, ...] = ()


def phrases_of(theme: Theme) -> tuple[str, ...]:
    """Name, synonyms and cues: what points to a theme when it stands in a talk, in any case."""
    return tuple(dict.fromkeys((theme.name, *theme.synonyms, *theme.cues)))


@dataclass(frozen=True)
class Evidence:
    """Of some talks for all themes: `values` (n, k, 3) in the order of FEATURES, and what a reader is shown."""

    values: Scores
    cues: list[dict[int, list[str]]]
    """For each talk, by place of the theme."""
    near: Scores
    """(n, k): cosine to the definition."""
    nearest: NDArray[np.int64]
    """(n, k): id of the nearest example, 0 without any,"""
    nearness: Scores
    """(n, k): and its cosine."""

    def shown(self, row: int, theme: int) -> dict[str, object]:
        """What of it a reader is shown."""
        found: dict[str, object] = {"cues": self.cues[row].get(theme, [])}
        if self.near[row, theme] > NOT_NEAR:
            example = int(self.nearest[row, theme])
            found["near_definition"] = round(float(self.near[row, theme]), 3)
            found["nearest_example"] = (
                {"talk_id": example, "cosine": round(float(self.nearness[row, theme]), 3)} if example else None
            )
        return found


@dataclass
class Witness:
    """Themes with all that was learned of them; asked about talks, says what speaks for each theme."""

    themes: Sequence[ThemeText]
    taught: Mapping[int, TalkText]
    """Talks that are examples, counter-examples or decided by people, by id."""
    decided: Mapping[int, Mapping[int, bool]]
    """By talk, then by theme."""
    _phrases: Phrases = field(init=False)
    _models: list[Linear] = field(init=False)
    _fold: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Learn from what is there. The same in gives the same out."""
        self._phrases = Phrases([theme.phrases for theme in self.themes])
        told = [talk for _, talk in sorted(self.taught.items()) if talk.vector is not None]
        self._fold = {talk.id: place % FOLDS for place, talk in enumerate(told)}
        definitions = np.stack([theme.definition for theme in self.themes])
        known = np.vstack([self._of_definitions(), self._of_talks(told)])
        rows = np.vstack([definitions, *(talk.vector[np.newaxis] for talk in told if talk.vector is not None)])
        fold = np.array([-1] * len(self.themes) + [self._fold[talk.id] for talk in told])
        # The last has learned from all, for talks that taught nothing.
        self._models = [fit_linear(rows[fold != out], known[fold != out], VECTOR_C) for out in range(FOLDS)]
        self._models.append(fit_linear(rows, known, VECTOR_C))

    def hear(self, talks: Sequence[TalkText]) -> Evidence:
        """What speaks for each theme in each of `talks`. Without a vector, what a talk says nothing of is learned."""
        shape = len(talks), len(self.themes)
        values = np.zeros((*shape, len(FEATURES)))
        cues: list[dict[int, list[str]]] = []
        for row, talk in enumerate(talks):
            own: dict[int, list[str]] = {}
            for column, text in enumerate((talk.title, talk.text)):
                for theme, found in self._phrases.found(words_of(text)).items():
                    values[row, theme, column] = min(len(found), MOST_CUES)
                    own.setdefault(theme, []).extend(" ".join(phrase) for phrase in found)
            cues.append({theme: list(dict.fromkeys(found)) for theme, found in own.items()})
        near, nearness = np.full(shape, NOT_NEAR), np.full(shape, NOT_NEAR)
        nearest = np.zeros(shape, dtype=np.int64)
        there = [row for row, talk in enumerate(talks) if talk.vector is not None]
        if there:
            vectors = np.stack([talk.vector for row in there if (talk := talks[row]).vector is not None])
            values[there, :, 2] = self._learned([talks[row].id for row in there], vectors)
            near[there] = vectors @ np.stack([theme.definition for theme in self.themes]).T
            nearest[there], nearness[there] = self._nearest([talks[row].id for row in there], vectors)
        return Evidence(values, cues, near, nearest, nearness)

    def _learned(self, ids: Sequence[int], vectors: Matrix) -> Scores:
        found = self._models[FOLDS].scores(vectors)
        for row, talk in enumerate(ids):
            if talk in self._fold:
                found[row] = self._models[self._fold[talk]].scores(vectors[row : row + 1])[0]
        return found

    def _nearest(self, ids: Sequence[int], vectors: Matrix) -> tuple[NDArray[np.int64], Scores]:
        """For each talk and theme the nearest example but the talk itself, and its cosine."""
        nearest = np.zeros((len(ids), len(self.themes)), dtype=np.int64)
        cosines = np.full(nearest.shape, NOT_NEAR)
        for place, theme in enumerate(self.themes):
            examples = [self.taught[one] for one in theme.examples if one in self.taught]
            examples = [one for one in examples if one.vector is not None]
            if not examples:
                continue
            own = np.array([one.id for one in examples])
            found = vectors @ np.stack([one.vector for one in examples if one.vector is not None]).T
            found[np.array(ids)[:, np.newaxis] == own] = NOT_NEAR
            best = found.argmax(axis=1)
            cosines[:, place] = found[np.arange(len(ids)), best]
            nearest[:, place] = np.where(cosines[:, place] > NOT_NEAR, own[best], 0)
        return nearest, cosines

    def _of_definitions(self) -> Known:
        """A definition is an example of its theme; of a theme above or below it says nothing."""
        return np.array(
            [
                [1 if one is other else -1 if _related(one, other) else 0 for other in self.themes]
                for one in self.themes
            ],
            dtype=np.int8,
        ).reshape(len(self.themes), len(self.themes))

    def _of_talks(self, told: Sequence[TalkText]) -> Known:
        """What is known of the talks that teach: decisions first, then examples and counter-examples.

        An example of one theme speaks against any other that it has no cue of.
        """
        known = np.full((len(told), len(self.themes)), -1, dtype=np.int8)
        for row, talk in enumerate(told):
            has_cue = self._phrases.found(words_of(f"{talk.title}\n{talk.text}"))
            shows = [theme for theme in self.themes if talk.id in theme.examples]
            for place, theme in enumerate(self.themes):
                if theme in shows or any(theme.id in shown.above for shown in shows):
                    known[row, place] = 1
                elif talk.id in theme.counter_examples:
                    known[row, place] = 0
                elif shows and place not in has_cue:
                    known[row, place] = -1 if any(_related(theme, shown) for shown in shows) else 0
                said = self.decided.get(talk.id, {}).get(theme.id)
                if said is not None:
                    known[row, place] = int(said)
        return known


def _related(one: ThemeText, other: ThemeText) -> bool:
    return one.id in other.above or other.id in one.above
