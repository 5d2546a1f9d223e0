"""Report “radar”: technologies in rings by share of talks and by what people say of them, with how they moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from urllib.parse import urlencode

import numpy as np
from pydantic import BaseModel
from sqlmodel import Session

from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.catalog.takeaways import TakeawayFilter, stances_of_takeaways
from app.reports.movements import sources
from app.reports.pieces import coverage_lines, population_choices
from app.reports.request import ReportRequest
from app.technologies.naming import listed_in_takeaways
from app.trends.change.difference import Difference, difference
from app.trends.change.discoveries import BENJAMINI_HOCHBERG, Verdict, adjusted, verdict
from app.trends.document import Document, FigureRow, FigureTable, Line, Link, Number, Section, line
from app.trends.figure import Figure
from app.trends.mentions import Mentioned, Mentions, counted_share, mention_figures, read_mentions
from app.trends.populations import get_population
from app.trends.scope import Scope, ScopeFacts, facts_of_years, read_scope
from app.trends.wording import counted, listed, percent, percent_range, points, points_range

SPAN = 2
"""Years of the newest period, and of the one before it."""

LEAST_TALKS = 2
MOST = 100
"""Technologies of a ring that pages and texts list, and of those that are no longer mentioned."""

NAMED = 8
"""Technologies that the lead names of those that rose, and of those that fell."""

ORDER = "those that rose or fell for certain first, then those with most talks"
RINGS = ("adopt", "trial", "assess", "hold")
SHARES = {"adopt": 0.05, "trial": 0.02}
"""Least share of the newest talks, by the lower end of its interval, of the inner rings."""

FOR = ("recommends",)
AGAINST = ("warns", "reports-failure", "withdraws")
RULE = (
    f"A ring is given by the newest {SPAN} years: adopt where surely at least {SHARES['adopt'] * 100:g} % of talks "
    f"mention the technology (by the lower end of the interval), trial where at least {SHARES['trial'] * 100:g} %, "
    "assess below; hold, whatever its share, where more takeaways warn of it, report a failure or withdraw than "
    "recommend it."
)


class Blip(BaseModel):
    """A technology on the radar. Shares and limits are 0..1, of the newest period; `change` is from that before it.

    `p` is adjusted for all technologies. Movement is None where the base holds no period before.
    """

    slug: str
    name: str
    ring: str
    figure: Figure
    before: Figure | None
    share: float
    low: float
    high: float
    change: float | None
    change_low: float | None
    change_high: float | None
    p: float | None
    verdict: Verdict | None
    recommends: int
    warns: int


class Gone(BaseModel):
    """A technology that no talk of the newest period mentions; `last` is the year of the last that does."""

    slug: str
    name: str
    last: int


class Radar(BaseModel):
    """The JSON of this report; `newest` and `before` are the periods as first and last year.

    `blips` are all that qualify, within each ring those that moved for certain first, then most talks; so is `gone`
    ordered by the talks of the period before.
    """

    scope: str
    population: str
    newest: tuple[int, int] | None
    before: tuple[int, int] | None
    blips: list[Blip]
    gone: list[Gone]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report for `request`; unknown slugs are NotFound."""
    facts = read_scope(session, request.scope)
    mentions = read_mentions(session, facts, "year", request.population)
    key = ("radar", facts.scope, request.population)
    found = kept(session, key, lambda: _radar(session, request, facts, mentions))
    return Document(
        report="radar",
        title=f"Technology radar: {facts.title}",
        payload=found,
        snapshot=found.snapshot,
        parameters=request.parameters(),
        lead=_lead(found, facts, mentions),
        coverage=coverage_lines(facts, request.population, None),
        populations=population_choices(session, request, facts),
        tables=tuple(
            _table(found, ring, request.scope) for ring in RINGS if any(blip.ring == ring for blip in found.blips)
        ),
        sections=_gone_section(found),
        method=(line(get_population(request.population).sentence), *_method()),
        sources=sources(facts),
    )


def _method() -> tuple[Line, ...]:
    caution = line(
        "A talk mentions a technology where its programme lists it or its text names it. Intervals are Wilson’s "
        "(1927), those of movements Newcombe’s (1998, method 10); programmes that list technologies for some editions "
        "only make them move, which no interval holds."
    )
    whole = line(
        f"A technology is on the radar where a talk of the newest {SPAN} years and at least {LEAST_TALKS} of those and "
        f"the {SPAN} before mention it. All of them are judged together, whether they are listed or not."
    )
    return whole, line(RULE), line(BENJAMINI_HOCHBERG), caution


