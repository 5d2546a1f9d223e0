"""The pages of imports: totals, problems by file, fields kept and lost, findings and coverage."""

from __future__ import annotations

import json
import re
import time
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


def opened(engine: Engine) -> TestClient:
    embedder = HashingEmbedder()
    return TestClient(create_app(KnowledgeBase(Settings(), engine, embedder, SearchEngine(engine, embedder))))


def test_a_run_and_its_files_show_what_became_of_the_fields(engine: Engine) -> None:
    samples = [SAMPLE, SAMPLE.parent / "rubyevents"]
    for _ in range(2):
        pipeline.read(engine, samples, ReadOptions())
    with opened(engine) as client:
        for run in (1, 2):
            page = client.get(f"/imports/{run}").text
            assert "<code>event.coordinates</code>" in page
            assert 'href="/editions/tinyconf-2019"' in page
            assert re.search(r"of <a[^>]*>TinyConf 2019|TinyConf 2019</a>", page)
        files = re.findall(r'href="(/imports/2/files/\d+)"[^>]*>([^<]*)<', page)
        assert len(files) == 7
        one = client.get(next(path for path, name in files if name == "tinyconf-2019")).text
        assert "unchanged since" in one
        assert "<code>video.title</code>" in one
        assert "from its first and last talk" in one
        only = client.get("/imports/2?format=pyvideo").text
        assert "<code>video.title</code>" in only
        assert "<code>event.coordinates</code>" not in only
        assert client.get("/imports/2/files/9999").status_code == 404
        assert client.get("/imports/1?sort=x").status_code == 422
        assert client.get("/imports/1?format=nothing").status_code == 200


def test_a_run_of_a_thousand_files_is_quick_and_short(engine: Engine, tmp_path: Path) -> None:
    for number in range(1000):
        videos = tmp_path / f"conf-{number}" / "videos"
        videos.mkdir(parents=True)
        (videos.parent / "category.json").write_text(json.dumps({"title": f"Conf <{number}>", "x": 1}))
        video = {"title": "A", "recorded": "2024-01-01", "speakers": ["TODO"], "videos": [{"url": "http://"}]}
        (videos / "a.json").write_text(json.dumps(video | {f"key{number % 40}": 1, "thumbnail_url": "x"}))
    pipeline.read(engine, [tmp_path], ReadOptions())
    with opened(engine) as client:
        client.get("/imports/1")
        began = time.perf_counter()
        page = client.get("/imports/1")
        assert time.perf_counter() - began < 1
        assert len(page.content) < 60_000
        assert "1–40 of 1,000" in page.text.replace("\xa0", " ")
        last = client.get("/imports/1?format=pyvideo&offset=960")
        assert len(last.content) < 60_000
        assert "961–1,000 of 1,000" in last.text
