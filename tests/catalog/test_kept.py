"""Answers kept while nothing changes: when they are, when they are not, and that they never outlive a change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, current_thread
from weakref import finalize

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import pipeline
from app.catalog import kept as keeping
from app.catalog.census import census
from app.catalog.kept import kept
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.models import ImportRun, IndexState, Talk
from tests.databases import Databases
from tests.standins import HashingEmbedder
from tests.web.facts import fill


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    with databases.fresh(tmp_path) as made:
        with Session(made) as session:
            fill(session)
            session.commit()
        pipeline.refresh(made, HashingEmbedder())
        yield made


def asked_twice(engine: Engine, key: str = "key") -> int:
    """How often an answer is made in two sessions, two times each."""
    made: list[str] = []

    def make() -> str:
        made.append(key)
        return key

    for _ in range(2):
        with reading(engine) as session:
            for _ in range(2):
                assert kept(session, key, make) == key
    return len(made)


def test_an_answer_is_made_once_while_nothing_changes(engine: Engine) -> None:
    assert asked_twice(engine) == 1
    assert asked_twice(engine) == 0
    assert asked_twice(engine, "another") == 1


def test_a_change_of_anything_derived_makes_it_anew(engine: Engine) -> None:
    asked_twice(engine)
    with writing(engine) as session:
        session.merge(IndexState(name="families", recipe="x", fingerprint="new", built_at=utc_now()))
    assert asked_twice(engine) == 1


def test_an_import_makes_it_anew_and_nothing_is_kept_while_it_runs(engine: Engine) -> None:
    with writing(engine) as session:
        run = ImportRun(started_at=utc_now(), version="0")
        session.add(run)
    assert asked_twice(engine) == 4
    with writing(engine) as session:
        session.merge(run).finished_at = utc_now() + timedelta(seconds=1)
    assert asked_twice(engine) == 1


def test_nothing_is_kept_where_something_may_be_written_or_no_snapshot_is(engine: Engine) -> None:
    made: list[int] = []
    for session in (Session(engine), Session(engine)):
        with session:
            kept(session, "key", lambda: made.append(1))
    with writing(engine) as session:
        kept(session, "key", lambda: made.append(1))
        session.delete(session.get_one(IndexState, "snapshot"))
    assert len(made) == 3
    assert asked_twice(engine) == 4


def test_the_oldest_answers_make_room(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    with reading(engine) as session:
        for key in ("a", "b", "a", "c"):
            kept(session, key, str(key).lower)
        assert kept(session, "a", lambda: "made anew") == "a"
        assert kept(session, "b", lambda: "made anew") == "made anew"


def test_answers_that_no_longer_hold_are_freed_aside(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "WAIT", 0.0)
    monkeypatch.setattr(keeping, "PAUSE", 0.0)
    freed, done = [], Event()

    def note() -> None:
        freed.append(current_thread().name)
        done.set()

    def make() -> Answer:
        answer = Answer()
        finalize(answer, note)
        return answer

    with reading(engine) as session:
        assert kept(session, "key", make) is kept(session, "key", make)
    assert not freed
    with writing(engine) as session:
        session.merge(IndexState(name="families", recipe="x", fingerprint="new", built_at=utc_now()))
    with reading(engine) as session:
        kept(session, "key", Answer)
    assert done.wait(10)
    assert freed == [keeping.FREEING]


class Answer:
    """What can tell when it is freed."""


def test_counts_follow_the_base(engine: Engine) -> None:
    with reading(engine) as session:
        before = census(session)
    with writing(engine) as session:
        session.get_one(Talk, 1).withdrawn_at = utc_now()
    pipeline.refresh(engine, HashingEmbedder())
    with reading(engine) as session:
        after = census(session)
    assert after.talks == before.talks - 1
    assert after.snapshot != before.snapshot
