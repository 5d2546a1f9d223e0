"""The same data in SQLite and in Postgres gives the same names, answers and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.catalog.snapshot import current_snapshot
from app.db.engine import reading
from app.exports.registry import digests
from app.ingest.formats.protocol import ReadOptions
from app.reports.registry import REPORTS, build_report
from app.reports.request import ReportRequest
from app.search.engine import SearchEngine
from app.search.shapes import SearchRequest
from app.settings import Settings
from tests.conftest import DATA
from tests.databases import Databases, address_of
from tests.postgres import Server
from tests.standins import HashingEmbedder

SERIES, EDITION = "kafka-summit", "kafka-summit-san-francisco-2019"
ASKED: dict[str, dict[str, Any]] = {
    "themes": {"editions": (EDITION,)},
    "edition": {"editions": (EDITION,)},
    "theme-over-time": {"series": SERIES, "theme": "operations"},
    "compare-editions": {"editions": ("kafka-summit-london-2018", EDITION)},
    "compare-conferences": {"series": SERIES, "against": ("current",)},
    "emerging": {"series": SERIES},
    "radar": {"series": SERIES},
    "companies": {},
    "whats-new": {"editions": (EDITION,)},
    "together": {"series": SERIES},
}


@pytest.fixture(scope="module")
def both(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KnowledgeBase, KnowledgeBase]]:
    """The shipped data in either database."""
    with ExitStack() as stack:
        bases = []
        for databases in (Databases(None), Databases(postgres)):
            folder: Path = tmp_path_factory.mktemp(databases.kind)
            engine, embedder = stack.enter_context(databases.fresh(folder)), HashingEmbedder()
            report = pipeline.ingest(engine, embedder, [DATA], options=ReadOptions())
            assert not report.has_errors, report
            settings = Settings(database_url=address_of(engine), cache_folder=folder)
            bases.append(KnowledgeBase(settings, engine, embedder, SearchEngine(engine, embedder)))
        yield bases[0], bases[1]


def test_every_report_is_asked_for() -> None:
    assert set(ASKED) == {report.name for report in REPORTS}


def test_the_snapshot_is_the_same(both: tuple[KnowledgeBase, KnowledgeBase]) -> None:
    names = []
    for base in both:
        with reading(base.engine) as session:
            names.append(current_snapshot(session))
    assert names[0] == names[1]


@pytest.mark.parametrize("name", ASKED)
def test_a_report_has_the_same_bytes_in_every_format(both: tuple[KnowledgeBase, KnowledgeBase], name: str) -> None:
    assert _digests(both[0].engine, name) == _digests(both[1].engine, name)


@pytest.mark.parametrize(
    "query",
    [
        "kafka on kubernetes",
        '"exactly once"',
        "-ksql streaming",
        "speaker:gwen upgrade",
        "Kafkaa Conect",
        "müller",
        "🙂",
    ],
)
def test_search_answers_alike(both: tuple[KnowledgeBase, KnowledgeBase], query: str) -> None:
    answers = []
    for base in both:
        with reading(base.engine) as session:
            found = base.search.search(session, SearchRequest(query=query, limit=20))
        hits = [(hit.talk.slug, round(hit.score, 9), hit.passage.text) for hit in found.hits]
        answers.append((found.total, hits, found.facets, found.corrections, found.did_you_mean))
    assert answers[0] == answers[1]


def _digests(engine: Engine, name: str) -> dict[str, str]:
    with Session(engine) as session:
        return digests(build_report(session, name, ReportRequest(**ASKED[name])))
