"""Numbers people claimed about an edition, checked against its figures.

A claim stands for a band of values: one stated as “about” for 20 % to either side or one talk, whichever is wider;
“more than” and “at least” for all above, “less than” and “up to” for all below; one stated exactly for its own
rounding (half a per cent of a share, nothing of a count). It holds when the likely range of the figure lies within the
band, does not hold when the two do not meet, and cannot be decided otherwise, or when it depends on whether a talk
counts for all its themes or for its main one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.errors import NotFound
from app.trends.counts import talk_count, theme_figures
from app.trends.estimate import wilson
from app.trends.figure import Figure
from app.trends.populations import COUNTINGS
from app.trends.scope import ScopeFacts
from app.trends.wording import counted, percent

ABOUT = 0.2
"""“About” allows this much to either side, relative to the value."""

ROUNDING = 0.005
"""A share stated exactly is taken to be rounded to whole per cents."""

RULE = (
    "A claim holds when the likely range of the figure lies within what was claimed (“about”: 20 % to either side, or "
    "one talk), does not hold when the two do not meet, and cannot be decided otherwise."
)

Claim = Mapping[str, Any]
"""`measure`, `value` or `low` and `high`, `qualifier`, and what is counted: `theme`, `technology` or `kind`."""

Verdict = Literal["holds", "does not hold", "cannot be decided", "not checkable"]

_THEMES = ("theme-share", "theme-count")
_COUNTED = {
    "technology-share": "technology",
    "technology-count": "technology",
    "kind-count": "kind",
    "talk-count": None,
}
"""Measures that take no judgement of a theme, with the key of what they count."""


class ClaimReading(BaseModel):
    """A claim read one way of counting: its figure, the likely range in the unit of the claim, and the verdict.

    `high` is None where a count has no upper end, for nobody knows how many sessions there were.
    """

    model_config = ConfigDict(frozen=True)

    counting: str
    figure: Figure
    low: float
    high: float | None
    verdict: Verdict


class Checked(BaseModel):
    """What came of checking a claim: its readings, one verdict over all, and why in words."""

    model_config = ConfigDict(frozen=True)

    readings: tuple[ClaimReading, ...] = ()
    verdict: Verdict = "not checkable"
    reason: str = "This number is not about talks in the base, so nothing here can check it."


def check_claims(session: Session, claims: Iterable[Claim], facts: ScopeFacts) -> list[Checked]:
    """Claims about the talks of a scope against its figures, in the order given."""
    wanted = list(claims)
    figures: dict[tuple[str, str], dict[str, Figure]] = {}
    for population in {_population(claim) for claim in wanted if claim.get("measure") in _THEMES}:
        themes = [claim["theme"] for claim in wanted if claim.get("theme") and _population(claim) == population]
        for counting in COUNTINGS:
            found = theme_figures(session, themes, facts, population, counting.slug)
            figures[population, counting.slug] = found
    return [_checked(session, claim, facts, figures) for claim in wanted]


def _population(claim: Claim) -> str:
    return str(claim.get("population", "all"))


def _checked(
    session: Session, claim: Claim, facts: ScopeFacts, figures: Mapping[tuple[str, str], Mapping[str, Figure]]
) -> Checked:
    measure, theme = claim.get("measure"), claim.get("theme")
    if measure in _COUNTED:
        try:
            readings: tuple[ClaimReading, ...] = (_plain_reading(session, claim, facts),)
        except NotFound as missing:
            return Checked(reason=f"{missing} So nothing here can check it.")
    elif measure not in _THEMES or not theme:
        return Checked()
    elif theme not in figures[_population(claim), "any"]:
        return Checked(reason=f"The vocabulary has no theme “{theme}” to count.")
    else:
        by_counting = {counting.slug: figures[_population(claim), counting.slug][theme] for counting in COUNTINGS}
        readings = tuple(_reading(claim, counting, figure, facts) for counting, figure in by_counting.items())
    verdict, reason = judge(claim, readings)
    return Checked(readings=readings, verdict=verdict, reason=reason)


def is_share(claim: Claim) -> bool:
    """Whether the claim is about a share, 0..1, and not about a number of talks."""
    return str(claim.get("measure", "")).endswith("-share")


def band(claim: Claim, talks: int) -> tuple[float, float]:
    """Lowest and highest value the claim stands for: shares 0..1, counts in talks; `talks` is the denominator."""
    ends = (claim["value"], claim["value"]) if "value" in claim else (claim["low"], claim["high"])
    low, high = float(ends[0]), float(ends[1])
    share = is_share(claim)
    most = 1.0 if share else float("inf")
    slack = ROUNDING if share else 0.0
    match claim.get("qualifier"):
        case "about":
            one = 1 / talks if share and talks else 1.0
            return low - max(ABOUT * low, one), high + max(ABOUT * high, one)
        case "more than":
            return (low if share else low + 1), most
        case "at least":
            return low - slack, most
        case "less than":
            return 0.0, (high if share else high - 1)
        case "up to":
            return 0.0, high + slack
    return low - slack, high + slack


def claimed_words(claim: Claim) -> str:
    """“about 30 %”, “exactly 5 talks”, “30–140 bugs”."""
    ends = [claim["value"]] if "value" in claim else [claim["low"], claim["high"]]
    if is_share(claim):
        number = "–".join(percent(float(end)) for end in ends)
    else:
        unit = f"{claim['kind']} talks" if claim.get("kind") else claim.get("unit", "talks")
        number = "–".join(f"{end:g}" for end in ends) + f" {unit}"
    return f"{claim.get('qualifier') or 'exactly'} {number}"


def _reading(claim: Claim, counting: str, figure: Figure, facts: ScopeFacts) -> ClaimReading:
    low, high = figure.low or 0.0, figure.high
    if claim["measure"] == "theme-count":
        whole = figure.denominator if facts.coverage.is_complete else facts.whole
        low = max(round(low * (whole or figure.denominator)), figure.confirmed)
        high = max(round(high * whole), figure.numerator) if whole and high is not None else None
    return _judged(claim, counting, figure, low, high)


def _plain_reading(session: Session, claim: Claim, facts: ScopeFacts) -> ClaimReading:
    """A claim about talks that take no judgement: of all published sessions those known count, or may.

    Where nobody knows how many sessions there were, a share is taken as a draw, with Wilson's interval.
    """
    key = _COUNTED[claim["measure"]]
    narrowed: TalkFilter = facts.scope.filter()
    if key:
        narrowed = narrowed.but(**{key: claim[key]})
    figure = talk_count(session, narrowed, _population(claim))
    known, unseen = figure.denominator, None if facts.surplus else facts.missing
    if not is_share(claim):
        if claim["measure"] == "talk-count" and unseen is not None:
            return _judged(claim, "any", figure, float(known + unseen), float(known + unseen))
        return _judged(
            claim, "any", figure, float(figure.numerator), None if unseen is None else figure.numerator + unseen
        )
    if known == 0:
        return _judged(claim, "any", figure, 0.0, None)
    if unseen is None:
        low, high = wilson(figure.numerator / known, known)
        return _judged(claim, "any", figure, low, high)
    whole = known + unseen
    return _judged(claim, "any", figure, figure.numerator / whole, (figure.numerator + unseen) / whole)


def _judged(claim: Claim, counting: str, figure: Figure, low: float, high: float | None) -> ClaimReading:
    first, last = band(claim, figure.denominator)
    top = float("inf") if high is None else high
    slack = 1e-9
    if figure.denominator == 0:
        verdict: Verdict = "cannot be decided"
    elif first - slack <= low and top <= last + slack:
        verdict = "holds"
    elif top < first - slack or low > last + slack:
        verdict = "does not hold"
    else:
        verdict = "cannot be decided"
    return ClaimReading(counting=counting, figure=figure, low=low, high=high, verdict=verdict)


def judge(claim: Claim, readings: tuple[ClaimReading, ...]) -> tuple[Verdict, str]:
    """One verdict over all readings, and why in words."""
    verdicts = {reading.verdict for reading in readings}
    figure = readings[0].figure
    if is_share(claim) and not 0 <= float(claim.get("value", claim.get("high", 0))) <= 1:
        return "does not hold", "No share of talks lies outside 0–100 %, so this cannot be what was counted."
    if figure.denominator == 0:
        return "cannot be decided", "No talks of this edition are in the base."
    told = " ".join(_told(claim, reading) for reading in readings)
    if len(verdicts) == 1:
        verdict = verdicts.pop()
        if verdict == "cannot be decided":
            told = f"{told} {_missing(figure)}"
        return verdict, told
    return "cannot be decided", f"It depends on what is counted. {told} {_missing(figure)}"


def _told(claim: Claim, reading: ClaimReading) -> str:
    figure = reading.figure
    if claim["measure"] in _COUNTED:
        way = figure.label.split(":")[0]
        within = f" of {counted(figure.denominator, 'known talk')}" if figure.numerator < figure.denominator else ""
        seen = f"{figure.numerator} found{within}"
        if is_share(claim):
            seen = f"{figure.fraction} known talks, {percent(reading.low)}–{percent(reading.high)} of all"
        elif reading.high is not None and reading.high > figure.numerator:
            seen += f", {reading.low:.0f} to {reading.high:.0f} of all published" if reading.low < reading.high else (
                f"; {reading.low:.0f} were published")  # fmt: skip
    else:
        way = "With a talk counted for each of its themes" if reading.counting == "any" else "For its main theme only"
        if claim["measure"] == "theme-share":
            seen = f"{figure.fraction} known talks, {figure.percent}, {figure.likely}"
        elif reading.high is None:
            seen = f"{figure.numerator} found among {counted(figure.denominator, 'known talk')}"
        elif reading.low == reading.high:
            seen = f"{figure.numerator} found, and no more to find"
        else:
            seen = f"{figure.numerator} found, likely {reading.low:.0f}–{reading.high:.0f} of all published"
    outcome = {"holds": "it holds", "does not hold": "it does not hold"}.get(reading.verdict, "it may or may not hold")
    return f"{way}: {seen}; {outcome}."


def _missing(figure: Figure) -> str:
    published, missing = figure.coverage.published, figure.coverage.missing
    if published is None:
        return "How many sessions were published is not known."
    if missing:
        return f"{missing} of the {published} published sessions {'is' if missing == 1 else 'are'} not in the base."
    if figure.undecided:
        return f"No person has decided {figure.undecided} of the {figure.denominator} talks yet."
    return f"The claim is narrower than {counted(figure.denominator, 'talk')} can settle."
