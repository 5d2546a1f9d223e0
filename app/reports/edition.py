"""Report “edition”: one edition in short, with its talks by kind, organisations, leading themes and takeaways."""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.errors import UsageError
from app.models import Appearance, Edition, Organisation, Speaker, Takeaway, Talk
from app.reports.pieces import (
    completeness_section,
    counting_choices,
    coverage_lines,
    method_lines,
    population_alternatives,
    population_choices,
    source_references,
    theme_table,
    vocabulary_choices,
    with_vocabulary,
)
from app.reports.request import ReportRequest
from app.settings import get_settings
from app.trends.claimed import edition_claims
from app.trends.counts import ThemeShares, talk_count, theme_shares
from app.trends.document import Chart, Document, FigureRow, FigureTable, Line, Link, Number, Section, line
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.populations import get_population
from app.trends.scope import ScopeFacts, read_scope
from app.trends.wording import counted, listed

ORGANISATIONS = 10
FROM_TALKS = 2
"""Organisations with fewer talks are too many to list and would be cut by name."""

THEMES = 5


class NamedCount(BaseModel):
    """A count of talks by name, as a figure."""

    slug: str
    name: str
    figure: Figure


class SaidThere(BaseModel):
    """A takeaway in short: what was said, its kind, by whom, and at which talk."""

    slug: str
    text: str
    kind: str
    said_by: str | None
    said_as: str
    affiliation: str | None
    talk: str | None


