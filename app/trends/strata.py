"""Talks of themes by kind and year of one series or scope, for comparing conferences of different mixes."""

from __future__ import annotations

from sqlmodel import Session

from app.catalog.kept import kept
from app.catalog.vocabularies import choose_vocabulary
from app.trends.change.mix import Strata, Stratum
from app.trends.counts import listed_themes
from app.trends.parts import denominators, stratum_of
from app.trends.populations import get_counting, get_population
from app.trends.scope import Scope
from app.trends.tally import cross_tallies


def read_strata(
    session: Session, scope: Scope, population: str = "all", counting: str = "any", vocabulary: str | None = None
) -> dict[str, Strata]:
    """For each theme by slug, its talks by kind and year. Three statements, none while nothing changes.

    Without a vocabulary named it is that which most talks there have a theme of. Labels are as they were given, not
    corrected: nobody samples by kind.
    """
    get_counting(counting)
    get_population(population)
    chosen = choose_vocabulary(session, vocabulary, scope.filter())
    if chosen is None:
        return {}
    key = ("strata", scope, population, counting, chosen.slug)
    return kept(session, key, lambda: _read(session, scope, population, counting, chosen.slug))


def _read(session: Session, scope: Scope, population: str, counting: str, vocabulary: str) -> dict[str, Strata]:
    narrowed = get_population(population).narrow(scope.filter())
    themes = listed_themes(session, vocabulary)
    known = denominators(session, narrowed, vocabulary, "stratum")
    tallies = cross_tallies(session, narrowed, counting, themes, "stratum", known, vocabulary)
    return {
        name.slug: {
            stratum_of(of): Stratum(tallies[of, theme].numerator, part.talks, tallies[of, theme].variance)
            for of, part in known.items()
        }
        for theme, name in themes.items()
    }
