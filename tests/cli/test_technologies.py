"""`hallway technologies candidates`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from app.cli import app
from app.settings import get_settings
from tests.databases import address_of

PROGRAMME = """hallway: programme/1
series: {slug: s, name: S}
edition: {slug: s-1, name: S 1, start_date: "2018-01-01"}
talks:
  - {id: one, title: GeoMesa here}
  - {id: two, title: GeoMesa there}
"""


@pytest.fixture
def base(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("HALLWAY_DATABASE_URL", address_of(engine))
    get_settings.cache_clear()
    return engine


def fill(engine: Engine, folder: Path) -> None:
    from app.db.engine import writing
    from app.ingest.formats.protocol import ReadOptions
    from app.pipeline import read
    from app.technologies.mentions import refresh_mentions

    (folder / "programme.yaml").write_text(PROGRAMME)
    read(engine, [folder / "programme.yaml"], ReadOptions())
    with writing(engine) as session:
        refresh_mentions(session)


def test_candidates_in_words_and_as_json(base: Engine, tmp_path: Path) -> None:
    fill(base, tmp_path)
    said = CliRunner().invoke(app, ["technologies", "candidates"])
    assert said.exit_code == 0, said.output
    assert "Guesses; none is in a vocabulary" in said.output
    assert "     2        1  GeoMesa" in said.output
    listed = CliRunner().invoke(app, ["technologies", "candidates", "--limit", "1", "--json"])
    found = json.loads(listed.output)
    assert [(one["name"], one["talks"]) for one in found] == [("GeoMesa", 2)]
    assert [talk["slug"] for talk in found[0]["examples"]] == ["geomesa-here", "geomesa-there"]
    assert CliRunner().invoke(app, ["technologies", "candidates", "--limit", "0"]).exit_code == 2


def test_nothing_to_guess(base: Engine) -> None:
    said = CliRunner().invoke(app, ["technologies", "candidates"])
    assert "No name looks like a technology" in said.output
