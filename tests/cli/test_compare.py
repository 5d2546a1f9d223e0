"""`hallway compare`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from app.bootstrap import KnowledgeBase
from app.cli import app
from app.errors import NotFound
from app.settings import get_settings


@pytest.fixture
def shipped(knowledge_base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLWAY_DATABASE_URL", knowledge_base.settings.database_url)
    get_settings.cache_clear()


def test_in_words_and_as_json(shipped: None) -> None:
    said = CliRunner().invoke(app, ["compare", "Flink", "KSQL"])
    assert said.exit_code == 0, said.output
    assert said.output.startswith("Flink and ksqlDB\n")
    assert "Limitations of ksqlDB\n  - Compared with Flink, KSQL has no true checkpoints" in said.output
    found = json.loads(CliRunner().invoke(app, ["compare", "ksql", "flink", "--json"]).output)
    assert (found["first"]["slug"], found["second"]["slug"]) == ("flink", "ksqldb")
    assert f"{found['first_talks']['numerator']} of {found['first_talks']['denominator']} known talks" in said.output


def test_unknown_names_are_told(shipped: None) -> None:
    said = CliRunner().invoke(app, ["compare", "Flnk", "KSQL"])
    assert isinstance(said.exception, NotFound)
    assert "Did you mean flink" in str(said.exception)
