"""Numbers people claimed about an edition, checked against its figures. Reads takeaways that carry a claim.

A claim stands for a band of values: one stated as “about” for 20 % to either side or one talk, whichever is wider; one
stated exactly for its own rounding (half a per cent of a share, nothing of a count). It holds when the likely range of
the figure lies within the band, does not hold when the two do not meet, and cannot be decided otherwise, or when it
depends on whether a talk counts for all its themes or for its main one.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from app.models import Edition, Takeaway
from app.trends.counts import theme_figures
from app.trends.figure import Figure
from app.trends.populations import COUNTINGS
from app.trends.scope import Scope, ScopeFacts, read_scope
from app.trends.wording import counted, percent

ABOUT = 0.2
"""“About” allows this much to either side, relative to the value."""

ROUNDING = 0.005
"""A share stated exactly is taken to be rounded to whole per cents."""

RULE = (
    "A claim holds when the likely range of the figure lies within what was claimed (“about”: 20 % to either side, or "
    "one talk), does not hold when the two do not meet, and cannot be decided otherwise."
)

Figures = dict[str, dict[str, Figure]]
"""By counting, then by theme."""

Verdict = Literal["holds", "does not hold", "cannot be decided", "not checkable"]


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


class CheckedClaim(BaseModel):
    """A claim beside the figures it is checked by. `article` and `article_url` say where it was written."""

    model_config = ConfigDict(frozen=True)

    slug: str
    text: str
    said_by: str | None
    said_as: str
    affiliation: str | None
    article: str | None
    article_url: str | None
    claimed: str
    measure: str
    theme: str | None
    readings: tuple[ClaimReading, ...]
    verdict: Verdict
    reason: str
    rule: str = RULE

    @property
    def any(self) -> Figure | None:
        """The figure with talks counted for each of their themes."""
        return next((reading.figure for reading in self.readings if reading.counting == "any"), None)

    @property
    def main(self) -> Figure | None:
        """The figure with talks counted for their main theme only."""
        return next((reading.figure for reading in self.readings if reading.counting == "main"), None)


def edition_claims(session: Session, edition: str) -> list[CheckedClaim]:
    """The claims about an edition with their verdicts, in the order of their articles; NotFound for an unknown slug."""
    facts = read_scope(session, Scope(editions=(edition,)))
    takeaways = session.scalars(
        select(Takeaway)
        .join(Edition, col(Edition.id) == col(Takeaway.edition_id))
        .where(col(Edition.slug) == edition, col(Takeaway.kind) == "claim", col(Takeaway.withdrawn_at).is_(None))
        .options(selectinload(Takeaway.article))  # type: ignore[arg-type]  # a relationship, typed as its target
        .order_by(col(Takeaway.article_id), col(Takeaway.position), col(Takeaway.id))
    )
    claimed = [(takeaway, takeaway.claim) for takeaway in takeaways if takeaway.claim]
    themes = [claim["theme"] for _, claim in claimed if claim.get("theme")]
    figures: Figures = {}
    if themes:
        figures = {counting.slug: theme_figures(session, themes, facts, "all", counting.slug) for counting in COUNTINGS}
    return [_checked(takeaway, claim, facts, figures) for takeaway, claim in claimed]


def _checked(takeaway: Takeaway, claim: dict[str, Any], facts: ScopeFacts, figures: Figures) -> CheckedClaim:
    theme = claim.get("theme")
    readings: tuple[ClaimReading, ...] = ()
    verdict: Verdict = "not checkable"
    if claim.get("measure") not in ("theme-share", "theme-count") or not theme:
        reason = "This number is not about talks in the base, so nothing here can check it."
    elif theme not in figures["any"]:
        reason = f"The vocabulary has no theme “{theme}” to count."
    else:
        readings = tuple(_reading(claim, counting, found[theme], facts) for counting, found in figures.items())
        verdict, reason = judge(claim, readings)
    article = takeaway.article
    return CheckedClaim(
        slug=takeaway.slug,
        text=takeaway.text,
        said_by=takeaway.said_by,
        said_as=takeaway.said_as,
        affiliation=takeaway.affiliation,
        article=article.title if article else None,
        article_url=article.url if article else None,
        claimed=claimed_words(claim),
        measure=str(claim.get("measure")),
        theme=theme,
        readings=readings,
        verdict=verdict,
        reason=reason,
    )


def band(claim: dict[str, Any], talks: int) -> tuple[float, float]:
    """Lowest and highest value the claim stands for: shares 0..1, counts in talks; `talks` is the denominator."""
    ends = (claim["value"], claim["value"]) if "value" in claim else (claim["low"], claim["high"])
    low, high = float(ends[0]), float(ends[1])
    share = claim["measure"] == "theme-share"
    if claim.get("qualifier") == "about":
        one = 1 / talks if share and talks else 1.0
        return low - max(ABOUT * low, one), high + max(ABOUT * high, one)
    return (low - ROUNDING, high + ROUNDING) if share else (low, high)


def claimed_words(claim: dict[str, Any]) -> str:
    """“about 30 %”, “exactly 5 talks”, “30–140 bugs”."""
    ends = [claim["value"]] if "value" in claim else [claim["low"], claim["high"]]
    if claim.get("measure") == "theme-share":
        number = "–".join(percent(float(end)) for end in ends)
    else:
        number = "–".join(f"{end:g}" for end in ends) + f" {claim.get('unit', 'talks')}"
    return f"{'about' if claim.get('qualifier') == 'about' else 'exactly'} {number}"


def _reading(claim: dict[str, Any], counting: str, figure: Figure, facts: ScopeFacts) -> ClaimReading:
    low, high = figure.low or 0.0, figure.high
    if claim["measure"] == "theme-count":
        published = facts.published if facts.published and facts.published >= figure.denominator else None
        low = max(round(low * (published or figure.denominator)), figure.confirmed)
        high = max(round(high * published), figure.numerator) if published and high is not None else None
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


def judge(claim: dict[str, Any], readings: tuple[ClaimReading, ...]) -> tuple[Verdict, str]:
    """One verdict over all readings, and why in words."""
    verdicts = {reading.verdict for reading in readings}
    figure = readings[0].figure
    if figure.denominator == 0:
        return "cannot be decided", "No talks of this edition are in the base."
    told = " ".join(_told(claim, reading) for reading in readings)
    if len(verdicts) == 1:
        verdict = verdicts.pop()
        if verdict == "cannot be decided":
            told = f"{told} {_missing(figure)}"
        return verdict, told
    return "cannot be decided", f"It depends on what is counted. {told} {_missing(figure)}"


def _told(claim: dict[str, Any], reading: ClaimReading) -> str:
    way = "With a talk counted for each of its themes" if reading.counting == "any" else "For its main theme only"
    figure = reading.figure
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
    known, published = figure.coverage.known, figure.coverage.published
    if published is None:
        return "How many sessions were published is not known."
    if published > known:
        return f"{published - known} of the {published} published sessions are not in the base."
    if figure.undecided:
        return f"No person has decided {figure.undecided} of the {figure.denominator} talks yet."
    return f"The claim is narrower than {counted(figure.denominator, 'talk')} can settle."
