"""Report “whats-new”: an edition against the one before it, for those who were there last time."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.snapshot import current_snapshot
from app.errors import UsageError
from app.models import Edition, Series, Talk
from app.reports.compare_editions import EditionComparison, change_chart, change_sections, change_table, compared
from app.reports.movements import judging_lines, sources
from app.reports.pieces import coverage_lines, vocabulary_choices, with_vocabulary
from app.reports.request import ReportRequest
from app.trends.attendance import organisations, organisations_before, technologies_before
from app.trends.counts import talk_count
from app.trends.document import Document, FigureRow, FigureTable, Line, Number, line
from app.trends.figure import Figure, PlainCount, count_figures
from app.trends.keys import FigureKey
from app.trends.mentions import mention_figures, read_mentions
from app.trends.movement import CANNOT
from app.trends.panel import panel_with_texts
from app.trends.scope import EditionFacts, Scope, ScopeFacts, read_scope
from app.trends.wording import counted, listed

LISTED = 30
"""Rows of a table that pages and texts list."""


class Counted(BaseModel):
    """A count of talks by name here, and at the edition before."""

    slug: str
    name: str
    figure: Figure
    before: Figure | None = None


class WhatsNew(BaseModel):
    """The JSON of this report. `before` is the edition it is compared with, None for the first of a series that has
    known talks; then all that needs one is left empty."""

    edition: str
    name: str
    before: str | None
    talks: Figure
    newcomers: Figure | None
    repeated: Figure
    themes: EditionComparison | None
    companies: list[Counted]
    technologies: list[Counted]
    kinds: list[Counted]
    languages: list[Counted]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report of the one edition in `request`; none or several are a UsageError, an unknown one is NotFound."""
    if len(request.scope.editions) != 1:
        raise UsageError("This report is of exactly one edition; name it with edition.", "edition")
    slug = request.scope.editions[0]
    asked = ReportRequest(
        editions=(slug,), population=request.population, counting=request.counting, vocabulary=request.vocabulary
    )
    facts = read_scope(session, asked.scope)
    asked = with_vocabulary(session, asked)
    earlier = _earlier(session, slug)
    before = earlier[-1] if earlier else None
    themes = vocabulary = None
    jumps = False
    if before and facts.known:
        both = read_scope(session, Scope(editions=(before.slug, slug)))
        panel, texts = panel_with_texts(
            session, both, "edition", request.population, request.counting, vocabulary=asked.vocabulary
        )
        vocabulary = panel.vocabulary
        themes, jumps = compared(panel, texts, both, request.counting, request.population), texts is not None
    found = _news(session, facts, earlier, themes)
    return Document(
        report="whats-new",
        title=f"What is new at {facts.title}",
        payload=found,
        snapshot=found.snapshot,
        parameters=asked.parameters(),
        lead=_lead(found, facts),
        coverage=coverage_lines(facts, request.population, None),
        vocabularies=vocabulary_choices(session, asked),
        tables=_tables(found),
        sections=change_sections(themes) if themes else (),
        method=(*_method(), *judging_lines(asked, vocabulary, jumps=jumps)),
        sources=sources(facts),
        chart=change_chart(themes, change_table(themes, "themes")) if themes and themes.rows else None,
    )


def _earlier(session: Session, edition: str) -> list[EditionFacts]:
    """Editions of the same series that have known talks and come before this one, oldest first."""
    series = session.scalar(
        select(col(Series.slug))
        .join(Edition, col(Edition.series_id) == col(Series.id))
        .where(col(Edition.slug) == edition)
    )
    held = read_scope(session, Scope(series=series)).editions
    place = next((place for place, one in enumerate(held) if one.slug == edition), 0)
    return [one for one in held[:place] if one.known and (one.start_date or one.year)]


def _news(
    session: Session, facts: ScopeFacts, earlier: Sequence[EditionFacts], themes: EditionComparison | None
) -> WhatsNew:
    slug = facts.editions[0].slug
    here = TalkFilter(editions=(slug,))
    before = earlier[-1] if earlier else None
    talks = talk_count(session, here)
    ids = [one.id for one in earlier]
    companies: list[Counted] = []
    technologies: list[Counted] = []
    if before:
        old = organisations_before(session, ids)
        companies = [
            Counted(slug=one.slug, name=one.name, figure=one.figure)
            for one in organisations(session, facts)
            if one.slug not in old
        ]
        known, mentions = technologies_before(session, ids), read_mentions(session, facts, "edition")
        fresh = [one for one in mentions.technologies if one.slug not in known]
        figures = mention_figures(session, facts, "all", fresh, mentions.talks)
        technologies = [
            Counted(slug=one.slug, name=one.name, figure=figure) for one, figure in zip(fresh, figures, strict=True)
        ]
    return WhatsNew(
        edition=slug,
        name=facts.title,
        before=before.name if before else None,
        talks=talks,
        newcomers=talk_count(session, here.but(newcomers=True)) if before else None,
        repeated=talk_count(session, here.but(repeated=True)),
        themes=themes,
        companies=companies,
        technologies=technologies,
        kinds=_by(session, "kind", facts, before),
        languages=_by(session, "language", facts, before),
        snapshot=talks.snapshot,
    )


