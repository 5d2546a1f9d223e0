"""A base that Postgres searches itself: no vectors and words in the process, and the same answers as with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.embeddings.store import discard, vectors_in_batches
from app.errors import IndexNotReady
from app.search import kept_vectors
from app.search.engine import SearchEngine
from app.search.freshness import read_marks
from app.search.kept_vectors import bring_up_to_date, keep_vectors
from app.search.lexical.stored import StoredWords
from app.search.shapes import SearchRequest
from app.search.vector import table as tables
from app.settings import get_settings
from tests.postgres import Server, fresh_engine
from tests.search.conftest import Base, fill, refresh
from tests.standins import HashingEmbedder

MODES = ("hybrid", "lexical", "semantic")
QUERIES = ("kafka upgrade streams sql", "liveness probes", "active database", "Ann Müller", "to be or not to be")


@pytest.fixture
def there(postgres: Server) -> Iterator[Base]:
    """The small base, searched by the database."""
    with fresh_engine(postgres) as engine:
        embedder = HashingEmbedder()
        with writing(engine) as session:
            fill(session)
        refresh(engine, embedder)
        yield Base(engine, embedder, searching(engine, embedder))


def searching(engine: Engine, embedder: HashingEmbedder) -> SearchEngine:
    return SearchEngine(engine, embedder, most_in_memory=0)


def answers(base: Base, query: str, mode: str) -> list[tuple[str, float]]:
    return [(hit.talk.slug, round(hit.score, 4)) for hit in base.ask(query, mode=mode).hits]


def contents(session: Session, name: str) -> list[tuple[int, int, str | None]]:
    rows = session.execute(text(f"SELECT passage_id, talk_id, half::text FROM {name} ORDER BY passage_id"))
    return [(passage, talk, half) for passage, talk, half in rows]


def in_use(base: Base) -> tables.Table:
    with reading(base.engine) as session:
        found = tables.find(session, base.embedder.recipe)
        assert found is not None
        assert tables.shows(found, read_marks(session))
        return found


@pytest.mark.parametrize("query", QUERIES)
def test_meaning_is_ranked_as_from_memory(there: Base, query: str) -> None:
    here = Base(there.engine, there.embedder, SearchEngine(there.engine, there.embedder))
    assert answers(there, query, "semantic") == answers(here, query, "semantic")
    both = [[hit.talk.slug for hit in base.ask(query).hits] for base in (there, here)]
    assert set(both[0]) == set(both[1])


def test_nothing_of_passages_is_kept_in_the_process(there: Base) -> None:
    with reading(there.engine) as session:
        there.search.search(session, SearchRequest(query="kafka"))
        memory = there.search._recall(session)
    assert isinstance(memory.words, StoredWords)
    assert memory.vectors.name == "pgvector"
    assert not memory.is_reading
    assert len(memory.vectors) == memory.passage_count


def test_changes_are_seen_at_the_next_search(there: Base) -> None:
    assert "to-be" not in there.slugs("yak shaving", mode="semantic")[:1]
    before = in_use(there)
    there.change("to-be", lambda talk: setattr(talk, "summary", "Yak shaving for beginners."))
    assert there.slugs("yak shaving beginners", mode="semantic")[0] == "to-be"
    assert there.ask("yak shaving").notice is None
    assert in_use(there).name == before.name  # followed, not made anew


def test_what_was_followed_is_what_is_made_anew(there: Base) -> None:
    there.ask("kafka")
    there.change("to-be", lambda talk: setattr(talk, "summary", "Yak shaving for beginners."))
    there.change("ksql-in-practice", lambda talk: setattr(talk, "title", "SQL in Practice"))
    there.ask("kafka")
    followed = in_use(there)
    with writing(there.engine) as session:
        before = contents(session, followed.name)
        there.search.rebuild(session)
    anew = in_use(there)
    assert anew.name != followed.name
    with reading(there.engine) as session:
        assert contents(session, anew.name) == before
    # The old one is dropped by whoever makes the next.
    with writing(there.engine) as session:
        session.execute(text("DELETE FROM indexstate WHERE name LIKE 'vectors-%'"))
    bring_up_to_date(there.engine, there.embedder.recipe)
    with reading(there.engine) as session:
        left = session.scalars(text("SELECT relname FROM pg_class WHERE relkind = 'p' AND relname LIKE 'passage_v%'"))
        assert left.all() == [in_use(there).name]


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE {table}",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE passage_id IN (SELECT passage_id FROM {table} LIMIT 2)",
        "DELETE FROM indexstate WHERE name LIKE 'vectors-%'",
        "UPDATE indexstate SET recipe = 'older' WHERE name LIKE 'vectors-%'",
        "UPDATE indexstate SET fingerprint = replace(fingerprint, '/', '/x') WHERE name LIKE 'vectors-%'",
    ],
)
def test_a_table_that_is_missing_stale_or_half_is_noticed_and_made_good(there: Base, damage: str) -> None:
    wanted = answers(there, "liveness probes", "semantic")
    with writing(there.engine) as session:
        session.execute(text(damage.format(table=in_use(there).name).replace("'/x'", "'/9'")))
    there.search = searching(there.engine, there.embedder)  # as after a restart
    assert answers(there, "liveness probes", "semantic") == wanted
    assert in_use(there)


def test_a_table_that_vanishes_under_a_running_engine_is_made_again(there: Base) -> None:
    wanted = answers(there, "liveness probes", "semantic")
    with writing(there.engine) as session:
        session.execute(text(f"DROP TABLE {in_use(there).name}"))
    with pytest.raises(IndexNotReady, match="ask again"):
        there.ask("liveness probes")
    assert answers(there, "liveness probes", "semantic") == wanted


def test_vectors_of_another_model_have_a_table_of_their_own(there: Base) -> None:
    there.ask("kafka")
    mine = in_use(there)
    other = HashingEmbedder(dimensions=48)
    beside = Base(there.engine, other, searching(there.engine, other))
    assert beside.ask("liveness probes").mode == "lexical"
    refresh(there.engine, other)
    assert beside.ask("liveness probes").mode == "hybrid"
    assert in_use(beside).dimensions == 48
    assert there.ask("liveness probes").mode == "hybrid"
    assert in_use(there).name == mine.name


def test_vectors_that_went_and_came_back(there: Base) -> None:
    there.ask("kafka")
    with writing(there.engine) as session:
        discard(session)
    assert there.ask("yak shaving").mode == "lexical"
    refresh(there.engine, there.embedder)
    assert there.ask("kafka").mode == "hybrid"
    assert there.ask("kafka").notice is None


def test_passages_not_yet_embedded_are_mentioned(there: Base) -> None:
    with writing(there.engine) as session:
        session.execute(text("DELETE FROM embedding WHERE id IN (SELECT id FROM embedding LIMIT 2)"))
    assert (there.ask("kafka").notice or "").startswith("2 of ")


def test_a_table_is_read_and_made_in_batches(there: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    there.ask("kafka")
    with writing(there.engine) as session:
        before = contents(session, in_use(there).name)
        monkeypatch.setattr(tables, "vectors_in_batches", partial(vectors_in_batches, batch=3))
        there.search.rebuild(session)
    with reading(there.engine) as session:
        assert contents(session, in_use(there).name) == before


def test_a_large_table_is_made_beside_searches_that_say_so(there: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_vectors, "ASIDE", 3)
    first = there.ask("liveness probes")
    assert first.hits
    assert "being made anew" in (first.notice or "")
    making = there.search._recollection._shelf._kept._making
    assert making is not None
    making.join(30)
    assert there.ask("liveness probes").notice is None
    assert there.ask("liveness probes").mode == "hybrid"


def test_while_another_writes_the_table_is_searched_as_it_is(there: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_vectors, "PATIENCE_MS", 50)
    there.ask("kafka")
    there.change("to-be", lambda talk: setattr(talk, "summary", "Yak shaving for beginners."))
    with writing(there.engine) as session:
        session.execute(text("SELECT 1"))
        meanwhile = there.ask("liveness probes")
    assert meanwhile.hits[0].talk.slug == "keeping-it-simple"
    assert "older state" in (meanwhile.notice or "")
    monkeypatch.setattr(kept_vectors, "AGAIN", 0.0)
    there.search._recollection._shelf._kept._not_before = 0.0
    assert there.ask("liveness probes").notice is None


def test_a_writer_that_searches_makes_the_table_in_its_own_transaction(there: Base) -> None:
    with writing(there.engine) as session:
        assert there.search.search(session, SearchRequest(query="liveness", mode="semantic")).hits
        session.rollback()
    with reading(there.engine) as session:
        assert tables.find(session, there.embedder.recipe) is None


def test_what_runs_after_embedding_keeps_a_table_that_is_there(there: Base) -> None:
    keep_vectors(there.engine, there.embedder.recipe)  # a small base has none unless somebody made it
    with reading(there.engine) as session:
        assert tables.find(session, there.embedder.recipe) is None
    there.ask("kafka")
    there.change("to-be", lambda talk: setattr(talk, "summary", "Yak shaving for beginners."))
    keep_vectors(there.engine, there.embedder.recipe)
    assert in_use(there)


def test_a_base_too_large_for_memory_gets_its_table_after_embedding(
    there: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "memory_passages", 3)
    keep_vectors(there.engine, there.embedder.recipe)
    assert in_use(there)
    engine = SearchEngine(there.engine, there.embedder)
    with reading(there.engine) as session:
        assert engine._recall(session).vectors.name == "pgvector"


def test_similar_talks_and_near_speakers_come_from_the_database(there: Base) -> None:
    here = Base(there.engine, there.embedder, SearchEngine(there.engine, there.embedder))
    with reading(there.engine) as session:
        ours, theirs = (base.search.similar(session, "please-upgrade", limit=3) for base in (there, here))
        assert [hit.talk.slug for hit in ours] == [hit.talk.slug for hit in theirs]
        assert ours
        near = [base.search.near_speakers(session, "ann-müller") for base in (there, here)]
        assert [one.slug for one in near[0]] == [one.slug for one in near[1]]


def test_an_index_as_another_session_sees_it(there: Base) -> None:
    with reading(there.engine) as one, reading(there.engine) as other:
        memory = there.search._recall(one)
        vector = there.embedder.encode_query("liveness probes")
        scope = memory.scope(one, TalkFilter())
        found = memory.vectors.search(vector, scope, 5)
        assert memory.vectors.of(other).search(vector, scope, 5) == found
        assert np.all(np.diff(found.scores) <= 0)
