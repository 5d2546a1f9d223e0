"""A vocabulary taken out of the base: what goes, what stays, and that nothing a person decided is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import Session, col

from app import pipeline
from app.catalog.snapshot import current_snapshot, refresh_snapshot
from app.catalog.vocabularies import vocabulary_names
from app.db.dialect import is_sqlite
from app.db.engine import reading, writing
from app.errors import NotFound, UsageError
from app.exports.registry import digests, export
from app.ingest.formats.protocol import ReadOptions
from app.ingest.vocabulary_removal import RemovedVocabulary
from app.models import ReviewEntry, Theme, ThemeAssignment, ThemeDecision
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.reports.saved import find_saved, open_saved, save_report, vocabularies_gone
from app.themes.decide import Choice, decide
from app.trends.counts import theme_shares
from app.trends.scope import Scope
from tests.standins import HashingEmbedder

PROGRAMME = """\
hallway: programme/1
series: {slug: tiny, name: Tiny}
edition: {slug: tiny-2020, name: Tiny 2020, city: Oslo, start_date: "2020-01-02", end_date: "2020-01-03"}
talks:
  - {id: a, title: Brokers on pods, kind: breakout, language: en, source: "https://tiny.example/a"}
  - {id: b, title: Ledgers and brokers, kind: breakout, language: en, source: "https://tiny.example/b"}
"""
FIRST = """\
hallway: themes/1
vocabulary: first
name: First
themes:
  - {slug: brokers, name: Brokers, definition: All about brokers., cues: [brokers]}
"""
MINE = """\
hallway: themes/1
vocabulary: mine
name: Mine
themes:
  - {slug: machines, name: Machines, definition: All machines., cues: [machines]}
  - {slug: pods, name: Pods, definition: Little houses., parent: machines, cues: [pods]}
  - {slug: ledgers, name: Ledgers, definition: Big books., cues: [ledgers]}
"""
DECISIONS = """\
hallway: theme-decisions/1
edition: tiny-2020
reviewer: Bo
decided_on: "2026-11-22"
method: Read.
considered: [pods]
talks:
  - {talk: a, themes: [pods], read_from: title only}
