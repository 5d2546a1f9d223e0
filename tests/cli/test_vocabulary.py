"""`hallway vocabulary`: faults by line with exit code 3, what the base has, and what would move, in JSON too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from app import pipeline
from app.cli import app
from app.ingest.formats.protocol import ReadOptions
from app.settings import get_settings
from tests.conftest import DATA, on_sqlite
from tests.standins import HashingEmbedder

pytestmark = on_sqlite

MINE = """\
hallway: themes/1
vocabulary: mine
name: Mine
themes:
  - {slug: mine-cloud, name: Cloud, definition: Rented computers., cues: [cloud, aws]}
"""


@pytest.fixture
def base(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A base with one edition and the shipped vocabularies, that the commands open."""
    files = [DATA / "themes.yaml", DATA / "vocabularies", DATA / "programmes" / "kafka-summit-london-2018.yaml"]
    pipeline.ingest(engine, HashingEmbedder(), files, options=ReadOptions())
    monkeypatch.setenv("HALLWAY_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr("app.bootstrap.open_embedder", lambda _settings: HashingEmbedder())
    get_settings.cache_clear()
    yield engine
    get_settings.cache_clear()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["vocabulary", *map(str, arguments)])


def test_shipped_vocabularies_are_good(base: Engine) -> None:
    done = run("check", DATA / "themes.yaml", DATA / "vocabularies" / "software.yaml", "--json")
    assert done.exit_code == 0, done.output
    files = json.loads(done.output)["files"]
    assert [file["vocabulary"] for file in files] == ["data-streaming", "software"]
    assert not [problem for file in files for problem in file["problems"] if problem["severity"] == "error"]
    listed = {one["slug"]: one for one in json.loads(run("list", "--json").output)["vocabularies"]}
    assert {file["vocabulary"]: file["version"] for file in files} == {
        slug: one["version"] for slug, one in listed.items()
    }


def test_faults_are_said_with_file_and_line_and_exit_code_3(base: Engine, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("mine-cloud", "cloud"), encoding="utf-8")
    done = run("check", file)
    assert done.exit_code == 3
    assert f"{file}, line 5, themes[0].slug: error: " in done.output
    assert "Data streaming (themes.yaml)" in done.output


def test_list_says_versions_and_themes_nobody_matches(base: Engine) -> None:
    said = run("list").output
    assert "software: Software, version " in said
    assert "from software.yaml" in said
    assert "18 themes" in said


def test_diff_shows_moves_and_keeps_nothing(base: Engine, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    before = run("list").output
    done = run("diff", file)
    assert done.exit_code == 0, done.output
    assert "Mine: not in the base yet -> version " in done.output
    assert "All editions: Cloud not in use -> " in done.output
    assert " of 15 (" in done.output
    assert "Nothing was kept." in done.output
    answer = json.loads(run("diff", file, "--counting", "main", "--json").stdout)
    assert (answer["vocabulary"], answer["version_before"], answer["counting"]) == ("mine", None, "main")
    assert {"where", "slug", "theme", "talks", "before", "after", "gained", "lost"} <= set(answer["moves"][0])
    assert run("list").output == before


def test_saved_reports_that_a_change_issues_anew_are_said_before_and_after(base: Engine, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    pipeline.ingest(base, HashingEmbedder(), [file], options=ReadOptions())
    of = ["--edition", "kafka-summit-london-2018", "--vocabulary", "mine"]
    saved = CliRunner().invoke(app, ["report", "themes", *of, "--save"])
    assert saved.exit_code == 0, saved.output
    (first,) = (line["id"] for line in json.loads(CliRunner().invoke(app, ["report", "saved", "--json"]).stdout))
    file.write_text(MINE.replace("[cloud, aws]", "[streams, kafka]"), encoding="utf-8")
    foreseen = run("diff", file).output
    assert f"({first}): edition 2 would be made; " in foreseen
    done = CliRunner().invoke(app, ["ingest", str(file)])
    second = json.loads(CliRunner().invoke(app, ["report", "saved", "--json"]).stdout)[0]["id"]
    assert f"({first}): edition 2 is {second}; " in done.output
    assert f"`hallway report diff {first} {second}`" in done.output
    listed = CliRunner().invoke(app, ["report", "saved"]).output
    assert f"(a newer edition: {second})" in listed
    assert "vocabulary" in CliRunner().invoke(app, ["report", "diff", first, second]).output


def test_remove_says_what_goes_and_refuses_the_default(base: Engine) -> None:
    refused = run("remove", "data-streaming")
    assert refused.exit_code != 0
    assert "is the default vocabulary" in str(refused.exception)
    done = run("remove", "software")
    assert done.exit_code == 0, done.output
    assert "Software (software), version " in done.stdout
    assert "is removed: 24 themes, of which " in done.stdout
    assert "Ingesting software.yaml brings it back" in done.stdout
    assert "software" not in run("list").output
