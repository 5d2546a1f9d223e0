"""Takeaways of files: what their hash stands on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.snapshot import refresh_snapshot
from app.db.engine import make_engine, reading, writing
from app.ingest.discover import discovered
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import TakeawayCollection
from app.ingest.store.changes import record_hash
from app.migrations import upgrade
from app.models import Edition, Takeaway, Talk

PROGRAMME = """\
hallway: programme/1
series: {{slug: {slug}, name: {slug}}}
edition: {{slug: {slug}-2019, name: {slug} 2019, start_date: '2019-05-13', end_date: '2019-05-13'}}
talks:
  - {{id: probes, title: "What Probes Do in {slug}", speakers: [{{name: {speaker}}}]}}
"""
TAKEAWAYS = """\
hallway: takeaways/1
article: {id: notes, title: Notes, observer: Cy, url: "https://example.org/notes"}
takeaways:
  - {id: probes-kill, edition: lyon-2019, talk: lyon-2019/probes, kind: lesson,
     text: Probes that are too strict kill brokers., said_by: {name: Ada, as: speaker},
     status: checked, evidence: [{kind: article, section: Probes}]}
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    texts = {
        "lyon": PROGRAMME.format(slug="lyon", speaker="Ada"),
        "oslo": PROGRAMME.format(slug="oslo", speaker="Bo"),
        "said": TAKEAWAYS,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [tmp_path / f"{name}.yaml" for name in texts]


def named(engine: Engine, files: Sequence[Path]) -> tuple[str, int | None]:
    """The name of a base with these files, one after the other, and the row number of the talk in Lyon."""
    for file in files:
        report = pipeline.read(engine, [file], ReadOptions())
        assert not report.has_errors, report.files
    with writing(engine) as session:
        talk = select(col(Talk.id)).join(Edition).where(col(Edition.slug) == "lyon-2019")
        return refresh_snapshot(session), session.scalars(talk).one()


def test_the_same_takeaways_give_the_same_name_whatever_number_their_talk_has(
    engine: Engine, files: list[Path], tmp_path: Path
) -> None:
    lyon, oslo, said = files
    other = make_engine(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    upgrade(other)
    (name, talk), (again, of_other) = named(engine, [lyon, oslo, said]), named(other, [oslo, lyon, said])
    assert talk != of_other
    assert name == again
    other.dispose()


def test_a_hash_by_numbers_of_rows_is_brought_up_to_date_and_the_takeaway_left_as_people_made_it(
    engine: Engine, files: list[Path]
) -> None:
    named(engine, files)
    said = files[2]
    with discovered([said], limit=1_000_000) as (unit,):
        assert unit.format is not None
        parsed = unit.format.parse(unit.path, ReadOptions()).payload
        assert isinstance(parsed, TakeawayCollection)
        (record,) = parsed.takeaways
    with writing(engine) as session:
        takeaway = one(session)
        hashed = takeaway.content_hash
        numbers = (takeaway.edition_id, takeaway.talk_id, takeaway.speaker_id)
        assert None not in numbers
        takeaway.content_hash = record_hash(record, *map(str, numbers)) + "~edited"
        takeaway.text = "Strict probes kill brokers."
    said.write_text(f"{TAKEAWAYS}# read again\n", encoding="utf-8")
    (file,) = pipeline.read(engine, [said], ReadOptions()).files
    assert file.records is not None
    assert file.records.unchanged == 1
    with reading(engine) as session:
        assert one(session).content_hash == f"{hashed}~edited"
        assert one(session).text == "Strict probes kill brokers."


def one(session: Session) -> Takeaway:
    return session.scalars(select(Takeaway)).one()
