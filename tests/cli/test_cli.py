"""The commands as a user runs them: JSON shapes of the contract, exit codes, errors in words."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.catalog.snapshot import current_snapshot
from app.db.engine import reading
from app.settings import CHECKOUT
from tests.conftest import on_sqlite
from tests.databases import Databases, opened

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def url(databases: Databases, folder: Path) -> Iterator[str]:
    with databases.address(folder, migrated=False) as address:
        yield address


@pytest.fixture(scope="module")
def hallway(url: str) -> Run:
    """Runs the command against a base of its own, with the real model and its shared cache."""
    environment = os.environ | {"HALLWAY_DATABASE_URL": url, "COLUMNS": "120"}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *map(str, arguments)], cwd=CHECKOUT, env=environment, capture_output=True,
            text=True, timeout=300, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def ingested(hallway: Run) -> dict[str, Any]:
    answer = hallway("ingest", "data", "--json")
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def test_ingest_answers_by_the_contract_and_a_second_time_with_nothing_new(
    hallway: Run, ingested: dict[str, Any]
) -> None:
    assert set(ingested) == {"files", "totals", "reissues", "seconds"}
    assert set(ingested["totals"]) == {
        "talks", "created", "updated", "unchanged", "withdrawn", "passages_embedded", "problems",
    }  # fmt: skip
    assert ingested["totals"]["created"] == 287
    assert set(ingested["files"][0]["talks"]) == {"created", "updated", "unchanged", "withdrawn"}
    again = json.loads(hallway("ingest", "data", "--json").stdout)["totals"]
    assert (again["created"], again["updated"], again["passages_embedded"]) == (0, 0, 0)


def test_search_finds_the_lesson_and_its_talk(hallway: Run, ingested: dict[str, Any]) -> None:
    answer = json.loads(hallway("search", "liveness probes killing brokers", "--json").stdout)
    hit = answer["hits"][0]
    assert set(hit) == {"score", "talk", "passage", "why"}
    assert hit["talk"]["slug"] == "kafka-on-kubernetes-keeping-it-simple"
    assert hit["passage"]["kind"] == "takeaway"
    assert set(hit["why"]) >= {"lexical_rank", "semantic_rank", "matched_terms"}
    assert set(hit["talk"]) == {
        "slug", "title", "url", "kind", "language", "date", "year", "edition", "speakers", "themes", "summary",
    }  # fmt: skip


def test_similar(hallway: Run, ingested: dict[str, Any]) -> None:
    answer = json.loads(hallway("similar", "kafka-on-kubernetes-keeping-it-simple", "--limit", "5", "--json").stdout)
    assert len(answer["hits"]) == 5
    assert any("kubernetes" in hit["talk"]["slug"] for hit in answer["hits"])


def test_report_goes_to_a_file(hallway: Run, ingested: dict[str, Any], folder: Path) -> None:
    file = folder / "themes.json"
    edition = "kafka-summit-san-francisco-2019"
    done = hallway("report", "themes", "--edition", edition, "--format", "json", "-o", file)
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    operations = next(row for row in report["rows"] if row["theme"]["slug"] == "operations")
    assert (operations["numerator"], operations["denominator"], operations["confirmed"]) == (19, 47, 19)
    assert report["coverage"] == {"known": 47, "published": 56} | report["coverage"]
    markdown = hallway("report", "themes", "--edition", edition).stdout
    assert "19 of 47" in markdown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ingest", "no-such-folder"], 2, "no file or folder"),
        (["ingest", "data", "--format", "sanskrit"], 2, "known: hallway, pyvideo"),
        (["ingest", "Makefile"], 3, "No format recognises"),
        (["search", "x", "--edition", "atlantis-1999"], 1, "There is no edition “atlantis-1999”"),
        (["search", "x", "--year-from", "2020", "--year-to", "2019"], 2, "swap them"),
        (["search", "x", "--mode", "telepathic"], 2, "telepathic"),
        (["search", "x", "--limit", "0"], 2, "--limit"),
        (["similar", "no-such-talk"], 1, "There is no talk"),
        (["report", "horoscope"], 1, "horoscope"),
        (["report", "themes", "--population", "martians"], 2, "martians"),
        (["report", "themes", "--format", "docx"], 2, "docx"),
        (["report", "themes", "--edition", "atlantis-1999"], 1, "There is no edition"),
    ],
)
def test_errors_are_words_with_an_exit_code(
    hallway: Run, ingested: dict[str, Any], arguments: list[str], code: int, words: str
) -> None:
    answer = hallway(*arguments)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert words in (answer.stdout + answer.stderr).replace("\n", " ")
    assert "Traceback" not in answer.stderr


def test_doctor_names_what_is_incomplete(hallway: Run, ingested: dict[str, Any]) -> None:
    answer = hallway("doctor")
    assert answer.returncode == 0
    assert "Kafka Summit San Francisco 2019: 47 of 56 published sessions are known." in answer.stdout
    assert "broken" not in answer.stdout
    assert "hallway: values kept " in answer.stdout
    assert "Talks with text, the editions with least first: " in answer.stdout
    formats = json.loads(hallway("doctor", "--json").stdout)["imports"]["formats"]
    ours = next(found for found in formats if found["format"] == "hallway")
    assert {"field": "talks.title", "count": 287, "files": 19, "note": ""} in ours["kept_fields"]


def test_ingest_names_what_is_lost(hallway: Run) -> None:
    sample = Path(__file__).parent.parent / "samples" / "rubyevents"
    answer = hallway("ingest", str(sample), "--dry-run")
    assert "rubyevents: event.coordinates 2" in answer.stdout
    assert "`hallway doctor` says more" in answer.stdout


def test_rebuild_gives_the_same_snapshot(hallway: Run, ingested: dict[str, Any], url: str) -> None:
    def snapshot() -> str:
        with opened(url) as engine, reading(engine) as session:
            return current_snapshot(session)

    before = snapshot()
    answer = hallway("rebuild", "all")
    assert answer.returncode == 0, answer.stderr
    assert "passages embedded" in answer.stdout
    assert snapshot() == before


@on_sqlite
def test_backup_and_restore(hallway: Run, ingested: dict[str, Any], folder: Path) -> None:
    copy = folder / "copy.sqlite3"
    assert hallway("backup", copy).returncode == 0
    assert hallway("backup", copy).returncode == 2
    with sqlite3.connect(folder / "base.sqlite3") as connection:
        connection.execute("UPDATE talk SET title = 'gone'")
    nothing = hallway("restore", "no-such-file")
    assert nothing.returncode == 2
    assert "no file" in nothing.stderr
    done = hallway("restore", copy)
    assert done.returncode == 0, done.stderr
    assert "kept as" in done.stdout
    with sqlite3.connect(folder / "base.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM talk WHERE title = 'gone'").fetchone() == (0,)
    broken = folder / "broken.sqlite3"
    broken.write_bytes(b"SQLite format 3\0 no, not really")
    assert "not a usable knowledge base" in hallway("restore", broken).stderr


def test_a_bad_database_address_is_explained(folder: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "app", "search", "x"], cwd=CHECKOUT, capture_output=True, text=True, check=False,
        env=os.environ | {"HALLWAY_DATABASE_URL": "nonsense"},
    )  # fmt: skip
    assert answer.returncode == 1
    assert "HALLWAY_DATABASE_URL is not a database address" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_report_is_saved_written_again_and_compared(hallway: Run, ingested: dict[str, Any], folder: Path) -> None:
    asked = ("report", "themes", "--edition", "kafka-summit-san-francisco-2019")
    file = folder / "saved.csv"
    done = hallway(*asked, "--save", "--format", "csv", "-o", file)
    assert done.returncode == 0, done.stderr
    (line,) = json.loads(hallway("report", "saved", "--json").stdout)
    assert f"/reports/saved/{line['id']}: saved on" in done.stderr
    again = folder / "again.csv"
    rebuilt = hallway("report", "rebuild", line["id"], "--format", "csv", "-o", again, "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert all(one["as_saved"] for one in json.loads(rebuilt.stdout)["formats"])
    assert again.read_bytes() == file.read_bytes()
    assert "are the same" in hallway("report", "diff", line["id"], "now").stdout
    assert json.loads(hallway("report", "diff", line["id"], "--json").stdout)["moved"] == []
    assert hallway("report", "diff", "now", "now").returncode == 2
    assert hallway("report", "rebuild", "nothing").returncode == 1


def test_a_report_takes_options_before_its_name_and_cites_its_talks(hallway: Run, ingested: dict[str, Any]) -> None:
    edition = ("--edition", "kafka-summit-san-francisco-2019")
    cited = hallway("report", *edition, "themes", "--format", "bib")
    assert cited.stdout.count("@inproceedings{") == 47
    fragment = hallway("report", "themes", *edition, "--format", "html", "--part", "fragment").stdout
    assert fragment.startswith("<article")
    assert hallway("report", "themes", "--format", "md", "--part", "fragment").returncode == 2
