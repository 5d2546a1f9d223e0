"""How much a sentence or bullet of an article looks like a takeaway, and of which kind. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.takeaways.drafting.cues import KINDS, first_cue, stance_of
from app.takeaways.drafting.noise import is_biography, is_noise, is_slot
from app.takeaways.drafting.sentences import count_words

LEAST_SCORE = 0.5
"""A sentence below this is no draft. Bullets are, down to `LEAST_OF_ITEM`: their writer picked them."""
LEAST_OF_ITEM = 0.3
_OBSERVED = re.compile(
    r"\b(?:takeaways?|interesting|notic(?:ed|eable)|trends?|observ\w+|striking|surpris\w+|stood out|impress\w+"
    r"|hot topic"
    r"|talks? (?:were|was) (?:about|dedicated)|mentioned|% of (?:the|all) |auffällig|tendances?|tendencias?)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\b\d[\d.,]*\+?\s?(?:%|percent|Prozent|times|x\b|k\b|million|billion|trillion|talks|bugs|users|clusters|nodes"
    r"|[\w-]*\s?developers"
    r"|contributors|organi[sz]ations|companies|messages)",
    re.IGNORECASE,
)
_OF_STANCE = {"warns": "lesson", "recommends": "lesson", "reports-failure": "outcome"}
"""The kind of a sentence that shows only a stance."""
_SHORT = 5
_HARDLY = 3


class Weight(NamedTuple):
    """Kind, stance, score 0..1 and the cues these come from."""

    kind: str
    stance: str
    score: float
    why: list[str]


def weigh(text: str, *, is_item: bool, reported: bool, quoted: bool, names: int) -> Weight:
    """Judge a sentence, or a whole bullet, of an article.

    `reported` tells that the words around it say who said it, `quoted` that it stands in quotation marks, `names` how
    many technologies it names.
    """
    found = first_cue(KINDS, text)
    stance = stance_of(text)
    score, why = (0.6, ["a bullet"]) if is_item else (0.3, [])
    signs = (
        (found is not None, 0.25, found.name if found else ""),
        (found is None and stance != "neutral", 0.2, f"its stance: {stance}"),
        (reported, 0.15, "it reports a speaker"),
        (quoted, 0.2, "in quotation marks"),
        (names > 0, 0.1, "it names a technology"),
        (bool(_OBSERVED.search(text)), 0.2, "it tells an observation"),
        (bool(_FIGURE.search(text)), 0.2, "it states a figure"),
    )
    for holds, worth, name in signs:
        if holds:
            score += worth
            why.append(name)
    score -= _against(text, is_item)
    kind = found.value if found else _OF_STANCE.get(stance, "claim")
    if kind == "limitation" and stance == "neutral":
        stance = "warns"
    return Weight(kind, stance, round(min(max(score, 0.0), 1.0), 2), why)


def _against(text: str, is_item: bool) -> float:
    words = count_words(text)
    against = 0.0
    if is_noise(text):
        against += 0.5
    if is_biography(text):
        against += 0.5
    if is_slot(text):
        against += 0.5
    if words < (_HARDLY if is_item else _SHORT):
        against += 0.25
    if text.rstrip().endswith(":"):
        against += 0.5
    return against