class EditionSummary(BaseModel):
    """The JSON of this report."""

    edition: str
    name: str
    talks: Figure
    kinds: list[NamedCount]
    organisations: list[NamedCount]
    speakers: list[str]
    themes: ThemeShares
    takeaways: list[SaidThere]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report of the one edition in `request`; none or several are a UsageError, an unknown one is NotFound."""
    if len(request.scope.editions) != 1:
        raise UsageError("The edition report is of exactly one edition; name it with edition.", "edition")
    slug = request.scope.editions[0]
    scope_request = ReportRequest(
        editions=(slug,), population=request.population, counting=request.counting, vocabulary=request.vocabulary
    )
    facts = read_scope(session, scope_request.scope)
    scope_request = with_vocabulary(session, scope_request)
    shares = theme_shares(
        session, scope_request.scope, request.population, request.counting, facts, scope_request.vocabulary
    )
    talks = talk_count(session, facts.scope.filter(), request.population)
    summary = EditionSummary(
        edition=slug,
        name=facts.title,
        talks=talks,
        kinds=_kinds(session, facts, talks),
        organisations=_organisations(session, facts, talks),
        speakers=_speakers(session, facts, talks),
        themes=shares,
        takeaways=_takeaways(session, slug),
        snapshot=shares.snapshot,
    )
    top = [row for row in shares.rows if row.numerator and row.depth == 0][:THEMES]
    themes = theme_table(shares, top)
    return Document(
        report="edition",
        title=f"{facts.title} in short",
        payload=summary,
        snapshot=shares.snapshot,
        parameters=scope_request.parameters(),
        lead=(_lead(summary),),
        coverage=coverage_lines(facts, request.population, top[0] if top else None),
        vocabularies=vocabulary_choices(session, scope_request),
        populations=population_choices(session, scope_request, facts),
        countings=counting_choices(scope_request),
        alternatives=population_alternatives(session, scope_request, facts, top[0] if top else None),
        tables=(*_tables(summary), themes),
        claims=tuple(edition_claims(session, slug)),
        sections=(*_sections(summary), *completeness_section(facts)),
        method=method_lines(shares, top[0] if top else None),
        sources=source_references(facts, get_settings().base_url),
        chart=Chart(
            title=f"{facts.title}: leading themes",
            description="; ".join(f"{row.label} {row.figure.fraction} ({row.figure.percent})" for row in themes.rows),
            rows=themes.rows,
        )
        if top
        else None,
    )


def _lead(summary: EditionSummary) -> Line:
    talks = summary.talks
    if talks.coverage.known == 0:
        return line(f"No talks of {summary.name} are in the base yet.")
    population = get_population(talks.population).name
    if talks.numerator == 0:
        return line(f"No talks of {summary.name} are left: {population}.")
    words = line(Number(talks, counted(talks.numerator, "known talk")))
    if talks.population != "all":
        words += line(f" ({population})")
    if summary.kinds:
        words += line(": ")
        for position, found in enumerate(summary.kinds):
            words += line(", " if position else "", Number(found.figure, f"{found.figure.numerator} {found.name}"))
    return words + line(".")


def _here(facts: ScopeFacts, talks: Figure) -> TalkFilter:
    """The talks that `talks` counts."""
    return get_population(talks.population).narrow(facts.scope.filter())


def _counted(facts: ScopeFacts, talks: Figure, slug: str, name: str, number: int, narrowed: TalkFilter) -> NamedCount:
    key = FigureKey("count", narrowed, talks.population, snapshot=talks.snapshot)
    return NamedCount(slug=slug, name=name, figure=count_figure(key, facts, number, talks.numerator, {slug: name}))


def _kinds(session: Session, facts: ScopeFacts, talks: Figure) -> list[NamedCount]:
    here = facts.scope.filter()
    rows = session.execute(
        select(col(Talk.kind), func.count())
        .where(col(Talk.id).in_(allowed_talks(_here(facts, talks))))
        .group_by(col(Talk.kind))
        .order_by(func.count().desc(), col(Talk.kind))
    )
    return [_counted(facts, talks, kind, kind, number, here.but(kind=kind)) for kind, number in rows]


def _organisations(session: Session, facts: ScopeFacts, talks: Figure) -> list[NamedCount]:
    here = facts.scope.filter()
    rows = session.execute(
        select(col(Organisation.slug), col(Organisation.name), func.count(func.distinct(col(Appearance.talk_id))))
        .join(Appearance, col(Appearance.organisation_id) == col(Organisation.id))
        .where(col(Appearance.talk_id).in_(allowed_talks(_here(facts, talks))))
        .group_by(col(Organisation.slug), col(Organisation.name))
        .having(func.count(func.distinct(col(Appearance.talk_id))) >= FROM_TALKS)
        .order_by(func.count(func.distinct(col(Appearance.talk_id))).desc(), col(Organisation.name))
        .limit(ORGANISATIONS)
    )
    return [_counted(facts, talks, slug, name, number, here.but(organisation=slug)) for slug, name, number in rows]


def _speakers(session: Session, facts: ScopeFacts, talks: Figure) -> list[str]:
    return list(
        session.scalars(
            select(col(Speaker.name))
            .join(Appearance, col(Appearance.speaker_id) == col(Speaker.id))
            .where(col(Appearance.talk_id).in_(allowed_talks(_here(facts, talks))))
            .distinct()
            .order_by(col(Speaker.name))
        )
    )


def _takeaways(session: Session, edition: str) -> list[SaidThere]:
    rows = session.execute(
        select(Takeaway, col(Talk.slug))
        .join(Edition, col(Edition.id) == col(Takeaway.edition_id))
        .outerjoin(Talk, col(Talk.id) == col(Takeaway.talk_id))
        .where(col(Edition.slug) == edition, col(Takeaway.kind) != "claim", col(Takeaway.withdrawn_at).is_(None))
        .order_by(col(Takeaway.article_id), col(Takeaway.position), col(Takeaway.id))
    )
    return [
        SaidThere(
            slug=said.slug,
            text=said.text,
            kind=said.kind,
            said_by=said.said_by,
            said_as=said.said_as,
            affiliation=said.affiliation,
            talk=talk,
        )
        for said, talk in rows
    ]


def _tables(summary: EditionSummary) -> tuple[FigureTable, ...]:
    if not summary.organisations:
        return ()
    rows = tuple(FigureRow(found.slug, found.name, None, found.figure) for found in summary.organisations)
    return (FigureTable("organisations", "Organisations with most talks", "Organisation", rows, shares=False),)


def _sections(summary: EditionSummary) -> tuple[Section, ...]:
    sections = []
    if summary.takeaways:
        sections.append(Section("What people took away", (), tuple(_said(found) for found in summary.takeaways)))
    if summary.speakers:
        sections.append(Section("Who spoke", (line(f"{listed(summary.speakers)}."),)))
    return tuple(sections)


def _said(found: SaidThere) -> Line:
    who = ", ".join(part for part in (found.said_by, found.affiliation) if part)
    by = f" ({found.kind}; {who or 'unnamed'}, {'in the talk' if found.said_as == 'speaker' else 'as an attendee'})"
    if found.talk:
        return line(found.text, by, " ", Link("talk", f"/talks/{found.talk}"))
    return line(found.text, by)
