"""Vocabularies of technologies from YAML: what is read, and faults named by file, line and record."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.ingest.formats.protocol import ReadOptions
from app.models import Technology
from app.settings import CHECKOUT

HEAD = "hallway: technologies/1\nvocabulary: small\nname: Small\ntechnologies:\n"
GO = "  - {slug: go, name: Go, kind: language, ambiguous: true, case: exact, needs: [golang]}\n"


def read(engine: Engine, tmp_path: Path, text: str, name: str = "technologies.yaml") -> pipeline.IngestReport:
    (tmp_path / name).write_text(text)
    return pipeline.read(engine, [tmp_path / name], ReadOptions())


def test_the_shipped_vocabulary_is_read_once(engine: Engine) -> None:
    path = CHECKOUT / "data" / "technologies.yaml"
    first = pipeline.read(engine, [path], ReadOptions()).files[0]
    assert first.problems == []
    assert first.records is not None
    assert first.records.created >= 250
    again = pipeline.read(engine, [path], ReadOptions())
    assert again.files[0].problems == []
    with Session(engine) as session:
        assert len(session.scalars(select(Technology)).all()) == first.records.created
        go = session.scalars(select(Technology).where(col(Technology.slug) == "go")).one()
        assert (go.ambiguous, go.exact_case, go.kind, go.vocabulary) == (["Go"], True, "language", "software")
        redshift = session.scalars(select(Technology).where(col(Technology.slug) == "amazon-redshift")).one()
        assert redshift.ambiguous == ["Redshift"]


def test_what_did_not_change_is_unchanged(engine: Engine, tmp_path: Path) -> None:
    read(engine, tmp_path, HEAD + GO)
    changed = HEAD + GO.replace("golang]", "golang, gopher]") + "  - {slug: c, name: C++, kind: language}\n"
    records = read(engine, tmp_path, changed).files[0].records
    assert records is not None
    assert (records.created, records.updated, records.unchanged) == (1, 1, 0)
    records = read(engine, tmp_path, changed + "# a remark\n").files[0].records
    assert records is not None
    assert (records.created, records.updated, records.unchanged) == (0, 0, 2)


@pytest.mark.parametrize(
    ("lines", "says", "where"),
    [
        (GO + GO, "“go” is given twice", "line 6"),
        ("  - {slug: x, name: ' ', kind: tool}\n", "is not of the form asked for", "line 5, technologies[0].name"),
        ("  - {slug: x, kind: tool}\n", "'name' is missing", "line 5"),
        ("  - {slug: x, name: X, kind: gadget}\n", "is not one of", "line 5"),
        (
            GO + "  - {slug: b, name: Baduk, kind: tool, aliases: [go]}\n",
            "“go” is a name of both “go” and “b”",
            "line 6",
        ),
        ("  - {slug: x, name: X, kind: tool, ambiguous: true}\n", "Say by `needs` or `beside`", "line 5"),
        ("  - {slug: x, name: X, kind: tool, ambiguous: [Y], needs: [z]}\n", "“Y” is no name of “x”", "line 5"),
    ],
)
def test_faults_name_the_line(engine: Engine, tmp_path: Path, lines: str, says: str, where: str) -> None:
    file = read(engine, tmp_path, HEAD + lines).files[0]
    assert file.path.endswith("technologies.yaml")
    assert [problem.severity for problem in file.problems] == ["error"]
    assert says in file.problems[0].message
    assert file.problems[0].where.startswith(where)


def test_a_name_may_be_shared_where_both_say_it_is_ambiguous(engine: Engine, tmp_path: Path) -> None:
    both = GO + "  - {slug: b, name: Baduk, kind: tool, aliases: [go], ambiguous: [go], needs: [board]}\n"
    assert read(engine, tmp_path, HEAD + both).files[0].problems == []


def test_a_second_vocabulary_adds_and_may_not_take(engine: Engine, tmp_path: Path) -> None:
    read(engine, tmp_path, HEAD + GO)
    own = HEAD.replace("small", "own")
    fine = read(engine, tmp_path, own + "  - {slug: x, name: X, kind: tool}\n", "own.yaml").files[0]
    assert fine.problems == []
    taken = read(engine, tmp_path, own + GO, "own.yaml").files[0]
    assert "“go” belongs to the vocabulary small; choose another slug" in taken.problems[0].message
    shared = read(engine, tmp_path, own + "  - {slug: y, name: Go, kind: tool}\n", "own.yaml").files[0]
    assert "“Go” is a name of both “go” and “y”" in shared.problems[0].message
    with Session(engine) as session:
        assert session.scalars(select(col(Technology.slug)).order_by(col(Technology.slug))).all() == ["go", "x"]
