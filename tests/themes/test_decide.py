"""Deciding: what is kept, what follows at once, what is taken back, and that no rebuild or file ever loses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.cards import theme_marks
from app.catalog.snapshot import current_snapshot, refresh_snapshot
from app.db.engine import reading, writing
from app.errors import NotFound, UsageError
from app.ingest.formats.protocol import ReadOptions
from app.models import ReviewEntry, Talk, Theme, ThemeAssignment, ThemeDecision
from app.search.engine import SearchEngine
from app.themes.assignment import rebuild_assignments
from app.themes.decide import Choice, decide, undo
from app.themes.decision_files import decision_files
from app.themes.reviews import newest_steps, reviewers_agree
from app.trends.counts import theme_figure
from app.trends.scope import Scope
from tests.conftest import DATA
from tests.databases import Databases
from tests.standins import HashingEmbedder

EDITION = "kafka-summit-san-francisco-2019"
TALK = "kafka-on-kubernetes-keeping-it-simple"
Rows = dict[tuple[str, str], tuple[str, float, bool]]


@pytest.fixture
def base(databases: Databases, loaded: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of all shipped data, to write to."""
    with databases.copy(loaded, tmp_path) as made:
        yield made


def choose(engine: Engine, talk: str, theme: str, action: Any, reviewer: str = "Ada") -> int:
    with writing(engine) as session:
        return decide(session, Choice(talk, theme, action, reviewer, "page")).id or 0


def take_back(engine: Engine, step: int, reviewer: str = "Ada") -> None:
    with writing(engine) as session:
        undo(session, step, reviewer, "page")


def assigned(session: Session) -> Rows:
    return {
        (talk, theme): (row.status, row.probability, row.is_main)
        for row, talk, theme in session.execute(
            select(ThemeAssignment, col(Talk.slug), col(Theme.slug))
            .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
            .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        )
    }


def of(engine: Engine) -> Rows:
    with reading(engine) as session:
        return assigned(session)


def by_people(rows: Rows) -> Rows:
    """What people decided, and nothing that the machine may see otherwise once it has learned from them."""
    return {pair: row for pair, row in rows.items() if row[0] in ("confirmed", "rejected")}


def undecided(engine: Engine, theme: str, status: str) -> list[str]:
    with reading(engine) as session:
        return list(
            session.scalars(
                select(col(Talk.slug))
                .join(ThemeAssignment)
                .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
                .where(col(Theme.slug) == theme, col(ThemeAssignment.status) == status)
                .order_by(col(Talk.id))
            )
        )


def test_a_decision_is_kept_with_who_when_and_from_what_and_the_figure_follows(base: Engine) -> None:
    talk = undecided(base, "use-case", "machine")[0]
    with reading(base) as session:
        before, old = theme_figure(session, "use-case", Scope()), current_snapshot(session)
    choose(base, talk, "use-case", "reject")
    with reading(base) as session:
        after = theme_figure(session, "use-case", Scope())
        decision = session.scalars(select(ThemeDecision).where(col(ThemeDecision.reviewer) == "Ada")).one()
        assert (after.numerator, after.machine) == (before.numerator - 1, before.machine - 1)
        assert after.id != before.id
        assert after.snapshot == current_snapshot(session) != old
        assert not decision.accepted
        assert decision.decided_at is not None
        assert decision.decided_on == decision.decided_at.date().isoformat()
        assert decision.read_from in ("abstract, slides or notes", "title only")
        assert decision.details == {"via": "page", "part": "direct", "probability": None}
        assert assigned(session)[talk, "use-case"] == ("rejected", 0.0, False)


def test_what_is_above_an_accepted_theme_is_assigned_and_what_is_below_a_rejected_one_is_not(base: Engine) -> None:
    talk = next(slug for slug in undecided(base, "kubernetes", "unlikely") if (slug, "operations") in of(base))
    before = of(base)
    step = choose(base, talk, "kubernetes", "accept")
    rows = of(base)
    assert rows[talk, "kubernetes"][:2] == ("confirmed", 1.0)
    assert rows[talk, "operations"][:2] == ("machine", 0.9999)
    take_back(base, step)
    assert of(base) == before
    step = choose(base, talk, "operations", "reject")
    rows = of(base)
    assert rows[talk, "operations"][:2] == ("rejected", 0.0)
    assert (talk, "kubernetes") not in rows
    take_back(base, step)
    assert of(base) == before


def test_what_follows_at_once_is_what_a_rebuild_makes(base: Engine) -> None:
    """Of the talks decided on: what people said, what is above what they accepted, and nothing below what they
    rejected. What the machine thinks of other themes may change once it has learned from the decisions."""
    accepted, rejected = [], []
    for theme, action in (
        ("operations", "reject"),
        ("kubernetes", "accept"),
        ("use-case", "main"),
        ("cloud", "reject"),
    ):
        for status in ("machine", "unlikely"):
            for talk in undecided(base, theme, status)[:4]:
                choose(base, talk, theme, action)
                if theme == "kubernetes":
                    accepted.append(talk)
                elif theme == "operations":
                    rejected.append(talk)
    followed = of(base)
    with writing(base) as session:
        rebuild_assignments(session, HashingEmbedder())
        rebuilt = assigned(session)
    assert by_people(rebuilt) == by_people(followed)
    for rows in (followed, rebuilt):
        for talk in accepted:
            status, probability, _ = rows[talk, "operations"]
            assert (status, probability) in (("machine", 0.9999), ("rejected", 0.0), ("confirmed", 1.0))
        for talk in set(rejected) - set(accepted):
            below = [row[0] for (slug, theme), row in rows.items() if slug == talk and theme == "kubernetes"]
            assert set(below) <= {"confirmed", "rejected"}


