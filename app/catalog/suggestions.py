"""What someone may have meant by an address that names nothing, and what may be asked of this base."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED
from app.catalog.kept import kept
from app.catalog.technologies import list_technologies
from app.models import Edition, Speaker, Talk, Theme, ThemeAssignment
from app.text.slugs import slugify

CANDIDATES = 400
NAMED: tuple[tuple[Any, Any, str], ...] = (
    (Talk, Talk.title, "talks"),
    (Speaker, Speaker.name, "speakers"),
    (Edition, Edition.name, "editions"),
    (Theme, Theme.name, "themes"),
)


def near_names(session: Session, wanted: str, limit: int = 5) -> list[tuple[str, str]]:
    """Up to `limit` (name, path) of talks, speakers, editions and themes whose slug is close to `wanted`."""
    slug = slugify(wanted)
    words = sorted((word for word in slug.split("-") if len(word) > 2), key=len, reverse=True)[:3]
    if not words:
        return []
    # Slugs first and names of the few that are close: slugs alone are read from their index.
    found: dict[str, int] = {}
    for place, (table, _, _) in enumerate(NAMED):
        for word in words:
            like = col(table.slug).contains(word, autoescape=True)
            rows = session.scalars(select(col(table.slug)).where(like).limit(CANDIDATES))
            found.update(dict.fromkeys(rows, place))
    close = []
    for key in get_close_matches(slug, found, n=limit, cutoff=0.45):
        table, name, path = NAMED[found[key]]
        close.append((session.scalars(select(col(name)).where(col(table.slug) == key)).one(), f"/{path}/{key}"))
    return close


def question_examples(session: Session) -> list[str]:
    """Up to five questions about what this base holds most of: its technologies but for the first, and its themes."""
    return kept(session, "question-examples", lambda: _examples(session))


def _examples(session: Session) -> list[str]:
    # The technology that most talks mention is what the conferences are about: everything here is about it.
    technologies = [row.name for row in list_technologies(session, limit=4).items[1:]]
    themes = session.scalars(
        select(col(Theme.name))
        .join(ThemeAssignment, col(ThemeAssignment.theme_id) == col(Theme.id))
        .where(col(ThemeAssignment.status).in_(ASSIGNED), col(Theme.withdrawn_at).is_(None))
        .group_by(col(Theme.id))
        .order_by(func.count().desc(), col(Theme.id))
        .limit(2)
    )
    asked = [f"How do others use {name}?" for name in technologies]
    return asked + [f"What to watch out for in {name[0].lower() + name[1:]}?" for name in themes]
