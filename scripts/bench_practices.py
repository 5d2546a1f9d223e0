"""Times questions for practices on a base of your own, or rather on a copy of it, with its drafts as they are.

    python scripts/bench_practices.py ADDRESS [--rounds 3]

ADDRESS is a database address. Every judged question of data/judgements/practices is asked once to warm up, then in as
many rounds; printed are p50 and p95 of the whole answer, and of the page with its HTML. On a busy machine compare
processor time.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.bootstrap import open_knowledge_base
from app.db.engine import reading
from app.models import Takeaway, TakeawayDraft, Talk
from app.practices.judged import read_judged
from app.practices.quality import practice_judgements_folder
from app.search.shapes import SearchRequest
from app.settings import get_settings
from app.web.app import create_app, warm


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    settings = get_settings().model_copy(update={"database_url": asked.address, "log_level": "WARNING"})
    base = open_knowledge_base(settings)
    warm(base)
    with reading(base.engine) as session:
        counts = [session.execute(select(func.count()).select_from(table)).scalar_one()
                  for table in (Talk, Takeaway, TakeawayDraft)]  # fmt: skip
    print("{:,} talks, {:,} takeaways, {:,} drafts".format(*counts))
    questions = [one.text for one in read_judged(practice_judgements_folder())]

    def answer(text: str) -> None:
        with reading(base.engine) as session:
            base.practices.ask(session, SearchRequest(query=text))

    with TestClient(create_app(base)) as client:
        for name, ask in (
            ("answer", answer), ("page", lambda text: client.get("/practices", params={"q": text}).raise_for_status()),
        ):  # fmt: skip
            first: list[float] = []
            later: list[float] = []
            work: list[float] = []
            for place in range(asked.rounds + 1):
                for text in questions:
                    started, worked = time.perf_counter(), time.process_time()
                    ask(text)
                    work.append((time.process_time() - worked) * 1000)
                    (later if place else first).append((time.perf_counter() - started) * 1000)
            print(
                f"{name}: p50 {np.percentile(later, 50):.0f} ms, p95 {np.percentile(later, 95):.0f} ms; "
                f"asked for the first time p50 {np.percentile(first, 50):.0f} ms; "
                f"of processor time p50 {np.percentile(work, 50):.0f} ms"
            )
    base.engine.dispose()


if __name__ == "__main__":
    main()
