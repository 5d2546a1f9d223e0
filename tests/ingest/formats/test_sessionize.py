"""Sessionize: four views, what they leave out and what has to be told."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.discover import Unit, discovered
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.sessionize import Sessionize
from app.ingest.record import Parsed, Programme, ResourceRecord, SlotRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "sessionize"
ALL = SAMPLES / "all-tiny-cloud-day-2024.json"
GRID = SAMPLES / "gridsmart-tiny-grid-day-2024.json"
SESSIONS = SAMPLES / "sessions-tiny-list-day-2024.json"
SPEAKERS = SAMPLES / "speakers-tiny-list-day-2024.json"


def units_under(path: Path) -> list[Unit]:
    with discovered([path], limit=ReadOptions().limit) as units:
        return units


def parse(path: Path, **options: Any) -> Parsed:
    return Sessionize().parse(path, ReadOptions(**options))


def talks(path: Path, **options: Any) -> tuple[TalkRecord, ...]:
    payload = parse(path, **options).payload
    assert isinstance(payload, Programme)
    return payload.talks


def test_every_view_is_recognised() -> None:
    assert [unit.format.name if unit.format else None for unit in units_under(SAMPLES)] == ["sessionize"] * 4


@pytest.mark.parametrize("head", ['{"sessions": []}', "[]", '[{"id": 5}]', '{"schedule": {}}', '{"sessions": [{"a": 1'])
def test_other_json_is_not_claimed(head: str) -> None:
    assert not Sessionize().recognises_file(Path("x.json"), head)


def test_all_view_as_expected() -> None:
    parsed = parse(ALL, edition="Tiny Cloud Day 2024", timezone="Europe/Vienna")
    assert parsed == parse(ALL, edition="Tiny Cloud Day 2024", timezone="Europe/Vienna")
    assert parsed.source_key == "sessionize:tiny-cloud-day-2024"
    assert isinstance(parsed.payload, Programme)
    assert (parsed.payload.edition.series_name, parsed.payload.edition.start_date) == ("Tiny Cloud Day", "2024-04-20")
    first, second = parsed.payload.talks
    assert first == TalkRecord(
        key="101",
        title="Clouds from Scratch",
        raw_title=" Clouds from Scratch ",
        position="sessions[0]",
        track="Platform",
        level="200 - Intermediate",
        language="en",
        date="2024-04-20",
        starts_at="2024-04-20T10:00:00+02:00",
        duration_minutes=45.0,
        room="Saal 1",
        raw_abstract="First line.\r\n\r\nSecond line.",
        speakers=(
            SpeakerRecord(
                "Ana Souza",
                tagline="Principal Engineer @ Acme",
                bio="Builds clouds.",
                links=("https://twitter.com/ana",),
            ),
        ),
        resources=(ResourceRecord("video", "https://www.youtube.com/watch?v=abc", "YouTube Video"),),
    )
    assert (second.date, second.starts_at, second.room, second.language) == (None, None, None, "de")
    assert second.speakers == (SpeakerRecord("Bo Lind", affiliation="Widgets Ltd"),)
    assert second.resources == (ResourceRecord("video", "https://video.example/102"),)
    assert [problem.where for problem in parsed.problems] == ["sessions[1]"]


def test_what_the_file_does_not_say_is_said_once() -> None:
    parsed = parse(SESSIONS)
    assert isinstance(parsed.payload, Programme)
    assert parsed.payload.edition.name == "Tiny List Day 2024"
    assert len(parsed.problems) == 2
    assert "--edition" in parsed.problems[0].message
    assert "--timezone" in parsed.problems[1].message
    assert parsed.payload.talks[0].starts_at == "2024-10-01T09:00:00"
    unknown = parse(SESSIONS, edition="X", timezone="Mars/Olympus").problems
    assert [("Mars/Olympus" in problem.message) for problem in unknown] == [True]


def test_sessions_view() -> None:
    (talk,) = talks(SESSIONS)
    assert (talk.key, talk.track, talk.room) == ("7", "Basics", "Green")
    assert talk.speakers == (SpeakerRecord("Ana Souza"),)
    assert talk.resources == (ResourceRecord("slides", "https://slides.example/7", "Slides"),)


def test_a_plenum_in_every_room_is_one_talk() -> None:
    plenum, grids = talks(GRID)
    start = "2024-09-01T09:00:00"
    assert plenum.slots == (SlotRecord(start, "Red"), SlotRecord(start, "Blue"))
    assert (plenum.position, plenum.room, plenum.date) == ("[0].rooms[0].sessions[0]", "Red", "2024-09-01")
    assert (grids.kind, grids.slots) == ("lightning", ())


def test_speakers_alone_hold_no_talks() -> None:
    assert parse(SPEAKERS).payload is None
    assert not parse(SPEAKERS).problems


def test_order_of_elements_changes_no_record(tmp_path: Path) -> None:
    value = json.loads(ALL.read_text("utf-8"))
    turned = {name: items[::-1] for name, items in reversed(value.items())}
    file = tmp_path / ALL.name
    file.write_text(json.dumps(turned), "utf-8")
    assert Sessionize().recognises_file(file, file.read_text("utf-8")[:4096])

    def placeless(found: tuple[TalkRecord, ...]) -> set[str]:
        return {str({**vars(talk), "position": ""}) for talk in found}

    assert placeless(talks(file)) == placeless(talks(ALL))


@pytest.mark.parametrize("text", ["", "{", "[]{", "<html></html>", '"x"', "7", "[" * 100_000, '{"a": 1}', '[{"a": 1}]'])
def test_what_is_no_view_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "all-x.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError):
        parse(file)


@pytest.mark.parametrize("value", [None, 7, -1.5, True, "x", "2024-02-30T25:99:00", [], [[]], {}, {"ja": "短い"}])
@pytest.mark.parametrize("sample", [ALL, GRID, SESSIONS, SPEAKERS])
def test_wrong_types_everywhere_raise_nothing(tmp_path: Path, sample: Path, value: object) -> None:
    document = json.loads(sample.read_text("utf-8"))
    file = tmp_path / sample.name

    def spoil(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            kept = node[key]
            node[key] = value
            file.write_text(json.dumps(document), "utf-8")
            with contextlib.suppress(InputError):
                parse(file)
            node[key] = kept
            if isinstance(kept, (dict, list)):
                spoil(kept)

    spoil(document)


def test_a_broken_session_costs_only_itself(tmp_path: Path) -> None:
    document = json.loads(ALL.read_text("utf-8"))
    document["sessions"][0]["title"] = None
    document["sessions"].append({"title": "No id"})
    file = tmp_path / ALL.name
    file.write_text(json.dumps(document), "utf-8")
    payload = parse(file).payload
    assert isinstance(payload, Programme)
    assert [talk.key for talk in payload.talks] == ["102"]
    assert (payload.unreadable, payload.is_whole) == (frozenset({"101"}), False)


def test_ingested_twice_changes_nothing(engine: Engine) -> None:
    first, second = (
        pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions()).totals for _ in range(2)
    )
    assert first.created == 5
    assert (second.created, second.updated, second.withdrawn, second.unchanged) == (0, 0, 0, 5)


def test_real_files(eval_folder: Path) -> None:
    files = sorted((eval_folder / "schedules" / "sessionize").glob("*.json"))
    counts = {file.name: len(talks(file)) for file in files}
    assert counts == {
        "all-global-azure-austria-2021.json": 37,
        "all-global-azure-austria-2025.json": 13,
        "all-scottishsummit-2026.json": 61,
    }
