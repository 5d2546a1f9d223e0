"""Shares of themes and counts of talks, as figures, in a small fixed number of SQL statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.counted import told_by_columns
from app.catalog.filters import TalkFilter, allowed_talks, check_names
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.catalog.snapshot import current_snapshot
from app.catalog.vocabularies import VocabularyName, choose_vocabulary
from app.errors import NotFound
from app.models import Organisation, Speaker, Technology, Theme
from app.text.kinds import KINDS
from app.trends.figure import Figure, FigureLink, count_figure, share_figure
from app.trends.keys import FigureKey
from app.trends.populations import POPULATIONS, doubt, get_counting, get_population
from app.trends.scope import Coverage, Scope, ScopeFacts, read_scope
from app.trends.tally import Tally, theme_tallies


class ThemeName(BaseModel):
    """A theme by name."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str


class ThemeShare(BaseModel):
    """The share of one theme; `depth` is 0 for a theme without a parent. `whole` is the figure itself, not in JSON."""

    model_config = ConfigDict(frozen=True)

    theme: ThemeName
    depth: int
    parent: str | None
    numerator: int
    denominator: int
    share: float | None
    low: float | None
    high: float | None
    method: str
    estimate: float | None
    method_slug: str
    confirmed: int
    machine: int
    figure: FigureLink
    whole: Figure = Field(exclude=True)


class ThemeShares(BaseModel):
    """GET /trends/themes and `hallway report themes --format json`: themes by share, each followed by its parts.

    All of them are of one vocabulary, which is None in a base that has no themes.
    """

    model_config = ConfigDict(frozen=True)

    vocabulary: VocabularyName | None
    population: str
    counting: str
    scope: str
    coverage: Coverage
    rows: list[ThemeShare]
    snapshot: str

    def row(self, theme: str) -> ThemeShare | None:
        """The row of a theme by slug."""
        return next((row for row in self.rows if row.theme.slug == theme), None)


@dataclass(frozen=True)
class PopulationCount:
    """A population with the figure that counts its talks in a scope; `doubt` says what its rule rests on in vain."""

    slug: str
    name: str
    sentence: str
    figure: Figure
    doubt: str | None = None


@dataclass(frozen=True)
class _ThemeRow:
    id: int
    slug: str
    name: str
    parent: int | None
    vocabulary: str


def theme_shares(
    session: Session,
    scope: Scope,
    population: str = "all",
    counting: str = "any",
    facts: ScopeFacts | None = None,
    vocabulary: str | None = None,
) -> ThemeShares:
    """Shares of all themes of a vocabulary in `scope`; without one named, of that which most talks there have a theme
    of. Unknown slugs are NotFound, an unknown population or counting a UsageError.

    `facts` of the same scope spare reading it again.
    """
    get_counting(counting)
    narrowed = get_population(population).narrow(scope.filter())
    facts = facts or read_scope(session, scope)
    snapshot = current_snapshot(session)
    chosen = choose_vocabulary(session, vocabulary, scope.filter())
    themes = [theme for theme in _themes(session) if chosen and theme.vocabulary == chosen.slug]
    tallies = _tallies(session, narrowed, counting, themes)
    slugs = {theme.id: theme.slug for theme in themes}
    rows = []
    for theme, depth in _ordered(themes, tallies):
        key = FigureKey("share", scope.filter(), population, counting, theme.slug, snapshot)
        figure = share_figure(key, theme.name, facts, tallies[theme.id])
        rows.append(_row(theme, depth, slugs.get(theme.parent or 0), figure))
    return ThemeShares(
        vocabulary=chosen,
        population=population,
        counting=counting,
        scope=facts.title,
        coverage=facts.coverage,
        rows=rows,
        snapshot=snapshot,
    )


def theme_figure(session: Session, theme: str, scope: Scope, population: str = "all", counting: str = "any") -> Figure:
    """The share of one theme by slug. Errors as of `theme_shares`, and NotFound for an unknown theme."""
    get_population(population)
    figures = theme_figures(session, (theme,), read_scope(session, scope), population, counting)
    if theme not in figures:
        raise NotFound("theme", theme)
    return figures[theme]


