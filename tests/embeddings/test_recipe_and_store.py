"""Which text is embedded, and vectors in the database: once each, found missing, pruned, thrown away."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from app.db.engine import reading, writing
from app.embeddings import store
from app.embeddings.recipe import embedded_text, text_hash
from app.errors import UsageError
from app.models import Embedding, Passage
from app.search.freshness import read_marks
from tests.standins import HashingEmbedder

TEXTS = ["Kafka on Kubernetes", "Streaming SQL", "Kafka on Kubernetes", "Change data capture"]
RECIPE = HashingEmbedder().recipe


@pytest.fixture
def cut(engine: Engine) -> Engine:
    """A base with four passages of three distinct texts."""
    with writing(engine) as session:
        session.add_all(
            Passage(kind="takeaway", position=number, text=text, content_hash=text_hash(text))
            for number, text in enumerate(TEXTS)
        )
    return engine


def embed(engine: Engine) -> None:
    with writing(engine) as session:
        todo = store.missing(session, RECIPE)
        store.save(session, RECIPE, [key for key, _ in todo], HashingEmbedder().encode([text for _, text in todo]))


def test_the_title_gives_context_and_is_not_said_twice() -> None:
    assert embedded_text("Title", "Some text.") == "Title\nSome text."
    assert embedded_text("Title", "Title") == embedded_text("Title", "") == embedded_text("", "Title") == "Title"


def test_hashes_are_short_stable_and_take_any_text() -> None:
    assert len(text_hash("Kafka")) == 32
    assert text_hash("a") != text_hash("b")
    text_hash("\ud800")


def test_each_distinct_text_is_missing_once_and_then_not(cut: Engine) -> None:
    with reading(cut) as session:
        assert [text for _, text in store.missing(session, RECIPE)] == [TEXTS[0], TEXTS[1], TEXTS[3]]
    embed(cut)
    with reading(cut) as session:
        assert store.missing(session, RECIPE) == []
        assert len(store.missing(session, "another")) == 3
        assert store.count(session, RECIPE) == 3


def test_a_passage_whose_text_moved_on_is_left_for_the_next_cut(cut: Engine) -> None:
    with writing(cut) as session:
        session.add(Passage(kind="title", text="New", content_hash=text_hash("Old")))
    with reading(cut) as session:
        assert "New" not in [text for _, text in store.missing(session, RECIPE)]


def test_saving_twice_keeps_the_first_and_doubles_nothing(cut: Engine) -> None:
    embed(cut)
    with writing(cut) as session:
        key = text_hash(TEXTS[0])
        store.save(session, RECIPE, [key, key], np.zeros((2, 96), dtype=np.float32))
        store.save(session, RECIPE, [], np.zeros((0, 96), dtype=np.float32))
    with reading(cut) as session:
        assert session.execute(select(func.count()).select_from(Embedding)).scalar_one() == 3
        assert np.allclose(np.linalg.norm(store.vectors_of(session, RECIPE)[2], axis=1), 1)


def test_hashes_and_vectors_must_be_as_many(cut: Engine) -> None:
    with writing(cut) as session, pytest.raises(UsageError):
        store.save(session, RECIPE, ["x"], np.zeros((2, 96), dtype=np.float32))


def test_vectors_come_back_as_they_went_with_their_passages(cut: Engine) -> None:
    embed(cut)
    with reading(cut) as session:
        talks, passages, matrix = store.vectors_of(session, RECIPE)
        ids = session.scalars(select(col(Passage.id)).order_by(col(Passage.id))).all()
    assert talks.tolist() == [store.NO_TALK] * 4
    assert passages.tolist() == list(ids)
    assert matrix.dtype == np.float32
    assert np.array_equal(matrix, HashingEmbedder().encode(TEXTS))


def test_without_vectors_the_arrays_are_empty(cut: Engine) -> None:
    with reading(cut) as session:
        talks, passages, matrix = store.vectors_of(session, RECIPE)
        assert (len(talks), len(passages), matrix.shape) == (0, 0, (0, 0))
        assert store.vectors_of_talk(session, RECIPE, 1).shape == (0, 0)


def test_a_damaged_vector_is_left_out(cut: Engine) -> None:
    embed(cut)
    with writing(cut) as session:
        one = session.scalars(select(Embedding).where(col(Embedding.content_hash) == text_hash(TEXTS[1]))).one()
        one.vector = one.vector[:12]
    with reading(cut) as session:
        assert store.vectors_of(session, RECIPE)[2].shape == (3, 96)


def test_vectors_that_no_passage_uses_are_pruned(cut: Engine) -> None:
    embed(cut)
    with writing(cut) as session:
        assert store.prune(session) == 0
        session.delete(session.scalars(select(Passage).where(col(Passage.text) == TEXTS[1])).one())
        session.flush()
        assert store.prune(session) == 1
        assert store.count(session, RECIPE) == 2


def test_discarding_takes_one_recipe_or_all(cut: Engine) -> None:
    embed(cut)
    with writing(cut) as session:
        store.save(session, "another", ["x"], np.ones((1, 4), dtype=np.float32))
        assert store.discard(session, "another") == 1
        assert store.count(session, RECIPE) == 3
        assert store.discard(session) == 3


def test_every_change_of_vectors_leaves_a_mark(cut: Engine) -> None:
    seen = []
    with writing(cut) as session:
        seen.append(read_marks(session).embeddings)
        store.save(session, RECIPE, ["x"], np.ones((1, 4), dtype=np.float32))
        seen.append(read_marks(session).embeddings)
        store.prune(session)
        seen.append(read_marks(session).embeddings)
    assert len(set(seen)) == 3
