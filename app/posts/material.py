"""What a post is made of: the context of its template, gathered from reports, talks and takeaways of one edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.draft_cards import draft_cards, open_drafts
from app.catalog.editions import EditionCard, find_edition
from app.catalog.filters import TalkFilter
from app.catalog.takeaways import Change, TakeawayCard, takeaway_cards
from app.catalog.vocabularies import choose_vocabulary
from app.models import Edition, TakeawayDraft
from app.posts.chosen import NotableTalk, changes_of, notable_talks, takeaways_of
from app.posts.wording import RULES
from app.reports.compare_editions import ThemeChange
from app.reports.edition import EditionSummary, NamedCount
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.reports.whats_new import Counted, WhatsNew
from app.trends.counts import theme_figures
from app.trends.document import Chart, Document, FigureRow, plain
from app.trends.figure import Figure
from app.trends.scope import read_scope
from app.trends.wording import listed

THEMES = 5
CHARTED = 12
TAKEAWAYS = 12
DRAFTS = 10
NAMED = 5
UNSETTLED = 2


@dataclass(frozen=True)
class PostRequest:
    """What a post is asked for: an edition, perhaps only some themes of one vocabulary, and whether with drafts."""

    edition: str
    themes: tuple[str, ...] = ()
    drafts: bool = False


@dataclass(frozen=True)
class ThemeLine:
    """A theme with its share here; and before, with the change in words and the verdict, where there was a before.

    `verdict` is rose, fell or not settled; `before`, `change` and `verdict` are None where nothing can be compared.
    `text_only`: the change is among talks with text alone, since more talks had a text to read than before, or fewer.
    """

    slug: str
    name: str
    figure: Figure
    before: Figure | None = None
    change: str | None = None
    verdict: str | None = None
    text_only: bool = False


@dataclass(frozen=True)
class ClaimLine:
    """A number that somebody gave: the takeaway, what was `claimed` about which theme, the figure that checks it."""

    card: TakeawayCard
    about: str
    claimed: str
    figure: Figure
    verdict: str


@dataclass(frozen=True)
class PostChart:
    """The chart of a post: its title and the address of the picture."""

    title: str
    src: str


@dataclass(frozen=True)
class Report:
    """A report by title and address, for a footnote."""

    title: str
    path: str
    snapshot: str


@dataclass(frozen=True)
class PostContext:
    """What a template of a post gets, by these names. A `Figure` has `fraction` (“19 of 78”), `numerator`,
    `denominator`, `percent`, `likely` (“likely 20–30 %”) and `sentence`, which is all of it.

    Besides, a template can call `cite(thing, ...)`, which gives the footnote marks of figures, talks, takeaways,
    reports, the edition and “rules”; `{% call cited(thing, ...) %}…{% endcall %}`, which puts them behind each sentence
    of what it holds; `prose(text)` for data that is sentences, such as the text of a takeaway; `link(text, address)`,
    `quoted(text)`, `listed(names)`, `counted(number, noun)`, `dates(date)` and `image(chart)`. Whatever is data is
    escaped as it is written, and no sentence ends within it but by `prose`. Footnotes are added at the end. A sentence
    without a footnote, or one with a number or name that its footnotes do not say, is taken out of the draft.
    """

    edition: EditionCard
    title: str
    chosen: bool
    """Whether only some themes were asked for."""
    talks: Figure
    kinds: Sequence[NamedCount]
    """Kinds of talk, each with `name` and `figure`, most talks first."""
    organisations: Sequence[NamedCount]
    """Organisations with most talks, two at the least."""
    previous: str | None
    """Name of the edition of the series before this one that has known talks."""
    newcomers: Figure | None
    repeated: Figure
    new_technologies: Sequence[Counted]
    """Those in most talks of which no earlier edition has a talk; each with `name` and `figure`."""
    themes: Sequence[ThemeLine]
    """The leading themes, or those asked for, most talks first."""
    moved: Sequence[ThemeLine]
    """Themes that rose or fell since the previous edition, largest change first."""
    compared: int
    """How many themes could be compared with the previous edition."""
    unsettled: Sequence[ThemeLine]
    """Themes of which that is not settled: the two of the largest change, or all that were asked for."""
    claims: Sequence[ClaimLine]
    """Numbers that people gave, as far as talks can check them."""
    notable: Sequence[NotableTalk]
    """Talks to name, each with `card`, `why`, `takeaways` and `more`, the number of takeaways left out."""
    takeaways: Sequence[TakeawayCard]
    """Takeaways of no talk in `notable`: reviewed first, then those in a speaker’s words, then attendees’ notes."""
    more_takeaways: int
    """How many takeaways of the edition are not in the post."""
    changes: Sequence[Change]
    """Claims that a later one, of this edition, revises: each with `before` and `after`."""
    drafts: Sequence[TakeawayCard]
    """Machine drafts, only where they were asked for; a template says what they are."""
    chart: PostChart | None
    news: Report
    """The report the changes are from."""
    shares: Report
    """The report the chart is of."""
    summary: Report
    """The report on the edition."""
    rules: Sequence[str]
    """How talks and takeaways were chosen, and what shares are of."""
    snapshot: str


def gather(session: Session, request: PostRequest) -> tuple[PostContext, Chart | None]:
    """The context of a post, its chart's address still empty, and the chart itself if there is something to draw.

    NotFound for an unknown edition or theme; a UsageError for themes of two vocabularies.
    """
    edition = find_edition(session, request.edition)
    vocabulary = _vocabulary(session, request)
    asked = ReportRequest(editions=(request.edition,), vocabulary=vocabulary)
    summary, news = (build_report(session, name, asked) for name in ("edition", "whats-new"))
    told, fresh = summary.payload, news.payload
    assert isinstance(told, EditionSummary)
    assert isinstance(fresh, WhatsNew)
    moves = fresh.themes.rows if fresh.themes else []
    lines = _themes(session, request, told, moves)
    shares = build_report(session, "themes", _of_shares(asked, request))
    chart = _chart(shares, edition.name, lines)
    notable = notable_talks(session, TalkFilter(editions=(request.edition,), themes=request.themes), edition.known)
    changes, claims = changes_of(session, request.edition), _claims(session, summary, edition.name, request.themes)
    shown = {card.slug for pair in changes for card in (pair.before, pair.after)} | {line.card.slug for line in claims}
    talks = {talk.card.slug for talk in notable}
    takeaways = [
        card
        for card in takeaways_of(session, request.edition, request.themes)
        if card.slug not in shown and (card.talk is None or card.talk.slug not in talks)
    ]
    compared = lines if request.themes else [_line(row.theme.slug, row.theme.name, row) for row in moves]
    context = PostContext(
        edition=edition,
        title=_title(edition, lines if request.themes else ()),
        chosen=bool(request.themes),
        talks=told.talks,
        kinds=told.kinds,
        organisations=told.organisations[:NAMED],
        previous=fresh.before,
        newcomers=fresh.newcomers,
        repeated=fresh.repeated,
        new_technologies=fresh.technologies[:NAMED],
        themes=lines,
        moved=[line for line in compared if line.verdict in ("rose", "fell")],
        compared=sum(line.verdict is not None for line in compared),
        unsettled=_unsettled(compared)[: None if request.themes else UNSETTLED],
        claims=claims,
        notable=notable,
        takeaways=takeaways[:TAKEAWAYS],
        more_takeaways=max(0, len(takeaways) - TAKEAWAYS) + sum(talk.more for talk in notable),
        changes=changes,
        drafts=_drafts(session, edition.slug) if request.drafts else (),
        chart=PostChart(chart.title, "") if chart else None,
        news=_report(news),
        shares=_report(shares),
        summary=_report(summary),
        rules=RULES,
        snapshot=told.snapshot,
    )
    return context, chart


def _title(edition: EditionCard, lines: Sequence[ThemeLine]) -> str:
    return f"{edition.name}: {listed([line.name for line in lines])}" if lines and edition.known else edition.name


def _vocabulary(session: Session, request: PostRequest) -> str | None:
    """That of the themes asked for; None where none are, for reports to choose."""
    chosen = None
    for theme in request.themes:
        found = choose_vocabulary(session, chosen, theme=theme)
        chosen = found.slug if found else None
    return chosen


def _of_shares(asked: ReportRequest, request: PostRequest) -> ReportRequest:
    return replace(asked, theme=request.themes[0]) if len(request.themes) == 1 else asked


def _themes(
    session: Session, request: PostRequest, told: EditionSummary, moves: Sequence[ThemeChange]
) -> list[ThemeLine]:
    changes = {row.theme.slug: row for row in moves}
    if request.themes:
        scope = read_scope(session, ReportRequest(editions=(request.edition,)).scope)
        figures = theme_figures(session, request.themes, scope)
        names = {row.theme.slug: row.theme.name for row in told.themes.rows}
        found = [(slug, names.get(slug, slug), figures[slug]) for slug in request.themes if slug in figures]
        found.sort(key=lambda one: -one[2].numerator)
    else:
        rows = [row for row in told.themes.rows if row.depth == 0 and row.numerator]
        found = [(row.theme.slug, row.theme.name, row.whole) for row in rows[:THEMES]]
    return [
        replace(_line(slug, name, changes[slug]), figure=figure) if slug in changes else ThemeLine(slug, name, figure)
        for slug, name, figure in found
    ]


def _line(slug: str, name: str, row: ThemeChange) -> ThemeLine:
    change = row.change
    told = plain(change.words) if change.change is not None else None
    return ThemeLine(slug, name, row.after, row.before, told, change.verdict if told else None, change.jumps)


def _unsettled(lines: Sequence[ThemeLine]) -> list[ThemeLine]:
    return [line for line in lines if line.verdict == "not settled" and not line.text_only]


def _claims(session: Session, summary: Document, edition: str, themes: Sequence[str]) -> list[ClaimLine]:
    """Those that a figure checks, of the themes asked for."""
    wanted = [(claim, claim.any) for claim in summary.claims if claim.any and (not themes or claim.theme in themes)]
    cards = {card.slug: card for card in takeaway_cards(session, [claim.slug for claim, _ in wanted])}
    return [
        ClaimLine(cards[claim.slug], figure.label.removesuffix(f": {edition}"), claim.claimed, figure, claim.verdict)
        for claim, figure in wanted
        if claim.slug in cards
    ]


def _chart(shares: Document, edition: str, lines: Sequence[ThemeLine]) -> Chart | None:
    """Bars of the themes of the post and, where none were asked for, of those that follow."""
    wanted = {line.slug for line in lines}
    if shares.chart is None or not wanted:
        return None
    rows = [row for row in shares.chart.rows if row.key in wanted]
    if not shares.parameters or len(rows) < len(wanted) or len(wanted) == THEMES:
        rows = [row for row in shares.chart.rows if row.depth == 0 and row.figure.numerator][:CHARTED]
    told = "; ".join(f"{row.label} {row.figure.fraction} ({row.figure.percent}, {row.figure.likely})" for row in rows)
    flat: tuple[FigureRow, ...] = tuple(replace(row, depth=0, parent=None) for row in rows)
    return Chart(shares.chart.title, f"Share of known talks by theme, {edition}: {told}.", flat) if flat else None


def _drafts(session: Session, edition: str) -> list[TakeawayCard]:
    here = select(col(Edition.id)).where(col(Edition.slug) == edition)
    return draft_cards(session, open_drafts().where(col(TakeawayDraft.edition_id).in_(here)).limit(DRAFTS))


def _report(document: Document) -> Report:
    return Report(document.title, document.path, document.snapshot)
