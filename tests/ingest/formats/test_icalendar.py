"""iCalendar: Sched's, pretalx's and malformed ones; what is a talk in a calendar, and what is not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.formats.icalendar_ics import ICalendar
from app.ingest.formats.ics_speakers import split_title
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Parsed, Programme, SlotRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "icalendar"


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    parsed = ICalendar().parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def test_a_calendar_of_sched() -> None:
    parsed, programme = read(SAMPLES / "tiny-sched.ics")
    assert parsed == ICalendar().parse(SAMPLES / "tiny-sched.ics", ReadOptions())
    assert parsed.source_key == "icalendar:tiny-con-2024"
    edition = programme.edition
    assert (edition.name, edition.city, edition.country, edition.start_date) == (
        "Tiny Con 2024", "Oslo", "Norway", "2024-05-06",
    )  # fmt: skip
    assert programme.talks[0] == TalkRecord(
        key="a1",
        title="Logs for all: A Tale",
        raw_title="Logs for all: A Tale - Ana Souza, Acme & Bo Li, Beta",
        position="line 6",
        track="OBSERVABILITY",
        date="2024-05-06",
        starts_at="2024-05-06T08:00:00+00:00",
        duration_minutes=30,
        room="Hall A",
        raw_abstract="First line &amp; more folded here.\n\nSecond <b>part</b>.",
        markup="html",
        speakers=(SpeakerRecord("Ana Souza", tagline="Acme"), SpeakerRecord("Bo Li", tagline="Beta")),
        reference="https://tiny.example/a1",
    )
    assert [(talk.key, talk.kind, len(talk.speakers)) for talk in programme.talks] == [
        ("a1", "talk", 2), ("a2", "keynote", 2), ("a3", "talk", 0),
    ]  # fmt: skip
    assert [problem.severity for problem in parsed.problems] == ["warning"]
    assert "a guess" in parsed.problems[0].message


def test_a_calendar_of_pretalx() -> None:
    parsed, programme = read(SAMPLES / "tiny-pretalx.ics", ReadOptions(edition="Tiny 2024"))
    (talk,) = programme.talks
    assert parsed.source_key == "icalendar:pretalx-tiny-2024"
    assert (talk.title, [speaker.name for speaker in talk.speakers]) == ("Scale - and stay small", ["Mia Falk", "Jo"])
    assert (talk.starts_at, talk.duration_minutes) == ("2024-05-06T10:00:00+02:00", 45)


def test_a_malformed_calendar() -> None:
    parsed, programme = read(SAMPLES / "camp-2024.ics")
    rust, zap, new = programme.talks
    assert rust.slots == (
        SlotRecord("2024-09-13T08:00:00+00:00", "XOR"), SlotRecord("2024-09-14T08:00:00+00:00", "MOV"),
    )  # fmt: skip
    assert (zap.starts_at, zap.duration_minutes) == ("2024-09-13T11:00:00+02:00", 30)
    assert [speaker.name for speaker in zap.speakers] == ["Ada Verdi", "Ugo Bo"]
    assert rust.key.startswith("7-")
    assert (new.key, new.title, new.date) == ("8", "Nuovo titolo", None)
    errors = [problem.where for problem in parsed.problems if problem.severity == "error"]
    assert errors == ["line 52", "line 48"]
    assert not programme.is_whole


def test_local_days_and_floating_times(tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    events = ["DTSTART:20240506T230000Z\nSUMMARY:Late\nUID:1", "DTSTART:20240506T230000\nSUMMARY:Floating\nUID:2"]
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    file.write_text(f"BEGIN:VCALENDAR\n{body}END:VCALENDAR\n", encoding="utf-8")
    _, here = read(file, ReadOptions(timezone="Europe/Vienna"))
    assert [talk.starts_at for talk in here.talks] == ["2024-05-07T01:00:00+02:00", "2024-05-06T23:00:00+02:00"]
    parsed, _ = read(file)
    assert any("--timezone" in problem.message for problem in parsed.problems)


def test_order_of_events_does_not_matter(tmp_path: Path) -> None:
    text = (SAMPLES / "tiny-sched.ics").read_text(encoding="utf-8")
    head, *events = text.replace("END:VCALENDAR\n", "").split("BEGIN:VEVENT\n")
    other = tmp_path / "tiny-sched.ics"
    turned = "".join(f"BEGIN:VEVENT\n{event}" for event in reversed(events))
    other.write_text(head + turned + "END:VCALENDAR\n", encoding="utf-8")

    def plain(path: Path) -> list[TalkRecord]:
        return sorted((replace(talk, position="") for talk in read(path)[1].talks), key=lambda talk: talk.key)

    assert plain(other) == plain(SAMPLES / "tiny-sched.ics")


@pytest.mark.parametrize(
    ("summary", "title", "speakers"),
    [
        ("Go - Robert Sirchia, Manager, Kubewarden & Core Maintainer, Helm", "Go", ["Robert Sirchia"]),
        ("A - B: C - Sung Yun & Antoine Marthey, Bloomberg LP", "A - B: C", ["Sung Yun", "Antoine Marthey"]),
        ("X - Jan Ek, A; Bo Li & Cy Roe, B", "X", ["Jan Ek", "Bo Li", "Cy Roe"]),
        ("X- Ádám Rozmán, Maintainer", "X", ["Ádám Rozmán"]),
    ],
)
def test_speakers_in_titles(summary: str, title: str, speakers: list[str]) -> None:
    split = split_title(summary, is_surely_last=False)
    assert split is not None
    assert (split.title, [speaker.name for speaker in split.speakers]) == (title, speakers)


@pytest.mark.parametrize("summary", ["Flux - Half-Day Event", "No dash", "A - B", "On-call well", "C - how to do it"])
def test_titles_that_stay_whole(summary: str) -> None:
    assert split_title(summary, is_surely_last=False) is None


@pytest.mark.parametrize("content", ["", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "BEGIN:VCALENDAR\0", "<html>"])
def test_refused_in_words(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.ics"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read(file)


@pytest.mark.parametrize("name", ["tiny-sched.ics", "camp-2024.ics", "tiny-pretalx.ics"])
def test_ingested_twice(engine: Engine, name: str) -> None:
    for first in (True, False):
        report = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES / name], options=ReadOptions())
        assert bool(report.totals.created) is first
        assert report.totals.updated == 0


def test_kubecon_of_sched(eval_folder: Path) -> None:
    file = eval_folder / "schedules" / "ics" / "kubecon-eu-2026-sched.ics"
    blocks = re.sub(r"\n ", "", file.read_text(encoding="utf-8")).split("BEGIN:VEVENT")[1:]
    service = sum("CATEGORIES:REGISTRATION" in block or "CATEGORIES:BREAKS" in block for block in blocks)
    pause = re.compile(r"^SUMMARY:(Project Lightning Talk: )?((Mini )?Break|Lunch \| On Own)$", re.MULTILINE)
    pauses = sum(bool(pause.search(block)) for block in blocks)
    _, programme = read(file)
    assert (len(blocks), service, pauses) == (596, 27, 5)
    assert len(programme.talks) == 596 - 27 - 5
    assert sum(bool(talk.speakers) for talk in programme.talks) == 435
    assert (programme.edition.city, programme.edition.series_name) == ("Amsterdam", "KubeCon + CloudNativeCon Europe")


def test_a_camp_with_one_uid_for_nearly_all(eval_folder: Path) -> None:
    file = eval_folder / "schedules" / "ics" / "moca24-broken-vtimezone.ics"
    text = file.read_text(encoding="utf-8")
    pairs = {(uid, title.strip()) for uid, title in re.findall(r"UID:(.*)\n(?:.*\n)*?SUMMARY:(.*)\n", text)}
    _, programme = read(file)
    assert text.count("BEGIN:VEVENT") == 88
    assert len(programme.talks) == len(pairs)
    assert sum(len(talk.slots) or 1 for talk in programme.talks) == 88
    assert all(talk.speakers for talk in programme.talks)
