"""What a vocabulary would move: exactly what loading it then moves, and the base stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.catalog.snapshot import current_snapshot
from app.db.engine import reading
from app.errors import InputError
from app.ingest.formats.protocol import ReadOptions
from app.models import Theme, ThemeAssignment, Vocabulary
from app.pipeline import VocabularyPreview, preview_vocabulary
from app.trends.counts import theme_figures, theme_shares
from app.trends.scope import Scope, read_scope
from tests.standins import HashingEmbedder

PROGRAMME = """\
hallway: programme/1
series: {{slug: tiny, name: Tiny}}
edition: {{slug: tiny-{year}, name: Tiny {year}, city: Oslo, start_date: "{year}-01-02", end_date: "{year}-01-03"}}
talks:
"""
TALK = """\
  - id: t{0}
    title: {1}
    kind: breakout
    language: en
    summary: {1}.
    summary_basis: title only
    source: a page
"""
HEAD = "hallway: themes/1\nvocabulary: streams\nname: Streams\nthemes:\n"
THEME = "  - {{slug: {0}, name: {1}, definition: {2}, cues: [{3}]}}\n"
OLD = HEAD + THEME.format("brokers", "Messaging", "All about them.", "brokers") + THEME.format(
    "pods", "Pods", "Little houses.", "pods"
)  # fmt: skip
NEW = HEAD + THEME.format("brokers", "Messaging", "All about them.", "ledgers, ledger") + THEME.format(
    "unicorns", "Unicorns", "Never seen here.", "unicorn"
)  # fmt: skip


@pytest.fixture
def base(engine: Engine, tmp_path: Path) -> Engine:
    titles = {2020: ["Brokers and brokers", "Ledger after ledger", "Pods of pods"], 2021: ["Brokers again, brokers"]}
    for year, named in titles.items():
        talks = "".join(TALK.format(number, title) for number, title in enumerate(named))
        (tmp_path / f"tiny-{year}.yaml").write_text(PROGRAMME.format(year=year) + talks, encoding="utf-8")
    (tmp_path / "streams.yaml").write_text(OLD, encoding="utf-8")
    report = pipeline.ingest(engine, HashingEmbedder(), [tmp_path], options=ReadOptions())
    assert not report.has_errors, report
    return engine


def preview(base: Engine, file: Path, text: str) -> VocabularyPreview:
    file.write_text(text, encoding="utf-8")
    return preview_vocabulary(base, HashingEmbedder(), file, ReadOptions())


def everything(base: Engine) -> tuple[str, list[object], list[object]]:
    with reading(base) as session:
        rows = select(
            col(ThemeAssignment.talk_id), col(ThemeAssignment.theme_id), col(ThemeAssignment.status),
            col(ThemeAssignment.probability),
        ).order_by(col(ThemeAssignment.talk_id), col(ThemeAssignment.theme_id))  # fmt: skip
        themes = select(col(Theme.slug), col(Theme.withdrawn_at), col(Vocabulary.version)).join(
            Vocabulary, col(Vocabulary.slug) == col(Theme.vocabulary)
        )
        return current_snapshot(session), list(session.execute(rows)), list(session.execute(themes))


def test_the_moves_are_those_that_loading_then_makes_and_nothing_is_kept(base: Engine, tmp_path: Path) -> None:
    before = everything(base)
    said = preview(base, tmp_path / "next.yaml", NEW)
    assert everything(base) == before
    assert said.version_before != said.version_after
    assert (said.themes.created, said.themes.updated, said.themes.withdrawn) == (1, 1, 1)
    pipeline.ingest(base, HashingEmbedder(), [tmp_path / "next.yaml"], options=ReadOptions())
    with reading(base) as session:
        for where, scope in {
            ("everything", None): Scope(),
            ("series", "tiny"): Scope(series="tiny"),
            ("edition", "tiny-2020"): Scope(editions=("tiny-2020",)),
            ("edition", "tiny-2021"): Scope(editions=("tiny-2021",)),
        }.items():
            moves = {move.theme: move for move in said.moves if (move.where, move.slug) == where}
            now = theme_figures(session, ["brokers", "unicorns"], read_scope(session, scope))
            assert moves["brokers"].after == now["brokers"].numerator
            assert moves["brokers"].talks == now["brokers"].denominator
    assert said.places == 4
    assert {move.theme for move in said.moves if move.where == "everything"} == {"brokers", "pods", "unicorns"}


def test_moves_say_what_was_gained_and_lost(base: Engine, tmp_path: Path) -> None:
    said = preview(base, tmp_path / "next.yaml", NEW)
    moves = {(move.where, move.slug, move.theme): move for move in said.moves}
    brokers = moves["edition", "tiny-2020", "brokers"]
    assert (brokers.before, brokers.after, brokers.gained, brokers.lost, brokers.talks) == (1, 1, 1, 1, 3)
    for move in said.moves:
        assert (move.after or 0) - (move.before or 0) == move.gained - move.lost
    gone = moves["series", "tiny", "pods"]
    assert (gone.before, gone.after, gone.lost) == (1, None, 1)
    new = moves["everything", None, "unicorns"]
    assert (new.before, new.after) == (None, 0)
    assert [theme.slug for theme in said.unmatched] == ["unicorns"]
    assert [move.where for move in said.moves] == sorted(
        (move.where for move in said.moves), key=("everything", "series", "edition").index
    )


def test_the_same_vocabulary_moves_nothing(base: Engine, tmp_path: Path) -> None:
    said = preview(base, tmp_path / "next.yaml", OLD + "# The same.\n")
    assert said.moves == []
    assert said.version_before == said.version_after


def test_a_vocabulary_with_faults_is_not_tried(base: Engine, tmp_path: Path) -> None:
    before = everything(base)
    with pytest.raises(InputError, match=r"line 6.* given twice.*1 more"):
        preview(base, tmp_path / "next.yaml", HEAD + 3 * THEME.format("brokers", "Brokers", "All.", "broker"))
    assert everything(base) == before


def test_a_second_vocabulary_moves_nothing_in_the_first(base: Engine, tmp_path: Path) -> None:
    mine = OLD.replace("streams", "mine").replace("slug: ", "slug: mine-").replace("brokers", "ledger")
    said = preview(base, tmp_path / "mine.yaml", mine)
    assert said.moves
    assert {move.vocabulary for move in said.moves} == {"mine"}
    assert {move.before for move in said.moves} == {None}


def test_a_talk_has_a_main_theme_in_each_vocabulary(base: Engine, tmp_path: Path) -> None:
    mine = OLD.replace("streams", "mine").replace("slug: ", "slug: mine-")
    (tmp_path / "mine.yaml").write_text(mine, encoding="utf-8")
    with reading(base) as session:
        before = theme_shares(session, Scope(), counting="main", vocabulary="streams")
    pipeline.ingest(base, HashingEmbedder(), [tmp_path / "mine.yaml"], options=ReadOptions())
    with reading(base) as session:
        for vocabulary in ("streams", "mine"):
            after = theme_shares(session, Scope(), counting="main", vocabulary=vocabulary)
            assert [row.numerator for row in after.rows] == [row.numerator for row in before.rows]
    assert sum(row.numerator for row in before.rows) > 0
