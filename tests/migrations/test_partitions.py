"""Passages and embeddings that were there before they were split stay as they were, and may be joined again."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, delete, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.db.engine import for_writing, make_engine, reading, writing
from app.db.partitions import PARTITIONS
from app.embeddings.store import save, vectors_of
from app.migrations import _config, upgrade
from app.models import Embedding, Passage, Talk
from app.search.engine import SearchEngine
from app.search.shapes import SearchRequest
from tests.conftest import on_postgres
from tests.search.conftest import Base, fill, refresh
from tests.standins import HashingEmbedder

TABLES = ("passage", "embedding")


@pytest.fixture
def filled(engine: Engine) -> Base:
    embedder = HashingEmbedder()
    with writing(engine) as session:
        fill(session)
    refresh(engine, embedder)
    return Base(engine, embedder, SearchEngine(engine, embedder))


def rows(connection: Connection | Session) -> dict[str, list[Any]]:
    return {name: list(connection.execute(text(f"SELECT * FROM {name} ORDER BY id"))) for name in TABLES}


def parts(connection: Connection | Session, name: str) -> int:
    found: int = connection.execute(
        text(f"SELECT count(*) FROM pg_inherits WHERE inhparent = '{name}'::regclass")
    ).scalar_one()
    return found


def rules(connection: Connection | Session, name: str) -> set[str]:
    """Foreign keys, unique rules and indexes, without what they are called."""
    kept = connection.scalars(
        text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            f"WHERE conrelid = '{name}'::regclass AND contype IN ('f', 'u') AND conparentid = 0"
        )
    )
    return set(kept)


def columns(connection: Connection | Session, name: str) -> list[Any]:
    return list(
        connection.execute(
            text(
                "SELECT column_name, data_type, is_nullable, column_default, collation_name "
                f"FROM information_schema.columns WHERE table_name = '{name}' ORDER BY ordinal_position"
            )
        )
    )


def move(engine: Engine, to: str) -> None:
    with for_writing(engine).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, to)


@on_postgres
def test_rows_rules_and_numbers_stay_when_tables_are_split_and_joined(filled: Base) -> None:
    engine = filled.engine
    with reading(engine) as session:
        before = rows(session)
        known = {name: (rules(session, name), columns(session, name)) for name in TABLES}
        assert all(parts(session, name) == PARTITIONS for name in TABLES)
        assert len(before["passage"]) > 10
        spread = session.scalars(text("SELECT DISTINCT tableoid FROM passage")).all()
        assert len(spread) > 1
    move(engine, "0016")
    with reading(engine) as session:
        assert all(parts(session, name) == 0 for name in TABLES)
        assert rows(session) == before
        assert {name: (rules(session, name), columns(session, name)) for name in TABLES} == known
    engine.dispose()
    again = make_engine(engine.url.render_as_string(hide_password=False))
    assert upgrade(again)
    with writing(again) as session:
        assert rows(session) == before
        assert {name: (rules(session, name), columns(session, name)) for name in TABLES} == known
        highest = max(row.id for row in before["passage"])
        session.add(Passage(kind="title", text="New", content_hash="new"))
        session.flush()
        assert session.scalar(select(func.max(col(Passage.id)))) > highest
        session.rollback()
    with reading(again) as session:
        found = SearchEngine(again, filled.embedder).search(session, SearchRequest(query="liveness probes"))
        assert found.hits[0].talk.slug == "keeping-it-simple"
    again.dispose()


@on_postgres
def test_split_tables_keep_their_rules(filled: Base) -> None:
    recipe = filled.embedder.recipe
    with writing(filled.engine) as session:
        one = session.scalars(select(Embedding)).first()
        assert one is not None
        count = session.scalar(select(func.count()).select_from(Embedding))
        save(session, recipe, [one.content_hash], vectors_of(session, recipe)[2][:1])
        assert session.scalar(select(func.count()).select_from(Embedding)) == count
        twice = Embedding(content_hash=one.content_hash, recipe=recipe, vector=b"")
        nowhere = Passage(talk_id=10_000, kind="title", text="", content_hash="")
        for wrong in (twice, nowhere):
            with session.begin_nested() as savepoint:
                session.add(wrong)
                with pytest.raises(IntegrityError):
                    session.flush()
                savepoint.rollback()
        talk = session.scalars(select(Talk).where(col(Talk.slug) == "to-be")).one()
        session.execute(text("DELETE FROM appearance WHERE talk_id = :id"), {"id": talk.id})
        session.execute(delete(Talk).where(col(Talk.id) == talk.id))
        assert not session.scalars(select(Passage).where(col(Passage.talk_id) == talk.id)).all()
        session.rollback()


@on_postgres
def test_vectors_are_split_as_passages_are(filled: Base) -> None:
    there = SearchEngine(filled.engine, filled.embedder, most_in_memory=0)
    with reading(filled.engine) as session:
        there.search(session, SearchRequest(query="kafka"))
        name = session.scalar(
            text("SELECT split_part(fingerprint, '/', 1) FROM indexstate WHERE name LIKE 'vectors-%'")
        )
        apart = session.scalar(
            text(
                f"SELECT count(*) FROM passage JOIN {name} AS own ON own.passage_id = passage.id WHERE "
                "right(passage.tableoid::regclass::text, 1) <> right(own.tableoid::regclass::text, 1)"
            )
        )
        assert apart == 0
        assert session.scalar(text(f"SELECT count(*) FROM {name}")) > 10
