"""Times completion while typing through its route, on a base of any size, given by its address.

Prefixes of 1 to 12 characters are taken from names of the base, begun at their first or at a later word, and fields
with and without a beginning of their value. The base is opened as `hallway serve` opens it, so its schema is brought
up to date: give a copy. In process, one client.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlmodel import Session, col
from starlette.testclient import TestClient

from app.bootstrap import open_knowledge_base
from app.db.engine import reading
from app.models import Speaker, Talk, Technology
from app.search.syntax import FIELDS
from app.settings import Settings
from app.web.app import create_app

PREFIXES, LONGEST = 600, 12
P95_MS = 15.0


def main() -> None:
    """One line for each kind of prefix, then all; ends with 1 where the p95 of all misses its goal."""
    if len(sys.argv) != 2:
        sys.exit("Name the address of a base: scripts/bench_complete.py sqlite:////tmp/copy.sqlite3")
    base = open_knowledge_base(Settings(database_url=sys.argv[1]))
    base.search.warm()
    with reading(base.engine) as session:
        talks = session.scalar(select(func.count()).select_from(Talk))
        typed = {f"{length} characters": list(prefixes(session, length)) for length in range(1, LONGEST + 1)}
    typed["fields"] = [f"{name}:{letter}" for name in FIELDS for letter in ("", *"abcdegkmst")]
    every: list[float] = []
    print(f"{talks} talks in the base; milliseconds through GET /api/v1/complete")
    with TestClient(create_app(base)) as client:
        client.get("/api/v1/complete", params={"q": "a"})  # the first of all reads the route
        for kind, texts in typed.items():
            times = [timed(client, text) for text in texts]
            every += times
            tell(kind, times)
    tell("all", every)
    if statistics.quantiles(every, n=20)[-1] > P95_MS:
        sys.exit(f"The p95 of all misses {P95_MS:.0f} ms.")


def prefixes(session: Session, length: int) -> Iterator[str]:
    """Beginnings of names, this long; half of them begin at a later word of the name."""
    chance = random.Random(length)  # noqa: S311  # a sample, no secret
    names = [
        name
        for column in (col(Talk.title), col(Speaker.name), col(Technology.name))
        for name in session.scalars(select(column).order_by(column).limit(20_000))
    ]
    for name in chance.sample(names, min(len(names), PREFIXES // LONGEST)):
        words = name.split()
        later = " ".join(words[chance.randrange(len(words)) :]) if words else name
        yield (name if chance.random() < 0.5 else later)[:length]


def timed(client: TestClient, typed: str) -> float:
    """Milliseconds of one answer."""
    began = time.perf_counter()
    answer = client.get("/api/v1/complete", params={"q": typed})
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        sys.exit(f"{answer.status_code} for “{typed}”: {answer.text[:200]}")
    return took


def tell(kind: str, times: list[float]) -> None:
    """Print a line."""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{kind:<14} {len(times):5} prefixes  p50 {statistics.median(times):6.2f}  p95 {p95:6.2f}", flush=True)


if __name__ == "__main__":
    main()
