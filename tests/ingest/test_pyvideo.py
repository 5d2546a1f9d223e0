"""The pyvideo format on a faithful sample: what is kept, cleaned, guessed and refused."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import selectinload
from sqlmodel import col

from app import pipeline
from app.db.engine import reading
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.pyvideo import PyvideoJson
from app.ingest.record import Programme
from app.models import Appearance, Edition, Talk
from tests.standins import HashingEmbedder

SAMPLE = Path(__file__).parent.parent / "samples" / "pyvideo" / "tinyconf-2019"


def test_recognised_by_its_folder() -> None:
    assert PyvideoJson().recognises_folder(SAMPLE)
    assert not PyvideoJson().recognises_folder(SAMPLE.parent)


def test_parsing_twice_gives_the_same_records() -> None:
    first, second = (PyvideoJson().parse(SAMPLE, ReadOptions()) for _ in range(2))
    assert first == second
    assert isinstance(first.payload, Programme)
    assert first.payload.edition.series_name == "TinyConf"
    assert first.payload.edition.year == 2019
    assert first.payload.unreadable == {"broken"}


def test_stored_clean_with_every_oddity_said(engine: Engine) -> None:
    report = pipeline.ingest(engine, HashingEmbedder(), [SAMPLE.parent], options=ReadOptions())
    said = {(problem.where, problem.message) for problem in report.files[0].problems}
    assert report.totals.created == 2
    assert any(where == "videos/broken.json, line 1, column 19" for where, _ in said)
    assert any("names nobody" in message for _, message in said)
    assert any("no http address" in message for _, message in said)
    with reading(engine) as session:
        talk = session.scalars(
            select(Talk)
            .where(col(Talk.source_key) == "one")
            .options(selectinload(Talk.appearances).selectinload(Appearance.speaker), selectinload(Talk.resources))  # type: ignore[arg-type]
        ).one()
        assert [appearance.speaker.name for appearance in talk.appearances] == ["Ana María Souza"]
        assert talk.title == 'Streams for the rest of us & "you"'
        assert talk.raw_title == "Streams for the rest of us &amp; &quot;you&quot;"
        assert talk.abstract == "How small teams run a log.\n\nNo heroics needed, don't worry."
        assert talk.raw_abstract is not None
        assert "don&#39;t" in talk.raw_abstract
        assert talk.language == "en"
        assert talk.duration_minutes == 30.1
        assert [(link.kind, link.url) for link in talk.resources] == [
            ("video", "https://www.youtube.com/watch?v=abc"),
            ("slides", "https://slides.example/1"),
        ]
        assert session.scalars(select(Talk).where(col(Talk.source_key) == "two")).one().date is None
        assert session.scalars(select(Edition)).one().start_date == "2019-05-03"
