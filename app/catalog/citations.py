"""What a citation of a talk needs: who, what, where, when and its recording. Read here, written by exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Appearance, Edition, Resource, Speaker, Talk
from app.settings import get_settings

PART = 500
GENRES = {"keynote": "Keynote", "workshop": "Workshop", "panel": "Panel", "lightning": "Lightning talk"}


@dataclass(frozen=True)
class Citation:
    """A talk to cite. `date` is an ISO date, None where only `year` is known, or neither; `url` is its page here.

    `month` (1..12) may be known without the day: that of an edition which was held within one.
    """

    slug: str
    title: str
    edition: str
    kind: str
    language: str | None
    date: str | None
    year: int | None
    city: str | None
    country: str | None
    url: str
    speakers: tuple[str, ...] = ()
    video: str | None = None
    slides: str | None = None
    month: int | None = None

    @property
    def genre(self) -> str:
        """What kind of talk it was, as a bibliography says it."""
        return GENRES.get(self.kind, "Conference talk")


def citations(session: Session, ids: Sequence[int]) -> list[Citation]:
    """Citations of the talks with these ids, in the order given. Three statements for each 500."""
    found: dict[int, Citation] = {}
    for start in range(0, len(ids), PART):
        found |= _read(session, ids[start : start + PART])
    return [found[talk] for talk in ids if talk in found]


def _read(session: Session, ids: Sequence[int]) -> dict[int, Citation]:
    people: dict[int, list[str]] = defaultdict(list)
    for talk, name in session.execute(
        select(col(Appearance.talk_id), col(Speaker.name))
        .join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
        .where(col(Appearance.talk_id).in_(ids))
        .order_by(col(Appearance.position), col(Appearance.id))
    ):
        people[talk].append(name)
    links: dict[tuple[int, str], str] = {}
    for talk, kind, url in session.execute(
        select(col(Resource.talk_id), col(Resource.kind), col(Resource.url))
        .where(col(Resource.talk_id).in_(ids), col(Resource.kind).in_(("video", "slides")))
        .order_by(col(Resource.position), col(Resource.id))
    ):
        links.setdefault((talk, kind), url)
    rows = session.execute(
        select(
            col(Talk.id), col(Talk.slug), col(Talk.title), col(Talk.kind), col(Talk.language), col(Talk.date),
            col(Edition.name), col(Edition.start_date), col(Edition.end_date), col(Edition.year), col(Edition.city),
            col(Edition.country),
        )
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Talk.id).in_(ids))
    )  # fmt: skip
    made = {}
    for talk, slug, title, kind, language, date, edition, start, end, year, city, country in rows:
        assert talk is not None
        held = date or (start if start and start == end else None)
        made[talk] = Citation(
            slug=slug,
            title=title,
            edition=edition,
            kind=kind,
            language=language,
            date=held,
            year=int(held[:4]) if held else (int(start[:4]) if start else year),
            city=city,
            country=country,
            url=f"{get_settings().base_url}/talks/{slug}",
            month=_month(held, start, end),
            speakers=tuple(people[talk]),
            video=links.get((talk, "video")),
            slides=links.get((talk, "slides")),
        )
    return made


def _month(date: str | None, start: str | None, end: str | None) -> int | None:
    within = date or (start if start and end and start[:7] == end[:7] else None)
    return int(within[5:7]) if within and within[5:7] else None
