"""Where and when takeaways were said: what orders a timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, select
from sqlmodel import Session, col

from app.models import Article, Edition, Takeaway, Talk

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Occasion:
    """`key` tells occasions apart; `day` is an ISO date or its year or month, None where no date is known."""

    key: str
    name: str | None
    day: str | None


def occasions_of(session: Session, takeaways: Sequence[Takeaway]) -> dict[int, Occasion]:
    """The occasion of each takeaway by its id: the edition, else the occasion it names, else its article."""
    editions = _rows(session, select(col(Edition.id), col(Edition.name), col(Edition.start_date), col(Edition.year)))
    at_talks = {one.talk_id for one in takeaways if one.talk_id}
    dates = session.execute(select(col(Talk.id), col(Talk.date)).where(col(Talk.id).in_(at_talks)))
    talks: dict[int | None, str | None] = {row[0]: row[1] for row in dates}
    articles = _rows(session, select(col(Article.id), col(Article.title), col(Article.published_on)))
    found: dict[int, Occasion] = {}
    for one in takeaways:
        if one.edition_id is not None and one.edition_id in editions:
            name, start, year = editions[one.edition_id]
            day = talks.get(one.talk_id) or start or (str(year) if year else None)
            found[one.id or 0] = Occasion(f"edition {one.edition_id}", name, day)
        elif one.occasion:
            year_said = _YEAR.search(one.occasion)
            found[one.id or 0] = Occasion(one.occasion.casefold(), one.occasion, year_said[0] if year_said else None)
        elif one.article_id is not None and one.article_id in articles:
            title, published = articles[one.article_id]
            found[one.id or 0] = Occasion(f"article {one.article_id}", title, published)
        else:
            found[one.id or 0] = Occasion(f"takeaway {one.id}", None, None)
    return found


def in_order(one: Takeaway, other: Takeaway, occasions: dict[int, Occasion]) -> tuple[Takeaway, Takeaway, bool]:
    """The two, earlier first, and whether that is known.

    Where one article tells of an occasion without a date beside its own edition, that occasion came before.
    """
    first, second = occasions[one.id or 0], occasions[other.id or 0]
    if first.day and second.day and first.day[:4] != second.day[:4]:
        return (one, other, True) if first.day < second.day else (other, one, True)
    if first.day and second.day and len(first.day) == len(second.day) and first.day != second.day:
        return (one, other, True) if first.day < second.day else (other, one, True)
    if one.article_id is not None and one.article_id == other.article_id and bool(first.day) != bool(second.day):
        return (one, other, True) if not first.day else (other, one, True)
    return (one, other, False) if (one.id or 0) < (other.id or 0) else (other, one, False)


def _rows(session: Session, statement: Executable) -> dict[int, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in session.execute(statement)}
