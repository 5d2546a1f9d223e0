"""What someone may have meant by an address that names nothing: close slugs and titles."""

from __future__ import annotations

from difflib import get_close_matches

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Edition, Speaker, Talk, Theme
from app.text.slugs import slugify

CANDIDATES = 400


def near_names(session: Session, wanted: str, limit: int = 5) -> list[tuple[str, str]]:
    """Up to `limit` (name, path) of talks, speakers, editions and themes whose slug is close to `wanted`."""
    slug = slugify(wanted)
    words = sorted((word for word in slug.split("-") if len(word) > 2), key=len, reverse=True)[:3]
    if not words:
        return []
    found: dict[str, tuple[str, str]] = {}
    for table, name, path in (
        (Talk, Talk.title, "talks"),
        (Speaker, Speaker.name, "speakers"),
        (Edition, Edition.name, "editions"),
        (Theme, Theme.name, "themes"),
    ):
        for word in words:
            rows = session.execute(
                select(col(table.slug), col(name))
                .where(col(table.slug).contains(word, autoescape=True))
                .limit(CANDIDATES)
            )
            found.update({key: (title, f"/{path}/{key}") for key, title in rows})
    return [found[key] for key in get_close_matches(slug, found, n=limit, cutoff=0.45)]
