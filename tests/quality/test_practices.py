"""Practices on the shipped data, with the real model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import pipeline
from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.db.engine import reading
from app.ingest.formats.protocol import ReadOptions
from app.practices.judged import read_judged
from app.practices.measured import measure_practices
from app.practices.quality import practice_judgements_folder, read_practice_quality
from app.search.shapes import SearchRequest
from app.settings import CHECKOUT, get_settings

pytestmark = pytest.mark.quality


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The shipped data, embedded by the real model."""
    address = f"sqlite:///{tmp_path_factory.mktemp('practices') / 'base.sqlite3'}"
    made = open_knowledge_base(get_settings().model_copy(update={"database_url": address, "encoder_precision": "fp32"}))
    pipeline.ingest(made.engine, made.embedder, [CHECKOUT / "data"], options=ReadOptions())
    yield made
    made.engine.dispose()


def test_probes_for_brokers_are_answered_with_the_practice_and_the_warning(base: KnowledgeBase) -> None:
    with reading(base.engine) as session:
        answer = base.practices.ask(session, SearchRequest(query="how to configure probes for brokers"))
    first = answer.practices[0]
    said, against = first.statements[0], first.warnings[0]
    assert "liveness and readiness probes" in said.text
    assert "killing healthy Kafka brokers" in against.text
    for one in (said, against):
        assert [(who.name, who.affiliation) for who in one.who] == [("Nikki Thean", "Etsy")]
        assert one.edition is not None
        assert one.edition.slug == "kafka-summit-san-francisco-2019"
        assert one.moment is not None
        assert one.moment.kind == "video"
        assert one.moment.url is not None


def test_the_committed_measurement_is_what_the_code_reaches(base: KnowledgeBase) -> None:
    committed = read_practice_quality()
    assert committed is not None
    judged = read_judged(practice_judgements_folder())
    with reading(base.engine) as session:
        found = measure_practices(session, base.search, base.embedder, judged, lambda *_: None)
    again = "run `hallway evaluate practices --save`"
    for way, mean in committed.ways.items():
        assert found.ways[way].mean == pytest.approx(mean.mean, abs=0.005), again
    assert found.nothing_said == committed.nothing_said, again
    assert found.grouping.f1 == pytest.approx(committed.grouping.f1, abs=0.005), again
    assert found.ways["practices"].mean > found.ways["search"].mean
    assert found.ways["uncut"].mean > max(found.ways[way].mean for way in ("meaning", "words", "passages"))
