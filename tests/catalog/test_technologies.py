"""Technologies as readers see them, and the names that may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import pipeline
from app.catalog.candidates import technology_candidates
from app.catalog.technologies import find_technology, kinds_of_technologies, list_technologies
from app.db.engine import reading
from app.errors import NotFound
from app.ingest.formats.protocol import ReadOptions
from tests.standins import HashingEmbedder

VOCABULARY = """hallway: technologies/1
vocabulary: small
name: Small
technologies:
  - {slug: kafka, name: Kafka, kind: platform, aliases: [Apache Kafka]}
  - {slug: flink, name: Flink, kind: framework}
  - {slug: beam, name: Beam, kind: framework, ambiguous: true, needs: [flink]}
  - {slug: beam-vm, name: Erlang VM, kind: platform, aliases: [BEAM], ambiguous: [BEAM], needs: [erlang]}
  - {slug: unheard, name: Unheard, kind: tool}
"""
FIRST = """hallway: programme/1
series: {slug: s, name: S}
edition: {slug: s-1, name: S 1, start_date: "2018-01-01"}
talks:
  - {id: one, title: Kafka and Flink, abstract: With GeoMesa.}
  - {id: two, title: Kafka again, speakers: [{name: Ann McGregor}], abstract: "By McGregor, on GeoMesa and SnowPipe."}
"""
SECOND = """hallway: programme/1
series: {slug: s, name: S}
edition: {slug: s-2, name: S 2, start_date: "2020-01-01"}
talks:
  - {id: three, title: Flink on geoMesa, date: "2021-01-02", abstract: McGregor and SnowPipe.}
"""


@pytest.fixture
def session(engine: Engine, tmp_path: Path) -> Iterator[Session]:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (("a", VOCABULARY), ("b", FIRST), ("c", SECOND)):
        (folder / f"{name}.yaml").write_text(text)
    report = pipeline.ingest(engine, HashingEmbedder(), [folder], options=ReadOptions())
    assert not report.has_errors, report
    with reading(engine) as opened:
        yield opened


def test_the_list_counts_talks_editions_and_years(session: Session) -> None:
    rows = [
        (row.slug, row.kind, row.talks, row.editions, row.first_year, row.last_year)
        for row in list_technologies(session).items
    ]
    assert rows == [("flink", "framework", 2, 2, 2018, 2021), ("kafka", "platform", 2, 1, 2018, 2018)]
    assert [row.slug for row in list_technologies(session, order="last").items] == ["flink", "kafka"]
    assert [row.slug for row in list_technologies(session, order="name", limit=1, offset=1).items] == ["kafka"]
    assert [row.slug for row in list_technologies(session, kind="platform").items] == ["kafka"]
    assert kinds_of_technologies(session) == ["framework", "platform"]


def test_one_technology_with_what_surrounds_it(session: Session) -> None:
    kafka = find_technology(session, "kafka")
    assert (kafka.talks, kafka.aliases) == (2, ["Apache Kafka"])
    assert [(other.slug, other.talks) for other in kafka.together] == [("flink", 1)]
    beam = find_technology(session, "beam")
    assert (beam.talks, beam.ambiguous, beam.needs) == (0, ["Beam"], ["flink"])
    assert [(other.slug, other.shared) for other in beam.confused_with] == [("beam-vm", "Beam")]
    assert find_technology(session, "unheard").talks == 0
    with pytest.raises(NotFound):
        find_technology(session, "no-such")


def test_candidates_are_ranked_and_are_no_people(session: Session) -> None:
    found = technology_candidates(session)
    assert [(one.name, one.talks, one.editions) for one in found] == [("GeoMesa", 3, 2), ("SnowPipe", 2, 2)]
    assert [talk.title for talk in found[0].examples] == ["Flink on geoMesa", "Kafka and Flink", "Kafka again"]
    assert [one.name for one in technology_candidates(session, 1)] == ["GeoMesa"]
