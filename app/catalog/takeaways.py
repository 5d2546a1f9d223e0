"""Takeaways as pages, API and search show them: the statement, who says it, where to check it, what it revises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, String, cast, select
from sqlalchemy.orm import Mapped, selectinload
from sqlmodel import Session, col

from app.catalog.listing import Portion, portion
from app.catalog.takeaway_steps import holds
from app.models import (
    Article,
    ClaimLink,
    Edition,
    Series,
    Speaker,
    Takeaway,
    TakeawayDecision,
    TakeawayEvidence,
    Talk,
    Theme,
)


class EvidenceLine(BaseModel):
    """Where a takeaway can be checked."""

    kind: str
    section: str | None = None
    number: int | None = None
    url: str | None = None
    start_seconds: float | None = None
    quote: str | None = None


class Place(BaseModel):
    """A talk, edition, article or speaker that a takeaway belongs to."""

    slug: str
    name: str
    url: str | None = None


class TakeawayCard(BaseModel):
    """One takeaway. `said_as` tells whether the speaker said it or an attendee observed it.

    `revised_by` are the later claims that revise it, by the name of where they were made. `reviewed_by` and
    `reviewed_on` (an ISO date) are of the newest decision about it that holds; None where nobody did.
    """

    slug: str
    text: str
    kind: str
    stance: str
    conditions: str | None
    said_by: str | None
    said_as: str
    affiliation: str | None
    occasion: str | None
    status: str
    themes: list[str]
    technologies: list[str]
    talk: Place | None
    edition: Place | None
    speaker: Place | None
    article: Place | None
    observer: str | None
    evidence: list[EvidenceLine]
    revises: str | None = None
    revised_by: list[Place] = Field(default_factory=list)
    reviewed_by: str | None = None
    reviewed_on: str | None = None

    @property
    def path(self) -> str:
        """Address within the site: on its talk's page, else in the list."""
        if self.talk:
            return f"/talks/{self.talk.slug}#takeaway-{self.slug}"
        return f"/takeaways?slug={self.slug}"


@dataclass(frozen=True)
class TakeawayFilter:
    """What narrows a list of takeaways; slugs where it names a thing.

    `slugs` are the takeaways that may be in the list at all, such as those about a technology. Series and years are
    those of the edition that a takeaway is of; one that is of none is not among them.
    """

    KINDS: ClassVar = ("lesson", "announcement", "limitation", "comparison", "outcome", "question", "quote", "claim")
    STANCES: ClassVar = ("recommends", "warns", "reports-failure", "withdraws", "neutral")

    slug: str | None = None
    kind: str | None = None
    theme: str | None = None
    slugs: tuple[str, ...] | None = None
    stances: tuple[str, ...] = ()
    """Any of these, as of the editions below; all where there are none."""
    editions: tuple[str, ...] = ()
    series: str | None = None
    year_from: int | None = None
    year_to: int | None = None


@dataclass(frozen=True)
class Change:
    """A claim and the later one that revises it."""

    before: TakeawayCard
    after: TakeawayCard


def _shown() -> Select[Takeaway]:
    return (
        select(Takeaway)
        .where(col(Takeaway.withdrawn_at).is_(None))
        .options(
            selectinload(Takeaway.evidence),  # type: ignore[arg-type]  # a relation, typed as what it holds
            selectinload(Takeaway.article),  # type: ignore[arg-type]  # a relation, typed as what it holds
            selectinload(Takeaway.revises),  # type: ignore[arg-type]  # a relation, typed as what it holds
        )
    )


def list_takeaways(session: Session, filter: TakeawayFilter, limit: int = 25, offset: int = 0) -> Portion[TakeawayCard]:
    """Takeaways that `filter` allows: newest article first, then in the article's order."""
    statement = (
        select(col(Takeaway.id))
        .where(*_conditions(filter))
        .order_by(col(Takeaway.source_id).desc(), col(Takeaway.position), col(Takeaway.id))
    )
    found = portion(session, statement, limit, offset)
    return found.carrying(_by_id(session, [row[0] for row in found.items]))


def stances_of_takeaways(session: Session, filter: TakeawayFilter) -> dict[str, str]:
    """The stance of each takeaway that `filter` allows, by its slug."""
    rows = session.execute(select(col(Takeaway.slug), col(Takeaway.stance)).where(*_conditions(filter)))
    return dict(rows.all())