def _radar(session: Session, request: ReportRequest, facts: ScopeFacts, mentions: Mentions) -> Radar:
    spoken = mentions.units[mentions.counts.any(axis=0)].tolist()
    newest = before = None
    blips: list[Blip] = []
    gone: list[Gone] = []
    if spoken:
        last = max(spoken)
        newest = (last - SPAN + 1, last)
        before = (last - 2 * SPAN + 1, last - SPAN)
        if not mentions.known[mentions.between(*before)].any():
            before = None
        blips = _blips(session, request, facts, mentions, newest, before)
        gone = _gone(mentions, newest)
    return Radar(
        scope=facts.title,
        population=request.population,
        newest=newest,
        before=before,
        blips=blips,
        gone=gone,
        snapshot=current_snapshot(session),
    )


def _talks(mentions: Mentions, period: tuple[int, int]) -> tuple[list[int], int]:
    """Of some years, how many talks mention each technology and how many are known."""
    here = mentions.between(*period)
    return mentions.counts[:, here].sum(axis=1).tolist(), int(mentions.known[here].sum())


def _blips(
    session: Session,
    request: ReportRequest,
    facts: ScopeFacts,
    mentions: Mentions,
    newest: tuple[int, int],
    before: tuple[int, int] | None,
) -> list[Blip]:
    now = facts_of_years(session, facts, *newest)
    then = facts_of_years(session, facts, *before) if before else None
    stances = _stances(session, request.scope)
    counts, known = _talks(mentions, newest)
    counts_before, known_before = _talks(mentions, before) if before else ([0] * len(counts), 0)
    held = [
        (one, talks, earlier)
        for one, talks, earlier in zip(mentions.technologies, counts, counts_before, strict=True)
        if talks and talks + earlier >= LEAST_TALKS
    ]
    moves: list[Difference | None] = []
    for _, talks, earlier in held:
        two = counted_share(earlier, known_before), counted_share(talks, known)
        moves.append(difference(two[0], two[1]) if two[0] and two[1] else None)
    ps = iter(adjusted([move.p for move in moves if move]))
    newer = [one._replace(talks=talks) for one, talks, _ in held]
    older = [one._replace(talks=earlier) for one, _, earlier in held]
    figures = mention_figures(session, now, request.population, newer, known)
    past = mention_figures(session, then, request.population, older, known_before) if then else [None] * len(held)
    blips = [
        _blip(one, figure, before_, move, next(ps) if move else None, stances[one.slug])
        for (one, _, _), figure, before_, move in zip(held, figures, past, moves, strict=True)
    ]
    return sorted(
        blips,
        key=lambda blip: (
            RINGS.index(blip.ring), blip.verdict not in ("rose", "fell"), -blip.figure.numerator, blip.slug,
        ),
    )  # fmt: skip


def _blip(
    one: Mentioned, figure: Figure, before: Figure | None, move: Difference | None, p: float | None, said: Counter[str]
) -> Blip:
    share = counted_share(figure.numerator, figure.denominator)
    assert share is not None
    warns = sum(said[stance] for stance in AGAINST)
    ring = next((ring for ring, least in SHARES.items() if share.low >= least), "assess")
    if warns > said["recommends"]:
        ring = "hold"
    return Blip(
        slug=one.slug,
        name=one.name,
        ring=ring,
        figure=figure,
        before=before,
        share=share.share,
        low=share.low,
        high=share.high,
        change=move.change if move else None,
        change_low=move.low if move else None,
        change_high=move.high if move else None,
        p=p,
        verdict=verdict(move.change, p) if move and p is not None else None,
        recommends=said["recommends"],
        warns=warns,
    )


def _stances(session: Session, scope: Scope) -> dict[str, Counter[str]]:
    """How often the takeaways here that list a technology take each stance on it, by its slug."""
    here = TakeawayFilter(
        editions=scope.editions, series=scope.series, year_from=scope.year_from, year_to=scope.year_to
    )
    stances = stances_of_takeaways(session, here)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for technology, slugs in listed_in_takeaways(session).items():
        found[technology].update(stances[slug] for slug in slugs if slug in stances)
    return found


