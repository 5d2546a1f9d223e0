"""Times every report of trends on bases of any size, and shows that its cost grows no faster than the talks.

Each address is a copy: its schema is brought up to date, and its snapshot gets another name before each cold visit. Of
a base with many years the report over everything is also timed on the half of its talks that is oldest, by years.
`cold` is after the base has changed, `warm` while nothing changes; both are p95 of a report built, `page` is the same
as a page.
Before that the site is made ready as `hallway serve` does it: what was read is left to itself by the collector of
garbage, which else goes through all of it in the middle of a report, for a quarter of a second.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col
from starlette.testclient import TestClient

from app.bootstrap import open_knowledge_base
from app.catalog.filters import TalkFilter, allowed_talks, talk_year
from app.db.engine import reading
from app.models import Edition, Series, Talk, Theme, ThemeAssignment
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.search.kernels import prepare
from app.settings import Settings
from app.web.app import create_app
from app.web.app import warm as make_ready
from scripts.changing import changing
from scripts.measured import heading, milliseconds, quantile, say

ROUNDS = 20
COLD_MS, WARM_MS = 150.0, 20.0
GROWTH = 1.0
"""Cost may grow as talks do, and no faster: a power of the number of talks."""


@dataclass(frozen=True)
class Base:
    """What a base has to ask of: its largest series, with the two newest editions, another, and its commonest theme."""

    talks: int
    series: str
    other: str | None
    editions: tuple[str, ...]
    theme: str
    half: int | None


def main() -> None:
    """A table for each base, then how times grew."""
    if len(sys.argv) < 2:
        sys.exit("Name one base or more, small ones first: scripts/bench_trends.py sqlite:////tmp/copy.sqlite3 ...")
    found: dict[str, list[tuple[int, float]]] = {}
    for address in sys.argv[1:]:
        opened = open_knowledge_base(Settings(database_url=address))
        with reading(opened.engine) as session:
            base = look(session)
        heading(f"{base.talks:,} talks: {address.rsplit('/', 1)[-1]}, largest series {base.series}")
        make_ready(opened)
        prepare(None, wait=True)  # what search makes aside would be in the way
        with TestClient(create_app(opened)) as client, changing(opened.engine) as change:
            for name, request in asked(base).items():
                cold, warm, least = report_times(opened.engine, change, name.split()[0], request)
                page = page_times(change, client, name.split()[0], request)
                say(f"{name}, cold", cold, "ms", COLD_MS)
                say(f"{name}, warm", warm, "ms", WARM_MS)
                say(f"{name}, page, cold", page[0], "ms", COLD_MS)
                say(f"{name}, page, warm", page[1], "ms", WARM_MS)
                if name.endswith("everything"):
                    found.setdefault(name, []).append((base.talks, least))
            if base.half:
                for name, of_half in half_times(opened.engine, change, base).items():
                    found[name].append(of_half)
    growth(found)


def half_times(engine: Engine, change: Callable[[], None], base: Base) -> dict[str, tuple[int, float]]:
    """Of the reports over everything, over the oldest half of the talks alone: talks and the least cold time in ms."""
    found = {}
    for name, request in asked(base).items():
        if name.endswith("everything"):
            half = replace(request, year_to=base.half)
            with reading(engine) as session:
                talks = count(session, half.scope.filter())
            found[name] = (talks, report_times(engine, change, name.split()[0], half)[-1])
    return found


def growth(found: dict[str, list[tuple[int, float]]]) -> None:
    """How much longer the largest takes than each smaller one, beside how many more talks it has."""
    heading("Growth of the least cold time over everything, against growth of talks")
    for name, times in found.items():
        talks, longest = max(times)
        for fewer, shorter in sorted(times)[:-1]:
            say(f"{name}: {talks / fewer:.1f} times the talks", longest / shorter, "times", talks / fewer * GROWTH)


def look(session: Session) -> Base:
    """What is largest in a base."""
    number = func.count(col(Talk.id)).label("number")
    held = select(col(Series.slug), number).join(Edition, col(Edition.series_id) == col(Series.id))
    held = held.join(Talk, col(Talk.edition_id) == col(Edition.id))
    largest = session.execute(held.group_by(col(Series.slug)).order_by(number.desc()).limit(2)).all()
    newest = select(col(Edition.slug)).join(Talk, col(Talk.edition_id) == col(Edition.id))
    newest = newest.join(Series, col(Series.id) == col(Edition.series_id)).where(col(Series.slug) == largest[0][0])
    editions = session.scalars(newest.group_by(col(Edition.slug)).order_by(col(Edition.start_date).desc()).limit(2))
    theme = session.scalar(
        select(col(Theme.slug))
        .join(ThemeAssignment, col(ThemeAssignment.theme_id) == col(Theme.id))
        .where(col(ThemeAssignment.status) == "machine")
        .group_by(col(Theme.slug))
        .order_by(func.count().desc())
    )
    if theme is None:
        sys.exit("The base has no themes assigned.")
    years = session.scalars(allowed_talks(TalkFilter()).with_only_columns(talk_year())).all()
    known = sorted(year for year in years if year is not None)
    half = known[len(known) // 2] if len(known) > 1000 else None
    other = largest[1][0] if len(largest) > 1 else None
    return Base(len(years), largest[0][0], other, tuple(editions), theme, half)


def asked(base: Base) -> dict[str, ReportRequest]:
    """Every report, of the largest series and of everything."""
    requests = {}
    for name in ("themes", "theme-over-time", "emerging", "radar", "companies", "together"):
        theme = base.theme if name == "theme-over-time" else None
        requests[f"{name} of a series"] = ReportRequest(series=base.series, theme=theme)
        requests[f"{name} of everything"] = ReportRequest(theme=theme)
    requests["whats-new of an edition"] = ReportRequest(editions=base.editions[:1])
    requests["compare-editions of two"] = ReportRequest(editions=base.editions)
    if base.other:
        requests["compare-conferences of two"] = ReportRequest(series=base.series, against=(base.other,))
    return requests


def report_times(
    engine: Engine, change: Callable[[], None], name: str, request: ReportRequest
) -> tuple[float, float, float]:
    """p95 in ms of building a report cold and warm, and the least cold, which a busy machine disturbs least."""

    def build() -> None:
        with reading(engine) as session:
            build_report(session, name, request)

    return timed(change, build)


def page_times(
    change: Callable[[], None], client: TestClient, name: str, request: ReportRequest
) -> tuple[float, float, float]:
    """The same of the page of a report."""
    return timed(change, lambda: client.get(f"/reports/{name}?{request.query()}").raise_for_status())


def timed(change: Callable[[], None], work: Callable[[], object]) -> tuple[float, float, float]:
    """p95 in ms of `work` after a change, the same while nothing changes, and the least after a change.

    Statements are compiled beforehand.
    """
    work()
    cold = []
    for _ in range(ROUNDS):
        change()
        cold.append(milliseconds(work))
    return quantile(cold, 0.95), quantile([milliseconds(work) for _ in range(2 * ROUNDS)], 0.95), min(cold)


def count(session: Session, filter: TalkFilter) -> int:
    """Known talks a filter allows."""
    return int(session.scalar(allowed_talks(filter).with_only_columns(func.count())) or 0)


if __name__ == "__main__":
    main()
