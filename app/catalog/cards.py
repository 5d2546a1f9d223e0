"""The talk as every list shows it: one shape for page, API, CLI and export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

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


class EditionName(BaseModel):
    """An edition by name."""

    slug: str
    name: str


class OrganisationName(BaseModel):
    """An organisation named for a talk that names no speaker."""

    slug: str
    name: str


class TechnologyName(BaseModel):
    """A technology that a talk mentions."""

    slug: str
    name: str


class SpeakerName(BaseModel):
    """A speaker of a talk, with the affiliation at that time."""

    slug: str
    name: str
    affiliation: str | None = None
    organisation_slug: str | None = Field(default=None, exclude=True)
    job_title: str | None = Field(default=None, exclude=True)


class ThemeMark(BaseModel):
    """A theme of a talk and how sure we are: `confirmed` by people or assigned by `machine`; of any vocabulary."""

    slug: str
    name: str
    status: str
    vocabulary: str = Field(default="", exclude=True)
    probability: float = Field(default=1.0, exclude=True)
    is_main: bool = Field(default=False, exclude=True)


class Link(BaseModel):
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


def talk_cards(session: Session, ids: Sequence[int]) -> list[TalkCard]:
    """Cards of the talks with these ids, in the order given; ids of no talk are left out. A fixed number of queries.

    Columns are read instead of objects: lists are most of what the site does, and this takes a third of the time.
    """
    cards: dict[int, TalkCard] = {}
    for start in range(0, len(ids), 500):
        for card in _cards(session, ids[start : start + 500]):
            cards[card.id] = card
    return [cards[i] for i in ids if i in cards]


def _cards(session: Session, ids: Sequence[int]) -> Iterator[TalkCard]:
    speakers, links, marks = _speakers(session, ids), _links(session, ids), theme_marks(session, ids)
    counts, named = _takeaway_counts(session, ids), _organisations(session, ids)
    mentions = _mentions(session, ids)
    rows = _TALKS.rows(session, ids)
    for key, slug, title, kind, language, date, summary, abstract, edition_slug, edition_name, year in rows:
        assert key is not None
        yield TalkCard(
            id=key,
            slug=slug,
            title=title,
            kind=kind,
            language=language,
            date=date,
            year=int(date[:4]) if date else year,
            edition=EditionName(slug=edition_slug, name=edition_name),
            speakers=speakers[key],
            themes=marks[key],
            summary=summary or abstract,
            links=links[key],
            takeaway_count=counts.get(key, 0),
            organisations=named[key],
            mentions=mentions[key],
        )


def _speakers(session: Session, ids: Sequence[int]) -> dict[int, list[SpeakerName]]:
    found: dict[int, list[SpeakerName]] = defaultdict(list)
    for talk_id, job_title, slug, name, organisation_slug, organisation in _SPEAKERS.rows(session, ids):
        found[talk_id].append(
            SpeakerName(
                slug=slug,
                name=name,
                affiliation=organisation,
                organisation_slug=organisation_slug,
                job_title=job_title,
            )
        )
    return found


def _links(session: Session, ids: Sequence[int]) -> dict[int, list[Link]]:
    found: dict[int, list[Link]] = defaultdict(list)
    for talk_id, kind, url, label in _LINKS.rows(session, ids):
        found[talk_id].append(Link(kind=kind, url=url, label=label))
    return found


def theme_marks(session: Session, ids: Sequence[int]) -> dict[int, list[ThemeMark]]:
    """Themes of at most 500 talks: the main one first, then confirmed before machine, then as the vocabulary orders."""
    marks: dict[int, list[ThemeMark]] = defaultdict(list)
    for talk_id, status, probability, is_main, slug, name, vocabulary in _THEMES.rows(session, ids):
        marks[talk_id].append(
            ThemeMark(
                slug=slug,
                name=name,
                vocabulary=vocabulary,
                status=status,
                probability=probability,
                is_main=is_main,
            )
        )
    return marks


def _organisations(session: Session, ids: Sequence[int]) -> dict[int, list[OrganisationName]]:
    named: dict[int, list[OrganisationName]] = defaultdict(list)
    for talk_id, slug, name in _NAMED.rows(session, ids):
        named[talk_id].append(OrganisationName(slug=slug, name=name))
    return named


def _mentions(session: Session, ids: Sequence[int]) -> dict[int, list[TechnologyName]]:
    found: dict[int, list[TechnologyName]] = defaultdict(list)
    for talk_id, slug, name in _MENTIONS.rows(session, ids):
        found[talk_id].append(TechnologyName(slug=slug, name=name))
    return found


def _takeaway_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    return {talk_id: count for talk_id, count in _COUNTS.rows(session, ids) if talk_id is not None}


_TALKS = Prepared(
    select(
        col(Talk.id), col(Talk.slug), col(Talk.title), col(Talk.kind), col(Talk.language), col(Talk.date),
        col(Talk.summary), col(Talk.abstract), col(Edition.slug), col(Edition.name), col(Edition.year),
    )
    .join(Edition, col(Edition.id) == col(Talk.edition_id))
    .where(col(Talk.id).in_(IDS))
)  # fmt: skip
_SPEAKERS = Prepared(
    select(
        col(Appearance.talk_id), col(Appearance.job_title), col(Speaker.slug), col(Speaker.name),
        col(Organisation.slug), col(Organisation.name),
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
        col(ThemeAssignment.talk_id), col(ThemeAssignment.status), col(ThemeAssignment.probability),
        col(ThemeAssignment.is_main), col(Theme.slug), col(Theme.name), col(Theme.vocabulary),
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