def _lead(found: Radar, facts: ScopeFacts, mentions: Mentions) -> tuple[Line, ...]:
    if facts.known == 0:
        return (line("No talks are known here, so there is nothing to place on a radar."),)
    if not mentions.technologies:
        return (
            line(
                "No talk here is known to mention a technology. Programmes may list technologies for each talk; "
                "`hallway ingest` reads them, and `hallway rebuild all` finds them in titles and abstracts where a "
                "vocabulary of technologies was loaded."
            ),
        )
    if not found.blips or found.newest is None:
        return (line("No technology has more than one talk of late, which is too few to place on a radar."),)
    lines = [
        line(
            f"{counted(len(found.blips), 'technology', 'technologies')} by the talks of {_years(found.newest)}: ",
            *_rings(found.blips),
            ".",
        )
    ]
    if found.before is None:
        lines.append(line(f"The base has no talks of the {SPAN} years before, so nothing is said of movement."))
    else:
        told = "; ".join(_moved(found, word) for word in ("rose", "fell"))
        lines.append(line(f"Against {_years(found.before)}: {told}."))
    return tuple(lines)


def _moved(found: Radar, word: Verdict) -> str:
    """“12 rose for certain, most of all Kubernetes and Go”."""
    moved = [blip for blip in found.blips if blip.verdict == word]
    moved.sort(key=lambda blip: (-abs(blip.change or 0.0), blip.slug))
    names = [blip.name for blip in moved]
    if not names:
        return f"none {word} for certain"
    if len(names) <= NAMED:
        return f"{listed(names)} {word} for certain"
    return f"{len(names)} {word} for certain, most of all {listed(names[:NAMED])}"


def _rings(blips: Sequence[Blip]) -> tuple[str, ...]:
    counts = Counter(blip.ring for blip in blips)
    return ("; ".join(f"{ring} {counts[ring]}" for ring in RINGS if counts[ring]),)


def _years(period: tuple[int, int]) -> str:
    return f"{period[0]}–{period[1]}"


def _table(found: Radar, ring: str, scope: Scope) -> FigureTable:
    rows = []
    for blip in found.blips:
        if blip.ring == ring:
            moved: tuple[Line, ...] = ((), ())
            if blip.before and blip.change is not None and blip.change_low is not None and blip.change_high is not None:
                told = f"{points(blip.change)}, likely {points_range(blip.change_low, blip.change_high)}; before "
                moved = line(told, Number(blip.before, blip.before.fraction)), line(blip.verdict or "")
            share = line(f"{percent(blip.share)}, likely {percent_range(blip.low, blip.high)}")
            cells = (share, *moved, _said(blip, scope))
            rows.append(FigureRow(blip.slug, blip.name, f"/talks?technology={blip.slug}", blip.figure, more=cells))
    more = ("Share", "Movement", "Verdict", "Takeaways")
    return FigureTable(
        ring, ring.capitalize(), "Technology", tuple(rows), shares=False, more=more, most=MOST, order=ORDER
    )


def _said(blip: Blip, scope: Scope) -> Line:
    parts = []
    if blip.recommends:
        parts.append(Link(f"{blip.recommends} for it", _takeaways(blip, scope, FOR)))
    if blip.warns:
        parts.append(Link(f"{blip.warns} against it", _takeaways(blip, scope, AGAINST)))
    return line(*parts[:1], ", " if len(parts) > 1 else "", *parts[1:])


def _takeaways(blip: Blip, scope: Scope, stances: Sequence[str]) -> str:
    """The address of exactly those that were counted."""
    here = ReportRequest(scope.editions, scope.series, year_from=scope.year_from, year_to=scope.year_to)
    pairs = [("technology", blip.slug), *(("stance", stance) for stance in stances), *here.parameters()]
    return f"/takeaways?{urlencode(pairs)}"


def _gone(mentions: Mentions, newest: tuple[int, int]) -> list[Gone]:
    """What dropped off the radar stays findable, first what was on it until lately."""
    lately, _ = _talks(mentions, (newest[0] - SPAN, newest[0] - 1))
    now, _ = _talks(mentions, newest)
    last = np.where(mentions.counts > 0, mentions.units, 0).max(axis=1, initial=0).tolist()
    gone = [
        (-before, -one.talks, one.slug, one.name, year)
        for one, before, talks, year in zip(mentions.technologies, lately, now, last, strict=True)
        if year and one.talks >= LEAST_TALKS and not talks
    ]
    return [Gone(slug=slug, name=name, last=year) for *_, slug, name, year in sorted(gone)]


def _gone_section(found: Radar) -> tuple[Section, ...]:
    if found.newest is None or not found.gone:
        return ()
    shown = found.gone[:MOST]
    items = tuple(line(Link(one.name, f"/talks?technology={one.slug}"), f": last in {one.last}.") for one in shown)
    cut = line(
        f"{len(shown)} of {len(found.gone)} are listed, those with most talks in the {SPAN} years before first; JSON "
        "holds all."
    )
    title = f"Not mentioned in {_years(found.newest)}"
    return (Section(title, (cut,) if len(shown) < len(found.gone) else (), items),)
