"""Report “themes”: the share of talks about each theme, for editions, a series or everything known."""

from __future__ import annotations

from sqlmodel import Session

from app.errors import NotFound
from app.reports.pieces import (
    completeness_section,
    counting_choices,
    coverage_lines,
    leading,
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
from app.trends.claimed import CheckedClaim, edition_claims
from app.trends.counts import ThemeShare, ThemeShares, theme_shares
from app.trends.document import Chart, Document, FigureTable, Line, Number, line, plain
from app.trends.populations import get_counting, get_population
from app.trends.scope import ScopeFacts, read_scope
from app.trends.wording import counted


def build(session: Session, request: ReportRequest) -> Document:
    """The report for `request`. NotFound for an unknown edition, series, vocabulary or theme."""
    facts = read_scope(session, request.scope)
    request = with_vocabulary(session, request)
    shares = theme_shares(
        session, request.scope, request.population, request.counting, facts, vocabulary=request.vocabulary
    )
    if request.theme:
        shares = shares.model_copy(update={"rows": _family(shares, request.theme)})
    top = _leaders(shares.rows)
    example = top[0] if top else None
    table = theme_table(shares, shares.rows)
    return Document(
        report="themes",
        title=_title(facts, shares, request),
        payload=shares,
        snapshot=shares.snapshot,
        parameters=request.parameters(),
        lead=_lead(facts, shares, request, top),
        coverage=coverage_lines(facts, request.population, example),
        populations=population_choices(session, request, facts),
        countings=counting_choices(request),
        vocabularies=vocabulary_choices(session, request),
        alternatives=population_alternatives(session, request, facts, example),
        tables=(table,),
        claims=_claims(session, request),
        sections=completeness_section(facts),
        method=method_lines(shares, example),
        sources=source_references(facts, get_settings().base_url),
        chart=_chart(shares, table),
    )


def _family(shares: ThemeShares, theme: str) -> list[ThemeShare]:
    """The rows of a theme and of what is below it; NotFound for an unknown theme."""
    wanted = {theme}
    rows = []
    for row in shares.rows:
        if row.theme.slug in wanted or row.parent in wanted:
            wanted.add(row.theme.slug)
            rows.append(row)
    if not rows:
        raise NotFound("theme", theme)
    return rows


def _leaders(rows: list[ThemeShare]) -> list[ThemeShare]:
    """The themes without a parent here (or all that were asked for) that have talks, most talks first."""
    shallowest = min((row.depth for row in rows), default=0)
    return [row for row in rows if row.depth == shallowest and row.numerator]


def _title(facts: ScopeFacts, shares: ThemeShares, request: ReportRequest) -> str:
    about = next((row.theme.name for row in shares.rows if row.theme.slug == request.theme), None)
    parts = [facts.title, about or "by theme"]
    if request.population != "all":
        parts.append(get_population(request.population).name)
    if request.counting != "any":
        parts.append(get_counting(request.counting).name)
    return ", ".join(parts)


def _lead(facts: ScopeFacts, shares: ThemeShares, request: ReportRequest, top: list[ThemeShare]) -> tuple[Line, ...]:
    where = () if request.editions else (line(_everything(facts, request)),)
    if not shares.rows:
        return (*where, line("There is no theme vocabulary in the base; `hallway ingest data` brings one."))
    talks = shares.rows[0].denominator
    if talks == 0:
        population = get_population(request.population)
        words = "No talks are known here" if population.slug == "all" else f"No talks are left: {population.name}"
        return (*where, line(f"{words}, so there is no share of any theme."))
    if not top:
        return (*where, line(f"None of the {counted(talks, 'known talk')} has been given a theme yet."))
    sums = get_counting(request.counting).sentence
    if request.theme:
        number, rest = leading(top[0].whole)
        return (*where, line(f"{top[0].theme.name}: ", number, f"{rest}."))
    tied = [row for row in top if row.numerator == top[0].numerator]
    if len(tied) > 1:
        return (*where, (*_tied(tied), *line(f" {sums}")))
    number, rest = leading(top[0].whole)
    sentence = line(f"{top[0].theme.name} leads with ", number, rest)
    if len(top) > 1:
        second = top[1]
        sentence += line(f"; {second.theme.name} follows with ", Number(second.whole, second.whole.fraction))
    return (*where, (*sentence, *line(f". {sums}")))


def _tied(rows: list[ThemeShare]) -> Line:
    """Themes of as many talks, each with its own number: their talks differ, and so may what is sure of them."""
    words = line(f"{counted(len(rows), 'theme')} lead with as many known talks each: ")
    for position, row in enumerate(rows):
        number, rest = leading(row.whole, "")
        words += line("; " if position else "", f"{row.theme.name} ", number, rest)
    return words + line(".")


def _everything(facts: ScopeFacts, request: ReportRequest) -> str:
    held = sum(edition.known > 0 for edition in facts.editions)
    if held == 0:
        return "No edition was chosen, and none here has known talks."
    where = f"of {facts.title}" if request.series or request.year_from or request.year_to else "in the base"
    return f"No edition was chosen, so this is over all {counted(held, 'edition')} {where} that have known talks."


def _claims(session: Session, request: ReportRequest) -> tuple[CheckedClaim, ...]:
    return tuple(claim for slug in request.scope.editions for claim in edition_claims(session, slug))


def _chart(shares: ThemeShares, table: FigureTable) -> Chart | None:
    shown = tuple(row for row in table.rows if row.figure.denominator)
    if not shown:
        return None
    told = [f"{row.label} {row.figure.fraction} ({row.figure.percent}, {row.figure.likely})" for row in shown]
    description = line(f"Share of known talks by theme, {shares.scope}: {'; '.join(told)}.")
    return Chart(title=f"{shares.scope}: share of known talks by theme", description=plain(description), rows=shown)