def theme_figures(
    session: Session, themes: Sequence[str], facts: ScopeFacts, population: str = "all", counting: str = "any"
) -> dict[str, Figure]:
    """The shares of some themes in one scope, by slug; unknown themes are left out. Four statements for the
    themes of one vocabulary."""
    get_counting(counting)
    scope = facts.scope
    narrowed = get_population(population).narrow(scope.filter())
    found = [theme for theme in _themes(session) if theme.slug in themes]
    tallies = _tallies(session, narrowed, counting, found)
    snapshot = current_snapshot(session)
    return {
        theme.slug: share_figure(
            FigureKey("share", scope.filter(), population, counting, theme.slug, snapshot),
            theme.name,
            facts,
            tallies[theme.id],
        )
        for theme in found
    }


def listed_themes(session: Session, vocabulary: str) -> dict[int, ThemeName]:
    """The themes of a vocabulary that are in use, by id, in its order."""
    themes = [theme for theme in _themes(session) if theme.vocabulary == vocabulary]
    return {theme.id: ThemeName(slug=theme.slug, name=theme.name) for theme in themes}


def find_theme(session: Session, slug: str) -> Theme:
    """The theme of this slug that is in use, else NotFound."""
    theme = session.scalar(select(Theme).where(col(Theme.slug) == slug, col(Theme.withdrawn_at).is_(None)))
    if theme is None:
        raise NotFound("theme", slug)
    return theme


def talk_count(session: Session, filter: TalkFilter | None = None, population: str = "all") -> Figure:
    """How many talks `filter` allows, as a figure, of all talks of the population in its editions, series and years.

    A filter that holds a theme (use `theme_figure`) or narrows by what is a population is a ValueError.
    """
    wanted = filter or TalkFilter()
    key = FigureKey("count", wanted, population, snapshot=current_snapshot(session))
    check_names(session, wanted)
    facts = read_scope(session, key.scope)
    numerator, denominator = _counts(session, (key.numerator(), key.denominator()))
    return count_figure(key, facts, numerator, denominator, _names(session, wanted))


def edition_counts(session: Session, editions: tuple[str, ...] = ()) -> dict[str, Figure]:
    """Known talks of each edition (or of some, which must exist), by edition slug: figures for lists of editions.

    A fixed number of statements.
    """
    snapshot = current_snapshot(session)
    whole = read_scope(session, Scope(editions=editions))
    figures = {}
    for edition in whole.editions:
        scope = Scope(editions=(edition.slug,))
        facts = ScopeFacts(scope, edition.name, (edition,))
        key = FigureKey("count", scope.filter(), snapshot=snapshot)
        figures[edition.slug] = count_figure(key, facts, edition.known, edition.known)
    return figures


def population_counts(session: Session, scope: Scope, facts: ScopeFacts | None = None) -> tuple[PopulationCount, ...]:
    """Each population with its count of talks in `scope`, in the order of the switch."""
    facts = facts or read_scope(session, scope)
    snapshot = current_snapshot(session)
    numbers, told = kept(session, ("populations", scope), lambda: _of_populations(session, scope))
    found = []
    for population, number in zip(POPULATIONS, numbers, strict=True):
        key = FigureKey("count", scope.filter(), population.slug, snapshot=snapshot)
        figure = count_figure(key, facts, number, number)
        said = doubt(population, number, told)
        found.append(PopulationCount(population.slug, population.name, population.sentence, figure, said))
    return tuple(found)


