"""The same talk at several editions: who is of a family, who never is, and what counts it once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.talks import find_talk
from app.db.engine import reading, writing
from app.ingest.families import Delivery, Vectors, assign_families, families, refresh_families
from app.ingest.formats.protocol import ReadOptions
from app.ingest.titles import is_generic, title_key
from app.models import Talk
from app.trends.populations import get_population
from tests.standins import HashingEmbedder

TALK = (
    '  - {{id: "{id}", title: "{title}", kind: talk, language: en, source: "https://x.example", speakers: [{who}]}}\n'
)


def write(folder: Path, year: int, *talks: tuple[str, str], series: str = "Tiny") -> Path:
    slug = f"{series.lower()}-{year}"
    text = (
        f"hallway: programme/1\nseries: {{slug: {series.lower()}, name: {series}}}\n"
        f'edition: {{slug: {slug}, name: {series} {year}, city: Oslo, start_date: "{year}-01-02", '
        f'end_date: "{year}-01-03"}}\ntalks:\n'
    )
    for number, (title, who) in enumerate(talks):
        text += TALK.format(id=f"t{number}", title=title, who=f"{{name: {who}}}" if who else "")
    file = folder / f"{slug}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def ingest(engine: Engine, folder: Path) -> None:
    report = pipeline.ingest(engine, HashingEmbedder(), [folder], options=ReadOptions())
    assert not report.has_errors, report


def stored(engine: Engine) -> dict[str, str | None]:
    with reading(engine) as session:
        return dict(session.execute(select(col(Talk.slug), col(Talk.family))).all())


def delivery(id: int, title: str, edition: int, *speakers: int) -> Delivery:
    return Delivery(id, f"s{id}", title, edition, (f"20{edition:02}-01-01", id), frozenset(speakers))


def test_title_and_a_speaker_in_common_make_a_family(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, 2020, ("Streams at rest", "Petra Lindqvist"), ("Keynote", "Petra Lindqvist"), ("Logs", "Ana Orr"))
    write(tmp_path, 2021, ("Streams at Rest - Tiny 2021", "Petra Lindqvist"), ("Keynote", "Petra Lindqvist"))
    write(tmp_path, 2022, ("Keynote: Streams at rest", "LINDQVIST Petra"), ("Logs", "Ben Brandvold"), series="Other")
    ingest(engine, tmp_path)
    found = stored(engine)
    assert {slug for slug, family in found.items() if family} == {
        "streams-at-rest",
        "streams-at-rest-tiny-2021",
        "keynote-streams-at-rest",
    }
    assert {family for family in found.values() if family} == {"streams-at-rest"}
    with reading(engine) as session:
        everything = set(session.scalars(allowed_talks(TalkFilter())))
        once = set(session.scalars(allowed_talks(get_population("families-once").narrow(TalkFilter()))))
        assert (len(everything), len(once)) == (7, 5)
        also = find_talk(session, "streams-at-rest-tiny-2021").also_given
        assert [(other.slug, other.edition) for other in also] == [
            ("streams-at-rest", "Tiny 2020"),
            ("keynote-streams-at-rest", "Other 2022"),
        ]
        assert find_talk(session, "logs").also_given == []


def test_families_follow_edits_and_are_left_alone_otherwise(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, 2020, ("Streams at rest", "Petra Lindqvist"))
    write(tmp_path, 2021, ("Streams at rest", "Petra Lindqvist"))
    ingest(engine, tmp_path)
    before = stored(engine)
    assert set(before.values()) == {"streams-at-rest"}
    with writing(engine) as session:
        assert not refresh_families(session, HashingEmbedder().recipe)
        assert assign_families(session) == 1
    assert stored(engine) == before
    write(tmp_path, 2021, ("Something else", "Petra Lindqvist"))
    ingest(engine, tmp_path)
    assert set(stored(engine).values()) == {None}


def test_the_first_delivery_names_the_family_whatever_was_read_first() -> None:
    late, early = delivery(1, "streams", 21, 7), delivery(2, "streams", 19, 7)
    assert families([late, early]) == families([early, late]) == {1: "s2", 2: "s2"}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (delivery(1, "streams", 20, 7), delivery(2, "streams", 20, 7)),
        (delivery(1, "streams", 20, 7), delivery(2, "streams", 21, 8)),
        (delivery(1, "streams part 1", 20, 7), delivery(2, "streams part 2", 21, 7)),
        (delivery(1, "lightning talks", 20, 7), delivery(2, "lightning talks", 21, 7)),
        (delivery(1, "streams", 20), delivery(2, "streams", 21)),
        (delivery(1, "", 20, 7), delivery(2, "", 21, 7)),
    ],
)
def test_no_family(one: Delivery, two: Delivery) -> None:
    assert families([one, two]) == {}


def test_near_titles_need_near_meaning_and_the_same_numbers() -> None:
    east = np.array([1, 0], dtype=np.float32)
    north = np.array([0, 1], dtype=np.float32)
    talks = [
        delivery(1, "building streams that never stop", 20, 7),
        delivery(2, "building streams that never stops", 21, 7),
        delivery(3, "building streams which never stop", 22, 7),
        delivery(4, "building streams that never stop 2", 23, 7),
    ]

    def meaning(ids: object) -> Vectors:
        return {1: east, 2: east, 3: north, 4: east}

    assert families(talks) == {}
    assert families(talks, meaning) == {1: "s1", 2: "s1"}


def test_titles_lose_event_speaker_and_kind_but_no_numbers() -> None:
    own = {"petra lindqvist", "tiny", "tiny 2021"}
    for title in (
        "Streams, part 2", "Keynote: Streams, part 2", "Petra Lindqvist - Streams, part 2 - Tiny 2021",
        "Streams, Part 2 | TINY", "Streams, part 2 (Tiny 2019)", "Streams, part 2 by Petra Lindqvist",
    ):  # fmt: skip
        assert title_key(title, own) == "streams part 2", title
    assert title_key("Tiny 2021", own) == ""
    assert title_key("x" * 5_000_000)


def test_generic_titles() -> None:
    for title in (
        "keynote", "lightning talks", "lightning talks day 2", "welcome", "opening", "opening remarks", "q a", "faq",
        "closing session", "panel discussion on x", "state of plone", "project status update", "sprints",
    ):  # fmt: skip
        assert is_generic(title), title
    for title in (
        "keynote speaking for beginners",
        "open data in practice",
        "the state machine inside you",
        "talk python",
    ):
        assert not is_generic(title), title


def test_eval_pyvideo_titles_fold_fast(eval_folder: Path) -> None:
    import json

    files = sorted((eval_folder / "pyvideo").glob("pycon-us-201*/videos/*.json"))
    titles = [json.loads(file.read_text(encoding="utf-8"))["title"] for file in files]
    assert len(titles) > 500
    assert sum(1 for title in titles if title_key(title)) > 0.95 * len(titles)


def test_talk_page_says_where_else(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, 2020, ("Streams at rest", "Petra Lindqvist"))
    write(tmp_path, 2021, ("Streams at rest", "Petra Lindqvist"))
    ingest(engine, tmp_path)
    with Session(engine) as session:
        assert [other.year for other in find_talk(session, "streams-at-rest").also_given] == [2021]
