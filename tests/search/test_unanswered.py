"""Questions without an answer: which they are, and that keeping them is bounded and never fails."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from app.catalog.filters import TalkFilter
from app.catalog.health import examine
from app.catalog.questions import Unanswered, unanswered
from app.db.engine import make_engine, reading, writing
from app.models import UnansweredQuestion
from app.search.shapes import SearchRequest, SearchResult
from app.search.unanswered import MOST_CHARACTERS, MOST_KEPT, WEAK_COSINE, is_unanswered, record, record_soon
from tests.conftest import on_sqlite
from tests.search.conftest import Base


def kept(engine: Engine) -> list[Unanswered]:
    with reading(engine) as session:
        return unanswered(session)


@pytest.fixture
def impatient(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """The same base, opened so that a writer does not wait for a lock."""
    made = make_engine(f"sqlite:///{tmp_path / 'base.sqlite3'}")
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    yield made
    made.dispose()


def asked(base: Base, **more: object) -> tuple[SearchRequest, SearchResult]:
    request = SearchRequest.model_validate({"mode": "lexical", **more})
    with reading(base.engine) as session:
        return request, base.search.search(session, request)


def test_what_is_found_is_answered_and_what_is_not_is_not(base: Base) -> None:
    assert not is_unanswered(*asked(base, query="kafka"))
    assert is_unanswered(*asked(base, query="qqqzzz"))


def test_filters_later_pages_and_questions_without_a_word_leave_no_gap(base: Base) -> None:
    assert not is_unanswered(*asked(base, query="qqqzzz", filter=TalkFilter(kinds=("keynote",))))
    assert not is_unanswered(*asked(base, query="qqqzzz", offset=20))
    assert not is_unanswered(*asked(base, query="qqqzzz", sort="date"))
    assert not is_unanswered(*asked(base, query="the of and"))
    assert not is_unanswered(*asked(base, query="?!"))
    assert not is_unanswered(*asked(base, query="kafka year:1999"))
    assert not is_unanswered(*asked(base, query='qqqzzz "kafka"'))
    assert is_unanswered(*asked(base, query="qqqzzz 12:30"))


def test_a_weak_answer_is_one_without_a_word_and_far_in_meaning(base: Base) -> None:
    request, result = asked(base, query="kafka", mode="semantic")
    for hit in result.hits:
        hit.why.matched_terms, hit.why.lexical_rank, hit.why.cosine = [], None, WEAK_COSINE - 0.01
    assert result.hits
    assert is_unanswered(request, result)
    last = result.hits[-1].why
    last.cosine = WEAK_COSINE
    assert not is_unanswered(request, result)
    last.cosine, last.matched_terms = 0.31, ["kafka"]
    assert not is_unanswered(request, result)
    assert not is_unanswered(request, result.model_copy(update={"hits": [], "notice": "by words alone", "total": 0}))


def test_the_same_question_is_counted_and_the_most_frequent_stands_first(engine: Engine) -> None:
    assert record(engine, "Mainframe  offload\n", "hybrid")
    for _ in range(2):
        assert record(engine, "iceberg", "hybrid")
    assert record(engine, "mainframe offload", "hybrid")
    assert record(engine, "ICEBERG", "hybrid")
    assert record(engine, "iceberg", "lexical")
    found = kept(engine)
    assert [(one.text, one.mode, one.count) for one in found] == [
        ("iceberg", "hybrid", 3), ("mainframe offload", "hybrid", 2), ("iceberg", "lexical", 1),
    ]  # fmt: skip
    assert found[0].first_at < found[0].last_at


def test_only_what_was_asked_is_kept() -> None:
    columns = {column.name for column in UnansweredQuestion.__table__.columns}  # type: ignore[attr-defined]
    assert columns == {"id", "text", "mode", "count", "first_at", "last_at"}


def test_long_and_odd_questions_are_cut_and_kept(engine: Engine) -> None:
    for text in ("x" * 5_000, "a\x00b", "\ud800 lone", "Ω" * 300, "'); drop table talk; --"):
        assert record(engine, text, "hybrid")
    texts = [one.text for one in kept(engine)]
    assert len(texts) == 5
    assert max(map(len, texts)) == MOST_CHARACTERS


def test_there_are_never_more_than_the_bound_and_the_oldest_goes(engine: Engine) -> None:
    record(engine, "first", "hybrid")
    moment = kept(engine)[0].last_at
    with writing(engine) as session:
        session.add_all(
            UnansweredQuestion(text=f"question {number}", mode="hybrid", first_at=moment, last_at=moment)
            for number in range(MOST_KEPT - 1)
        )
    record(engine, "first", "hybrid")  # asked again, so no longer the oldest
    record(engine, "one more", "hybrid")
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(UnansweredQuestion)) == MOST_KEPT
        texts = set(session.scalars(select(col(UnansweredQuestion.text))))
    assert {"first", "one more", "question 1"} <= texts
    assert "question 0" not in texts


@on_sqlite
def test_a_base_that_cannot_be_written_loses_the_question_and_nothing_else(
    engine: Engine, impatient: Engine, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "base.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert not record(impatient, "locked", "hybrid")
        began = time.monotonic()
        record_soon(engine, "waits", "hybrid")
        record_soon(engine, "let go", "hybrid")
        assert time.monotonic() - began < 1
        assert kept(engine) == []
    finally:
        other.execute("ROLLBACK")
        other.close()
    deadline = time.monotonic() + 10
    while not kept(engine):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert [one.text for one in kept(engine)] == ["waits"]
    with impatient.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    assert not record(impatient, "read-only", "hybrid")


def test_a_base_without_the_table_is_no_error(tmp_path: Path) -> None:
    bare = make_engine(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
    assert not record(bare, "anything", "hybrid")
    bare.dispose()


def test_the_doctor_counts_them(engine: Engine) -> None:
    for text in ("one", "two"):
        record(engine, text, "hybrid")
    with reading(engine) as session:
        messages = [finding.message for finding in examine(session, "none").findings]
    assert any(
        message.startswith("2 questions were asked that search found nothing or little for") for message in messages
    )
