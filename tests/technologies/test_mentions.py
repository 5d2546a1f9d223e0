"""Mentions in the tables: found for talks that changed, beside what programmes list, in step with the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.db.engine import writing
from app.ingest.formats.protocol import ReadOptions
from app.models import Talk, Technology, TechnologyGuess, TechnologyMention
from app.technologies.mentions import RECIPE, count_mentions, forget_mentions, refresh_mentions
from tests.standins import HashingEmbedder

VOCABULARY = """hallway: technologies/1
vocabulary: small
name: Small
technologies:
  - {slug: kafka, name: Kafka, kind: platform, aliases: [Apache Kafka]}
  - {slug: flink, name: Flink, kind: framework}
"""
PROGRAMME = """hallway: programme/1
series: {slug: s, name: S}
edition: {slug: s-1, name: S 1, start_date: "2020-01-01"}
talks:
  - {id: one, title: Apache Kafka and GeoMesa, abstract: "Flink, Flink.", technologies: [Apache Kafka, gRPC]}
  - {id: two, title: Nothing here}
"""
WHOLE = "WEBVTT\n\n00:00.000 --> 00:05.000\nhello\n\n00:07.000 --> 00:09.000\nflink it is\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "technologies.yaml").write_text(VOCABULARY)
    (tmp_path / "in" / "programme.yaml").write_text(PROGRAMME)
    return tmp_path / "in"


def ingest(engine: Engine, *paths: Path) -> pipeline.IngestReport:
    report = pipeline.ingest(engine, HashingEmbedder(), paths, options=ReadOptions())
    assert not report.has_errors, report
    return report


def mentions(engine: Engine) -> dict[tuple[str, str], tuple[str, Sequence[dict[str, Any]], str | None]]:
    with Session(engine) as session:
        rows = session.execute(
            select(col(Talk.source_key), col(Technology.slug), TechnologyMention)
            .join(TechnologyMention, col(TechnologyMention.talk_id) == col(Talk.id))
            .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
        ).all()
        return {(talk, slug): (row.origin, row.found, row.recipe) for talk, slug, row in rows}


def test_listed_and_found_are_one_mention_each(engine: Engine, folder: Path) -> None:
    ingest(engine, folder)
    assert mentions(engine) == {
        ("one", "kafka"): ("source", [{"where": "title", "words": "Apache Kafka", "count": 1}], RECIPE),
        ("one", "grpc"): ("source", [], None),
        ("one", "flink"): ("text", [{"where": "abstract", "words": "Flink", "count": 2}], RECIPE),
    }
    with Session(engine) as session:
        assert session.scalars(select(col(TechnologyGuess.name))).all() == ["GeoMesa"]
        assert count_mentions(session) == 2


def test_only_talks_that_changed_are_read_again(engine: Engine, folder: Path) -> None:
    ingest(engine, folder)
    before = mentions(engine)
    with writing(engine) as session:
        assert refresh_mentions(session) == 0
        forget_mentions(session)
        assert refresh_mentions(session, batch=1) == 1
        assert refresh_mentions(session, batch=5) == 1
        assert refresh_mentions(session) == 0
    assert mentions(engine) == before
    (folder / "programme.yaml").write_text(
        PROGRAMME.replace("Nothing here", "Flink here").replace("Flink, Flink.", "-")
    )
    ingest(engine, folder)
    assert ("two", "flink") in mentions(engine)
    assert ("one", "flink") not in mentions(engine)
    assert mentions(engine)["one", "kafka"] == before["one", "kafka"]


def test_another_vocabulary_reads_all_talks_anew_and_adds(engine: Engine, folder: Path) -> None:
    ingest(engine, folder)
    own = folder / "own.yaml"
    own.write_text(
        VOCABULARY.split("  - ")[0].replace("small", "own") + "  - {slug: geomesa, name: GeoMesa, kind: tool}\n"
    )
    ingest(engine, own)
    assert mentions(engine)["one", "geomesa"][0] == "text"
    assert ("one", "flink") in mentions(engine)
    with Session(engine) as session:
        assert session.scalars(select(TechnologyGuess)).all() == []


def test_a_technology_taken_out_leaves_what_programmes_list(engine: Engine, folder: Path) -> None:
    ingest(engine, folder)
    without = VOCABULARY.replace("  - {slug: kafka, name: Kafka, kind: platform, aliases: [Apache Kafka]}\n", "")
    (folder / "technologies.yaml").write_text(without)
    report = ingest(engine, folder)
    assert [file.records.withdrawn for file in report.files if file.records] == [1]
    assert mentions(engine)["one", "kafka"] == ("source", [], None)
    (folder / "technologies.yaml").write_text(
        VOCABULARY.replace("  - {slug: flink, name: Flink, kind: framework}\n", "")
    )
    ingest(engine, folder)
    with Session(engine) as session:
        assert session.scalars(select(col(Technology.slug)).order_by(col(Technology.slug))).all() == ["grpc", "kafka"]


def test_a_vocabulary_that_comes_later_takes_in_what_was_listed(engine: Engine, folder: Path) -> None:
    ingest(engine, folder / "programme.yaml")
    assert set(mentions(engine)) == {("one", "apache-kafka"), ("one", "grpc")}
    ingest(engine, folder / "technologies.yaml")
    assert set(mentions(engine)) == {("one", "kafka"), ("one", "grpc"), ("one", "flink")}
    with Session(engine) as session:
        assert session.scalar(
            select(col(TechnologyMention.listed_as)).join(Technology).where(col(Technology.slug) == "kafka")
        ) == "Apache Kafka"  # fmt: skip


def test_what_is_said_is_found_with_its_second(engine: Engine, folder: Path) -> None:
    ingest(engine, folder)
    (folder / "s-1").mkdir()
    (folder / "s-1" / "two.en.vtt").write_text(WHOLE)
    ingest(engine, folder)
    assert mentions(engine)["two", "flink"][1] == [{"where": "transcript", "words": "flink", "count": 1, "start": 0.0}]


def test_a_withdrawn_talk_loses_what_was_found_and_gets_it_back(engine: Engine, folder: Path) -> None:
    ingest(engine, folder)
    gone = "\n".join(line for line in PROGRAMME.splitlines() if "id: one" not in line)
    (folder / "programme.yaml").write_text(gone)
    ingest(engine, folder)
    assert ("one", "flink") not in mentions(engine)
    (folder / "programme.yaml").write_text(PROGRAMME)
    ingest(engine, folder)
    assert ("one", "flink") in mentions(engine)
