"""Dumps of pretalx's REST API: faithful samples, hostile ones, and the real files with their counts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.formats.pretalx_rest import PretalxRest
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, ResourceRecord, SlotRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "pretalx"
TINY = SAMPLES / "tinyconf-2032"


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    parsed = PretalxRest().parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def written(folder: Path, value: Any) -> Path:
    file = folder / "dump-2032.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return file


def test_recognised_by_codes() -> None:
    assert PretalxRest().recognises_folder(TINY)
    assert not PretalxRest().recognises_folder(SAMPLES)
    for file in (*TINY.iterdir(), SAMPLES / "wrapped-2032.json"):
        assert PretalxRest().recognises_file(file, file.read_text(encoding="utf-8")[:4096]), file
    assert not PretalxRest().recognises_file(Path("a.json"), '[{"id": "1", "title": "x", "speakers": []}]')
    assert not PretalxRest().recognises_file(Path("a.json"), '{"schedule": {"version": "1", "conference": {}}}')


def test_the_records_of_a_folder_with_speakers_by_code() -> None:
    parsed, programme = read(TINY)
    assert parsed == PretalxRest().parse(TINY, ReadOptions())
    assert parsed.source_key == "pretalx:tinyconf-2032"
    edition = programme.edition
    assert (edition.slug, edition.series_slug, edition.start_date, edition.end_date) == (
        "tinyconf-2032", "tinyconf", "2032-03-01", "2032-03-02",
    )  # fmt: skip
    assert programme.talks == (
        TalkRecord(
            key="ABCDEF", title="Queues without tears", raw_title="Queues without tears", position="results[0]",
            track="Data", level="Advanced", language="en", date="2032-03-01", starts_at="2032-03-01T10:00:00+01:00",
            duration_minutes=30, room="Red", raw_abstract="Short.\n\nLong.",
            slots=(
                SlotRecord("2032-03-01T10:00:00+01:00", "Red"), SlotRecord("2032-03-02T11:00:00+01:00", "Blue"),
            ),
            speakers=(
                SpeakerRecord(
                    "Tomas Novak", job_title="Engineer", affiliation="Acme", bio="Runs queues.",
                    links=("https://github.com/tomas",),
                ),
            ),
            resources=(ResourceRecord("slides", "https://slides.example/queues.pdf", "Slides"),),
        ),
        TalkRecord(
            key="GHIJKL", title="Brokers by hand", raw_title="Brokers by hand", position="results[1]",
            kind="workshop", track="Data", language="fr", date="2032-03-01", starts_at="2032-03-01T14:00:00+01:00",
            duration_minutes=120, room="Rouge", speakers=(SpeakerRecord("Yasmin Aziz"),),
        ),
    )  # fmt: skip
    assert programme.unreadable == {"STUVWX"}
    said = "\n".join(problem.message for problem in parsed.problems)
    assert "1 rejected" in said
    assert "1 speakers are only given by code" in said
    assert "called “tinyconf 2032” after it" in said
    assert "@" not in repr(parsed)


def test_the_record_of_a_programme_by_day_minute_and_room() -> None:
    parsed, programme = read(SAMPLES / "wrapped-2032.json", ReadOptions(timezone="Europe/Paris"))
    assert (parsed.source_key, parsed.problems) == ("pretalx:wrapconf-2032", ())
    assert programme.talks == (
        TalkRecord(
            key="YZABCD", title="Accueil", raw_title="Accueil", position="schedule.2032-10-02.540.1", language="fr",
            date="2032-10-02", starts_at="2032-10-02T09:00:00+02:00", duration_minutes=30, room="Hall",
            raw_abstract="Bienvenue.\r\n\r\nWelcome.", speakers=(SpeakerRecord("Lucie Martin"),),
        ),
    )  # fmt: skip


def test_the_order_of_submissions_and_slots_is_irrelevant(tmp_path: Path) -> None:
    value = json.loads((TINY / "submissions.json").read_text(encoding="utf-8"))
    straight = read(written(tmp_path, value))[1].talks
    value["results"].reverse()
    value["results"][-1]["slots"].reverse()
    turned = read(written(tmp_path, value))[1].talks
    assert {(t.key, t.slots, t.starts_at) for t in straight} == {(t.key, t.slots, t.starts_at) for t in turned}


def test_a_page_of_several_withdraws_nothing(tmp_path: Path) -> None:
    value = json.loads((TINY / "submissions.json").read_text(encoding="utf-8"))
    value["next"] = "https://pretalx.example/api/events/tinyconf-2032/submissions/?page=2"
    parsed, programme = read(written(tmp_path, value))
    assert parsed.source_key == "pretalx:tinyconf-2032"
    assert not programme.is_whole


def test_speakers_alone_hold_no_records() -> None:
    parsed = PretalxRest().parse(TINY / "speakers.json", ReadOptions())
    assert (parsed.payload, parsed.problems) == (None, ())


def test_ingested_twice_nothing_changes(engine: Engine) -> None:
    first = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions())
    assert (first.totals.created, len(first.files)) == (3, 2)
    second = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions())
    assert (second.totals.created, second.totals.updated, second.totals.withdrawn) == (0, 0, 0)


@pytest.mark.parametrize("value", ["{", "<html>", "[]", {}, {"results": "x"}, {"results": []}, 7, "[" * 99_999])
def test_hostile_files_are_refused_with_words(tmp_path: Path, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        PretalxRest().parse(written(tmp_path, value), ReadOptions())
    assert str(caught.value)


def test_a_broken_submission_costs_only_itself(tmp_path: Path) -> None:
    value = [
        None, 7, {"code": "A", "title": []}, {"code": None, "title": "No code"},
        {"code": "B", "title": "Odd", "speakers": {"x": 1}, "slots": [1, None, {"start": "2032-02-30T10:00:00Z"}],
         "duration": -5, "resources": [1], "track": 4, "submission_type": [], "answers": [{"question": 1}]},
    ]  # fmt: skip
    parsed, programme = read(written(tmp_path, value))
    assert [talk.key for talk in programme.talks] == ["B"]
    assert programme.unreadable == {"A"}
    assert not programme.is_whole
    assert sum(problem.severity == "error" for problem in parsed.problems) == 4


def test_pyconfr_and_europython_load_whole(eval_folder: Path) -> None:
    folder = eval_folder / "schedules"
    text = (folder / "pretalx-api" / "pyconfr-2024.json").read_text(encoding="utf-8")
    codes = set(re.findall(r'"code": "([A-Z0-9]{6})", "speakers"', text))
    parsed, programme = read(folder / "pretalx-api" / "pyconfr-2024.json")
    assert {talk.key for talk in programme.talks} == codes
    assert (len(codes), parsed.source_key, parsed.problems) == (76, "pretalx:pyconfr-2024", ())
    assert {talk.language for talk in programme.talks} == {"fr", "en"}
    assert len(read(folder / "pretalx-api" / "europython-submissions-example.json")[1].talks) == 2
    assert len(read(folder / "other" / "europython-programapi-sessions-example.json")[1].talks) == 2
    people = PretalxRest().parse(folder / "pretalx-api" / "europython-speakers-example.json", ReadOptions())
    assert people.payload is None
