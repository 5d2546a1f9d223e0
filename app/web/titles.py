"""What a view says it shows, in its title and h1: of what, narrowed to what, and then its order and where it begins.

Words only; names for slugs come from `catalog/choices.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.trends.document import Document
from app.trends.figure import Figure
from app.trends.populations import COUNTINGS, POPULATIONS, get_counting, get_population
from app.trends.wording import first_of
from app.web.words import language

MOST = 4
"""Filters that are named; of more, the others are counted."""

BY_KIND = {"technology": "technology {}", "organisation": "company {}", "stance": "stance {}"}
"""Filters whose names may be those of something else too, as a theme's."""


def view_title(what: str, narrowed: Iterable[tuple[str, str]] = (), *view: str, offset: int = 0) -> str:
    """“Talks: Operations, technology Flink (oldest first, from 26)”.

    `narrowed` are filters as (parameter, words); `view` says what else differs from how it is shown at first, and what
    is empty in it is left out; `offset` is the number of rows before the first one shown.
    """
    names = first_of([_named(*one) for one in narrowed], MOST)
    said = [one for one in view if one] + ([f"from {offset + 1:,}"] if offset else [])
    return f"{what}{': ' + ', '.join(names) if names else ''}{' (' + ', '.join(said) + ')' if said else ''}"


def document_title(document: Document, *view: str) -> str:
    """The title of a report, with the vocabulary, population and counting that tell it from others of that title.

    A saved report keeps its own title in its exports, so that is made here and not in the report.
    """
    usual = (POPULATIONS[0].slug, COUNTINGS[0].slug)
    chosen = [
        choice.label
        for choices in (document.vocabularies, document.populations, document.countings)
        for choice in choices
        if choice.current and choice.slug not in usual and not _says(document.title, choice.label)
    ]
    return view_title(document.title, (), *chosen, *view)


def figure_title(figure: Figure, *view: str, offset: int = 0) -> str:
    """The label of a figure, with its population and counting where they are not the usual ones."""
    population, counting = get_population(figure.population), get_counting(figure.counting)
    said = [one.name for one in (population, counting) if one not in (POPULATIONS[0], COUNTINGS[0])]
    return view_title(figure.label, (), *said, *view, offset=offset)


def _says(title: str, words: str) -> bool:
    return words in title.split(", ")


def _named(parameter: str, words: str) -> str:
    if parameter == "language":
        return language(words)
    return BY_KIND.get(parameter, "{}").format(words)
