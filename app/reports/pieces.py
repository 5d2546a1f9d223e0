"""What several reports share: lines on coverage and method, sources, the switches, the table of themes."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from app.catalog.vocabularies import VocabularyName, choose_vocabulary, vocabulary_names
from app.reports.request import ReportRequest
from app.trends.alternatives import Alternative, alternatives
from app.trends.counts import ThemeShare, ThemeShares, population_counts
from app.trends.document import Choice, FigureRow, FigureTable, Line, Link, Number, Reference, Section, line
from app.trends.estimate import UNASSIGNED
from app.trends.figure import Figure
from app.trends.populations import COUNTINGS, get_counting, get_population
from app.trends.scope import EditionFacts, ScopeFacts, exceeding_words, lacking_words
from app.trends.wording import counted, percent

SOURCES_OF_EDITIONS = 3
"""Up to so many editions each source is listed; with more, the editions are, whose pages list theirs."""

LISTED_EDITIONS = 100
"""With more than these, the list of editions is named instead."""


def coverage_lines(facts: ScopeFacts, population: str, example: ThemeShare | None) -> tuple[Line, ...]:
    """What is known of the programmes, and what the unknown sessions could make of the share of `example`."""
    if not facts.editions:
        chosen = "; none of those chosen is of the series and the years asked for" if facts.scope.editions else ""
        return (line(f"The base holds no edition here{chosen}."),)
    if facts.known == 0:
        return (
            line(f"No talks of {facts.title} are in the base. `hallway ingest programme.yaml` adds them from a file."),
        )
    published = facts.published
    if published is None:
        return (_unknown(facts),)
    if facts.coverage.is_complete:
        return (line(f"All {counted(published, 'published session')} are in the base."),)
    left = facts.missing or 0
    which = f": {lacking_words(facts)}" if len(facts.editions) > 1 else ""
    start = f"{left:,} of the {published:,} published sessions {'is' if left == 1 else 'are'} not in the base{which}."
    if facts.surplus:
        beyond = exceeding_words(facts)
        return (*([line(start)] if left else []), line(f"{beyond[0].upper()}{beyond[1:]}."))
    if example is None or example.numerator == 0:
        return (line(start),)
    if population != "all":
        rest = " What they are is not known, so nothing is said of their part in this population."
        return (line(start + rest),)
    figure = example.whole
    return (
        line(
            start,
            f" {'Was it not' if left == 1 else 'Were none of them'} of the theme {example.theme.name}, ",
            "its share would be ",
            Number(figure, percent(figure.if_none)),
            f"; {'was it' if left == 1 else 'were all'}, ",
            Number(figure, percent(figure.if_all)),
            ".",
        ),
    )


def _unknown(facts: ScopeFacts) -> Line:
    if len(facts.editions) == 1:
        talks = f"{counted(facts.known, 'talk')} {'is' if facts.known == 1 else 'are'}"
        return line(f"How many sessions {facts.title} published is not known; {talks}.")
    told = sum(edition.published is not None for edition in facts.editions)
    empty = sum(edition.known == 0 for edition in facts.editions)
    without = f", {empty:,} of which {'has' if empty == 1 else 'have'} no known talks" if empty else ""
    return line(
        f"How many sessions were published is known for {told} of {counted(len(facts.editions), 'edition')} only"
        f"{without}, so nothing can be said of how complete the {counted(facts.known, 'known talk')} "
        f"{'is' if facts.known == 1 else 'are'}."
    )


def completeness_section(facts: ScopeFacts) -> tuple[Section, ...]:
    """What the source says about how complete one edition is; nothing for several."""
    if len(facts.editions) != 1 or not facts.editions[0].completeness:
        return ()
    return (Section("What is known of the programme", (line(facts.editions[0].completeness),)),)


def with_vocabulary(session: Session, request: ReportRequest) -> ReportRequest:
    """The request with its vocabulary named wherever there are several, so that its address means the same tomorrow.

    NotFound for an unknown vocabulary or theme, a UsageError for a theme of another vocabulary.
    """
    chosen = choose_vocabulary(session, request.vocabulary, request.scope.filter(), request.theme)
    if chosen is None or request.vocabulary or len(vocabulary_names(session)) < 2:
        return request
    return replace(request, vocabulary=chosen.slug)


def vocabulary_choices(session: Session, request: ReportRequest) -> tuple[Choice, ...]:
    """The report under each vocabulary; nothing to choose where there is one, or where a theme says which."""
    names = vocabulary_names(session)
    if len(names) < 2 or request.theme:
        return ()
    return tuple(
        Choice(name.slug, name.name, request.query(vocabulary=name.slug), name.slug == request.vocabulary)
        for name in names
    )


def vocabulary_line(vocabulary: VocabularyName) -> Line:
    """Which vocabulary themes are of."""
    version = f", version {vocabulary.version}" if vocabulary.version else ""
    return line("Themes are those of the vocabulary ", Link(vocabulary.name, _address(vocabulary)), f"{version}.")


def _address(vocabulary: VocabularyName) -> str:
    return f"/themes?vocabulary={vocabulary.slug}"


def method_lines(shares: ThemeShares, example: ThemeShare | None) -> tuple[Line, ...]:
    """How the numbers were made: vocabulary, population, counting, interval, and what the interval does not cover."""
    lines = [
        *([vocabulary_line(shares.vocabulary)] if shares.vocabulary else []),
        line(get_population(shares.population).sentence, " ", get_counting(shares.counting).sentence),
        line(
            "A talk has a theme by people’s decision or, where no person has decided, by the machine’s assignment; "
            "a person’s “no” always stands. The parts of a theme are counted apart from it."
        ),
    ]
    if example is not None:
        lines.append(
            line(
                f"{example.theme.name}, for example: ",
                Number(example.whole, example.whole.fraction),
                f". {example.method}",
            )
        )
    lines.append(
        line(
            "Intervals are Wilson’s (1927) at 95 %, for an effective sample size that adds the variance of drawing the "
            "known talks from the published (finite population correction) and that of labels no person decided "
            "(Korn and Graubard 1998; Dean and Pagano 2015). They take the known talks for a random part of the "
            "programme, which nobody drew. Labels count by a reviewed sample where there is one, by how often the "
            "machine was right elsewhere where not, and at the machine’s own word where nothing was measured; then "
            f"{percent(UNASSIGNED)} is assumed where it kept no probability."
        )
    )
    return tuple(lines)


def source_references(facts: ScopeFacts, base_url: str) -> tuple[Reference, ...]:
    """Where the facts come from."""
    if len(facts.editions) > SOURCES_OF_EDITIONS:
        known = [edition for edition in facts.editions if edition.known]
        if len(known) > LISTED_EDITIONS:
            narrowed = f"?series={facts.scope.series}" if facts.scope.series else ""
            return (
                Reference(f"{counted(len(known), 'edition')}, each with its sources", f"{base_url}/editions{narrowed}"),
            )
        return tuple(
            Reference(f"{edition.name} and its sources", f"{base_url}/editions/{edition.slug}") for edition in known
        )
    return tuple(
        Reference(_label(facts, edition, str(found.get("label") or found.get("url") or "")), found.get("url"))
        for edition in facts.editions
        for found in edition.references
    )


def _label(facts: ScopeFacts, edition: EditionFacts, label: str) -> str:
    return label if len(facts.editions) == 1 else f"{edition.name}: {label}"


def theme_table(shares: ThemeShares, rows: list[ThemeShare]) -> FigureTable:
    """The table of themes: shares with their figures; no rows where there are no talks to take a share of."""
    return FigureTable(
        name="themes",
        title=f"Themes of {shares.scope}",
        heading="Theme",
        rows=tuple(
            FigureRow(
                key=row.theme.slug,
                label=row.theme.name,
                href=f"/themes/{row.theme.slug}",
                figure=row.whole,
                depth=row.depth,
                parent=row.parent,
            )
            for row in rows
            if row.denominator
        ),
    )


def population_choices(session: Session, request: ReportRequest, facts: ScopeFacts) -> tuple[Choice, ...]:
    """The report under each population, with its count."""
    return tuple(
        Choice(
            found.slug, found.name, request.query(population=found.slug), found.slug == request.population, found.figure
        )
        for found in population_counts(session, request.scope, facts)
    )


def population_alternatives(
    session: Session, request: ReportRequest, facts: ScopeFacts, example: ThemeShare | None
) -> tuple[Alternative, ...]:
    """The share of `example` under every population; nothing where there is no such theme."""
    if example is None:
        return ()
    return alternatives(session, example.theme.slug, facts, request.population, request.counting)


def counting_choices(request: ReportRequest) -> tuple[Choice, ...]:
    """The report under each way of counting."""
    return tuple(
        Choice(way.slug, way.name, request.query(counting=way.slug), way.slug == request.counting) for way in COUNTINGS
    )


def leading(figure: Figure, of: str = " known talks") -> tuple[Number, str]:
    """“19 of 47” as a link, and “ known talks, 40 %, likely 34–47 %” after it."""
    return Number(figure, figure.fraction), f"{of}, {figure.percent}, {figure.likely}"
