"""Vocabularies as files: every fault with its line, whole or not at all, versions kept, decisions never lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.db.engine import reading
from app.ingest.formats.protocol import ReadOptions
from app.ingest.vocabulary_file import check_vocabularies
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision, Vocabulary, VocabularyVersion
from app.pipeline import IngestReport
from tests.standins import HashingEmbedder

PROGRAMME = """\
hallway: programme/1
series: {slug: tiny, name: Tiny}
edition: {slug: tiny-2020, name: Tiny 2020, city: Oslo, start_date: "2020-01-02", end_date: "2020-01-03"}
talks:
  - {id: first, title: Brokers on Kubernetes, kind: breakout, language: en, source: "https://tiny.example/first"}
"""
DECISIONS = """\
hallway: theme-decisions/1
edition: tiny-2020
reviewer: Ada
decided_on: "2026-11-22"
method: Read.
considered: [brokers, kubernetes]
talks:
  - {talk: first, themes: [brokers], main: brokers, read_from: title only}
"""
HEAD = "hallway: themes/1\nvocabulary: streams\nname: Streams\nthemes:\n"
BROKERS = "  - {slug: brokers, name: Brokers, definition: All about brokers., cues: [broker, brokers]}\n"
KUBERNETES = "  - {slug: kubernetes, name: Kubernetes, definition: All about pods., synonyms: [k8s]}\n"
FAULTY = """\
  - slug: brokers
    name: Brokers
    definition: "  "
  - slug: kubernetes
    name: Kubernetes
    parent: pods
    definition: It runs pods.
  - slug: pods
    name: Pods
    definition: Of kubernetes.
    parent: kubernetes
  - slug: brokers
    name: Brokers again
    definition: Twice.
  - slug: lonely
    name: Lonely
    definition: Without the one above it.
    parent: nobody
"""


def ingest(engine: Engine, *paths: Path) -> IngestReport:
    return pipeline.ingest(engine, HashingEmbedder(), list(paths), options=ReadOptions())


def write(folder: Path, themes: str, name: str = "streams.yaml", head: str = HEAD) -> Path:
    file = folder / name
    file.write_text(head + themes, encoding="utf-8")
    return file


def in_use(session: Session) -> list[str]:
    used = select(col(Theme.slug)).where(col(Theme.withdrawn_at).is_(None))
    return list(session.scalars(used.order_by(col(Theme.slug))))


@pytest.fixture
def decided(engine: Engine, tmp_path: Path) -> Engine:
    """A base with a talk, two themes, and what Ada decided about them."""
    (tmp_path / "tiny.yaml").write_text(PROGRAMME, encoding="utf-8")
    (tmp_path / "ada.yaml").write_text(DECISIONS, encoding="utf-8")
    write(tmp_path, BROKERS + KUBERNETES)
    assert not ingest(engine, tmp_path).has_errors
    return engine


def test_every_fault_is_said_with_its_line_and_what_to_do(engine: Engine, tmp_path: Path) -> None:
    with reading(engine) as session:
        checked = check_vocabularies(session, [write(tmp_path, FAULTY)], ReadOptions())
    found = {problem.where.split(",")[0]: problem.message for problem in checked.files[0].problems
             if problem.severity == "error"}  # fmt: skip
    assert list(found) == ["line 16", "line 7", "line 10", "line 22"]
    assert "given twice, first at line 5" in found["line 16"]
    assert "is empty; write" in found["line 7"]
    assert "kubernetes in pods in kubernetes" in found["line 10"]
    assert "“nobody” of “lonely” is no theme of this file; correct it" in found["line 22"]
    assert checked.has_faults
    assert checked.files[0].version is None


def faults_of(engine: Engine, file: Path) -> list[tuple[str, str]]:
    with reading(engine) as session:
        checked = check_vocabularies(session, [file], ReadOptions()).files[0]
    return [(one.where, one.message) for one in checked.problems if one.severity == "error"]


def test_faults_of_form_hide_no_others(engine: Engine, tmp_path: Path) -> None:
    """A theme that breaks the schema is held to the rest of the file all the same."""
    themes = """\
  - {slug: empty, name: Empty, definition: "", parent: nowhere, cues: [empty]}
  - {slug: round, name: Round, definition: "", parent: round, cues: [x]}
  - {slug: blank, name: "  ", definition: "   ", cues: []}
  - {slug: empty, name: 7, definition: Twice., cues: ["", Upper], bogus: 1}
