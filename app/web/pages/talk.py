"""/talks/{slug}: one talk with who, what, why and where to check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.catalog.cards import TalkCard
from app.catalog.talks import TalkDetail, find_talk
from app.web.deps import Reading, Search, Viewing
from app.web.near import similar_talks
from app.web.parameters import Nothing, PathSlug
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
NEAR = 5


@dataclass(frozen=True, kw_only=True)
class TalkPage(PageContext):
    """One talk and the talks near to it in meaning; `near` is empty where there is no index yet."""

    template: ClassVar[str] = "talk.html"
    section: ClassVar[str] = "/talks"

    talk: TalkDetail
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
                Crumb(found.series.name, f"/editions#{found.series.slug}"),
                Crumb(edition.name, f"/editions/{edition.slug}"),
            ),
            talk=found,
            near=similar_talks(session, search, slug, NEAR),
        )
    )
