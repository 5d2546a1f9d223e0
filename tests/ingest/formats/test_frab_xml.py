"""frab and pentabarf schedule.xml: faithful samples, hostile ones, and the real files with their counts."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading
from app.errors import InputError
from app.ingest.formats.frab_xml import FrabXml
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, ResourceRecord, SlotRecord, SpeakerRecord, TalkRecord
from app.models import Edition, Series, Talk
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "frab"
TINY = SAMPLES / "tinycamp-2031.xml"
GUID = "aaaaaaaa-0000-0000-0000-00000000000"
FOSDEM = {"2007": 215, "2013": 487, "2018": 689, "2019": 775, "2020": 872, "2022": 730, "2026": 1079}
"""`<event` elements in each file, counted as text."""


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    parsed = FrabXml().parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def written(folder: Path, text: str) -> Path:
    file = folder / "schedule.xml"
    file.write_text(text, encoding="utf-8")
    return file


def test_recognised_by_its_root_and_conference() -> None:
    text = TINY.read_text(encoding="utf-8")[:4096]
    assert FrabXml().recognises_file(TINY, text)
    assert FrabXml().recognises_file(TINY, "\ufeff" + text)
    assert not FrabXml().recognises_file(TINY, "<rss><schedule/></rss>")
    assert not FrabXml().recognises_file(TINY, '<schedule><day date="2014-07-21"><entry id="1">')
    assert not FrabXml().recognises_file(TINY, "<html><body>schedule conference</body></html>")
    assert FrabXml().recognises_file(TINY, "<?xml version='1.0'?><!-- a --><!-- b -->\n<schedule><conference/>")


@pytest.mark.parametrize("part", ["<?xml?>", "<!---->", "<!-- -->\n", " ", "<?a?> "])
def test_no_head_takes_long_to_look_at(part: str) -> None:
    began = time.monotonic()
    assert not FrabXml().recognises_file(TINY, part * (4096 // len(part)))
    assert time.monotonic() - began < 1


def test_the_records_of_the_sample() -> None:
    parsed, programme = read(TINY)
    assert parsed == FrabXml().parse(TINY, ReadOptions())
    assert parsed.source_key == "schedule:tinycamp-2031"
    edition = programme.edition
    assert (edition.slug, edition.name, edition.series_name) == ("tinycamp-2031", "TinyCamp 2031", "TinyCamp")
    assert (edition.year, edition.city, edition.start_date, edition.end_date) == (
        2031, "Turku", "2031-05-03", "2031-05-04",
    )  # fmt: skip
    assert programme.talks == (
        TalkRecord(
            key=GUID + "1", title="Logs for small teams", raw_title="Logs for small teams",
            position="line 21, event 1", kind="keynote", track="Operations", language="en", date="2031-05-03",
            starts_at="2031-05-03T10:00:00+03:00", duration_minutes=45, room="Big Tent", markup="html",
            raw_abstract='No heroics\n\n<p>How we <a href="https://logs.example/">keep logs</a>.</p>\n\n'
            "<p>And how we read them.</p>",
            speakers=(
                SpeakerRecord("Ana María Souza", bio="Keeps logs & bees."),
                SpeakerRecord("Jussi Virtanen", links=("https://tinycamp.example/2031/speaker/TBA1/",)),
            ),
            resources=(
                ResourceRecord("slides", "https://tinycamp.example/media/LOGS01/logs.pdf", "Slides"),
                ResourceRecord("video", "https://video.example/logs.av1.webm", "Video recording"),
                ResourceRecord("code", "https://github.com/tinycamp/logs", "The tool"),
            ),
            reference="https://tinycamp.example/2031/talk/LOGS01/",
        ),
        TalkRecord(
            key=GUID + "4", title="Solder a lamp", raw_title="Solder a lamp", position="line 62, event 3",
            kind="workshop", date="2031-05-03", starts_at="2031-05-03T13:00:00+03:00", duration_minutes=120,
            room="Fire Pit", speakers=(SpeakerRecord("Mia Ek"),),
            slots=(
                SlotRecord("2031-05-03T13:00:00+03:00", "Fire Pit", GUID + "4"),
                SlotRecord("2031-05-04T13:00:00+03:00", "Big Tent", GUID + "3"),
            ),
        ),
        TalkRecord(
            key=GUID + "5", title="Stories by the fire", raw_title="Stories by the fire",
            position="line 67, event 5", kind="other", date="2031-05-04", starts_at="2031-05-04T00:30:00+03:00",
            room="Fire Pit",
        ),
    )  # fmt: skip
    assert programme.unreadable == {GUID + "6"}
    said = [(problem.severity, problem.where) for problem in parsed.problems]
    assert said == [("warning", "line 67, event 5"), ("error", "line 71, event 6")]


def test_an_old_file_takes_its_days_and_local_times() -> None:
    parsed, programme = read(SAMPLES / "oldmeet-2005.xml")
    first, second = programme.talks
    assert parsed.source_key == "schedule:oldmeet-2005"
    assert (first.key, first.starts_at, first.duration_minutes) == ("0", "2005-02-26T17:30:00", 45)
    assert (second.key, second.date, second.starts_at) == ("1", "2005-02-27", "2005-02-27T01:15:00")
    assert ["no offset" in problem.message for problem in parsed.problems] == [True]
    placed, programme = read(SAMPLES / "oldmeet-2005.xml", ReadOptions(timezone="Europe/Brussels"))
    assert programme.talks[0].starts_at == "2005-02-26T17:30:00+01:00"
    assert placed.problems == ()


def test_options_override_what_the_file_says() -> None:
    parsed, programme = read(TINY, ReadOptions(edition="Camp of Tents 2031", series="Camps", timezone="Nowhere/Land"))
    assert (programme.edition.name, programme.edition.series_name) == ("Camp of Tents 2031", "Camps")
    assert parsed.source_key == "schedule:tinycamp-2031"
    assert any("Nowhere/Land" in problem.message for problem in parsed.problems)


def test_the_order_of_rooms_and_of_children_is_irrelevant(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8")
    rooms = re.findall(r"    <room name.*?</room>\n(?=    <room name|  </day>)", text, re.DOTALL)
    assert len(rooms) == 2
    turned = text.replace(rooms[0] + rooms[1], rooms[1] + rooms[0]).replace(
        "<title>Solder a lamp</title><type>workshop</type>", "<type>workshop</type><title>Solder a lamp</title>"
    )
    assert turned != text

    def talks(path: Path) -> set[TalkRecord]:
        return {replace(talk, position="") for talk in read(path)[1].talks}

    assert talks(written(tmp_path, turned)) == talks(TINY)


def test_ingested_twice_nothing_changes(engine: Engine) -> None:
    first = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions())
    assert (first.totals.created, len(first.files)) == (5, 2)
    second = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES], options=ReadOptions())
    assert (second.totals.created, second.totals.updated, second.totals.withdrawn) == (0, 0, 0)


def test_what_stands_before_a_break_is_read_and_nothing_is_withdrawn(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8")
    parsed, programme = read(written(tmp_path, text[: text.index("Stories by the fire")]))
    assert {talk.title for talk in programme.talks} == {"Logs for small teams", "Solder a lamp"}
    assert not programme.is_whole
    assert any(problem.severity == "error" and "breaks off" in problem.message for problem in parsed.problems)


def test_control_characters_are_left_out_and_said(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8").replace("Solder a lamp", "Solder\x08 a&#x1f; lamp")
    parsed, programme = read(written(tmp_path, text))
    assert any(talk.title == "Solder a lamp" for talk in programme.talks)
    assert "4 control characters" in parsed.problems[0].message


BOMB = '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><schedule>&b;</schedule>'
OUTSIDE = (
    '<!DOCTYPE schedule SYSTEM "file:///etc/passwd"><schedule><conference><title>X</title></conference></schedule>'
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB, OUTSIDE, "<a>" * 200_000, "<schedule>" + "<day>" * 100_000, "<schedule/>", "<schedule><conference/>",
        "{}", "<html><p>Sorry</html>", "<schedule", "<?xml version='1.0'?>", "<rss/>",
    ],
)  # fmt: skip
def test_hostile_files_are_refused_with_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        FrabXml().parse(written(tmp_path, text), ReadOptions())
    assert str(caught.value)


def test_odd_values_cost_only_themselves(tmp_path: Path) -> None:
    odd = "".join(
        f"<event id='{number}'>{inside}<title>Talk {number}</title></event>"
        for number, inside in enumerate(
            [
                "<date>2031-02-30T10:00:00+03:00</date>",
                "<date>soon</date><start>25:99</start>",
                "<start>-1:00</start><duration>-00:30</duration>",
                "<duration>99:99</duration>",
                "<duration>00:00</duration>",
                "<persons>Nobody<person/></persons>",
                "<links><link/></links>",
                "<attachments><attachment href='http://[broken'/></attachments>",
                "<date>9999-12-31</date><start>00:01</start>",
            ]
        )
    )
    text = (
        "<schedule><conference><title>Odd 1</title><time_zone_name>../etc</time_zone_name></conference>"
        f"<day date='2031-13-01'><room>{odd}<event><title>Without id</title></event></room></day></schedule>"
    )
    parsed, programme = read(written(tmp_path, text))
    assert len(programme.talks) == 9
    assert not programme.is_whole
    assert len(parsed.problems) >= 8
    assert all(problem.message for problem in parsed.problems)


def test_a_giant_title_and_very_many_rooms_take_seconds(tmp_path: Path) -> None:
    rooms = "<room name='r'/>" * 1_000_000
    event = f"<room><event id='1'><title>{'x' * 5_000_000}</title></event></room>"
    text = (
        f"<schedule><conference><title>Big 1</title></conference><day date='2031-01-01'>{rooms}{event}</day></schedule>"
    )
    began = time.monotonic()
    assert len(read(written(tmp_path, text))[1].talks) == 1
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("year", FOSDEM)
def test_every_event_of_fosdem_is_a_talk_or_a_break(eval_folder: Path, year: str) -> None:
    file = eval_folder / "schedules" / "frab-xml" / f"fosdem-{year}.xml"
    text = file.read_text(encoding="utf-8")
    assert len(re.findall(r"<event[ >]", text)) == FOSDEM[year]
    # Six breaks stand between the talks of 2022: “Short break” three times, “Lunch break” twice, “Break” once.
    breaks = len(re.findall(r"<title>\s*(?:Short |Lunch )?[Bb]reak\s*</title>", text))
    assert breaks == (6 if year == "2022" else 0)
    parsed, programme = read(file)
    assert len({talk.key for talk in programme.talks}) == len(programme.talks) == FOSDEM[year] - breaks
    assert (programme.edition.series_slug, programme.edition.slug) == ("fosdem", f"fosdem-{year}")
    assert parsed.source_key == f"schedule:fosdem-{year}"
    assert [problem for problem in parsed.problems if problem.severity == "error"] == []
    if not breaks:
        counted = [
            {" ".join("".join(person.itertext()).split()) for person in event.findall("persons/person")}
            for event in ET.parse(file).iter("event")
        ]
        assert sum(len(talk.speakers) for talk in programme.talks) == sum(len(names - {""}) for names in counted)


@pytest.mark.parametrize(("name", "talks"), [("31c3-2014", 138), ("voctoweb-fixture", 123)])
def test_every_event_of_other_files_is_a_talk(eval_folder: Path, name: str, talks: int) -> None:
    file = eval_folder / "schedules" / "frab-xml" / f"{name}.xml"
    assert len(re.findall(r"<event ", file.read_text(encoding="utf-8"))) == talks
    assert len(read(file)[1].talks) == talks


def test_fosdem_is_one_series_and_a_second_snapshot_updates_the_first(eval_folder: Path, engine: Engine) -> None:
    folder = eval_folder / "schedules" / "frab-xml"

    def ingest(*names: str) -> tuple[int, int, int]:
        files = [folder / f"fosdem-{name}.xml" for name in names]
        totals = pipeline.ingest(engine, HashingEmbedder(), files, options=ReadOptions()).totals
        return totals.created, totals.updated, totals.withdrawn

    assert ingest("2013", "2026-other-snapshot") == (487 + 883, 0, 0)
    earlier, later = (
        set(re.findall(r'<event guid="([^"]+)"', (folder / f"fosdem-{name}.xml").read_text(encoding="utf-8")))
        for name in ("2026-other-snapshot", "2026")
    )
    created, updated, withdrawn = ingest("2026")
    assert (created, withdrawn) == (len(later - earlier), len(earlier - later))
    assert updated <= len(later & earlier)
    assert ingest("2013", "2026") == (0, 0, 0)
    with reading(engine) as session:
        assert list(session.scalars(select(col(Series.slug)))) == ["fosdem"]
        assert sorted(session.scalars(select(col(Edition.slug)))) == ["fosdem-2013", "fosdem-2026"]
        listed = session.scalars(select(col(Talk.id)).where(col(Talk.withdrawn_at).is_(None))).all()
        assert len(listed) == 487 + 1079
