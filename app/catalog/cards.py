"""The talk as every list shows it: one shape for page, API, CLI and export.

What a card names is a dataclass, as an answer holds hundreds of these and they cost a third of a model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field, computed_field
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED
from app.db.prepared import IDS, Prepared
from app.models import (
    Appearance,
    Edition,
    Organisation,
    Resource,
    Speaker,
    Takeaway,
    Talk,
    TalkOrganisation,
    Technology,
    TechnologyMention,
    Theme,
    ThemeAssignment,
)
from app.settings import get_settings


@dataclass(slots=True)
class EditionName:
    """An edition by name."""

    slug: str
    name: str


@dataclass(slots=True)
class OrganisationName:
    """An organisation named for a talk that names no speaker."""

    slug: str
    name: str


@dataclass(slots=True)
class TechnologyName:
    """A technology that a talk mentions."""

    slug: str
    name: str


@dataclass(slots=True)
class SpeakerName:
    """A speaker of a talk, with the affiliation at that time."""

    slug: str
    name: str
    affiliation: str | None = None
    organisation_slug: Annotated[str | None, Field(exclude=True)] = None
    job_title: Annotated[str | None, Field(exclude=True)] = None


@dataclass(slots=True)
class ThemeMark:
    """A theme of a talk and how sure we are: `confirmed` by people or assigned by `machine`; of any vocabulary."""

    slug: str
    name: str
    status: str
    vocabulary: Annotated[str, Field(exclude=True)] = ""
    probability: Annotated[float, Field(exclude=True)] = 1.0
    is_main: Annotated[bool, Field(exclude=True)] = False


@dataclass(slots=True)
class Link:
    """A resource of a talk: video, slides, code or article."""

    kind: str
    url: str
    label: str | None = None


class TalkCard(BaseModel):
    """TALK of the contract, with what list pages show beside it (left out of JSON)."""

    slug: str
    title: str
    kind: str
    language: str | None
    date: str | None
    year: int | None
    edition: EditionName
    speakers: list[SpeakerName]
    themes: list[ThemeMark]
    summary: str | None
    id: int = Field(exclude=True)
    organisations: list[OrganisationName] = Field(default_factory=list, exclude=True)
    links: list[Link] = Field(default_factory=list, exclude=True)
    takeaway_count: int = Field(default=0, exclude=True)
    mentions: list[TechnologyName] = Field(default_factory=list, exclude=True)

    @property
    def path(self) -> str:
        """Address within the site."""
        return f"/talks/{self.slug}"

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot see through the pair of decorators
    @property
    def url(self) -> str:
        """Address from anywhere."""
        return get_settings().base_url + self.path


class CardRows(NamedTuple):
    """What the base holds of one card: rows of plain values, each as long as what is made of it takes."""

    talk: tuple[Any, ...]
    edition: tuple[Any, ...]
    speakers: Sequence[tuple[Any, ...]] = ()
    links: Sequence[tuple[Any, ...]] = ()
    themes: Sequence[tuple[Any, ...]] = ()
    organisations: Sequence[tuple[Any, ...]] = ()
    mentions: Sequence[tuple[Any, ...]] = ()
    takeaway_count: int = 0


def talk_cards(session: Session, ids: Sequence[int]) -> list[TalkCard]:
    """Cards of the talks with these ids, in the order given; ids of no talk are left out. A fixed number of queries.

    Columns are read instead of objects: lists are most of what the site does, and this takes a third of the time.
    """
    rows = card_rows(session, ids)
    return [card_of(rows[i]) for i in ids if i in rows]


def card_rows(session: Session, ids: Sequence[int]) -> dict[int, CardRows]:
    """What cards of the talks with these ids are made of, by id; ids of no talk are left out."""
    found: dict[int, CardRows] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        lists = [_by_talk(one.rows(session, some)) for one in (_SPEAKERS, _LINKS, _THEMES, _NAMED, _MENTIONS)]
        counts = {talk_id: count for talk_id, count in _COUNTS.rows(session, some) if talk_id is not None}
        for edition_slug, edition_name, *talk in _TALKS.rows(session, some):
            key = talk[0]
            speakers, links, themes, named, mentions = (of_talk.get(key, ()) for of_talk in lists)
            found[key] = CardRows(
                tuple(talk), (edition_slug, edition_name), speakers, links, themes, named, mentions, counts.get(key, 0)
            )
    return found


def card_of(rows: CardRows) -> TalkCard:
    """The card that is made of these rows."""
    key, slug, title, kind, language, date, year, summary, abstract = rows.talk
    return TalkCard(
        id=key,
        slug=slug,
        title=title,
        kind=kind,
        language=language,
        date=date,
        year=int(date[:4]) if date else year,
        edition=EditionName(*rows.edition),
        speakers=[SpeakerName(*row) for row in rows.speakers],
        themes=[_mark(row) for row in rows.themes],
        summary=summary or abstract,
        links=[Link(*row) for row in rows.links],
        takeaway_count=rows.takeaway_count,
        organisations=[OrganisationName(*row) for row in rows.organisations],
        mentions=[TechnologyName(*row) for row in rows.mentions],
    )


def theme_marks(session: Session, ids: Sequence[int]) -> dict[int, list[ThemeMark]]:
    """Themes of at most 500 talks: the main one first, then confirmed before machine, then as the vocabulary orders."""
    marks = _by_talk(_THEMES.rows(session, ids))
    return defaultdict(list, {talk_id: [_mark(row) for row in rows] for talk_id, rows in marks.items()})


def _mark(row: tuple[Any, ...]) -> ThemeMark:
    slug, name, status, vocabulary, probability, is_main = row
    return ThemeMark(slug, name, status, vocabulary, probability, bool(is_main))


def _by_talk(rows: Iterable[Any]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows that begin with the id of a talk, without it, by talk."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for talk_id, *row in rows:
        found[talk_id].append(tuple(row))
    return found


_TALKS = Prepared(
    select(
        col(Edition.slug), col(Edition.name), col(Talk.id), col(Talk.slug), col(Talk.title), col(Talk.kind),
        col(Talk.language), col(Talk.date), col(Edition.year), col(Talk.summary), col(Talk.abstract),
    )
    .join(Edition, col(Edition.id) == col(Talk.edition_id))
    .where(col(Talk.id).in_(IDS))
)  # fmt: skip
_SPEAKERS = Prepared(
    select(
        col(Appearance.talk_id), col(Speaker.slug), col(Speaker.name),
        col(Organisation.name), col(Organisation.slug), col(Appearance.job_title),
    )
    .join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
    .outerjoin(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
    .where(col(Appearance.talk_id).in_(IDS))
    .order_by(col(Appearance.position), col(Appearance.id))
)  # fmt: skip
_LINKS = Prepared(
    select(col(Resource.talk_id), col(Resource.kind), col(Resource.url), col(Resource.label))
    .where(col(Resource.talk_id).in_(IDS))
    .order_by(col(Resource.position), col(Resource.id))
)
_THEMES = Prepared(
    select(
        col(ThemeAssignment.talk_id), col(Theme.slug), col(Theme.name), col(ThemeAssignment.status),
        col(Theme.vocabulary), col(ThemeAssignment.probability), col(ThemeAssignment.is_main),
    )
    # An outer join, so that SQLite begins with the talks.
    .outerjoin(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
    .where(
        col(ThemeAssignment.talk_id).in_(IDS),
        col(ThemeAssignment.status).in_(ASSIGNED),
        col(Theme.withdrawn_at).is_(None),
    )
    .order_by(
        col(ThemeAssignment.is_main).desc(),
        col(Theme.parent_id).is_(None),
        col(ThemeAssignment.status),
        col(Theme.position),
        col(Theme.id),
    )
)  # fmt: skip
_NAMED = Prepared(
    select(col(TalkOrganisation.talk_id), col(Organisation.slug), col(Organisation.name))
    .join(Organisation, col(Organisation.id) == col(TalkOrganisation.organisation_id))
    .where(col(TalkOrganisation.talk_id).in_(IDS))
    .order_by(col(Organisation.name))
)
_MENTIONS = Prepared(
    select(col(TechnologyMention.talk_id), col(Technology.slug), col(Technology.name))
    .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
    .where(col(TechnologyMention.talk_id).in_(IDS))
    .order_by(col(TechnologyMention.position), col(Technology.name))
)
_COUNTS = Prepared(
    select(col(Takeaway.talk_id), func.count())
    .where(col(Takeaway.talk_id).in_(IDS), col(Takeaway.withdrawn_at).is_(None))
    .group_by(col(Takeaway.talk_id))
)
