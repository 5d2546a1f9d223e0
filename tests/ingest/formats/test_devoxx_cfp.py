"""Devoxx: the lists of 2011 joined, the later day schedules, and what belongs to them without talks."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.discover import discovered
from app.ingest.formats.devoxx_cfp import DevoxxCfp
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, SlotRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "devoxx-cfp"
PRESENTATIONS = SAMPLES / "tinyvoxx-2011-presentations.json"
THURSDAY, FRIDAY = SAMPLES / "uk-2017-thursday.json", SAMPLES / "uk-2017-friday.json"


def parse(path: Path, **options: Any) -> Parsed:
    return DevoxxCfp().parse(path, ReadOptions(**options))


def programme(path: Path, **options: Any) -> Programme:
    payload = parse(path, **options).payload
    assert isinstance(payload, Programme)
    return payload


def test_every_file_belongs_and_three_hold_talks() -> None:
    with discovered([SAMPLES], limit=ReadOptions().limit) as units:
        kinds = {unit.label: type(parse(unit.path).payload).__name__ for unit in units if unit.format}
        assert {unit.format.name if unit.format else None for unit in units} == {"devoxx-cfp"}
    assert kinds == {
        "tinyvoxx-2011-presentations.json": "Programme",
        "tinyvoxx-2011-schedule.json": "NoneType",
        "tinyvoxx-2011-speakers.json": "NoneType",
        "uk-2017-thursday.json": "Programme",
        "uk-2017-friday.json": "Programme",
        "uk-2017-speakers.json": "NoneType",
    }


@pytest.mark.parametrize("head", ["[]", '[{"id": 1}]', '{"slots": []}', '{"request": {}}', '[{"fromTime": "x"}]', "<"])
def test_other_json_is_not_claimed(head: str) -> None:
    assert not DevoxxCfp().recognises_file(Path("x.json"), head)


def test_presentations_with_times_and_companies_from_beside_them() -> None:
    parsed = parse(PRESENTATIONS, timezone="Europe/Brussels", edition="Tinyvoxx 2011")
    assert parsed == parse(PRESENTATIONS, timezone="Europe/Brussels", edition="Tinyvoxx 2011")
    assert (parsed.source_key, parsed.problems) == ("devoxx:2011", ())
    assert isinstance(parsed.payload, Programme)
    first, second = parsed.payload.talks
    assert first == TalkRecord(
        key="404",
        title="The Tiny Machine",
        raw_title="The Tiny Machine",
        position="[0]",
        kind="workshop",
        track="Java SE",
        level="Novice",
        date="2011-11-14",
        starts_at="2011-11-14T09:30:00+01:00",
        duration_minutes=180.0,
        room="BOF 1",
        raw_abstract="Small machines.\r\n- one\r\n- two",
        speakers=(SpeakerRecord("Ana Souza", affiliation="Acme", bio="Builds machines."),),
        note="Listed as Hands-on Labs. Tags: tiny.",
    )
    assert (second.room, second.starts_at, second.note) == ("Room 8", None, None)
    assert second.speakers == (SpeakerRecord("Bo Lind"),)
    edition = parsed.payload.edition
    assert (edition.slug, edition.series_name, edition.start_date) == ("tinyvoxx-2011", "Tinyvoxx", "2011-11-14")


def test_what_the_files_do_not_say_is_said_once() -> None:
    parsed = parse(PRESENTATIONS)
    assert ["--timezone" in parsed.problems[0].message, "--edition" in parsed.problems[1].message] == [True, True]
    assert len(parsed.problems) == 2
    assert programme(PRESENTATIONS).talks[0].starts_at == "2011-11-14T09:30:00"


def test_the_schedule_alone_gives_its_talks(tmp_path: Path) -> None:
    file = tmp_path / "tinyvoxx-2011-schedule.json"
    shutil.copy(SAMPLES / file.name, file)
    (talk,) = programme(file).talks
    assert (talk.key, talk.title, talk.duration_minutes) == ("404", "The Tiny Machine", 180.0)


def test_days_of_the_later_software() -> None:
    thursday, friday = programme(THURSDAY), programme(FRIDAY)
    assert thursday.edition == friday.edition
    assert (thursday.edition.name, thursday.edition.start_date, thursday.edition.end_date) == (
        "Devoxx UK 2017", "2017-05-11", "2017-05-12",
    )  # fmt: skip
    assert parse(THURSDAY).source_key == "devoxx:cfp.devoxx.co.uk:DV17:thursday"
    (keynote,) = thursday.talks
    assert (keynote.key, keynote.title, keynote.raw_title) == ("ABC-1", "Small & Tiny", "Small &amp; Tiny")
    assert (keynote.kind, keynote.track, keynote.language) == ("keynote", "Methodology & Culture", "en")
    assert (keynote.starts_at, keynote.duration_minutes) == ("2017-05-11T09:00:00+01:00", 20.0)
    assert (keynote.markup, keynote.raw_abstract) == ("html", "<p>Tiny &amp; <b>small</b>.</p>")
    assert keynote.speakers == (SpeakerRecord("Ana Souza", affiliation="Acme", links=("https://twitter.com/ana",)),)
    (ignite,) = friday.talks
    assert (ignite.kind, ignite.note) == ("lightning", "Listed as Ignite Sessions.")
    assert ignite.slots == (
        SlotRecord("2017-05-12T09:00:00+01:00", "B"),
        SlotRecord("2017-05-12T11:00:00+01:00", "C"),
    )
    assert programme(THURSDAY, timezone="Europe/London").talks == thursday.talks


def test_a_broken_neighbour_is_said_and_the_talks_are_read(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "x")
    (tmp_path / "x" / "tinyvoxx-2011-speakers.json").write_text("[{", "utf-8")
    parsed = parse(tmp_path / "x" / PRESENTATIONS.name)
    assert parsed.problems[0].where == "tinyvoxx-2011-speakers.json"
    assert isinstance(parsed.payload, Programme)
    assert len(parsed.payload.talks) == 2


def test_a_broken_talk_costs_only_itself(tmp_path: Path) -> None:
    document = json.loads(PRESENTATIONS.read_text("utf-8"))
    document[0]["title"] = []
    document.append("nothing")
    file = tmp_path / "x-presentations.json"
    file.write_text(json.dumps(document), "utf-8")
    found = programme(file)
    assert [talk.key for talk in found.talks] == ["405"]
    assert (found.unreadable, found.is_whole) == (frozenset({"404"}), False)


@pytest.mark.parametrize("text", ["", "[", "<html></html>", "7", "[" * 100_000, "{}", "[]", '{"response": 5}'])
def test_what_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError):
        parse(file)


@pytest.mark.parametrize("value", [None, 7, -1.5, 10**30, True, "x", "2011-02-30 25:99:00.0", [], [[]], {}])
@pytest.mark.parametrize("name", [PRESENTATIONS.name, THURSDAY.name, FRIDAY.name])
def test_wrong_types_everywhere_raise_nothing(tmp_path: Path, name: str, value: object) -> None:
    folder = tmp_path / "x"
    shutil.copytree(SAMPLES, folder)
    for file in (folder / name, folder / "tinyvoxx-2011-schedule.json"):
        document = json.loads(file.read_text("utf-8"))

        def spoil(node: Any, file: Path = file, document: Any = document) -> None:
            for key in list(node) if isinstance(node, dict) else range(len(node)):
                kept = node[key]
                node[key] = value
                file.write_text(json.dumps(document), "utf-8")
                with contextlib.suppress(InputError):
                    parse(folder / name)
                node[key] = kept
                if isinstance(kept, (dict, list)):
                    spoil(kept, file, document)

        spoil(document)


def test_ingested_twice_changes_nothing(engine: Engine) -> None:
    first, second = (
        pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions()).totals for _ in range(2)
    )
    assert first.created == 4
    assert (second.created, second.updated, second.withdrawn, second.unchanged) == (0, 0, 0, 4)


def test_real_files(eval_folder: Path) -> None:
    folder = eval_folder / "schedules" / "devoxx-cfp"
    talks = programme(folder / "devoxx-2011-presentations.json").talks
    assert (len(talks), sum(talk.starts_at is not None for talk in talks)) == (178, 176)
    assert sum(bool(speaker.affiliation) for talk in talks for speaker in talk.speakers) == 258
    days = [programme(folder / f"devoxxuk-2017-wiremock-daySchedule{day}.json") for day in ("", "Friday")]
    assert [len(day.talks) for day in days] == [67, 57]
    assert [talk.starts_at for day in days for talk in day.talks].count(None) == 0


def test_order_of_elements_changes_no_record(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "x")
    for file in (tmp_path / "x").glob("tinyvoxx-*.json"):
        turned = [dict(reversed(item.items())) for item in reversed(json.loads(file.read_text("utf-8")))]
        file.write_text(json.dumps(turned), "utf-8")

    def placeless(found: Programme) -> set[str]:
        return {str({**vars(talk), "position": ""}) for talk in found.talks}

    turned_file = tmp_path / "x" / PRESENTATIONS.name
    assert DevoxxCfp().recognises_file(turned_file, turned_file.read_text("utf-8"))
    assert placeless(programme(turned_file)) == placeless(programme(PRESENTATIONS))
