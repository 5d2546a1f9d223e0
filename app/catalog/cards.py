"""The talk as every list shows it: one shape for page, API, CLI and export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pydantic import BaseModel, Field, computed_field
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED
from app.models import Appearance, Edition, Organisation, Takeaway, Talk, TalkOrganisation, Theme, ThemeAssignment
from app.settings import get_settings


class EditionName(BaseModel):
    """An edition by name."""

    slug: str
    name: str


class OrganisationName(BaseModel):
    """An organisation named for a talk that names no speaker."""

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
    """A theme of a talk and how sure we are: `confirmed` by people or assigned by `machine`."""

    slug: str
    name: str
    status: str
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
    """Cards of the talks with these ids, in the order given; ids of no talk are left out. A fixed number of queries."""
    talks: dict[int, Talk] = {}
    for start in range(0, len(ids), 500):
        found = session.scalars(
            select(Talk)
            .where(col(Talk.id).in_(ids[start : start + 500]))
            .options(
                selectinload(Talk.edition),  # type: ignore[arg-type]
                selectinload(Talk.appearances).selectinload(Appearance.speaker),  # type: ignore[arg-type]
                selectinload(Talk.appearances).selectinload(Appearance.organisation),  # type: ignore[arg-type]
                selectinload(Talk.resources),  # type: ignore[arg-type]
            )
        )
        talks.update({talk.id: talk for talk in found if talk.id is not None})
    marks = theme_marks(session, list(talks))
    counts = _takeaway_counts(session, list(talks))
    named = _organisations(session, list(talks))
    return [_card(talks[i], marks.get(i, []), counts.get(i, 0), named.get(i, [])) for i in ids if i in talks]


def _card(talk: Talk, marks: list[ThemeMark], takeaways: int, organisations: list[OrganisationName]) -> TalkCard:
    assert talk.id is not None
    edition: Edition = talk.edition
    return TalkCard(
        id=talk.id,
        slug=talk.slug,
        title=talk.title,
        kind=talk.kind,
        language=talk.language,
        date=talk.date,
        year=int(talk.date[:4]) if talk.date else edition.year,
        edition=EditionName(slug=edition.slug, name=edition.name),
        speakers=[
            SpeakerName(
                slug=appearance.speaker.slug,
                name=appearance.speaker.name,
                affiliation=appearance.organisation.name if appearance.organisation else None,
                organisation_slug=appearance.organisation.slug if appearance.organisation else None,
                job_title=appearance.job_title,
            )
            for appearance in talk.appearances
        ],
        themes=marks,
        summary=talk.summary or talk.abstract,
        links=[Link(kind=resource.kind, url=resource.url, label=resource.label) for resource in talk.resources],
        takeaway_count=takeaways,
        organisations=organisations,
    )


def theme_marks(session: Session, ids: Sequence[int]) -> dict[int, list[ThemeMark]]:
    """Themes of each talk: the main one first, then confirmed before machine, then as the vocabulary orders them."""
    marks: dict[int, list[ThemeMark]] = defaultdict(list)
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(ThemeAssignment, col(Theme.slug), col(Theme.name))
            .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
            .where(
                col(ThemeAssignment.talk_id).in_(ids[start : start + 500]),
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
        )
        for assignment, slug, name in rows:
            marks[assignment.talk_id].append(
                ThemeMark(
                    slug=slug,
                    name=name,
                    status=assignment.status,
                    probability=assignment.probability,
                    is_main=assignment.is_main,
                )
            )
    return marks


def _organisations(session: Session, ids: Sequence[int]) -> dict[int, list[OrganisationName]]:
    named: dict[int, list[OrganisationName]] = defaultdict(list)
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(col(TalkOrganisation.talk_id), col(Organisation.slug), col(Organisation.name))
            .join(Organisation, col(Organisation.id) == col(TalkOrganisation.organisation_id))
            .where(col(TalkOrganisation.talk_id).in_(ids[start : start + 500]))
            .order_by(col(Organisation.name))
        )
        for talk_id, slug, name in rows:
            named[talk_id].append(OrganisationName(slug=slug, name=name))
    return named


def _takeaway_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(col(Takeaway.talk_id), func.count())
            .where(col(Takeaway.talk_id).in_(ids[start : start + 500]), col(Takeaway.withdrawn_at).is_(None))
            .group_by(col(Takeaway.talk_id))
        )
        counts.update((talk_id, count) for talk_id, count in rows if talk_id is not None)
    return counts
