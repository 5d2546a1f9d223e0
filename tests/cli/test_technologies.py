"""`hallway technologies candidates`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.settings import get_settings

PROGRAMME = """hallway: programme/1
series: {slug: s, name: S}
edition: {slug: s-1, name: S 1, start_date: "2018-01-01"}
talks:
  - {id: one, title: GeoMesa here}
  - {id: two, title: GeoMesa there}
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HALLWAY_DATABASE_URL", f"sqlite:///{tmp_path / 'base.sqlite3'}")
    get_settings.cache_clear()
    return tmp_path


def fill(folder: Path) -> None:
    from app.db.engine import make_engine, writing
    from app.ingest.formats.protocol import ReadOptions
    from app.migrations import upgrade
    from app.pipeline import read
    from app.technologies.mentions import refresh_mentions

    (folder / "programme.yaml").write_text(PROGRAMME)
    engine = make_engine(f"sqlite:///{folder / 'base.sqlite3'}")
    upgrade(engine)
    read(engine, [folder / "programme.yaml"], ReadOptions())
    with writing(engine) as session:
        refresh_mentions(session)
    engine.dispose()


def test_candidates_in_words_and_as_json(base: Path) -> None:
    fill(base)
    said = CliRunner().invoke(app, ["technologies", "candidates"])
    assert said.exit_code == 0, said.output
    assert "Guesses; none is in a vocabulary" in said.output
    assert "     2        1  GeoMesa" in said.output
    listed = CliRunner().invoke(app, ["technologies", "candidates", "--limit", "1", "--json"])
    found = json.loads(listed.output)
    assert [(one["name"], one["talks"]) for one in found] == [("GeoMesa", 2)]
    assert [talk["slug"] for talk in found[0]["examples"]] == ["geomesa-here", "geomesa-there"]
    assert CliRunner().invoke(app, ["technologies", "candidates", "--limit", "0"]).exit_code == 2


def test_nothing_to_guess(base: Path) -> None:
    said = CliRunner().invoke(app, ["technologies", "candidates"])
    assert "No name looks like a technology" in said.output