"""
    found = faults_of(engine, write(tmp_path, themes))
    told = {(where.split(", ", 1)[1], message.split(";")[0].split(".")[0]) for where, message in found}
    assert told == {
        ("themes[0].definition", "This is empty"),
        ("themes[0].parent", "The parent “nowhere” of “empty” is no theme of this file"),
        ("themes[1].definition", "This is empty"),
        ("themes[1].cues[0]", '"x" is too short'),
        ("themes[1].parent", "“round” is its own ancestor (round in round)"),
        ("themes[2].cues", "This list is empty"),
        ("themes[2].name", "The name of “blank” is empty"),
        ("themes[2].definition", "The definition of “blank” is empty"),
        ("themes[3].name", "7 should be text"),
        ("themes[3].cues[0]", "This is empty"),
        ("themes[3].cues[1]", '"Upper" is not of the form asked for: in lower case, with no space before or after'),
        ("themes[3]", "“bogus”: no such field is known here"),
        ("themes[3].slug", "The theme “empty” is given twice, first at line 5, themes[0]"),
    }
    assert len(found) == len(told)
    assert not any("non-empty" in message or "Additional" in message for _, message in found)


def test_a_broken_frame_hides_no_theme(engine: Engine, tmp_path: Path) -> None:
    none = faults_of(engine, write(tmp_path, "", head=HEAD.replace("themes:", "themes: []")))
    assert none == [
        ("line 4, themes", "This list is empty; write at least one. The themes, each parent before its children.")
    ]
    lone = "  - {slug: lone, name: Lone, definition: x, parent: nobody, cues: [y]}\n"
    both = faults_of(engine, write(tmp_path, lone, head=HEAD.replace("name: Streams\n", "")))
    assert [message.split(";")[0] for _, message in both] == [
        "'name' is missing",
        '"y" is too short',
        "The parent “nobody” of “lone” is no theme of this file",
    ]


def test_what_is_seldom_meant_is_a_warning(engine: Engine, tmp_path: Path) -> None:
    shared = "  - {slug: pods, name: Pods, definition: Of them., cues: [K8S pods, brokers]}\n".replace("K8S", "k8s")
    bare = "  - {slug: bare, name: Bare, definition: Nothing points to it.}\n"
    with reading(engine) as session:
        file = check_vocabularies(session, [write(tmp_path, BROKERS + shared + bare)], ReadOptions()).files[0]
    assert [problem.severity for problem in file.problems] == ["warning", "warning"]
    assert "“brokers” stands in “brokers” and in “pods”" in file.problems[0].message
    assert "“bare” has neither cues nor synonyms" in file.problems[1].message
    assert re.fullmatch("[0-9a-f]{12}", file.version or "")
    assert not file.faults


def test_another_file_and_no_file_are_faults_in_words(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "ada.yaml").write_text(DECISIONS, encoding="utf-8")
    with reading(engine) as session:
        checked = check_vocabularies(session, [tmp_path / "ada.yaml", tmp_path / "none.yaml"], ReadOptions())
    assert "is no vocabulary" in checked.files[0].problems[0].message
    assert [file.faults for file in checked.files] == [1, 1]


@pytest.mark.parametrize(
    "broken",
    [
        BROKERS + KUBERNETES.replace("All about pods.", '""'),
        BROKERS + KUBERNETES.replace("synonyms", "parent: gone, synonyms"),
        BROKERS + BROKERS,
        BROKERS + "  - {slug: kubernetes}\n",
        "",
    ],
    ids=["empty definition", "unknown parent", "twice", "no name", "no themes"],
)
def test_a_broken_vocabulary_loses_nothing(decided: Engine, tmp_path: Path, broken: str) -> None:
    def held() -> tuple[list[str], int, list[str]]:
        with reading(decided) as session:
            decisions = session.scalars(select(ThemeDecision)).all()
            return in_use(session), len(decisions), [one.version for one in session.scalars(select(Vocabulary))]

    before = held()
    assert (before[0], before[1], len(before[2])) == (["brokers", "kubernetes"], 2, 1)
    report = ingest(decided, write(tmp_path, broken))
    assert report.has_errors
    assert any(problem.where.startswith("line") for problem in report.files[0].problems)
    assert held() == before
    assert not ingest(decided, write(tmp_path, BROKERS + KUBERNETES)).has_errors


def test_decisions_survive_a_theme_that_leaves_and_returns(decided: Engine, tmp_path: Path) -> None:
    def statuses() -> dict[str, str]:
        with reading(decided) as session:
            rows = session.execute(
                select(col(Theme.slug), col(ThemeAssignment.status)).join(
                    ThemeAssignment, col(ThemeAssignment.theme_id) == col(Theme.id)
                )
            )
            return {row[0]: row[1] for row in rows}

    assert statuses() == {"brokers": "confirmed", "kubernetes": "rejected"}
    report = ingest(decided, write(tmp_path, KUBERNETES))
    assert report.files[0].records is not None
    assert report.files[0].records.withdrawn == 1
    assert statuses() == {"kubernetes": "rejected"}
    with reading(decided) as session:
        assert len(session.scalars(select(ThemeDecision)).all()) == 2
    assert not ingest(decided, tmp_path / "ada.yaml").has_errors
    ingest(decided, write(tmp_path, BROKERS + KUBERNETES))
    assert statuses() == {"brokers": "confirmed", "kubernetes": "rejected"}


def test_a_version_is_of_the_content_and_former_ones_are_kept(decided: Engine, tmp_path: Path) -> None:
    def versions() -> tuple[str, list[tuple[str, int]]]:
        with reading(decided) as session:
            now = session.scalars(select(Vocabulary)).one()
            kept = session.scalars(select(VocabularyVersion).order_by(col(VocabularyVersion.id)))
            return now.version, [(one.version, len(one.themes)) for one in kept]

    first, kept = versions()
    assert kept == [(first, 2)]
    ingest(decided, write(tmp_path, "# A comment changes nothing.\n" + BROKERS + "\n" + KUBERNETES))
    assert versions() == (first, [(first, 2)])
    ingest(decided, write(tmp_path, BROKERS))
    second, kept = versions()
    assert kept == [(first, 2), (second, 1)]
    ingest(decided, write(tmp_path, BROKERS + KUBERNETES))
    assert versions() == (first, [(first, 2), (second, 1)])


def test_a_slug_names_one_theme_over_all_vocabularies(decided: Engine, tmp_path: Path) -> None:
    head = HEAD.replace("streams", "mine").replace("Streams", "Mine")
    mine = write(tmp_path, BROKERS, "mine.yaml", head)
    problem = ingest(decided, mine).files[0].problems[0]
    assert (problem.severity, problem.where.split(",")[0]) == ("error", "line 5")
    assert "“brokers” is that of a theme of the vocabulary Streams (streams.yaml)" in problem.message
    assert "mine-brokers" in problem.message
    with reading(decided) as session:
        assert in_use(session) == ["brokers", "kubernetes"]
        other = write(tmp_path, BROKERS, "other.yaml", HEAD.replace("streams", "other"))
        checked = check_vocabularies(session, [mine, other], ReadOptions())
        assert [file.faults for file in checked.files] == [1, 1]
    write(tmp_path, BROKERS.replace("slug: brokers", "slug: mine-brokers"), "mine.yaml", head)
    assert not ingest(decided, mine).has_errors
    with reading(decided) as session:
        assert in_use(session) == ["brokers", "kubernetes", "mine-brokers"]
        assert [one.slug for one in session.scalars(select(Vocabulary).order_by(col(Vocabulary.id)))] == [
            "streams", "mine",
        ]  # fmt: skip


def test_a_file_put_back_as_it_was_has_no_problem_any_more(decided: Engine, tmp_path: Path) -> None:
    for broken in ("themes: [", BROKERS + BROKERS):
        assert ingest(decided, write(tmp_path, broken)).has_errors
        assert not ingest(decided, write(tmp_path, BROKERS + KUBERNETES)).has_errors
    with reading(decided) as session:
        assert session.scalar(select(col(Talk.id)).where(col(Talk.slug) == "brokers-on-kubernetes")) is not None
