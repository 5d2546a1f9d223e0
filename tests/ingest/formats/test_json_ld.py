"""schema.org JSON-LD alone and in pages: editions, nested events, recordings, and shapes that nobody should write."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.formats.json_ld import JsonLd
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, ResourceRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "json-ld"


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    parsed = JsonLd().parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def written(folder: Path, value: Any) -> Path:
    file = folder / "events.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


def test_a_page_with_a_graph() -> None:
    parsed, programme = read(SAMPLES / "summit.html")
    assert parsed == JsonLd().parse(SAMPLES / "summit.html", ReadOptions())
    assert parsed.source_key == "json-ld:https://logs.example/2024#event"
    edition = programme.edition
    assert (edition.name, edition.series_name, edition.city, edition.country, edition.start_date, edition.end_date) == (
        "Log Summit 2024", "Log Summit", "Graz", "Austria", "2024-05-06", "2024-05-07",
    )  # fmt: skip
    reading, container, part = programme.talks
    assert replace(reading, position="") == TalkRecord(
        key="https://logs.example/2024/t/2",
        title="Reading logs & living well",
        raw_title="Reading logs & living well",
        position="",
        language="de",
        date="2024-05-06",
        starts_at="2024-05-06T10:00:00+02:00",
        duration_minutes=45,
        room="Hall A",
        raw_abstract="How a small team <b>reads</b> its logs.",
        markup="html",
        speakers=(
            SpeakerRecord("Ana Souza", job_title="Engineer", affiliation="Acme", links=("https://ana.example",)),
            SpeakerRecord("Jo Berg", affiliation="Beta"),
        ),
        resources=(ResourceRecord("video", "https://video.example/2.mp4", "Reading logs (recording)"),),
    )
    assert (container.key, container.is_container) == ("S7", True)
    assert (part.key, part.parent_key, part.duration_minutes, part.raw_abstract) == (
        "S7.1",
        "S7",
        12,
        "Built in public.",
    )
    assert [speaker.name for speaker in part.speakers] == ["Bo Li"]
    (problem,) = parsed.problems
    assert (problem.severity, problem.where) == ("error", "line 64, script 3, line 1, column 20")


def test_recordings() -> None:
    parsed, programme = read(SAMPLES / "recordings.jsonld")
    assert programme.edition.name == "Winter Camp 2023"
    assert [
        (talk.key, talk.date, talk.duration_minutes, [one.name for one in talk.speakers], talk.resources[0].url)
        for talk in programme.talks
    ] == [
        ("https://media.example/v/1", "2023-12-27", 30, ["Mia Falk"], "https://media.example/v/1/embed"),
        ("https://media.example/v/2", None, None, [], "https://media.example/v/2.webm"),
    ]  # fmt: skip
    assert [problem.where for problem in parsed.problems] == ["[1]"]


def test_talks_that_name_what_is_above_them(tmp_path: Path) -> None:
    above = {"@type": "Event", "name": "Camp 2020", "url": "https://c.example"}
    talks = [
        {"@context": "https://schema.org", "@type": "schema:Event", "url": f"https://c.example/{n}", "name": f"T{n}",
         "superEvent": above, "performer": "Ana Souza"} for n in range(3)
    ]  # fmt: skip
    _, programme = read(written(tmp_path, talks))
    assert (programme.edition.name, [talk.key for talk in programme.talks]) == (
        "Camp 2020", [f"https://c.example/{n}" for n in range(3)],
    )  # fmt: skip
    _, turned = read(written(tmp_path, talks[::-1]))
    assert {talk.key for talk in turned.talks} == {talk.key for talk in programme.talks}


def test_one_event_is_one_talk_if_somebody_performs(tmp_path: Path) -> None:
    event = {
        "@context": "http://schema.org",
        "@type": "Event",
        "name": "An evening",
        "startDate": "2020-02-03T19:00:00Z",
        "location": {"@type": "Place", "name": "No location set"},
    }
    parsed, programme = read(written(tmp_path, event))
    assert (programme.talks, [p.severity for p in parsed.problems]) == ((), ["warning"])
    _, programme = read(written(tmp_path, event | {"performer": [{"@type": "Person", "name": "Ana Souza"}]}))
    assert [(talk.title, talk.room) for talk in programme.talks] == [("An evening", None)]


@pytest.mark.parametrize(
    "value",
    [
        {"@context": "https://schema.org", "@type": "Person", "name": "Ana"}, [], 3, "schema.org", None,
        {"@type": "VideoObject"},
    ],
)  # fmt: skip
def test_nothing_to_read(tmp_path: Path, value: Any) -> None:
    try:
        _, programme = read(written(tmp_path, value))
    except InputError:
        return
    assert not programme.talks


def test_events_inside_themselves_and_odd_types(tmp_path: Path) -> None:
    odd: list[Any] = [None, 3, "x", [], {}, [[1]], True, {"@id": "#a"}, {"@value": 3}, 10**30]
    for value in odd:
        talk = {"@type": "Event", "name": "Good", "@id": "#t", "performer": value, "location": value, "duration": value,
                "startDate": value, "inLanguage": value, "workFeatured": value, "description": value}  # fmt: skip
        graph = [
            {"@id": "#a", "@type": ["Event"], "name": "Whole 2020", "subEvent": [{"@id": "#t"}, {"@id": "#a"}, value]},
            talk,
        ]
        _, programme = read(written(tmp_path, {"@context": "https://schema.org", "@graph": graph}))
        assert "Good" in [talk.title for talk in programme.talks]


def test_pages_are_recognised_by_what_is_in_them(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<html>" + " " * 9000 + '<script type="application/ld+json">{}</script>', encoding="utf-8")
    plain = tmp_path / "b.html"
    plain.write_text("<html>schema.org</html>", encoding="utf-8")
    assert JsonLd().recognises_file(page, page.read_text()[:4096])
    assert not JsonLd().recognises_file(plain, plain.read_text())
    assert not JsonLd().recognises_file(tmp_path / "c.json", '{"$schema": "https://schema.org"}')


@pytest.mark.parametrize("name", ["summit.html", "recordings.jsonld"])
def test_ingested_twice(engine: Engine, name: str) -> None:
    for first in (True, False):
        report = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES / name], options=ReadOptions())
        assert bool(report.totals.created) is first
        assert report.totals.updated == 0
