"""RubyEvents: nesting, recordings, times, people and what is odd, on a faithful sample and on the real collection."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.discover import Unit, discovered
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.rubyevents import RubyEvents
from app.ingest.record import AliasRecord, InvolvedRecord, Parsed, Programme, ResourceRecord, SpeakerAliases, TalkRecord
from tests.standins import HashingEmbedder

SAMPLE = Path(__file__).parent.parent.parent / "samples" / "rubyevents" / "data"
EVENT = SAMPLE / "tinyruby" / "tinyruby-2024"


def units_under(path: Path) -> list[Unit]:
    with discovered([path], limit=ReadOptions().limit) as units:
        return units


def parse(path: Path, **options: Any) -> Parsed:
    return RubyEvents().parse(path, ReadOptions(**options))


def programme(path: Path, **options: Any) -> Programme:
    payload = parse(path, **options).payload
    assert isinstance(payload, Programme)
    return payload


def talks(path: Path) -> dict[str, TalkRecord]:
    return {talk.key: talk for talk in programme(path).talks}


@pytest.fixture
def event(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE / "tinyruby", tmp_path / "tinyruby")
    return tmp_path / "tinyruby" / "tinyruby-2024"


def test_every_file_belongs_and_only_programmes_and_people_hold_records() -> None:
    units = units_under(SAMPLE)
    assert {unit.format.name if unit.format else None for unit in units} == {"rubyevents"}
    kinds = {unit.label: type(parse(unit.path).payload).__name__ for unit in units}
    assert kinds == {
        "speakers.yml": "SpeakerAliases",
        "featured_cities.yml": "NoneType",
        "topics.yml": "NoneType",
        "tinyruby/series.yml": "NoneType",
        "tinyruby/tinyruby-2024": "Programme",
        "tinyruby/tinyruby-meetup": "Programme",
    }
    assert units[0].label == "speakers.yml"


def test_parsing_twice_gives_the_same_records() -> None:
    assert parse(EVENT) == parse(EVENT)
    assert parse(EVENT).source_key == "rubyevents:tinyruby-2024"
    assert not parse(EVENT).problems


def test_the_edition_and_its_series() -> None:
    edition = programme(EVENT).edition
    assert (edition.slug, edition.name, edition.series_name, edition.year) == (
        "tinyruby-2024", "TinyRuby 2024", "TinyRuby Conf", 2024,
    )  # fmt: skip
    assert (edition.city, edition.country) == ("Oslo", "Norway")
    assert (edition.start_date, edition.end_date) == ("2024-05-03", "2024-05-04")
    assert edition.references == ({"label": "Website", "url": "https://2024.tinyruby.example"},)
    meetup = programme(SAMPLE / "tinyruby" / "tinyruby-meetup").edition
    assert (meetup.start_date, meetup.end_date, meetup.year) == ("2023-05-10", "2024-06-12", None)
    assert programme(EVENT, edition="Other 2020", series="Other").edition.slug == "other-2020"


def test_talks_as_expected() -> None:
    found = talks(EVENT)
    keynote = found["ana-souza-tinyruby-2024"]
    expected = {
        "title": "Keynote: Small Rubies",
        "raw_title": "TinyRuby 2024 - Keynote: Small Rubies by Ana Souza",
        "position": "videos.yml, line 3, [0]",
        "kind": "keynote",
        "track": "Main Hall",
        "language": "en",
        "date": "2024-05-03",
        "starts_at": "2024-05-03T09:30:00+02:00",
        "duration_minutes": 45.0,
        "raw_abstract": "Why **small** is enough. See [the notes](https://notes.example).",
        "markup": "markdown",
        "note": None,
    }
    assert {name: asdict(keynote)[name] for name in expected} == expected
    assert keynote.resources == (
        ResourceRecord("video", "https://www.youtube.com/watch?v=abcDEF12345"),
        ResourceRecord("video", "https://www.youtube.com/watch?v=zyxDEF12345", "Second upload"),
        ResourceRecord("slides", "https://slides.example/rubies"),
        ResourceRecord("code", "https://github.com/tiny/rubies", "tiny/rubies"),
        ResourceRecord("article", "https://blog.example/rubies", "All about small rubies"),
    )
    gem = found["todo-tinyruby-2024"]
    assert (gem.kind, gem.language, gem.resources) == ("lightning", "ja", ())
    assert gem.note == "Not recorded. Original title: 五分でジェム."
    assert [speaker.name for speaker in gem.speakers] == ["TODO"]


def test_parts_are_the_talks_of_their_container() -> None:
    found = talks(EVENT)
    container = found["lightning-talks-tinyruby-2024"]
    part, other = found["bo-lind-tinyruby-2024"], found["cy-tinyruby-2024"]
    assert [talk.is_container for talk in (container, part, other)] == [True, False, False]
    assert part.parent_key == other.parent_key == container.key
    assert (part.kind, part.date, part.duration_minutes) == ("lightning", "2024-05-03", 4.5)
    assert part.resources == (ResourceRecord("video", "https://www.youtube.com/watch?v=contain1234&t=750s"),)
    assert (other.kind, other.date, other.note) == ("other", "2024-05-04", "Listed as q and a.")
    assert other.resources == (ResourceRecord("video", "https://www.youtube.com/watch?v=contain1234"),)
    meetup = talks(SAMPLE / "tinyruby" / "tinyruby-meetup")
    assert meetup["ana-souza-tinyruby-meetup-may-2023"].resources[0].url == "https://video.example/blocks.mp4"
    evening = meetup["tinyruby-meetup-june-2024"]
    assert (evening.is_container, evening.kind) == (False, "other")
    assert evening.note == (
        "Scheduled; the source has no recording of it yet. The source lists no talks of this event."
    )


def test_people_with_addresses_and_other_spellings() -> None:
    parsed = parse(SAMPLE / "speakers.yml")
    ana, bo = (
        AliasRecord(
            "Ana Souza",
            ("Ana Maria Souza",),
            (
                "https://github.com/ana",
                "https://twitter.com/anasouza",
                "https://ruby.example/@ana",
                "http://ana.example",
            ),
        ),
        AliasRecord(
            "Bo Lind",
            ("B. Lind",),
            (
                "https://social.example/@bo",
                "https://bsky.app/profile/bo.example",
                "https://www.linkedin.com/in/bo-lind",
                "https://speakerdeck.com/bo",
                "https://bo.example",
            ),
        ),
    )
    assert parsed.payload == SpeakerAliases((ana, bo))
    assert [(problem.severity, problem.where[:7]) for problem in parsed.problems] == [("error", "line 23")]


def test_times_are_left_empty_where_slots_and_talks_differ(event: Path) -> None:
    schedule = event / "schedule.yml"
    schedule.write_text(schedule.read_text("utf-8").replace("slots: 2", "slots: 3"), "utf-8")
    parsed = parse(event)
    assert isinstance(parsed.payload, Programme)
    assert {talk.starts_at for talk in parsed.payload.talks} == {None}
    assert [problem.where for problem in parsed.problems] == ["schedule.yml, days[0]"]
    schedule.write_text("days: [[", "utf-8")
    assert "Times are left empty" in parse(event).problems[0].message


def test_a_broken_talk_costs_only_itself(event: Path) -> None:
    videos = event / "videos.yml"
    text = videos.read_text("utf-8").replace('  title: "Keynote: Small Rubies"\n', "  title: [1]\n")
    text = text.replace('date: "2024-05-04"', 'date: "2024-02-30"').replace('"12:30"', '"99:99"')
    videos.write_text(text.replace('"Japanese"', '"Klingon"'), "utf-8")
    parsed = parse(event)
    assert isinstance(parsed.payload, Programme)
    assert len(parsed.payload.talks) == 4
    assert parsed.payload.unreadable == {"ana-souza-tinyruby-2024"}
    assert parsed.payload.is_whole
    said = " ".join(problem.message for problem in parsed.problems)
    assert "`title` is missing" in said
    assert "no day of the calendar" in said
    assert "“99:99” is no time" in said
    assert "Klingon" in said
    videos.write_text('- title: "No id"\n- 7\n- id: "x"\n  title: 404\n', "utf-8")
    whole = programme(event)
    assert not whole.is_whole
    assert [(talk.key, talk.title) for talk in whole.talks] == [("x", "404")]


@pytest.mark.parametrize("text", ["a: 1\n", "- [", "", "<html>", "- &a 1\n- *a\n", "[" * 5000])
def test_videos_that_cannot_be_read_are_refused_with_the_file_named(event: Path, text: str) -> None:
    (event / "videos.yml").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        parse(event)
    assert caught.value.where.startswith("videos.yml")


@pytest.mark.parametrize("value", ["[1, {a: b}]", "{a: [b]}", "-5", "1e3", "true", "~", '"\\u202C"', "99999999999999"])
def test_wrong_types_everywhere_raise_nothing(event: Path, value: str) -> None:
    for name in ("videos.yml", "event.yml", "schedule.yml"):
        lines = (event / name).read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            if ": " not in line or line.startswith("#"):
                continue
            changed = [*lines]
            changed[number] = f"{line.partition(': ')[0]}: {value}"
            (event / name).write_text("\n".join(changed) + "\n", "utf-8")
            with contextlib.suppress(InputError):
                parse(event)
        (event / name).write_text("\n".join(lines) + "\n", "utf-8")


def test_ingested_twice_changes_nothing(engine: Engine) -> None:
    first, second = (
        pipeline.ingest(engine, HashingEmbedder(), [SAMPLE], options=ReadOptions()).totals for _ in range(2)
    )
    assert (first.created, first.updated, first.withdrawn) == (8, 0, 0)
    assert (second.created, second.updated, second.withdrawn, second.unchanged) == (0, 0, 0, 8)


def test_the_whole_collection(eval_folder: Path) -> None:
    units = units_under(eval_folder / "rubyevents")
    assert {unit.format.name if unit.format else None for unit in units} == {"rubyevents"}
    read = [parse(unit.path) for unit in units]
    programmes = [parsed.payload for parsed in read if isinstance(parsed.payload, Programme)]
    everything = [talk for one in programmes for talk in one.talks]
    leaves = [talk for talk in everything if not talk.is_container]
    assert (len(programmes), len({one.edition.slug for one in programmes})) == (795, 795)
    assert (len(leaves), len(everything) - len(leaves)) == (10_312, 670)
    assert sum(talk.parent_key is not None for talk in everything) == 2_479
    assert sum(talk.starts_at is not None for talk in leaves) == 2_008
    assert not any(one.unreadable for one in programmes)
    people = [parsed.payload for parsed in read if isinstance(parsed.payload, SpeakerAliases)]
    assert (len(people[0].speakers), sum(len(one.aliases) for one in people[0].speakers)) == (4_727, 317)
    assert not any(problem.severity == "error" for parsed in read for problem in parsed.problems)


def test_a_part_ends_where_the_next_begins(event: Path) -> None:
    file = event / "videos.yml"
    file.write_text(
        file.read_text(encoding="utf-8")
        .replace('end_cue: "17:00"', 'end_cue: "TODO"')
        .replace('start_cue: "TODO"', 'start_cue: "16:10"'),
        encoding="utf-8",
    )
    spans = {key: (talk.start_seconds, talk.end_seconds) for key, talk in talks(event).items() if talk.parent_key}
    assert spans == {"bo-lind-tinyruby-2024": (750, 970), "cy-tinyruby-2024": (970, None)}
    guessed = [use for use in parse(event).fields if use.field == "talk.end_seconds"]
    assert [(use.use, use.count) for use in guessed] == [("guessed", 1)]


def test_who_made_it(event: Path) -> None:
    assert programme(event).edition.involved == (
        InvolvedRecord("Organizer", ("Ana Souza", "Bo Lind")),
        InvolvedRecord("Video Production", organisations=("Tiny Films",)),
        InvolvedRecord("Gold sponsors", organisations=("Acme",)),
    )
    (event / "involvements.yml").write_text("- name: [", encoding="utf-8")
    broken = parse(event)
    assert isinstance(broken.payload, Programme)
    assert [one.role for one in broken.payload.edition.involved] == ["Gold sponsors"]
    assert "left out" in broken.problems[0].message