def test_the_snapshot_that_follows_is_the_one_of_the_whole_base(base: Engine) -> None:
    with reading(base) as session:
        before = current_snapshot(session)
    step = choose(base, TALK, "cloud", "reject")
    with writing(base) as session:
        followed = current_snapshot(session)
        assert followed != before
        assert refresh_snapshot(session) == followed
    take_back(base, step)
    with reading(base) as session:
        assert current_snapshot(session) == before


def test_changing_the_main_theme_takes_the_mark_from_the_other(base: Engine) -> None:
    step = choose(base, TALK, "operations", "main")
    with reading(base) as session:
        talk = session.scalar(select(col(Talk.id)).where(col(Talk.slug) == TALK))
        assert talk is not None
        marks = {mark.slug: (mark.status, mark.is_main) for mark in theme_marks(session, [talk])[talk]}
        assert marks["operations"] == ("confirmed", True)
        assert marks["kubernetes"] == ("confirmed", False)
        # That Kubernetes is not the main theme any more is no judgement on whether the talk is about it.
        assert reviewers_agree(session).decided_by_several == 1
    with writing(base) as session:
        followed = by_people(assigned(session))
        rebuild_assignments(session, HashingEmbedder())
        assert by_people(assigned(session)) == followed
    take_back(base, step)
    assert of(base)[TALK, "kubernetes"] == ("confirmed", 1.0, True)
    choose(base, TALK, "kubernetes", "accept")
    assert of(base)[TALK, "kubernetes"] == ("confirmed", 1.0, True), "to accept the main theme leaves it the main one"


def test_the_newest_of_several_reviewers_holds_and_all_are_kept(base: Engine) -> None:
    choose(base, TALK, "cloud", "reject", "Bo")
    assert of(base)[TALK, "cloud"][0] == "rejected"
    step = choose(base, TALK, "cloud", "accept")
    assert of(base)[TALK, "cloud"][0] == "confirmed"
    choose(base, TALK, "cloud", "reject", "Cy")
    with reading(base) as session:
        found = reviewers_agree(session)
        assert found.reviewers == ["Ada", "Bo", "Cy", "Hallway editors"]
        first = found.pairs[0]
        assert (first.first, first.second, first.both, first.agreed) == ("Ada", "Bo", 1, 0)
    take_back(base, step)
    assert of(base)[TALK, "cloud"][0] == "rejected"
    with reading(base) as session:
        count = select(func.count()).select_from(ReviewEntry)
        assert session.scalar(count) == 4, "nothing is deleted"
        assert [entry.action for entry in newest_steps(session, 9)] == ["undo", "reject", "accept", "reject"]


def test_a_step_back_brings_back_what_was_held_in_its_old_place(base: Engine) -> None:
    first = choose(base, TALK, "cloud", "reject")
    choose(base, TALK, "cloud", "accept", "Bo")
    second = choose(base, TALK, "cloud", "reject")
    with pytest.raises(UsageError, match="anew since"):
        take_back(base, first)
    take_back(base, second)
    assert of(base)[TALK, "cloud"][0] == "confirmed", "Bo's is newer than Ada's first"
    with pytest.raises(UsageError, match="already"):
        take_back(base, second)
    take_back(base, first)
    with pytest.raises(NotFound):
        take_back(base, first, "Bo")
    with pytest.raises(NotFound):
        take_back(base, 4711)


@pytest.mark.parametrize(("talk", "theme"), [("no-such", "cloud"), (TALK, "no-such")])
def test_what_is_not_there_cannot_be_decided(base: Engine, talk: str, theme: str) -> None:
    with pytest.raises(NotFound):
        choose(base, talk, theme, "accept")


def test_no_rebuild_and_no_file_loses_a_decision(base: Engine) -> None:
    talk = undecided(base, "operations", "machine")[0]
    choose(base, talk, "operations", "reject")
    # Under the very name of a file's reviewer, against what the file says.
    choose(base, TALK, "cloud", "reject", "Hallway editors")
    before = by_people(of(base))
    embedder = HashingEmbedder()
    for what in ("themes", "all"):
        pipeline.rebuild(base, embedder, SearchEngine(base, embedder), what)
        assert by_people(of(base)) == before
    with writing(base) as session:
        session.connection().exec_driver_sql("UPDATE source SET content_hash = NULL")
    report = pipeline.ingest(base, embedder, [DATA], options=ReadOptions())
    assert not report.has_errors
    assert by_people(of(base)) == before


def test_exported_decisions_are_read_again(base: Engine, databases: Databases, tmp_path: Path) -> None:
    talk = undecided(base, "operations", "machine")[0]
    choose(base, talk, "operations", "reject")
    choose(base, TALK, "operations", "main")
    choose(base, TALK, "cloud", "reject", "Hallway editors")
    with reading(base) as session:
        files = decision_files(session)
        editors = f"{EDITION}-hallway-editors.yaml"
        assert sorted(files) == [*sorted(decision_files(session, reviewer="Ada")), editors]
        assert list(decision_files(session, edition=EDITION, reviewer="Hallway editors")) == [editors]
    before = by_people(of(base))
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = pipeline.ingest(base, HashingEmbedder(), [tmp_path / name for name in files], options=ReadOptions())
    assert not report.has_errors, report
    assert by_people(of(base)) == before
    with reading(base) as session:
        assert decision_files(session) == files, "a file in the base leaves the base as it was"
    with databases.fresh(tmp_path / "fresh") as fresh:
        for paths in ([DATA], [tmp_path / name for name in files]):
            report = pipeline.ingest(fresh, HashingEmbedder(), paths, options=ReadOptions())
            assert not report.has_errors, report
        assert by_people(of(fresh)) == before
