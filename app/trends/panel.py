"""Shares of themes at each edition, or in each year, of a scope: figures side by side, with the evidence of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise

from sqlmodel import Session

from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.catalog.vocabularies import VocabularyName, choose_vocabulary
from app.trends.change.seen import Seen, seen
from app.trends.counts import ThemeName, listed_themes
from app.trends.estimate import Estimate
from app.trends.figure import Figure, count_figure, share_estimate, share_figure
from app.trends.keys import FigureKey
from app.trends.parts import Unit, denominators, talks_by
from app.trends.populations import get_counting, get_population
from app.trends.scope import ScopeFacts, edition_facts, yearly_facts
from app.trends.tally import Tally, cross_tallies

TEXT = "with-text"
JUMP = 0.15
"""A change of text coverage by more than this part marks a line: of the pyvideo talks, 65 % have text in 2020 and 92 %
in 2021."""


@dataclass(frozen=True)
class Column:
    """An edition or a year: its `key` in tables, name, page, and the time (in years) that trends go by.

    `talks` counts the known talks of the population, `with_text` those of all talks that have text to read.
    """

    key: str
    name: str
    href: str | None
    when: float | None
    facts: ScopeFacts
    talks: int
    with_text: Figure

    @property
    def text(self) -> float:
        """The part of known talks with text, 0..1."""
        return min(1.0, self.with_text.numerator / self.facts.known) if self.facts.known else 0.0


@dataclass(frozen=True)
class Cell:
    """The share of a theme in a column, as evidence and as a figure, which is made for those who show it."""

    seen: Seen
    make: Callable[[], Figure]

    @cached_property
    def figure(self) -> Figure:
        """The share as it is shown."""
        return self.make()


@dataclass(frozen=True)
class Panel:
    """Columns that have known talks, oldest first, themes in the vocabulary's order, and a cell for each of both."""

    unit: Unit
    vocabulary: VocabularyName | None
    themes: tuple[ThemeName, ...]
    columns: tuple[Column, ...]
    cells: dict[tuple[str, str], Cell]
    snapshot: str

    def line(self, theme: str) -> list[Cell]:
        """The cells of a theme, in the order of the columns."""
        return [self.cells[column.key, theme] for column in self.columns]


def text_jumps(before: Column, after: Column) -> bool:
    """Whether so many more, or fewer, of the talks have text that machine labels cannot be compared as they are."""
    return abs(after.text - before.text) > JUMP


def theme_panel(
    session: Session,
    facts: ScopeFacts,
    unit: Unit,
    population: str = "all",
    counting: str = "any",
    themes: Sequence[str] = (),
    vocabulary: str | None = None,
) -> Panel:
    """Shares of `themes` (all if none is named) of a vocabulary by edition or year of a scope.

    Without a vocabulary named it is that which most talks there have a theme of. The statements are as many as
    `cross_tallies` takes, and a few. UsageError for an unknown population or counting; unknown themes are left out.
    """
    get_counting(counting)
    get_population(population)
    chosen = choose_vocabulary(session, vocabulary, facts.scope.filter())
    key = ("panel", facts.scope, unit, population, counting, tuple(themes), chosen)
    return kept(session, key, lambda: _panel(session, facts, unit, population, counting, themes, chosen))


def _panel(
    session: Session,
    facts: ScopeFacts,
    unit: Unit,
    population: str,
    counting: str,
    themes: Sequence[str],
    vocabulary: VocabularyName | None,
) -> Panel:
    here = facts.scope.filter()
    narrowed = get_population(population).narrow(here)
    snapshot = current_snapshot(session)
    slug = vocabulary.slug if vocabulary else ""
    listed = listed_themes(session, slug)
    wanted = {theme: name for theme, name in listed.items() if not themes or name.slug in themes}
    parts = denominators(session, narrowed, slug, unit)
    known = {of: part.talks for of, part in parts.items()}
    texts = talks_by(session, get_population(TEXT).narrow(here), unit)
    tallies = cross_tallies(session, narrowed, counting, wanted, unit, parts, slug)
    columns, cells = [], {}
    for of, column in _columns(session, facts, unit, known, texts, snapshot):
        columns.append(column)
        for theme, name in wanted.items():
            tally = tallies[of, theme]
            estimate = share_estimate(population, column.facts, tally)
            evidence = seen(estimate, tally, column.facts.coverage, population)
            assert evidence is not None
            make = partial(_figure, name, column.facts, population, counting, snapshot, tally, estimate)
            cells[column.key, name.slug] = Cell(evidence, make)
    return Panel(unit, vocabulary, tuple(wanted.values()), tuple(columns), cells, snapshot)


def _figure(
    theme: ThemeName,
    facts: ScopeFacts,
    population: str,
    counting: str,
    snapshot: str,
    tally: Tally,
    estimate: Estimate,
) -> Figure:
    key = FigureKey("share", facts.scope.filter(), population, counting, theme.slug, snapshot)
    return share_figure(key, theme.name, facts, tally, estimate)


def _columns(
    session: Session,
    facts: ScopeFacts,
    unit: Unit,
    known: dict[int, int],
    texts: dict[int, int],
    snapshot: str,
) -> list[tuple[int, Column]]:
    """Editions or years with known talks, with the id or year they are counted by."""
    places: list[tuple[int, str, str, str | None, float | None, ScopeFacts]] = []
    if unit == "edition":
        each = edition_facts(facts)
        for one in facts.editions:
            when = _when(one.start_date, one.year)
            places.append((one.id, one.slug, one.name, f"/editions/{one.slug}", when, each[one.id]))
    else:
        for year, alone in yearly_facts(session, facts).items():
            places.append((year, str(year), str(year), None, float(year), alone))
    return [
        (of, Column(key, name, href, when, alone, known[of], _text(alone, texts, of, snapshot)))
        for of, key, name, href, when, alone in places
        if of in known
    ]


def _text(alone: ScopeFacts, texts: dict[int, int], of: int, snapshot: str) -> Figure:
    """Talks with text, of all known talks: the count of the population “with text”, taken of everything known."""
    number = texts.get(of, 0)
    return count_figure(FigureKey("count", alone.scope.filter(), TEXT, snapshot=snapshot), alone, number, number)


def _when(date: str | None, year: int | None) -> float | None:
    """The time of an edition in years; the middle of the year where the day is not known."""
    if date and len(date) >= 7:
        return int(date[:4]) + (int(date[5:7]) - 0.5) / 12
    return year + 0.5 if year is not None else None


def text_coverage_jumps(session: Session, facts: ScopeFacts, unit: Unit) -> bool:
    """Whether the text coverage of all known talks jumps between neighbours; no theme is counted for it."""
    here = facts.scope.filter()
    known = talks_by(session, here, unit)
    texts = talks_by(session, get_population(TEXT).narrow(here), unit)
    columns = [column for _, column in _columns(session, facts, unit, known, texts, current_snapshot(session))]
    return any(text_jumps(before, after) for before, after in pairwise(columns))


def panel_with_texts(
    session: Session,
    facts: ScopeFacts,
    unit: Unit,
    population: str = "all",
    counting: str = "any",
    themes: Sequence[str] = (),
    vocabulary: str | None = None,
) -> tuple[Panel, Panel | None]:
    """The panel, and the same of talks with text where the text coverage jumps between neighbours.

    None where it does not, or where another population than all talks was chosen.
    """
    panel = theme_panel(session, facts, unit, population, counting, themes, vocabulary)
    if population != "all" or not any(text_jumps(before, after) for before, after in pairwise(panel.columns)):
        return panel, None
    return panel, theme_panel(session, facts, unit, TEXT, counting, themes, vocabulary)
