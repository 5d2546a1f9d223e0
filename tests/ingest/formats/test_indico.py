"""Indico's JSON export and the entry XML of EuroPython 2014: faithful samples, hostile ones, the real file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading
from app.errors import InputError
from app.ingest.formats.entry_xml import EntryXml
from app.ingest.formats.frab_xml import FrabXml
from app.ingest.formats.indico import IndicoJson
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, ResourceRecord, SpeakerRecord, TalkRecord
from app.models import Talk
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples"
WORKSHOP = SAMPLES / "indico" / "workshop-2030.json"
ENTRIES = SAMPLES / "entry-xml" / "snakemeet-2014.xml"


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    known = IndicoJson() if path.suffix == ".json" else EntryXml()
    parsed = known.parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def written(folder: Path, value: Any, name: str = "event-2030.json") -> Path:
    file = folder / name
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return file


def test_recognised_from_content() -> None:
    assert IndicoJson().recognises_file(WORKSHOP, WORKSHOP.read_text(encoding="utf-8")[:4096])
    assert not IndicoJson().recognises_file(WORKSHOP, '{"results": [{"code": "ABCDEF", "title": "x"}]}')
    head = ENTRIES.read_text(encoding="utf-8")[:4096]
    assert EntryXml().recognises_file(ENTRIES, head)
    assert not FrabXml().recognises_file(ENTRIES, head)
    assert not EntryXml().recognises_file(ENTRIES, "<schedule><conference/><day><event/></day></schedule>")


def test_the_records_of_an_event() -> None:
    parsed, programme = read(WORKSHOP)
    assert parsed == IndicoJson().parse(WORKSHOP, ReadOptions())
    assert (parsed.source_key, parsed.problems) == ("indico:indico.example:4711", ())
    edition = programme.edition
    assert (edition.slug, edition.series_name, edition.year) == (
        "3rd-workshop-on-small-detectors", "Workshop on Small Detectors", 2030,
    )  # fmt: skip
    assert programme.talks == (
        TalkRecord(
            key="1", title="Welcome", raw_title="Welcome", position="results[0].contributions[0]",
            date="2030-06-03", starts_at="2030-06-03T08:20:00+02:00", duration_minutes=20, room="222/R-001",
            raw_abstract="<p>Who we are &amp; why.</p>", markup="html",
            speakers=(SpeakerRecord("Ana Souza", affiliation="CERN"),),
            resources=(
                ResourceRecord("slides", "https://indico.example/event/4711/a/welcome.pdf", "welcome.pdf"),
            ),
            reference="https://indico.example/event/4711/contributions/1/",
        ),
        TalkRecord(
            key="3", title="Five short reports", raw_title="Five short reports",
            position="results[0].sessions[0].contributions[0]", track="Electronics", date="2030-06-04",
            starts_at="2030-06-04T14:00:00+02:00", duration_minutes=60, room="Annex", is_container=True,
        ),
        TalkRecord(
            key="3/31", title="A faster chip", raw_title="A faster chip",
            position="results[0].sessions[0].contributions[0].subContributions[0]", track="Electronics",
            date="2030-06-04", duration_minutes=10, room="Annex", parent_key="3", speakers=(SpeakerRecord("Kim Berg"),),
        ),
    )  # fmt: skip


def test_the_records_of_entries() -> None:
    parsed, programme = read(ENTRIES, ReadOptions(edition="SnakeMeet 2014", timezone="Europe/Berlin"))
    assert (parsed.source_key, parsed.problems) == ("entry-xml:snakemeet-2014", ())
    assert read(ENTRIES)[0].source_key == parsed.source_key
    assert programme.talks == (
        TalkRecord(
            key="entry-37", title="Welcome", raw_title="Welcome", position="line 2, entry 37", date="2014-07-21",
            starts_at="2014-07-21T10:30:00+02:00", duration_minutes=30, room="C01",
        ),
        TalkRecord(
            key="talk-37", title="First steps", raw_title="First steps", position="line 3, entry 37", kind="workshop",
            track="Web", level="Novice", date="2014-07-21", starts_at="2014-07-21T11:00:00+02:00",
            duration_minutes=180, room="C01", raw_abstract="From nothing to something.",
            speakers=(SpeakerRecord("Ana Souza", bio="Teaches.", links=("https://snakemeet.example/profile/5/",)),),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("path", "talks"), [(WORKSHOP, 3), (ENTRIES, 2)])
def test_ingested_twice_nothing_changes(engine: Engine, path: Path, talks: int) -> None:
    first = pipeline.ingest(engine, HashingEmbedder(), [path], options=ReadOptions())
    assert first.totals.created == talks
    second = pipeline.ingest(engine, HashingEmbedder(), [path], options=ReadOptions())
    assert (second.totals.created, second.totals.updated, second.totals.withdrawn) == (0, 0, 0)


def test_parts_are_stored_below_their_container(engine: Engine) -> None:
    pipeline.ingest(engine, HashingEmbedder(), [WORKSHOP], options=ReadOptions())
    with reading(engine) as session:
        part = session.scalars(select(Talk).where(col(Talk.source_key) == "3/31")).one()
        container = session.get_one(Talk, part.parent_id)
        assert (container.source_key, container.is_container) == ("3", True)


@pytest.mark.parametrize(
    "value",
    ["{", "<html>", "[]", {}, {"results": []}, {"results": [7]}, {"results": [{"title": "No contributions"}]},
     {"results": [{"contributions": [{"id": 1, "title": "Nameless event"}]}]}],
)  # fmt: skip
def test_hostile_files_are_refused_with_words(tmp_path: Path, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        IndicoJson().parse(written(tmp_path, value), ReadOptions())
    assert str(caught.value)


@pytest.mark.parametrize("text", ["<schedule", "<!DOCTYPE a [<!ENTITY b 'c'>]><schedule>&b;</schedule>", "<rss/>"])
def test_hostile_entries_are_refused_with_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        EntryXml().parse(written(tmp_path, text, "a-2014.xml"), ReadOptions())


def test_a_broken_contribution_costs_only_itself(tmp_path: Path) -> None:
    contributions = [
        None, {"id": "1"}, {"title": "No id"},
        {"id": 4, "title": "Odd", "startDate": {"date": "2030-02-30", "time": "10:00:00"}, "duration": 99999,
         "speakers": [1, {"fullName": 5}], "folders": {"a": 1}, "material": [[]], "subContributions": [3, {"id": []}]},
    ]  # fmt: skip
    value = {"results": [{"title": "Odd 1", "timezone": "No/Where", "contributions": contributions}, {}]}
    parsed, programme = read(written(tmp_path, value))
    assert [talk.key for talk in programme.talks] == ["4"]
    assert programme.unreadable == {"1"}
    assert not programme.is_whole
    assert len(parsed.problems) == 8


def test_every_entry_of_europython_2014_but_the_meals_is_a_talk(eval_folder: Path) -> None:
    file = eval_folder / "schedules" / "other" / "europython-2014-indico.xml"
    text = file.read_text(encoding="utf-8")
    meals = len(re.findall(r"<title>(?:Breakfast|Lunch|Coffee Break|EuroPython Dinner)</title>", text))
    assert (text.count("<entry "), meals) == (188, 22)
    parsed, programme = read(file, ReadOptions(edition="EuroPython 2014", timezone="Europe/Berlin"))
    assert len({talk.key for talk in programme.talks}) == len(programme.talks) == 188 - 22
    assert sum(len(talk.speakers) for talk in programme.talks) == text.count("<speaker ")
    assert programme.edition.series_slug == "europython"
    assert parsed.problems == ()