def _by(session: Session, field: str, facts: ScopeFacts, before: EditionFacts | None) -> list[Counted]:
    """Talks by kind or language, here and at the edition before, as figures; the commonest first."""
    places = [facts, *([read_scope(session, Scope(editions=(before.slug,)))] if before else [])]
    numbers = [_numbers(session, field, place.scope) for place in places]
    values = sorted(set().union(*numbers), key=lambda value: (-sum(each.get(value, 0) for each in numbers), value))
    snapshot = current_snapshot(session)
    here, *past = (
        count_figures(
            [
                PlainCount(
                    FigureKey("count", place.scope.filter().but(**{field: value}), snapshot=snapshot),
                    each.get(value, 0),
                )
                for value in values
            ],
            place,
            place.known,
        )
        for place, each in zip(places, numbers, strict=True)
    )
    return [
        Counted(slug=value, name=value, figure=figure, before=earlier)
        for value, figure, earlier in zip(values, here, past[0] if past else [None] * len(values), strict=True)
    ]


def _numbers(session: Session, field: str, scope: Scope) -> dict[str, int]:
    """How many known talks have each kind or language."""
    column = col(getattr(Talk, field))
    counted = allowed_talks(scope.filter()).with_only_columns(column, func.count())
    rows = session.execute(counted.where(column.is_not(None)).group_by(column))
    return {value: int(talks) for value, talks in rows}


def _lead(found: WhatsNew, facts: ScopeFacts) -> tuple[Line, ...]:
    if facts.known == 0:
        return (line(f"No talks of {found.name} are in the base yet, so nothing of it is new."),)
    again = Number(found.repeated, found.repeated.fraction)
    given = line("Given at another edition before: ", again, " known talks.")
    if found.before is None or found.newcomers is None:
        return (
            line("No earlier edition of its series has known talks, so all of it is new and nothing can be compared."),
            given,
        )
    fresh = Number(found.newcomers, found.newcomers.fraction)
    lines = [line(f"Compared with {found.before}. A speaker new to the series gave ", fresh, " known talks."), given]
    if found.themes and found.themes.rows and all(row.change.basis is None for row in found.themes.rows):
        lines.append(line(f"No theme can be compared. {CANNOT}"))
    elif found.themes and found.themes.rows:
        for verdict in ("rose", "fell"):
            names = [row.theme.name for row in found.themes.rows if row.change.verdict == verdict]
            lines.append(line(f"Themes that {verdict} for certain: {listed(names) or 'none'}."))
    if found.companies:
        lines.append(line(f"New here: {counted(len(found.companies), 'organisation')}."))
    return tuple(lines)


def _tables(found: WhatsNew) -> tuple[FigureTable, ...]:
    if not found.talks.numerator:
        return ()
    tables = []
    if found.themes and found.themes.rows:
        tables.append(change_table(found.themes, "themes"))
    for name, title, heading, rows, address in (
        ("companies", "Organisations not at the series before", "Organisation", found.companies, "organisation"),
        ("technologies", "Technologies not mentioned before", "Technology", found.technologies, "technology"),
        ("kinds", "Kinds of talk", "Kind", found.kinds, ""),
        ("languages", "Languages", "Language", found.languages, ""),
    ):
        if rows:
            tables.append(_table(name, title, heading, rows, address))
    return tuple(tables)


def _table(name: str, title: str, heading: str, rows: Sequence[Counted], address: str) -> FigureTable:
    compares = any(one.before for one in rows)
    return FigureTable(
        name=name,
        title=title,
        heading=heading,
        rows=tuple(
            FigureRow(
                one.slug,
                one.name,
                f"/talks?{address}={one.slug}" if address else None,
                one.figure,
                more=(line(Number(one.before, one.before.fraction)) if one.before else (),) if compares else (),
            )
            for one in rows
        ),
        shares=False,
        more=("The edition before",) if compares else (),
        most=LISTED,
    )


def _method() -> tuple[Line, ...]:
    return (
        line(
            "A speaker is new where no earlier edition of the series has a known talk of theirs, so gaps of the base "
            "make people, organisations and technologies look new. A talk was given before where an earlier delivery "
            "of it is known, at any conference."
        ),
    )
