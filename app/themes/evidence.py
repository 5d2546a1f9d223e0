"""What speaks for each theme in each talk: matched cues, and nearness to the definition and to example talks.

Every value depends on the talk, the vocabulary and its example talks only, never on which other talks are loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.models import Theme

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class TalkText:
    """What of a talk is read: its title, its abstract or summary, and the vectors (n, d) of its passages."""

    id: int
    title: str
    text: str
    vectors: Matrix


@dataclass(frozen=True)
class ThemeText:
    """A theme ready to compare: pattern of its cues, vector (d,) of its definition, vectors (m, d) of its examples."""

    id: int
    cues: re.Pattern[str] | None
    definition: Matrix
    examples: Mapping[int, Matrix]
    """By talk id, so that a talk is never its own evidence."""


FEATURES = ("cues in title", "cues in text", "near definition", "nearest example")


def cue_pattern(theme: Theme) -> re.Pattern[str] | None:
    """One pattern for the name, synonyms and cues, on word boundaries, ignoring case; None without any."""
    phrases = {phrase.casefold().strip() for phrase in (theme.name, *theme.synonyms, *theme.cues)} - {""}
    if not phrases:
        return None
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    body = "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+") for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)", re.IGNORECASE)


def matched_cues(pattern: re.Pattern[str] | None, text: str) -> list[str]:
    """Distinct phrases of `text` that match, in order of appearance, lower case."""
    if pattern is None:
        return []
    return list(dict.fromkeys(match[0].casefold() for match in pattern.finditer(text)))


def features(talk: TalkText, themes: Sequence[ThemeText]) -> tuple[NDArray[np.float64], list[dict[str, object]]]:
    """(themes, 4) values in the order of FEATURES, and for each theme what a reader is shown of them.

    Cue counts saturate at 2. Nearness is the talk's best cosine, less its mean over all themes, so that a talk near to
    everything is near to nothing in particular. A talk without vectors has nearness 0.
    """
    values = np.zeros((len(themes), len(FEATURES)))
    shown: list[dict[str, object]] = []
    for row, theme in enumerate(themes):
        in_title, in_text = matched_cues(theme.cues, talk.title), matched_cues(theme.cues, talk.text)
        values[row, 0], values[row, 1] = min(len(in_title), 2), min(len(in_text), 2)
        shown.append({"cues": list(dict.fromkeys(in_title + in_text))})
        if len(talk.vectors):
            values[row, 2] = float(np.max(talk.vectors @ theme.definition))
            values[row, 3], nearest = _nearest(talk, theme)
            shown[-1] |= {"near_definition": round(values[row, 2], 3), "nearest_example": nearest}
    if len(talk.vectors):
        values[:, 2] -= values[:, 2].mean()
        values[:, 3] -= values[:, 3].mean()
    return values, shown


def _nearest(talk: TalkText, theme: ThemeText) -> tuple[float, dict[str, object] | None]:
    best, which = 0.0, None
    for talk_id, vectors in theme.examples.items():
        if talk_id != talk.id and len(vectors):
            cosine = float(np.max(talk.vectors @ vectors.T))
            if cosine > best:
                best, which = cosine, talk_id
    return best, {"talk_id": which, "cosine": round(best, 3)} if which is not None else None
