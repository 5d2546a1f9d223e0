"""/talks/{slug}: one talk with who, what, why and where to check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.catalog.cards import TalkCard, ThemeMark
from app.catalog.talks import TalkDetail, find_talk
from app.catalog.vocabularies import vocabulary_names
from app.web.deps import Reading, Search, Viewing
from app.web.near import similar_talks
from app.web.parameters import Nothing, PathSlug
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
NEAR = 5


@dataclass(frozen=True, kw_only=True)
class TalkPage(PageContext):
    """One talk and the talks near to it in meaning; `near` is empty where there is no index yet.

    `themes` are its themes by the name of their vocabulary, in the order of the vocabularies.
    """

    template: ClassVar[str] = "talk.html"
    section: ClassVar[str] = "/talks"

    talk: TalkDetail
    themes: Sequence[tuple[str, Sequence[ThemeMark]]]
    near: Sequence[TalkCard]


@router.get("/talks/{slug}")
def talk(slug: PathSlug, _: Nothing, session: Reading, search: Search, view: Viewing) -> HTMLResponse:
    """One talk."""
    found = find_talk(session, slug)
    edition = found.edition
    return view.page(
        TalkPage(
            title=found.title,
            crumbs=(
                Crumb(found.series.name, f"/editions?series={found.series.slug}"),
                Crumb(edition.name, f"/editions/{edition.slug}"),
            ),
            talk=found,
            themes=_by_vocabulary(session, found.themes),
            near=similar_talks(session, search, slug, NEAR),
        )
    )


def _by_vocabulary(session: Session, marks: Sequence[ThemeMark]) -> list[tuple[str, Sequence[ThemeMark]]]:
    found = [
        (name.name, [mark for mark in marks if mark.vocabulary == name.slug]) for name in vocabulary_names(session)
    ]
    return [(name, held) for name, held in found if held]