"""


def ingest(engine: Engine, *paths: Path) -> pipeline.IngestReport:
    report = pipeline.ingest(engine, HashingEmbedder(), list(paths), options=ReadOptions())
    assert not report.has_errors, report
    return report


def remove(engine: Engine, slug: str, with_decisions: bool = False) -> RemovedVocabulary:
    return pipeline.remove_vocabulary(engine, HashingEmbedder(), slug, with_decisions=with_decisions)


def themes(session: Session) -> list[tuple[str, bool]]:
    rows = session.execute(select(col(Theme.slug), col(Theme.withdrawn_at).is_(None)).order_by(col(Theme.slug)))
    return [(slug, used) for slug, used in rows]


def by_people(session: Session) -> list[dict[str, object]]:
    decisions = session.scalars(select(ThemeDecision).order_by(col(ThemeDecision.id)))
    steps = session.scalars(select(ReviewEntry).order_by(col(ReviewEntry.id)))
    return [row.model_dump() for row in (*decisions, *steps)]


def sound(session: Session) -> bool:
    # Postgres never lets one be broken.
    return not is_sqlite(session) or not session.execute(text("PRAGMA foreign_key_check")).all()


@pytest.fixture
def base(engine: Engine, tmp_path: Path) -> Engine:
    for name, content in (("tiny", PROGRAMME), ("first", FIRST), ("mine", MINE)):
        (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
        ingest(engine, tmp_path / f"{name}.yaml")
    return engine


def test_without_decisions_it_goes_whole_and_its_slugs_are_free(base: Engine, tmp_path: Path) -> None:
    with reading(base) as session:
        before = theme_shares(session, Scope(), vocabulary="first").rows
    removed = remove(base, "mine")
    assert (removed.name, removed.themes, removed.talks, removed.kept_themes) == ("Mine", 3, 2, [])
    assert removed.source == "mine.yaml"
    with reading(base) as session:
        assert themes(session) == [("brokers", True)]
        assert [name.slug for name in vocabulary_names(session)] == ["first"]
        assert {row.theme_id for row in session.scalars(select(ThemeAssignment))} == set(
            session.scalars(select(col(Theme.id)))
        )
        after = theme_shares(session, Scope(), vocabulary="first").rows
        assert [row.numerator for row in after] == [row.numerator for row in before]
        assert sound(session)
    (tmp_path / "yours.yaml").write_text(MINE.replace("mine", "yours").replace("Mine", "Yours"), encoding="utf-8")
    ingest(base, tmp_path / "yours.yaml")
    with reading(base) as session:
        assert [name.slug for name in vocabulary_names(session)] == ["first", "yours"]


def test_the_snapshot_is_of_the_base_without_it_at_once(base: Engine) -> None:
    remove(base, "mine")
    with writing(base) as session:
        assert refresh_snapshot(session) == current_snapshot(session)


def test_the_default_one_and_an_unknown_one_are_refused(base: Engine) -> None:
    with pytest.raises(UsageError, match=r"First \(first\) is the default vocabulary: it came first"):
        remove(base, "first")
    with pytest.raises(NotFound, match="The vocabularies are first, mine"):
        remove(base, "horoscope")
    remove(base, "mine")
    with pytest.raises(NotFound, match="The vocabularies are first"):
        remove(base, "mine")
    with pytest.raises(UsageError, match="is the only vocabulary"):
        pipeline.remove_vocabulary(base, HashingEmbedder(), "first", default_too=True)


def test_the_default_one_goes_where_asked_and_the_next_takes_its_place(base: Engine, tmp_path: Path) -> None:
    removed = pipeline.remove_vocabulary(base, HashingEmbedder(), "first", default_too=True)
    assert removed.default_now == "mine"
    with reading(base) as session:
        assert [name.slug for name in vocabulary_names(session)] == ["mine"]
        shares = theme_shares(session, Scope())
        assert shares.vocabulary is not None
        assert shares.vocabulary.slug == "mine"
        assert {row.theme.slug for row in shares.rows} == {"machines", "pods", "ledgers"}
        assert sound(session)
    assert remove_of_another_says_no_default(base, tmp_path) is None
    ingest(base, tmp_path / "first.yaml")
    with reading(base) as session:
        assert [name.slug for name in vocabulary_names(session)] == ["first", "mine"], "it comes back as it was"


def remove_of_another_says_no_default(base: Engine, folder: Path) -> str | None:
    (folder / "third.yaml").write_text(FIRST.replace("first", "third").replace("brokers", "agents"), encoding="utf-8")
    ingest(base, folder / "third.yaml")
    return remove(base, "third").default_now


def test_what_people_decided_refuses_it_and_is_kept_where_it_is_removed_all_the_same(
    base: Engine, tmp_path: Path
) -> None:
    (tmp_path / "bo.yaml").write_text(DECISIONS, encoding="utf-8")
    ingest(base, tmp_path / "bo.yaml")
    with writing(base) as session:
        decide(session, Choice("ledgers-and-brokers", "ledgers", "reject", "Ada", "page"))
    with reading(base) as session:
        held = by_people(session)
    said = r"about 2 of the 3 themes of Mine \(mine\): 2 decisions and 1 step of reviews, by Ada, Bo\."
    with pytest.raises(UsageError, match=said):
        remove(base, "mine")
    with reading(base) as session:
        assert len(themes(session)) == 4
    removed = remove(base, "mine", with_decisions=True)
    assert (removed.kept_themes, removed.decisions, removed.steps, removed.people) == (
        ["ledgers", "pods"], 2, 1, ["Ada", "Bo"],
    )  # fmt: skip
    with reading(base) as session:
        assert themes(session) == [("brokers", True), ("ledgers", False), ("pods", False)]
        assert by_people(session) == held
        assert sound(session)
    ingest(base, tmp_path / "mine.yaml")
    with reading(base) as session:
        assert themes(session) == [("brokers", True), ("ledgers", True), ("machines", True), ("pods", True)]
        statuses = dict(
            session.execute(
                select(col(Theme.slug), col(ThemeAssignment.status))
                .join(ThemeAssignment, col(ThemeAssignment.theme_id) == col(Theme.id))
                .where(col(ThemeAssignment.status).in_(("confirmed", "rejected")))
            ).all()
        )
        assert statuses == {"pods": "confirmed", "ledgers": "rejected"}


def test_saved_reports_of_it_stay_readable_and_get_no_new_edition(base: Engine, tmp_path: Path) -> None:
    with writing(base) as session:
        request = ReportRequest(editions=("tiny-2020",), vocabulary="mine")
        saved = save_report(session, build_report(session, "themes", request), digests).saved
        assert saved is not None
    with reading(base) as session:
        before = export(open_saved(session, saved.id), "html")
    assert remove(base, "mine").saved_reports == [saved.id]
    with reading(base) as session:
        assert export(open_saved(session, saved.id), "html") == before
        assert vocabularies_gone(session, find_saved(session, saved.id)) == ["mine"]
    assert pipeline.refresh(base, HashingEmbedder()).reissues == []
    assert ingest(base, tmp_path / "mine.yaml").reissues == [], "back again, it says the same"
