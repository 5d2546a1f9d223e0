"""Times every kind of page, and the API beside it, on a base of any size, given by its address.

The base is opened as `hallway serve` opens it, so its schema is brought up to date: give a copy. `first` is a visit
after a change of the base; `median` and `p95` are of visits after it. In process, one client.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import func, select
from sqlmodel import Session, col
from starlette.testclient import TestClient

from app.bootstrap import open_knowledge_base
from app.catalog.editions import fullest_edition
from app.catalog.filters import TalkFilter
from app.catalog.speakers import list_speakers
from app.catalog.talks import list_talks
from app.db.engine import reading
from app.models import Theme, ThemeAssignment
from app.settings import Settings
from app.trends.counts import talk_count, theme_figure
from app.trends.scope import Scope
from app.web.app import create_app, warm
from scripts.changing import changing

VISITS = 20
FIRST_MS, MEDIAN_MS, P95_MS, KB = 150, 50, 150, 150
API_KB = 1500
"""The API answers with up to 500 talks twice where a page shows 25."""


def main() -> None:
    """One line for each address, with what misses a goal named behind it."""
    if len(sys.argv) < 2:
        sys.exit("Name the address of a base: scripts/bench_pages.py sqlite:////tmp/copy.sqlite3 [PATH...]")
    base = open_knowledge_base(Settings(database_url=sys.argv[1]))
    began = time.perf_counter()
    warm(base)
    print(
        f"warm after {time.perf_counter() - began:.1f} s; goals: first {FIRST_MS}, median {MEDIAN_MS}, p95 {P95_MS} ms"
    )
    print(f"{'':<64} {'first':>7} {'median':>7} {'p95':>7} {'kB':>8}")
    with reading(base.engine) as session:
        paths = sys.argv[2:] or addresses(session)
    with TestClient(create_app(base)) as client, changing(base.engine) as change:
        for path in paths:
            visit(client, change, path)


def addresses(session: Session) -> list[str]:
    """Every kind of page, of what is largest in the base, and the API beside it."""
    edition = fullest_edition(session)
    speakers = list_speakers(session, order="talks", limit=1).items
    talks = list_talks(session, TalkFilter(), limit=1).items
    theme = session.scalar(
        select(col(Theme.slug))
        .join(ThemeAssignment, col(ThemeAssignment.theme_id) == col(Theme.id))
        .where(col(ThemeAssignment.status) == "machine")
        .group_by(col(Theme.slug))
        .order_by(func.count().desc())
    )
    if edition is None or theme is None or not speakers or not talks:
        sys.exit("The base has no talks with speakers and themes to show.")
    share, count = theme_figure(session, theme, Scope()).path, talk_count(session).path
    one, of = f"/editions/{edition.slug}", f"edition={edition.slug}"
    pages = [
        "/", "/talks", "/talks?sort=title", "/talks?offset=20000", f"/talks?theme={theme}", f"/talks?{of}",
        talks[0].path, "/speakers", "/speakers?sort=talks", "/speakers?q=an", f"/speakers/{speakers[0].slug}",
        "/editions", f"/editions?series={edition.series.slug}", one, "/themes", f"/themes/{theme}",
        "/technologies", "/technologies?sort=name", f"/themes/{theme}?view=editions", f"/themes/{theme}?status=machine",
        "/takeaways", "/trends", f"/trends?{of}",
        "/trends?counting=main", "/trends?population=with-text", f"/trends?year_from={edition.year or 2000}",
        "/reports", "/reports/themes", f"/reports/themes?{of}", f"/reports/edition?{of}", share,
        f"{share}?talks=others&offset=5000", count, "/methods", "/quality", "/api",
        "/search?q=exactly+once&mode=lexical", "/search?q=kubernetes", "/nothing-here",
    ]  # fmt: skip
    answers = [
        "/talks", "/speakers", "/editions", one, "/themes", f"/themes/{theme}", "/takeaways", "/organisations",
        "/technologies", "/trends/themes", f"/trends/themes?{of}", share, count, "/search?q=kubernetes",
    ]  # fmt: skip
    return [quote(path, safe="/?=&~+") for path in (*pages, *(f"/api/v1{path}" for path in answers))]


def visit(client: TestClient, change: Callable[[], None], path: str) -> None:
    """Time one address and print its line."""
    client.get(path)  # templates and statements are compiled on their first use
    change()
    times, size = [], 0
    for _ in range(VISITS + 1):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        size = len(answer.content)
    first, later = times[0], times[1:]
    median, p95 = statistics.median(later), statistics.quantiles(later, n=20)[-1]
    kilobytes = size / 1000
    most = API_KB if path.startswith("/api/v1") else KB
    goals = (("first", first, FIRST_MS), ("median", median, MEDIAN_MS), ("p95", p95, P95_MS), ("kB", kilobytes, most))
    missed = [name for name, value, goal in goals if value > goal]
    shown = path if len(path) <= 64 else f"{path[:61]}..."
    told = f"MISSED {', '.join(missed)}" if missed else "ok"
    print(f"{shown:<64} {first:7.0f} {median:7.0f} {p95:7.0f} {kilobytes:8.1f}  {told}", flush=True)


if __name__ == "__main__":
    main()
