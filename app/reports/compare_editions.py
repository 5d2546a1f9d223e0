"""Report “compare-editions”: which themes rose or fell from one edition to another."""

from __future__ import annotations

from pydantic import BaseModel
from sqlmodel import Session

from app.errors import UsageError
from app.reports.movements import (
    AMONG,
    CHANGE,
    among_cell,
    change_cells,
    judging_lines,
    jump_lines,
    settle_sections,
    share_cell,
    sources,
    tally_words,
)
from app.reports.pieces import (
    counting_choices,
    coverage_lines,
    population_choices,
    vocabulary_choices,
    with_vocabulary,
)
from app.reports.request import ReportRequest
from app.trends.counts import ThemeName
from app.trends.document import Chart, Document, FigureRow, FigureTable, Line, Section, line
from app.trends.figure import Figure
from app.trends.movement import Movement, judged, paired
from app.trends.panel import Panel, panel_with_texts
from app.trends.populations import get_population
from app.trends.scope import ScopeFacts, read_scope
from app.trends.wording import listed

TWO = 2


class ThemeChange(BaseModel):
    """A theme at both editions, and its change from the earlier to the later.

    Where the text coverage jumps, `among_text_before` and `among_text_after` are its shares among talks with text.
    """

    theme: ThemeName
    before: Figure
    after: Figure
    among_text_before: Figure | None = None
    among_text_after: Figure | None = None
    change: Movement


class EditionComparison(BaseModel):
    """The JSON of this report. `before` and `after` are names; `rows` is empty where one of them has no talks."""

    before: str
    after: str
    population: str
    counting: str
    rows: list[ThemeChange]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report of the two editions in `request`, the earlier first; more or fewer are a UsageError."""
    if len(request.scope.editions) != TWO:
        raise UsageError(
            f"This report compares exactly two editions and was given {len(request.scope.editions)}; "
            "name both with edition.",
            "edition",
        )
    facts = read_scope(session, request.scope)
    request = with_vocabulary(session, request)
    panel, texts = panel_with_texts(
        session, facts, "edition", request.population, request.counting, vocabulary=request.vocabulary
    )
    found = compared(panel, texts, facts, request.counting, request.population)
    table = change_table(found, "themes")
    return Document(
        report="compare-editions",
        title=f"{found.after} against {found.before}",
        payload=found,
        snapshot=panel.snapshot,
        parameters=request.parameters(),
        lead=(_lead(found, panel, facts),),
        coverage=coverage_lines(facts, request.population, None),
        populations=population_choices(session, request, facts),
        countings=counting_choices(request),
        vocabularies=vocabulary_choices(session, request),
        tables=(table,) if table.rows else (),
        sections=change_sections(found),
        method=judging_lines(request, panel.vocabulary, jumps=texts is not None),
        sources=sources(facts),
        chart=change_chart(found, table) if table.rows else None,
    )


def compared(panel: Panel, texts: Panel | None, facts: ScopeFacts, counting: str, population: str) -> EditionComparison:
    """Themes that either of the two columns of a panel has, largest change first of those settled."""
    names = [edition.name for edition in facts.editions]
    rows = []
    if len(panel.columns) == TWO:
        pairs = [(theme, paired(panel, texts, theme.slug, 0, 1)) for theme in panel.themes]
        held = [(theme, two) for theme, two in pairs if two.before.figure.numerator or two.after.figure.numerator]
        changes = judged([two for _, two in held], counting=counting)
        rows = [
            ThemeChange(
                theme=theme,
                before=two.before.figure,
                after=two.after.figure,
                among_text_before=two.text[0].figure if two.text else None,
                among_text_after=two.text[1].figure if two.text else None,
                change=change,
            )
            for (theme, two), change in zip(held, changes, strict=True)
        ]
    rows.sort(key=lambda row: (row.change.verdict == "not settled", -abs(row.change.change or 0.0), row.theme.slug))
    return EditionComparison(
        before=names[0],
        after=names[-1],
        population=population,
        counting=counting,
        rows=rows,
        snapshot=panel.snapshot,
    )


def _lead(found: EditionComparison, panel: Panel, facts: ScopeFacts) -> Line:
    held = {column.key for column in panel.columns}
    if missing := [edition.name for edition in facts.editions if edition.slug not in held]:
        left = "" if found.population == "all" else f" left ({get_population(found.population).name})"
        have = f"{'has' if len(missing) == 1 else 'have'} no known talks{left}"
        return line(f"{listed(missing)} {have} to compare, so nothing can be said of change.")
    if not found.rows:
        return line("No theme has a talk at either edition, so there is nothing to compare.")
    return line(tally_words([row.change for row in found.rows], "theme"))


def change_table(found: EditionComparison, name: str) -> FigureTable:
    """Shares of the later edition, with those of the earlier and the change beside them.

    Those among talks with text stand beside a change that is taken of them.
    """
    among = any(row.among_text_after for row in found.rows)
    return FigureTable(
        name=name,
        title=f"Themes of {found.after}, and what they were at {found.before}",
        heading="Theme",
        rows=tuple(
            FigureRow(
                key=row.theme.slug,
                label=row.theme.name,
                href=f"/themes/{row.theme.slug}",
                figure=row.after,
                more=(
                    share_cell(row.before),
                    *((among_cell(row.among_text_before, row.among_text_after),) if among else ()),
                    *change_cells(row.change),
                ),
            )
            for row in found.rows
        ),
        more=(found.before, *((AMONG,) if among else ()), *CHANGE),
    )


def change_sections(found: EditionComparison) -> tuple[Section, ...]:
    """What would settle what is not settled, and whether the text coverage jumps."""
    sections = settle_sections([(row.theme.name, row.change) for row in found.rows])
    jumps = jump_lines([(f"{found.before} to {found.after}", row.change) for row in found.rows])
    return (*sections, *((Section("The text coverage jumps", jumps),) if jumps else ()))


def change_chart(found: EditionComparison, table: FigureTable) -> Chart:
    """The shares of the later edition; the change is told in the description."""
    told = "; ".join(
        f"{row.theme.name} {row.after.fraction} ({row.after.percent}) after {row.before.percent}, {row.change.verdict}"
        for row in found.rows
    )
    return Chart(f"{found.after}: share of known talks by theme", f"Against {found.before}: {told}.", table.rows)
