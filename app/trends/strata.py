"""Talks of themes by kind and year of one series or scope, for comparing conferences of different mixes."""

from __future__ import annotations

from sqlmodel import Session

from app.catalog.kept import kept
from app.trends.change.mix import Strata, Stratum
from app.trends.counts import listed_themes
from app.trends.populations import get_counting, get_population
from app.trends.scope import Scope
from app.trends.tally import cross_tallies, denominators, stratum_of


def read_strata(session: Session, scope: Scope, population: str = "all", counting: str = "any") -> dict[str, Strata]:
    """For each theme by slug, its talks by kind and year. Three statements, none while nothing changes."""
    get_counting(counting)
    get_population(population)
    key = ("strata", scope, population, counting)
    return kept(session, key, lambda: _read(session, scope, population, counting))


def _read(session: Session, scope: Scope, population: str, counting: str) -> dict[str, Strata]:
    narrowed = get_population(population).narrow(scope.filter())
    themes = listed_themes(session)
    known = denominators(session, narrowed, "stratum")
    tallies = cross_tallies(session, narrowed, counting, themes, "stratum", known)
    return {
        name.slug: {
            stratum_of(of): Stratum(tallies[of, theme].numerator, part.talks, tallies[of, theme].variance)
            for of, part in known.items()
        }
        for theme, name in themes.items()
    }