def _conditions(filter: TakeawayFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [col(Takeaway.withdrawn_at).is_(None)]
    for column, one in ((Takeaway.slug, filter.slug), (Takeaway.kind, filter.kind)):
        if one:
            wanted.append(col(column) == one)
    for column, several in ((Takeaway.slug, filter.slugs), (Takeaway.stance, filter.stances or None)):
        if several is not None:
            wanted.append(col(column).in_(several))
    if (editions := _editions(filter)) is not None:
        wanted.append(col(Takeaway.edition_id).in_(editions))
    if filter.theme:
        # A JSON list of slugs, read as text: the one way SQLite and Postgres share.
        wanted.append(cast(col(Takeaway.themes), String).contains(f'"{filter.theme}"', autoescape=True))
    return wanted


def _editions(filter: TakeawayFilter) -> Select[int | None] | None:
    """The editions that `filter` allows; None where it names none."""
    wanted: list[ColumnElement[bool]] = []
    if filter.editions:
        wanted.append(col(Edition.slug).in_(filter.editions))
    if filter.series:
        wanted.append(col(Edition.series_id).in_(select(col(Series.id)).where(col(Series.slug) == filter.series)))
    if filter.year_from is not None:
        wanted.append(col(Edition.year) >= filter.year_from)
    if filter.year_to is not None:
        wanted.append(col(Edition.year) <= filter.year_to)
    return select(col(Edition.id)).where(*wanted) if wanted else None


def takeaways_of_talk(session: Session, talk_id: int) -> list[TakeawayCard]:
    """What was said or seen at this talk, in the source's order."""
    return _cards(session, _shown().where(col(Takeaway.talk_id) == talk_id).order_by(col(Takeaway.position)))


def takeaways_of_speaker(session: Session, speaker_id: int) -> list[TakeawayCard]:
    """What this speaker said, in the source's order."""
    return _cards(session, _shown().where(col(Takeaway.speaker_id) == speaker_id).order_by(col(Takeaway.position)))


def takeaways_of_article(session: Session, article_id: int) -> list[TakeawayCard]:
    """What was taken from this article, in its order."""
    ordered = _shown().where(col(Takeaway.article_id) == article_id).order_by(col(Takeaway.position), col(Takeaway.id))
    return _cards(session, ordered)


def claim_changes(session: Session) -> list[Change]:
    """Claims that a later takeaway revises, each beside what replaced it."""
    after = _cards(session, _shown().where(col(Takeaway.revises_id).is_not(None)).order_by(col(Takeaway.position)))
    revised = [card.revises for card in after if card.revises]
    before = {card.slug: card for card in _cards(session, _shown().where(col(Takeaway.slug).in_(revised)))}
    return [Change(before=before[card.revises], after=card) for card in after if card.revises in before]


def _by_id(session: Session, ids: Sequence[int]) -> list[TakeawayCard]:
    found = {row.id: row for row in session.scalars(_shown().where(col(Takeaway.id).in_(ids)))}
    return _shape(session, [found[i] for i in ids if i in found])


def takeaway_cards(session: Session, slugs: Sequence[str]) -> list[TakeawayCard]:
    """Cards of the takeaways with these slugs, in the order given."""
    cards = {card.slug: card for card in _cards(session, _shown().where(col(Takeaway.slug).in_(slugs)))}
    return [cards[slug] for slug in slugs if slug in cards]


def _cards(session: Session, statement: Select[Takeaway]) -> list[TakeawayCard]:
    return _shape(session, list(session.scalars(statement)))


def _shape(session: Session, rows: Sequence[Takeaway]) -> list[TakeawayCard]:
    talks = places(session, col(Talk.id), col(Talk.slug), col(Talk.title), {row.talk_id for row in rows})
    editions = places(session, col(Edition.id), col(Edition.slug), col(Edition.name), {row.edition_id for row in rows})
    speakers = places(session, col(Speaker.id), col(Speaker.slug), col(Speaker.name), {row.speaker_id for row in rows})
    later = _revised_by(session, [row.id for row in rows])
    reviews = _reviews(session, [row.id for row in rows])
    return [
        TakeawayCard(
            revised_by=later.get(row.id, []),
            reviewed_by=reviews.get(row.id, (None, None))[0],
            reviewed_on=reviews.get(row.id, (None, None))[1],
            talk=talks.get(row.talk_id),
            edition=editions.get(row.edition_id),
            speaker=speakers.get(row.speaker_id),
            article=_article(row.article),
            observer=row.article.observer if row.article else None,
            evidence=[_evidence(line) for line in row.evidence],
            revises=row.revises.slug if row.revises else None,
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in rows
    ]


_PLAIN = (
    "slug",
    "text",
    "kind",
    "stance",
    "conditions",
    "said_by",
    "said_as",
    "affiliation",
    "occasion",
    "status",
    "themes",
    "technologies",
)


def places(
    session: Session, key: Mapped[int | None], slug: Mapped[str], name: Mapped[str], ids: set[int | None]
) -> dict[int | None, Place]:
    """The things with these ids as places, by id."""
    wanted = [i for i in ids if i is not None]
    if not wanted:
        return {}
    rows = session.execute(select(key, slug, name).where(key.in_(wanted)))
    return {row[0]: Place(slug=row[1], name=row[2]) for row in rows}


def _revised_by(session: Session, ids: Sequence[int | None]) -> dict[int | None, list[Place]]:
    """By takeaway, the later ones that revise it, by its source or by what people decided last about the two."""
    wanted = [i for i in ids if i is not None]
    held: dict[frozenset[int], ClaimLink] = {}
    for link in session.scalars(
        select(ClaimLink)
        .where(col(ClaimLink.earlier_id).in_(wanted) | col(ClaimLink.later_id).in_(wanted))
        .order_by(col(ClaimLink.id))
    ):
        held[frozenset((link.earlier_id, link.later_id))] = link
    pairs = {(link.earlier_id, link.later_id) for link in held.values() if link.relation == "revises"}
    for later, earlier in session.execute(
        select(col(Takeaway.id), col(Takeaway.revises_id)).where(col(Takeaway.revises_id).in_(wanted))
    ):
        decided = held.get(frozenset((later, earlier)))
        if decided is None or decided.relation == "open":
            pairs.add((earlier, later))
    if not pairs:
        return {}
    places: dict[int | None, Place] = {
        key: Place(slug=slug, name=edition or occasion or "later", url=None)
        for key, slug, occasion, edition in session.execute(
            select(col(Takeaway.id), col(Takeaway.slug), col(Takeaway.occasion), col(Edition.name))
            .outerjoin(Edition, col(Edition.id) == col(Takeaway.edition_id))
            .where(col(Takeaway.id).in_([later for _, later in pairs]), col(Takeaway.withdrawn_at).is_(None))
        )
    }
    found: dict[int | None, list[Place]] = {}
    for earlier, later in sorted(pairs):
        if later in places:
            found.setdefault(earlier, []).append(places[later])
    return found


def _reviews(session: Session, ids: Sequence[int | None]) -> dict[int | None, tuple[str | None, str | None]]:
    """By takeaway, who decided about it last and on which day, steps that were taken back left out."""
    rows = session.execute(
        select(col(TakeawayDecision.takeaway_id), col(TakeawayDecision.reviewer), col(TakeawayDecision.decided_at))
        .where(col(TakeawayDecision.takeaway_id).in_([i for i in ids if i is not None]), holds())
        .order_by(col(TakeawayDecision.id))
    )
    return {takeaway: (reviewer, at.date().isoformat()) for takeaway, reviewer, at in rows}


def _article(article: Article | None) -> Place | None:
    return Place(slug=article.slug, name=article.title, url=article.url) if article else None


def _evidence(line: TakeawayEvidence) -> EvidenceLine:
    return EvidenceLine(
        kind=line.kind,
        section=line.section,
        number=line.number,
        url=line.url,
        start_seconds=line.start_seconds,
        quote=line.quote,
    )


def theme_names(session: Session, slugs: set[str]) -> dict[str, str]:
    """Names of themes by slug, for takeaways that list their themes by slug."""
    if not slugs:
        return {}
    rows = session.execute(select(col(Theme.slug), col(Theme.name)).where(col(Theme.slug).in_(slugs)))
    return {row[0]: row[1] for row in rows}
