"""Cards and passages packed at hand are those of the base, follow it, and are told apart by its state."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from app.catalog.cards import talk_cards
from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.db.watch import Watch
from app.models import Passage, Talk
from app.search.display import Display, Displays, read_passages
from app.search.freshness import read_marks
from app.search.shapes import SearchRequest
from tests.search.conftest import Base


def ids_of(session: Session, table: type[Talk] | type[Passage]) -> list[int]:
    return [key for key in session.scalars(select(col(table.id)).order_by(col(table.id))) if key is not None]


def test_cards_and_passages_are_those_of_the_base(base: Base) -> None:
    with reading(base.engine) as session:
        made = Display.from_arrays(Display.read(session).arrays())
        talks, passages = ids_of(session, Talk), ids_of(session, Passage)
        assert list(made.cards(talks).values()) == talk_cards(session, talks)
        assert made.passages(passages) == read_passages(session, passages)
        assert made.cards([0, max(talks) + 1, talks[0]]).keys() == {talks[0]}
        assert made.passages([]) == {}


def test_a_file_is_read_for_its_own_state_alone(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Session] = []
    whole = Display.read

    def counted(session: Session) -> Display:
        read.append(session)
        return whole(session)

    monkeypatch.setattr(Display, "read", counted)
    with writing(base.engine) as session:
        refresh_snapshot(session)
    for _ in range(2):
        with reading(base.engine) as session:
            made = Displays(base.engine, tmp_path)
            made.fill(session)
            assert made.at(read_marks(session)) is not None
    assert len(read) == 1, "the second reads the file"
    with writing(base.engine) as session:
        session.execute(update(Talk).values(content_hash=col(Talk.content_hash) + "x"))
        refresh_snapshot(session)
    with reading(base.engine) as session:
        later = Displays(base.engine, tmp_path)
        later.fill(session)
        assert later.at(read_marks(session)) is not None
    assert len(read) == 2


def test_a_search_shows_what_changed_at_once(base: Base) -> None:
    with writing(base.engine) as session:
        refresh_snapshot(session)
    base.search.warm()
    with reading(base.engine) as session:
        before = base.search.search(session, SearchRequest(query="kafka")).hits[0].talk
    with writing(base.engine) as session:
        session.execute(
            update(Talk).where(col(Talk.id) == before.id).values(summary="Another summary.", content_hash="other")
        )
        refresh_snapshot(session)
    with reading(base.engine) as session:
        cards = [hit.talk for hit in base.search.search(session, SearchRequest(query="kafka")).hits]
    assert [card.summary for card in cards if card.id == before.id] == ["Another summary."]


def test_a_watch_sees_what_others_commit(engine: Engine) -> None:
    watch = Watch(engine)
    before = watch.state()
    assert watch.state() == before
    with writing(engine) as session:
        refresh_snapshot(session)
    assert before is None or watch.state() != before