def _of_populations(session: Session, scope: Scope) -> tuple[list[int], dict[str, int]]:
    """Talks of each population in `scope`, and what their rules rest on."""
    counted = counted_talks(session, scope.filter())
    parts = [counted.narrowed(population.narrow(TalkFilter())) for population in POPULATIONS]
    full_length = next(part for each, part in zip(POPULATIONS, parts, strict=True) if each.rests_on == "lengths")
    told = {
        "keynotes": counted.inside & (counted.sheet.kind == KINDS.index("keynote")),
        "sponsored": counted.inside & (counted.sheet.kind == KINDS.index("sponsored")),
        "lengths": full_length & np.isnan(counted.sheet.minutes),
    }
    return [int(part.sum()) for part in parts], {name: int(talks.sum()) for name, talks in told.items()}


def _names(session: Session, filter: TalkFilter) -> dict[str, str]:
    """Names of the slugs in `filter` that a count is described by."""
    wanted = (
        (Speaker.slug, Speaker.name, filter.speaker),
        (Organisation.slug, Organisation.name, filter.organisation),
        (Technology.slug, Technology.name, filter.technology),
        (Technology.slug, Technology.name, next(iter(filter.technologies), None)),
        *((Theme.slug, Theme.name, theme) for theme in filter.both),
    )
    return {
        slug: session.scalars(select(col(name)).where(col(column) == slug)).one()
        for column, name, slug in wanted
        if slug
    }


def _counts(session: Session, filters: Sequence[TalkFilter]) -> list[int]:
    """Talks each filter allows: from the sheets where their columns tell it, else by one statement each."""
    return [
        int(counted_talks(session, each).inside.sum())
        if told_by_columns(each)
        else int(session.scalar(allowed_talks(each).with_only_columns(func.count())) or 0)
        for each in filters
    ]


def _tallies(session: Session, talks: TalkFilter, counting: str, themes: Sequence[_ThemeRow]) -> dict[int, Tally]:
    """Tallies of themes by id. A talk has a main theme in each vocabulary, so each is counted by itself."""
    by_vocabulary: dict[str, list[int]] = defaultdict(list)
    for theme in themes:
        by_vocabulary[theme.vocabulary].append(theme.id)
    tallies: dict[int, Tally] = {}
    for vocabulary, ids in by_vocabulary.items():
        tallies |= theme_tallies(session, talks, counting, ids, vocabulary)
    return tallies


def _themes(session: Session) -> tuple[_ThemeRow, ...]:
    """The themes in use. One statement, none while nothing changes."""
    return kept(session, "themes", lambda: _read_themes(session))


def _read_themes(session: Session) -> tuple[_ThemeRow, ...]:
    rows = session.execute(
        select(col(Theme.id), col(Theme.slug), col(Theme.name), col(Theme.parent_id), col(Theme.vocabulary))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.position), col(Theme.id))
    )
    return tuple(_ThemeRow(theme or 0, *rest) for theme, *rest in rows)


def _ordered(themes: list[_ThemeRow], tallies: dict[int, Tally]) -> Iterator[tuple[_ThemeRow, int]]:
    """Most talks first, then the vocabulary's order; the parts of a theme right after it, with their depth."""
    children: dict[int | None, list[_ThemeRow]] = defaultdict(list)
    present = {theme.id for theme in themes}
    for theme in sorted(themes, key=lambda theme: -tallies[theme.id].numerator):
        children[theme.parent if theme.parent in present else None].append(theme)
    waiting = [(theme, 0) for theme in reversed(children[None])]
    while waiting:
        theme, depth = waiting.pop()
        yield theme, depth
        waiting += [(part, depth + 1) for part in reversed(children[theme.id])]


def _row(theme: _ThemeRow, depth: int, parent: str | None, figure: Figure) -> ThemeShare:
    return ThemeShare(
        theme=ThemeName(slug=theme.slug, name=theme.name),
        depth=depth,
        parent=parent,
        numerator=figure.numerator,
        denominator=figure.denominator,
        share=figure.share,
        low=figure.low,
        high=figure.high,
        method=figure.method,
        estimate=figure.estimate,
        method_slug=figure.method_slug,
        confirmed=figure.confirmed,
        machine=figure.machine,
        figure=figure.link,
        whole=figure,
    )
