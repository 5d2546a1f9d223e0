"""schedule.json in both versions: faithful samples, hostile ones, and the real files with their counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.formats.c3voc_json import C3vocJson
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, ResourceRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "c3voc"


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    parsed = C3vocJson().parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def written(folder: Path, value: Any) -> Path:
    file = folder / "schedule.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return file


def test_recognised_by_what_a_schedule_holds() -> None:
    for sample in SAMPLES.iterdir():
        assert C3vocJson().recognises_file(sample, sample.read_text(encoding="utf-8")[:4096])
    wrapped = '{"schedule": {"2024-11-02": {"510": {}, "540": {"1": {"code": "JDQLRV", "events": []}}}}}'
    assert not C3vocJson().recognises_file(Path("a.json"), wrapped)
    assert not C3vocJson().recognises_file(Path("a.json"), '{"sessions": [], "speakers": []}')


def test_the_records_of_version_one() -> None:
    parsed, programme = read(SAMPLES / "tinycamp-v1.json")
    assert parsed == C3vocJson().parse(SAMPLES / "tinycamp-v1.json", ReadOptions())
    assert (parsed.source_key, parsed.problems) == ("schedule:tinycamp-2031", ())
    assert (programme.edition.slug, programme.edition.series_slug) == ("tinycamp-2031", "tinycamp")
    assert programme.talks == (
        TalkRecord(
            key="bbbbbbbb-0000-0000-0000-000000000001", title="Logs for small teams",
            raw_title="Logs for small teams", position="schedule.conference.days[0].rooms.Big Tent[0]",
            track="Operations", language="en", date="2031-05-03", starts_at="2031-05-03T10:00:00+03:00",
            duration_minutes=45, room="Big Tent", raw_abstract="How we keep [logs](https://logs.example/).",
            markup="markdown",
            speakers=(SpeakerRecord("Ana María Souza", bio="Bees."), SpeakerRecord("Jussi Virtanen")),
            resources=(
                ResourceRecord("slides", "https://tinycamp.example/media/LOGS01/logs.pdf", "Slides"),
                ResourceRecord("article", "https://logs.example/", "Project"),
            ),
            reference="https://tinycamp.example/2031/talk/LOGS01/",
        ),
        TalkRecord(
            key="bbbbbbbb-0000-0000-0000-000000000002", title="Stories by the fire", raw_title="Stories by the fire",
            position="schedule.conference.days[0].rooms.Big Tent[1]", kind="lightning", date="2031-05-04",
            starts_at="2031-05-04T00:30:00+03:00", duration_minutes=30, room="Big Tent",
        ),
    )  # fmt: skip


def test_the_record_of_version_two() -> None:
    parsed, programme = read(SAMPLES / "tinycamp-v2.json")
    assert (parsed.source_key, parsed.problems) == ("schedule:tiny33", ())
    assert programme.talks == (
        TalkRecord(
            key="cccccccc-0000-0000-0000-000000000001", title="Lamps", raw_title="Lamps",
            position="schedule.events[0]", track="Art & Beauty", language="de", date="2033-05-03",
            starts_at="2033-05-03T12:00:00+03:00", duration_minutes=40, room="Big Tent",
            raw_abstract="Wie Lampen leuchten.",
            speakers=(
                SpeakerRecord("Mia Ek", bio="Solders.", links=("https://social.example/@mia",)),
                SpeakerRecord("Kim Berg", role="moderator"),
            ),
            resources=(ResourceRecord("slides", "https://hub.tinycamp.example/lamps.pdf"),),
            reference="https://hub.tinycamp.example/2033/event/lamps/",
        ),
    )  # fmt: skip


def test_one_submission_in_two_rooms_is_one_talk(tmp_path: Path) -> None:
    value = json.loads((SAMPLES / "tinycamp-v1.json").read_text(encoding="utf-8"))
    rooms = value["schedule"]["conference"]["days"][0]["rooms"]
    again = {**rooms["Big Tent"][0], "guid": "zzzz", "room": "Small Tent", "date": "2031-05-03T09:00:00+03:00"}
    for turned in (
        {"Small Tent": [again], **rooms},
        {**rooms, "Small Tent": [again]},
    ):
        value["schedule"]["conference"]["days"][0]["rooms"] = turned
        talks = {talk.title: talk for talk in read(written(tmp_path, value))[1].talks}
        assert len(talks) == 2
        logs = talks["Logs for small teams"]
        assert (logs.key, logs.room, [slot.room for slot in logs.slots]) == (
            "zzzz", "Small Tent", ["Small Tent", "Big Tent"],
        )  # fmt: skip


def test_ingested_twice_nothing_changes(engine: Engine) -> None:
    first = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions())
    assert (first.totals.created, first.totals.problems) == (3, 0)
    second = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions())
    assert (second.totals.created, second.totals.updated, second.totals.withdrawn) == (0, 0, 0)


@pytest.mark.parametrize(
    "value", ["{", "<html>", "[]", {}, {"schedule": []}, {"schedule": {"conference": 7}}, "[" * 99_999]
)
def test_hostile_files_are_refused_with_words(tmp_path: Path, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        C3vocJson().parse(written(tmp_path, value), ReadOptions())
    assert str(caught.value)


def test_a_broken_event_costs_only_itself(tmp_path: Path) -> None:
    events: list[Any] = [
        None, [], {"title": "No id"}, {"guid": "g1", "title": 404}, {"guid": ["x"], "id": 2, "title": {"de": "Hallo"}},
        {"guid": "g3", "title": "Odd", "persons": {"a": 1}, "links": "x", "room": 5, "track": [], "language": 7,
         "duration": "99:99", "date": "2031-02-30T10:00:00Z"},
    ]  # fmt: skip
    value = {"schedule": {"conference": {"title": "Odd 1", "time_zone_name": "No/Where"}, "events": events}}
    parsed, programme = read(written(tmp_path, value))
    assert [(talk.key, talk.title) for talk in programme.talks] == [("2", "Hallo"), ("g3", "Odd")]
    assert programme.unreadable == {"g1"}
    assert not programme.is_whole
    assert len(parsed.problems) == 7


@pytest.mark.parametrize(("name", "talks"), [("frab-camp2019", 79), ("pretalx-democon", 36), ("hub-schedule2", 2)])
def test_every_event_of_the_real_files_is_a_talk(eval_folder: Path, name: str, talks: int) -> None:
    file = eval_folder / "schedules" / "c3voc-json" / f"{name}.json"
    text = file.read_text(encoding="utf-8")
    assert C3vocJson().recognises_file(file, text[:4096])
    assert text.count('"duration": ') == talks or name == "hub-schedule2"
    parsed, programme = read(file)
    assert (len(programme.talks), parsed.problems) == (talks, ())
