"""Counting fields, looking programmes over, and what is kept of it for each file and run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from app import pipeline
from app.catalog.reviews import find_review, reviews_of_base
from app.db.engine import reading
from app.ingest.formats.field_use import MOST_FIELDS, Shape, Tally, shape
from app.ingest.formats.positioned_xml import load
from app.ingest.formats.protocol import ReadOptions
from app.ingest.normalise import normalise
from app.ingest.record import (
    EditionRecord,
    FieldUse,
    Parsed,
    Programme,
    ResourceRecord,
    SpeakerRecord,
    TalkRecord,
)
from app.ingest.review import Review
from app.models import FileReview, ImportRun
from app.text.links import looks_dead
from tests.standins import HashingEmbedder

EVENT = shape("event", "title room", room=shape("event.room", "name"), rooms=shape("rooms", each=shape("day", "at")))


def counted(value: object, within: Shape = EVENT) -> dict[str, tuple[str, int]]:
    return {use.field: (use.use, use.count) for use in Tally().read(value, within).uses()}


def test_what_is_not_declared_is_lost() -> None:
    found = counted(
        [{"title": "A", "room": "Aula", "mood": "good"}, {"title": "B", "room": {"name": "Bar", "seats": 9}}]
    )
    assert found == {
        "event.title": ("kept", 2), "event.room": ("kept", 1), "event.room.name": ("kept", 1),
        "event.mood": ("lost", 1), "event.room.seats": ("lost", 1),
    }  # fmt: skip


def test_empty_values_count_for_nothing_and_lost_objects_for_one() -> None:
    assert counted({"title": "", "room": None, "x": [], "sponsors": [{"name": "Acme"}, {"name": "Beta"}]}) == {
        "event.sponsors": ("lost", 1)
    }


def test_keys_that_are_names_are_passed_through() -> None:
    assert counted({"rooms": {"Aula": [{"at": 9}], "Bar": [{"at": 10, "beer": True}]}}) == {
        "day.at": ("kept", 2),
        "day.beer": ("lost", 1),
    }


def test_of_several_languages_one_is_kept() -> None:
    assert counted({"title": {"en": "Hall", "de": "Saal"}, "room": {"en": "A"}}) == {
        "event.title": ("kept", 1), "event.title in other languages": ("lost", 1), "event.room": ("kept", 1),
    }  # fmt: skip


def test_elements_and_attributes() -> None:
    root = load('<event id="1" mood="good"><title lang="en">A</title><room><name>B</name></room><x/></event>').root
    within = shape("event", "@id title", room=shape("event.room", "name"))
    assert {use.field: use.use for use in Tally().read(root, within).uses()} == {
        "event.@id": "kept", "event.title": "kept", "event.room.name": "kept", "event.@mood": "lost",
        "event.title@lang": "lost",
    }  # fmt: skip


def test_a_million_keys_are_told_in_few_words() -> None:
    found = Tally().read({f"key{number}": 1 for number in range(5000)}, EVENT).uses()
    assert len(found) == MOST_FIELDS + 1
    assert sum(use.count for use in found) == 5000
    assert Tally().read({"\x1b[31m" + "a" * 500: 1}, EVENT).uses()[0].field == f"event.[31m{'a' * 55}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://video.org/1", None),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3s", None),
        ("http://münchen.de/ä", None),
        ("https://slides.com/todo-lists", None),
        ("http://", "names no host"),
        ("slides/a.pdf", "no http address"),
        ("https://intranet/slides", "no name of a host"),
        ("http://localhost:8000/x", "nowhere"),
        ("https://10.0.0.7/x", "nowhere"),
        ("http://pypy.org)", "no name of a host"),
        ("https://github.com/someone/bui...", "cut off"),
        ("https://orcid.org/ 0000", "space"),
        ("https://a.org/TODO", "placeholder"),
        ("https://www.youtube.com/watch?v=", "no video"),
        ("http://a.org:99999/", "no address"),
        ("https://a.org/" + "x" * 5_000_000, "too long"),
    ],
)  # fmt: skip
def test_links_that_look_dead(url: str, why: str | None) -> None:
    said = looks_dead(url)
    assert said is None if why is None else why in (said or "")


def test_a_programme_is_looked_over() -> None:
    film = ResourceRecord("video", "https://video.org/1")
    ana, nobody = SpeakerRecord("Ana Souza", tagline="Engineer at Acme"), SpeakerRecord("Various speakers")
    talks = (
        TalkRecord("a", "One", "line 1", speakers=(ana, nobody), starts_at="2024-01-01T10:00:00"),
        TalkRecord("b", "ONE", "line 2", speakers=(SpeakerRecord("ana souza"),), language="en", abstract="A text."),
        TalkRecord("c", "Two", "line 3", resources=(film, ResourceRecord("slides", "nowhere"))),
        TalkRecord("d", "Three", "line 4", resources=(film,)),
        TalkRecord("e", "Evening", "line 5", is_container=True, resources=(film,)),
    )  # fmt: skip
    guess = FieldUse("edition.name", "guessed", 1, "from the name of the file")
    programme = Programme(EditionRecord("e-2024", "E 2024", "e", "E", guessed=(guess,)), talks)
    review = Review()
    clean, problems = normalise(programme, review)
    assert problems == review.problems
    assert review.placeholders == {"Various speakers": 1}
    assert [(link.url, link.where) for link in review.dead_links] == [("nowhere", "line 3")]
    assert [(talk.first, talk.second, talk.why) for talk in review.doubled] == [
        ("line 1", "line 2", "the same title and speaker"),
        ("line 3", "line 4", "the same recording"),
    ]
    assert (review.edition, review.talks, review.with_text) == ("e-2024", 4, 1)
    fields = review.fields(Parsed("x", clean, fields=(FieldUse("video.title", "kept", 5),)))
    assert [(use.field, use.use, use.count) for use in fields] == [
        ("video.title", "kept", 5), ("edition.name", "guessed", 1), ("speaker.affiliation", "guessed", 1),
        ("talk.starts_at", "guessed", 1),
    ]  # fmt: skip


def conference(folder: Path, **more: object) -> Path:
    videos = folder / "conf-2024" / "videos"
    videos.mkdir(parents=True, exist_ok=True)
    (folder / "conf-2024" / "category.json").write_text('{"title": "Conf 2024"}')
    video = {"title": "A", "recorded": "2024-01-01", "speakers": ["TODO"], "videos": [{"url": "http://"}], **more}
    (videos / "a.json").write_text(json.dumps(video))
    return folder


def test_a_review_is_kept_for_each_file_that_is_read(engine: Engine, tmp_path: Path) -> None:
    folder = conference(tmp_path, thumbnail_url="https://i.org/1", tags=["x", "y"])
    first = pipeline.read(engine, [folder], ReadOptions())
    assert first.files[0].fields["lost"] == {"video.thumbnail_url": 1}
    pipeline.read(engine, [folder], ReadOptions())
    with reading(engine) as session:
        runs = session.scalars(select(ImportRun).order_by(col(ImportRun.id))).all()
        shown = [run.totals["files"][0]["review"] for run in runs]
        assert shown[0] == shown[1] is not None
        detail = find_review(session, shown[1])
        assert detail.run_id == runs[0].id
        assert [(line.field, line.count) for line in detail.review.lost_fields] == [("video.thumbnail_url", 1)]
        assert {line.field for line in detail.review.guessed_fields} == {"edition.series", "edition.dates"}
        assert detail.review.placeholders[0].name == "TODO"
        assert detail.dead_links[0]["url"] == "http://"
    conference(tmp_path, thumbnail_url="https://i.org/1", mood="good")
    pipeline.read(engine, [folder], ReadOptions())
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(FileReview)) == 2
        base = reviews_of_base(session)
        assert [(line.field, line.count) for line in base.formats[0].lost_fields] == [
            ("video.mood", 1),
            ("video.thumbnail_url", 1),
        ]
        assert (base.editions[0].talks, base.editions[0].with_text) == (1, 0)


def test_a_dry_run_tells_but_keeps_nothing(engine: Engine, tmp_path: Path) -> None:
    folder = conference(tmp_path, mood="good")
    report = pipeline.ingest(engine, HashingEmbedder(), [folder], options=ReadOptions(), dry_run=True)
    assert report.files[0].fields["lost"] == {"video.mood": 1}
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(FileReview)) == 0
        assert session.scalars(select(ImportRun)).one().totals["files"][0]["review"] is None
