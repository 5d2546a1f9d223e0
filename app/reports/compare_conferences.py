"""Report “compare-conferences”: shares of themes at several series, as they are and for one mix of kinds and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel
from sqlmodel import Session

from app.errors import UsageError
from app.reports.movements import judging_lines, share_cell, sources
from app.reports.pieces import counting_choices, coverage_lines, vocabulary_choices, with_vocabulary
from app.reports.request import ReportRequest
from app.trends.change import mix
from app.trends.change.difference import difference
from app.trends.change.discoveries import adjusted, verdict
from app.trends.change.mix import Standard
from app.trends.counts import ThemeName, ThemeShares, talk_count, theme_shares
from app.trends.document import Chart, Document, FigureRow, FigureTable, Line, Link, Number, line
from app.trends.figure import Figure
from app.trends.panel import JUMP, TEXT
from app.trends.scope import ScopeFacts, read_scope
from app.trends.strata import read_strata
from app.trends.wording import listed, percent, points, points_range

WORDS = {"rose": "more there", "fell": "less there", "not settled": "not settled"}
MOST = 6


class Compared(BaseModel):
    """A theme at the first series and at another; standardised shares and their difference are None without a mix in
    common. `p` is adjusted for all themes and series that are judged together."""

    theme: ThemeName
    here: Figure
    there: Figure
    standard_here: float | None = None
    standard_there: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    verdict: str = "not settled"


class Other(BaseModel):
    """Another series, with the parts 0..1 of the talks of both that are in kinds and years in common."""

    series: str
    name: str
    common_here: float
    common_there: float
    rows: list[Compared]


class ConferenceComparison(BaseModel):
    """The JSON of this report: the first series against each of the others."""

    series: str
    name: str
    population: str
    counting: str
    others: list[Other]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report of `series` against each of `against`; without either it is a UsageError, unknown ones NotFound."""
    if not request.series:
        raise UsageError("Name the first conference with series, and those to compare it with by against.", "series")
    others = tuple(slug for slug in dict.fromkeys(request.against) if slug != request.series)
    if not others:
        raise UsageError("Name one other conference or more with against, by the slugs of their series.", "against")
    if len(others) > MOST:
        raise UsageError(f"At most {MOST} conferences can be compared with one.", "against")
    scopes = [replace(request.scope, editions=(), series=slug) for slug in (request.series, *others)]
    everything = [read_scope(session, scope) for scope in scopes]
    request = with_vocabulary(session, request)
    shares = [
        theme_shares(session, facts.scope, request.population, request.counting, facts, request.vocabulary)
        for facts in everything
    ]
    found = _compare(session, request, everything, shares)
    tables = tuple(_table(found, other) for other in found.others if other.rows)
    return Document(
        report="compare-conferences",
        title=f"{found.name} against {listed([other.name for other in found.others])}",
        payload=found,
        snapshot=found.snapshot,
        parameters=request.parameters(),
        lead=_lead(found, everything),
        coverage=(*_text_lines(session, request, everything), *_coverage(everything, request)),
        countings=counting_choices(request),
        vocabularies=vocabulary_choices(session, request),
        tables=tables,
        method=(*judging_lines(request, shares[0].vocabulary, jumps=False)[:-1], line(mix.METHOD)),
        sources=tuple(reference for facts in everything for reference in sources(facts)),
        chart=_chart(found, tables[0]) if tables else None,
    )


def _coverage(everything: Sequence[ScopeFacts], request: ReportRequest) -> tuple[Line, ...]:
    found = [(facts, words) for facts in everything for words in coverage_lines(facts, request.population, None)]
    return tuple(line(f"{facts.title}: ", *words) for facts, words in found)


def _compare(
    session: Session, request: ReportRequest, everything: Sequence[ScopeFacts], shares: Sequence[ThemeShares]
) -> ConferenceComparison:
    asked = (request.population, request.counting, request.vocabulary)
    strata = [read_strata(session, facts.scope, *asked) for facts in everything]
    others = []
    for place in range(1, len(everything)):
        rows, common = [], (0.0, 0.0)
        for row in shares[0].rows:
            there = shares[place].row(row.theme.slug)
            if there is None or not (row.numerator or there.numerator):
                continue
            both = mix.standardised([strata[0][row.theme.slug], strata[place][row.theme.slug]])
            if both:
                common = both[0].common, both[1].common
            rows.append(_row(row.theme, row.whole, there.whole, both))
        others.append(
            Other(
                series=everything[place].scope.series or "",
                name=everything[place].title,
                common_here=common[0],
                common_there=common[1],
                rows=rows,
            )
        )
    return ConferenceComparison(
        series=request.series or "",
        name=everything[0].title,
        population=request.population,
        counting=request.counting,
        others=_judged(others, competing=request.counting == "main"),
        snapshot=shares[0].snapshot,
    )


