"""`hallway move` as a user runs it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import KnowledgeBase
from app.settings import CHECKOUT
from tests.moving.bases import copied
from tests.postgres import Server


@pytest.fixture
def source(knowledge_base: KnowledgeBase, tmp_path: Path) -> str:
    return copied(knowledge_base.engine, tmp_path / "source.sqlite3")


def hallway(*arguments: str, base: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=CHECKOUT, capture_output=True, text=True, timeout=300,
        env=os.environ | ({"HALLWAY_DATABASE_URL": base} if base else {}), check=False,
    )  # fmt: skip


def test_a_base_is_tried_moved_compared_and_searched(source: str, postgres: Server) -> None:
    with postgres.database(migrated=False) as place:
        tried = hallway("move", source, place, "--dry-run")
        assert tried.returncode == 0, tried.stderr
        assert "is empty and is filled" in tried.stdout
        assert "Dry run: nothing was changed." in tried.stdout
        done = hallway("move", source, place)
        assert done.returncode == 0, done.stderr
        assert "All that was compared is equal." in done.stdout
        assert "made by stand-in/96/title-text-1, this code has" in done.stdout  # the vectors of the stand-in
        assert "copying" in done.stderr
        compared = hallway("move", source, place, "--verify", "--json")
        assert compared.returncode == 0, compared.stderr
        report = json.loads(compared.stdout)
        assert set(report) == {"source", "target", "tables", "whole", "replaced", "seconds", "notes"}
        lines = {line["table"]: line for line in report["tables"]}
        assert report["whole"] is True
        assert lines["talk"]["rows_to"] == 287
        assert lines["talk"]["checksum_from"] == lines["talk"]["checksum_to"] != ""
        found = hallway("search", "kubernetes", "--mode", "lexical", "--json", base=place)
        assert found.returncode == 0, found.stderr
        assert json.loads(found.stdout)["total"] > 0
        again = hallway("move", source, place)
        assert again.returncode == 1
        assert "holds a base already (287 talks" in again.stderr


def test_what_differs_is_named_by_kind(source: str, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    other.write_bytes(Path(source).read_bytes())
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE talk SET room = '1' WHERE id = 1")
        connection.commit()
    compared = hallway("move", source, str(other), "--verify")
    assert compared.returncode == 1
    assert "Facts that differ: talk.\nDerived tables that differ: none.\n" in compared.stdout


def test_usage(source: str, tmp_path: Path) -> None:
    both = hallway("move", source, str(tmp_path / "x.sqlite3"), "--verify", "--dry-run")
    assert both.returncode == 2
    assert "--verify changes nothing" in both.stderr
    nowhere = hallway("move", str(tmp_path / "no.sqlite3"), str(tmp_path / "x.sqlite3"))
    assert nowhere.returncode == 1
    assert nowhere.stderr.splitlines()[-1].startswith("hallway: There is no knowledge base at ")
    assert not (tmp_path / "x.sqlite3").exists()
    assert "Traceback" not in both.stderr + nowhere.stderr
