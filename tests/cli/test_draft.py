"""`hallway draft` and `hallway draft check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli import app
from app.errors import InputError
from app.settings import get_settings
from tests.databases import address_of
from tests.trends.sample import fill_sample


@pytest.fixture
def base(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HALLWAY_DATABASE_URL", address_of(engine))
    get_settings.cache_clear()
    with Session(engine) as session:
        fill_sample(session)
    return tmp_path


def test_a_post_and_its_chart_beside_it_then_checked(base: Path) -> None:
    file = base / "post.md"
    said = CliRunner().invoke(app, ["draft", "--edition", "west-2019", "-o", str(file)])
    assert said.exit_code == 0, said.output
    assert " sentences are supported." in said.stderr
    assert said.stdout == ""
    text = file.read_text()
    assert "](post.svg)[^" in text
    assert (base / "post.svg").read_text().startswith("<svg")
    again = CliRunner().invoke(app, ["draft", "--edition", "west-2019", "-o", str(base / "post.md")])
    assert again.exit_code == 0
    assert file.read_text() == text
    good = CliRunner().invoke(app, ["draft", "check", str(file)])
    assert good.exit_code == 0, good.output
    file.write_text(text.replace("4 of 10", "9 of 10", 1))
    bad = CliRunner().invoke(app, ["draft", "check", str(file)])
    assert bad.exit_code == 1
    line = next(number for number, one in enumerate(file.read_text().splitlines(), start=1) if "9 of 10" in one)
    assert f"post.md:{line}: " in bad.stdout
    assert "9 is not said in the figure" in bad.stdout
    listed = json.loads(CliRunner().invoke(app, ["draft", "check", str(file), "--json"]).stdout)
    assert [one["line"] for one in listed["rejected"]] == [line]


def test_json_is_the_post_with_the_chart_of_the_site(base: Path) -> None:
    said = CliRunner().invoke(app, ["draft", "--edition", "west-2019", "--theme", "operations", "--json"])
    post = json.loads(said.stdout)
    assert post["title"] == "Summit West 2019: Operations"
    assert post["chart"].endswith("/editions/west-2019/post.svg?theme=operations")
    assert post["sentences"] == post["supported"]
    assert not list(base.glob("*.svg"))


def test_what_is_left_out_is_named(base: Path) -> None:
    (base / "my.md.j2").write_text("Kafka is dead.\n")
    said = CliRunner().invoke(app, ["draft", "--edition", "west-2019", "--template", str(base / "my.md.j2")])
    assert said.exit_code == 0
    assert "0 of 1 sentence is supported." in said.stderr
    assert "left out: Kafka is dead.\n  it has no footnote" in said.stderr


def test_files_that_cannot_be_read_are_told(base: Path) -> None:
    (base / "bad.md").write_bytes(b"fine \xff")
    (base / "long.md").write_text("a " * 500_001)
    for name, words in (("bad.md", "byte 5"), ("none.md", "No such file"), ("long.md", "longer than")):
        said = CliRunner().invoke(app, ["draft", "check", str(base / name)])
        assert isinstance(said.exception, InputError)
        assert words in str(said.exception)
    clash = CliRunner().invoke(app, ["draft", "--edition", "west-2019", "-o", str(base / "post.svg")])
    assert "give the post another name" in str(clash.exception)
    assert CliRunner().invoke(app, ["draft", "--theme", "x"]).exit_code == 2
