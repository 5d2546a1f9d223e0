"""Ingest as a curator meets it: twice without doubling, updates, withdrawal, bad files beside good ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, SQLModel, col

from app import pipeline
from app.catalog.snapshot import current_snapshot
from app.db.engine import reading
from app.ingest.formats.protocol import ReadOptions
from app.models import Appearance, Edition, Speaker, Talk, ThemeAssignment, ThemeDecision
from app.pipeline import IngestReport
from tests.conftest import DATA
from tests.standins import HashingEmbedder

PROGRAMME = """\
hallway: programme/1
series: {slug: tiny, name: Tiny}
edition: {slug: tiny-2020, name: Tiny 2020, city: Oslo, start_date: "2020-01-02", end_date: "2020-01-03"}
talks:
  - id: first
    title: First talk
    kind: breakout
    language: en
    source: "https://tiny.example/first"
    speakers: [{name: Ana Souza, affiliation: Acme}]
  - id: second
    title: Second talk
    kind: keynote
    language: en
    source: "https://tiny.example/second"
"""


def ingest(engine: Engine, *paths: Path) -> IngestReport:
    return pipeline.ingest(engine, HashingEmbedder(), list(paths), options=ReadOptions())


def titles(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(
            session.scalars(select(col(Talk.title)).where(col(Talk.withdrawn_at).is_(None)).order_by(col(Talk.title)))
        )


def count(session: Session, table: type[SQLModel]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.yaml"
    file.write_text(PROGRAMME, encoding="utf-8")
    return file


def test_the_shipped_data_loads_whole_and_the_second_time_changes_nothing(engine: Engine) -> None:
    first = ingest(engine, DATA)
    assert not first.has_errors
    assert (first.totals.talks, first.totals.created, first.totals.problems) == (287, 287, 0)
    assert first.totals.passages_embedded > 287
    second = ingest(engine, DATA)
    assert second.totals.model_dump() == {
        "talks": 287,
        "created": 0,
        "updated": 0,
        "unchanged": 287,
        "withdrawn": 0,
        "passages_embedded": 0,
        "problems": 0,
    }


def test_an_edit_updates_and_a_missing_talk_is_withdrawn_and_comes_back(engine: Engine, programme: Path) -> None:
    assert ingest(engine, programme).totals.created == 2
    programme.write_text(PROGRAMME.replace("Second talk", "Second talk, revised"), encoding="utf-8")
    report = ingest(engine, programme)
    assert (report.totals.created, report.totals.updated, report.totals.unchanged) == (0, 1, 1)
    programme.write_text(PROGRAMME[: PROGRAMME.index("  - id: second")], encoding="utf-8")
    assert ingest(engine, programme).totals.withdrawn == 1
    assert titles(engine) == ["First talk"]
    programme.write_text(PROGRAMME, encoding="utf-8")
    assert ingest(engine, programme).totals.updated == 1
    assert titles(engine) == ["First talk", "Second talk"]
    with reading(engine) as session:
        assert sorted(session.scalars(select(col(Talk.slug)))) == ["first-talk", "second-talk"]


def test_a_talk_keeps_its_address_when_its_title_changes(engine: Engine, programme: Path) -> None:
    ingest(engine, programme)
    programme.write_text(PROGRAMME.replace("First talk", "A better title"), encoding="utf-8")
    ingest(engine, programme)
    with reading(engine) as session:
        assert session.scalar(select(col(Talk.title)).where(col(Talk.slug) == "first-talk")) == "A better title"


def test_a_dry_run_keeps_nothing(engine: Engine) -> None:
    report = pipeline.ingest(engine, HashingEmbedder(), [DATA], options=ReadOptions(), dry_run=True)
    assert report.totals.created == 287
    assert not report.has_errors
    assert titles(engine) == []


def test_decisions_survive_a_rebuild_and_a_re_ingest(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, DATA)
    with reading(engine) as session:
        decided = count(session, ThemeDecision)
        confirmed = session.scalars(
            select(col(ThemeAssignment.talk_id)).where(col(ThemeAssignment.status) == "confirmed")
        ).all()
    assert decided == 47 * 13
    assert len(confirmed) == 107
    ingest(engine, Path(shutil.copy(DATA / "programmes" / "kafka-summit-san-francisco-2019.yaml", tmp_path)))
    with reading(engine) as session:
        assert count(session, ThemeDecision) == decided


BAD = {
    "empty": (b"", "empty", ""),
    "binary": (b"hallway: programme/1\n\x00\x01\x02", "NUL", "byte 21"),
    "not-utf8": (b"hallway: programme/1\nname: \xff\xfe\n", "not UTF-8", "byte 27, line 2"),
    "malformed": (b"hallway: programme/1\nseries: {slug: x\nedition: y\n", "not valid YAML", "line 3"),
    "wrong-kind": (b"hallway: recipes/1\n", "must name one of", "line 1"),
    "future": (b"hallway: programme/9\n", "newer than this Hallway", "line 1"),
    "wrong-type": (PROGRAMME[: PROGRAMME.index("talks:")].encode() + b"talks: 7\n", "should be a list", "line 4"),
    "list": (b"- hallway: programme/1\n", "No format recognises", ""),
    "cut-off": (PROGRAMME.encode()[:100], "", "line"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_the_good_one_beside_it_loads(
    engine: Engine, programme: Path, tmp_path: Path, name: str
) -> None:
    content, words, where = BAD[name]
    bad = tmp_path / f"{name}.yaml"
    bad.write_bytes(content)
    report = ingest(engine, bad, programme)
    assert report.has_errors
    problem = next(problem for file in report.files for problem in file.problems)
    assert words in problem.message
    assert where in problem.where
    assert titles(engine) == ["First talk", "Second talk"]


def test_a_huge_file_is_refused_unread(engine: Engine, programme: Path) -> None:
    report = pipeline.ingest(engine, HashingEmbedder(), [programme], options=ReadOptions(limit=100))
    assert "HALLWAY_MAX_FILE_MEGABYTES" in report.files[0].problems[0].message


def test_one_bad_talk_costs_only_itself(engine: Engine, programme: Path) -> None:
    ingest(engine, programme)
    programme.write_text(PROGRAMME.replace("title: First talk", "title: [First, talk]"), encoding="utf-8")
    report = ingest(engine, programme)
    problem = report.files[0].problems[0]
    assert "should be text" in problem.message
    assert problem.where == "line 6, talks[0].title"
    assert report.totals.withdrawn == 0
    assert titles(engine) == ["First talk", "Second talk"]


def test_a_bad_talk_without_id_withdraws_nothing(engine: Engine, programme: Path) -> None:
    ingest(engine, programme)
    programme.write_text(PROGRAMME.replace("  - id: first\n    title", "  - title"), encoding="utf-8")
    report = ingest(engine, programme)
    assert report.totals.withdrawn == 0
    assert any("none is withdrawn" in problem.message for problem in report.files[0].problems)
    assert len(titles(engine)) == 2


def test_curated_aliases_make_one_speaker_even_afterwards(engine: Engine, programme: Path, tmp_path: Path) -> None:
    programme.write_text(PROGRAMME + "    speakers: [{name: Ana M. Souza, affiliation: Acme}]\n", encoding="utf-8")
    ingest(engine, programme)
    with reading(engine) as session:
        assert count(session, Speaker) == 2
    aliases = tmp_path / "speakers.yaml"
    aliases.write_text("hallway: speakers/1\nspeakers:\n  - {name: Ana Souza, aliases: [Ana M. Souza]}\n")
    ingest(engine, aliases)
    with reading(engine) as session:
        assert list(session.scalars(select(col(Speaker.name)))) == ["Ana Souza"]
        assert count(session, Appearance) == 2


def test_a_vocabulary_with_a_cycle_is_refused_with_its_line(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "themes.yaml"
    theme = "  - {{slug: {0}, name: {0}, parent: {1}, definition: About {0} at some length., excludes: Not {1}.}}\n"
    file.write_text(
        "hallway: themes/1\nvocabulary: v\nname: V\nthemes:\n" + theme.format("aa", "bb") + theme.format("bb", "aa")
    )
    problem = ingest(engine, file).files[0].problems[0]
    assert "its own ancestor" in problem.message or "cues" in problem.message
    assert "line 5" in problem.where


def test_two_files_of_one_event_do_not_take_turns(engine: Engine, tmp_path: Path) -> None:
    samples = Path(__file__).parents[1] / "samples"
    for name in ("c3voc/tinycamp-v1.json", "frab/tinycamp-2031.xml"):
        shutil.copy(samples / name, tmp_path)
    first = ingest(engine, tmp_path)
    assert [file.talks.created > 0 for file in first.files] == [True, False]
    assert "left alone" in first.files[1].problems[0].message
    kept = titles(engine)
    second = ingest(engine, tmp_path)
    assert second.totals.model_dump(exclude={"problems"}) == {
        "talks": len(kept), "created": 0, "updated": 0, "unchanged": len(kept), "withdrawn": 0, "passages_embedded": 0,
    }  # fmt: skip
    alone = ingest(engine, tmp_path / "tinycamp-2031.xml")
    assert alone.totals.unchanged + alone.totals.updated + alone.totals.created == alone.totals.talks
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Edition)) == 1


def test_of_two_snapshots_the_plainly_named_one_is_read(engine: Engine, tmp_path: Path) -> None:
    sample = Path(__file__).parents[1] / "samples" / "frab" / "tinycamp-2031.xml"
    shutil.copy(sample, tmp_path / "tinycamp.xml")
    shutil.copy(sample, tmp_path / "tinycamp-earlier.xml")
    report = ingest(engine, tmp_path)
    assert [(file.path, file.talks.created > 0) for file in report.files] == [
        ("tinycamp.xml", True), ("tinycamp-earlier.xml", False),
    ]  # fmt: skip


def test_a_dry_run_leaves_a_second_file_alone_too(engine: Engine, programme: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny-copy.yaml").write_text(PROGRAMME, encoding="utf-8")
    report = pipeline.ingest(engine, HashingEmbedder(), [tmp_path], options=ReadOptions(), dry_run=True)
    assert [len(file.problems) for file in report.files] == [0, 1]


def test_what_follows_from_vectors_is_told_step_by_step_and_may_be_broken_off_between(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(PROGRAMME, encoding="utf-8")
    told: list[tuple[int, int]] = []

    def stopping(step: str, done: int, total: int) -> None:
        if step == "what follows":
            told.append((done, total))
            if len(told) == 3:
                raise KeyboardInterrupt

    def run() -> None:
        pipeline.ingest(engine, HashingEmbedder(), [file], options=ReadOptions(), progress=stopping)

    with pytest.raises(KeyboardInterrupt):
        run()
    with reading(engine) as session:
        assert current_snapshot(session) == "empty"
    run()
    assert told[3:] == [(done, 5) for done in range(6)]
    with reading(engine) as session:
        assert current_snapshot(session) != "empty"
