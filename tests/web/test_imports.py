"""The pages of imports: totals, problems by file, findings and coverage."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine
from starlette.testclient import TestClient

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.ingest.formats.protocol import ReadOptions
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web.app import create_app
from tests.conftest import DATA
from tests.standins import HashingEmbedder

SAMPLE = Path(__file__).parent.parent / "samples" / "pyvideo"


def test_a_run_shows_its_files_and_problems(engine: Engine) -> None:
    embedder = HashingEmbedder()
    pipeline.ingest(engine, embedder, [SAMPLE], options=ReadOptions())
    pipeline.ingest(engine, embedder, [DATA], options=ReadOptions())
    base = KnowledgeBase(Settings(), engine, embedder, SearchEngine(engine, embedder))
    with TestClient(create_app(base)) as client:
        first = client.get("/imports/1").text
        assert "2 talks: 2 new, 0 changed" in first.replace("\xa0", " ")
        assert "This talk is left out." in first
        assert "tinyconf-2019" in first
        every = client.get("/imports").text
        assert "/imports/2" in every
        assert "Kafka Summit San Francisco 2019: 47 of 56 published sessions are known." in every
        assert '<a href="/editions/tinyconf-2019" data-row>TinyConf 2019</a>' in client.get("/imports").text
        assert client.get("/imports/99").status_code == 404
        assert client.get("/imports/0").status_code == 422
        assert len(every.encode()) < 60_000
