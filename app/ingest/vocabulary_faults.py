"""What is wrong with a vocabulary: faults, for which it is not taken up, and warnings. No database here.

What a JSON schema can tell (missing, empty and unknown fields) was told by the parser before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.ingest.record import FoundProblem, ThemeRecord, Vocabulary


@dataclass(frozen=True)
class Taken:
    """A theme of another vocabulary that holds a slug; `file` is where that vocabulary came from."""

    vocabulary: str
    file: str


def vocabulary_faults(vocabulary: Vocabulary, taken: Mapping[str, Taken] | None = None) -> list[FoundProblem]:
    """Every error, each with its place and what to do. `taken`: themes of other vocabularies by slug."""
    return entry_faults(vocabulary.slug, vocabulary.entries, taken or {})


def entry_faults(slug: str, themes: Sequence[ThemeRecord], taken: Mapping[str, Taken]) -> list[FoundProblem]:
    """The same of the themes of a file that could be read, also of those that break the schema; `slug` is that of the
    vocabulary."""
    return [*_doubled(themes), *_empty(themes), *_parents(themes), *_clashes(slug, themes, taken)]


def vocabulary_warnings(vocabulary: Vocabulary) -> list[FoundProblem]:
    """What does no harm at once but is seldom meant: phrases of two themes, and themes with nothing to be told by."""
    themes: dict[str, list[ThemeRecord]] = defaultdict(list)
    for theme in vocabulary.themes:
        for phrase in {" ".join(each.casefold().split()) for each in (theme.name, *theme.synonyms, *theme.cues)}:
            themes[phrase].append(theme)
    found = [
        FoundProblem(
            "warning",
            f"“{phrase}” stands in {' and in '.join(f'“{theme.slug}”' for theme in several)}. Keep it in one of them, "
            "unless a talk that says it is nearly always about both.",
            several[-1].place("cues"),
        )
        for phrase, several in sorted(themes.items())
        if len(several) > 1
    ]
    found += [
        FoundProblem(
            "warning",
            f"The theme “{theme.slug}” has neither cues nor synonyms, so only its name and its meaning point to it. "
            "Add the words that talks on it use.",
            theme.position,
        )
        for theme in vocabulary.themes
        if not theme.cues and not theme.synonyms
    ]
    return found


def _doubled(themes: Sequence[ThemeRecord]) -> Iterator[FoundProblem]:
    first: dict[str, ThemeRecord] = {}
    for theme in themes:
        if theme.slug in first:
            message = f"The theme “{theme.slug}” is given twice, first at {first[theme.slug].position}; keep one."
            yield FoundProblem("error", message, theme.place("slug"))
        first.setdefault(theme.slug, theme)


def _empty(themes: Sequence[ThemeRecord]) -> Iterator[FoundProblem]:
    """Texts of white space alone; of those with nothing at all the schema told."""
    for theme in themes:
        if theme.definition and not theme.definition.strip():
            message = f"The definition of “{theme.slug}” is empty; write in a paragraph what a talk on it is about."
            yield FoundProblem("error", message, theme.place("definition"))
        if theme.name and not theme.name.strip():
            message = f"The name of “{theme.slug}” is empty; write how readers should see it."
            yield FoundProblem("error", message, theme.place("name"))


def _parents(entries: Sequence[ThemeRecord]) -> Iterator[FoundProblem]:
    """Parents that are no theme of the file, and each cycle once, at the first of its themes."""
    themes = {theme.slug: theme for theme in reversed(entries)}
    told: set[str] = set()
    for theme in entries:
        where = theme.place("parent")
        if theme.parent and theme.parent not in themes:
            message = f"The parent “{theme.parent}” of “{theme.slug}” is no theme of this file"
            yield FoundProblem("error", f"{message}; correct it, leave it out, or add that theme.", where)
            continue
        way = _way_back(theme, themes)
        if way and theme.slug not in told:
            told.update(way)
            message = f"“{theme.slug}” is its own ancestor ({' in '.join(way)}); leave out one of these parents."
            yield FoundProblem("error", message, where)


def _way_back(theme: ThemeRecord, themes: Mapping[str, ThemeRecord]) -> list[str]:
    """The slugs from a theme by way of its parents to itself; none where its parents come to an end."""
    way = [theme.slug]
    above = theme.parent
    while above is not None and above in themes:
        if above == theme.slug:
            return [*way, above]
        if above in way:
            return []
        way.append(above)
        above = themes[above].parent
    return []


def _clashes(slug: str, themes: Sequence[ThemeRecord], taken: Mapping[str, Taken]) -> Iterator[FoundProblem]:
    for theme in themes:
        if theme.slug in taken:
            other = taken[theme.slug]
            yield FoundProblem(
                "error",
                f"The slug “{theme.slug}” is that of a theme of the vocabulary {other.vocabulary} ({other.file}); a "
                f"slug names one theme over all vocabularies. Choose another, such as {slug}-{theme.slug}.",
                theme.place("slug"),
            )