def _row(theme: ThemeName, here: Figure, there: Figure, both: list[Standard] | None) -> Compared:
    if both is None:
        return Compared(theme=theme, here=here, there=there)
    first, second = both[0].seen, both[1].seen
    found = difference(first, second)
    return Compared(
        theme=theme,
        here=here,
        there=there,
        standard_here=first.share,
        standard_there=second.share,
        difference=found.change,
        low=found.low,
        high=found.high,
        p=found.p,
    )


def _judged(others: list[Other], *, competing: bool) -> list[Other]:
    """With p-values and verdicts for all themes of all series together; those settled first."""
    ps = iter(adjusted([row.p for other in others for row in other.rows if row.p is not None], competing=competing))
    judged = []
    for other in others:
        rows = []
        for row in other.rows:
            p = None if row.p is None else next(ps)
            told = WORDS["not settled" if p is None else verdict(row.difference or 0.0, p)]
            rows.append(row.model_copy(update={"p": p, "verdict": told}))
        rows.sort(key=lambda row: (row.verdict == "not settled", -abs(row.difference or 0.0), row.theme.slug))
        judged.append(other.model_copy(update={"rows": rows}))
    return judged


def _lead(found: ConferenceComparison, everything: Sequence[ScopeFacts]) -> tuple[Line, ...]:
    if missing := [facts.title for facts in everything if facts.known == 0]:
        return (line(f"No talks of {listed(missing)} are known here, so there is nothing to compare."),)
    return tuple(line(_told(found.name, other)) for other in found.others)


def _told(name: str, other: Other) -> str:
    if not other.rows:
        return f"Of the themes, neither {name} nor {other.name} has any."
    if other.common_here == 0:
        return f"{name} and {other.name} have no kind of talk in a year in common, so only plain shares stand."
    more, less = ([row.theme.name for row in other.rows if row.verdict == WORDS[way]] for way in ("rose", "fell"))
    return (
        f"For one mix of kinds and years, {other.name} surely has a larger share than {name} of "
        f"{listed(more) or 'no theme'}, a smaller one of {listed(less) or 'none'}; of the other "
        f"{len(other.rows) - len(more) - len(less)} it is not settled. Of the talks of {name} "
        f"{percent(other.common_here)}, and of those of {other.name} {percent(other.common_there)}, are of kinds and "
        "years that both have."
    )


def _text_lines(session: Session, request: ReportRequest, everything: Sequence[ScopeFacts]) -> tuple[Line, ...]:
    """How many talks have text, where that differs so much that machines do not read the conferences alike."""
    if request.population != "all":
        return ()
    counts = [talk_count(session, facts.scope.filter(), TEXT) for facts in everything]
    parts = [figure.numerator / facts.known for figure, facts in zip(counts, everything, strict=True) if facts.known]
    if not parts or max(parts) - min(parts) <= JUMP:
        return ()
    told: list[str | Number | Link] = []
    for figure, facts in zip(counts, everything, strict=True):
        part = percent(figure.numerator / facts.known) if facts.known else "none"
        told += ["; " if told else "", f"{facts.title} ", Number(figure, part)]
    narrowed = f"/reports/compare-conferences?{request.query(population=TEXT)}"
    return (line("The part of talks with text differs: ", *told, ". ", Link("Talks with text alone", narrowed), "."),)


def _table(found: ConferenceComparison, other: Other) -> FigureTable:
    rows = []
    for row in other.rows:
        standard: tuple[Line, ...] = ((), (), ())
        if row.difference is not None and row.low is not None and row.high is not None:
            told = f"{percent(row.standard_here)} and {percent(row.standard_there)}"
            change = f"{points(row.difference)}, likely {points_range(row.low, row.high)}"
            standard = line(told), line(change), line(row.verdict)
        cells = (share_cell(row.there), *standard)
        rows.append(FigureRow(row.theme.slug, row.theme.name, f"/themes/{row.theme.slug}", row.here, more=cells))
    return FigureTable(
        name=other.series,
        title=f"{found.name} and {other.name}",
        heading="Theme",
        rows=tuple(rows),
        more=(other.name, "For one mix", "Difference", "Verdict"),
    )


def _chart(found: ConferenceComparison, table: FigureTable) -> Chart:
    told = "; ".join(f"{row.label} {row.figure.fraction} ({row.figure.percent})" for row in table.rows)
    return Chart(f"{found.name}: share of known talks by theme", f"{table.title}: {told}.", table.rows)
