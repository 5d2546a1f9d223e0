"""What someone may have meant by an address that names nothing: close slugs and titles."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Edition, Speaker, Talk, Theme
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
