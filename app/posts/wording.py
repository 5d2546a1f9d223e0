"""Words of posts that more than one place needs: dates, why a talk is listed, how posts are made. Pure."""

from __future__ import annotations

from datetime import date

from app.trends.wording import counted

TALKS_RULE = (
    "Talks are listed by how many reviewed takeaways are kept of them, then by how many takeaways at all, keynotes "
    "before others, then by how much there is to check them by, then as the programme has them."
)
TAKEAWAYS_RULE = (
    "Takeaways are given in the order reviewed or checked, in a speaker’s words, noted by an attendee, disputed; those "
    "with more evidence come first."
)
SHARES_RULE = (
    "Shares are of the talks known, with the interval that labels by machine and unknown sessions leave at 95 %."
)
RULES = (TALKS_RULE, TAKEAWAYS_RULE, SHARES_RULE)
KEYNOTE = "keynote"


def dates_words(value: str | None) -> str:
    """An ISO date as “30 September 2019”, a month or a year as it is, nothing as ""."""
    if not value or len(value) < 10:
        return value or ""
    day = date.fromisoformat(value[:10])
    return f"{day.day} {day:%B %Y}"


def talk_reasons(takeaways: int, kind: str) -> str:
    """Why a talk is listed: “a keynote; 3 takeaways are kept of it”; "" where nothing tells it from others."""
    told = ["a keynote"] if kind == KEYNOTE else []
    if takeaways:
        told.append(f"{counted(takeaways, 'takeaway')} {'is' if takeaways == 1 else 'are'} kept of it")
    return "; ".join(told)
