"""The three ways in which Postgres finds the nearest vectors, beside comparing all, and how its tables are kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import make_url, text
from sqlmodel import Session, col

from app.db.engine import make_engine
from app.db.extensions import check_version, require_vector
from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.errors import ExtensionError
from app.models import Passage
from app.search.candidates import Scope
from app.search.vector import pgvector
from app.search.vector.exact import ExactIndex
from app.search.vector.pgvector import PgvectorIndex
from tests.postgres import Server, fresh_engine
from tests.search.vectors import in_postgres

ROWS, DIMENSIONS, QUERIES = 6_000, 64, 25
PASSAGES = np.arange(1, ROWS + 1, dtype=np.int64)
TALKS = np.where(PASSAGES % 500 == 0, NO_TALK, (PASSAGES + 1) // 2)
NONE = np.zeros(0, dtype=np.int64)


def unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def clustered() -> Vectors:
    """Vectors around 60 centres, as texts lie around subjects."""
    drawn = np.random.default_rng(7)
    centres = unit(drawn.standard_normal((60, DIMENSIONS)).astype(np.float32))
    noise = drawn.standard_normal((ROWS, DIMENSIONS)).astype(np.float32) * 0.08
    return unit(centres[drawn.integers(0, 60, ROWS)] + noise)


VECTORS = clustered()
ASKED = unit(VECTORS[:: ROWS // QUERIES] + 0.02)


def scope(talks: np.ndarray, lessons: np.ndarray = NONE) -> Scope:
    return Scope(col(Passage.talk_id).is_not(None), np.unique(talks[talks > 0]), np.unique(lessons))


SCOPES = {
    "all": scope(TALKS, PASSAGES[TALKS == NO_TALK]),
    "a third": scope(TALKS[TALKS % 3 == 0], np.array([500])),
    "a twentieth": scope(TALKS[TALKS % 20 == 0]),
    "two hundredths": scope(TALKS[TALKS % 200 == 0]),
}
EXACT = ExactIndex.build(TALKS, PASSAGES, VECTORS)


@pytest.fixture(scope="module")
def index(postgres: Server) -> Iterator[PgvectorIndex]:
    with fresh_engine(postgres) as engine, in_postgres(engine) as made:
        found = made.build(TALKS, PASSAGES, VECTORS)
        assert isinstance(found, PgvectorIndex)
        yield found


@pytest.mark.parametrize("within", SCOPES)
def test_comparing_every_allowed_row_is_exact_to_the_score(index: PgvectorIndex, within: str) -> None:
    for query in ASKED:
        found = index._exact(query, SCOPES[within], 50)
        wanted = EXACT.search(query, SCOPES[within], 50)
        assert found.passages.tolist() == wanted.passages.tolist()
        assert found.talks.tolist() == wanted.talks.tolist()
        assert found.scores == pytest.approx(wanted.scores, abs=1e-6)


@pytest.mark.parametrize("within", SCOPES)
@pytest.mark.parametrize("way", ["_walked", "_coded"])
def test_graph_and_signs_find_nearly_all_within_every_filter(index: PgvectorIndex, within: str, way: str) -> None:
    shares = []
    for query in ASKED:
        found = getattr(index, way)(query, SCOPES[within], 10)
        wanted = EXACT.search(query, SCOPES[within], 10)
        assert len(found) == 10
        shares.append(len(set(found.passages.tolist()) & set(wanted.passages.tolist())) / 10)
        assert np.all(np.diff(found.scores) <= 0)
        assert set(found.talks.tolist()) <= {*SCOPES[within].talks.tolist(), NO_TALK}
    assert np.mean(shares) >= 0.95


def test_which_way_is_taken_goes_by_how_many_are_allowed(index: PgvectorIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgvector, "FEW", 100)
    whole, part, little = (index._allowed(SCOPES[name]) for name in ("all", "a third", "two hundredths"))
    assert whole == pytest.approx(ROWS, rel=0.01)
    assert part == pytest.approx(ROWS / 3, rel=0.05)
    assert little <= 100
    assert index._walks(whole, 10)
    assert not index._walks(part, ROWS)
    million = PgvectorIndex(index.table, 1_000_000, 500_000)
    assert million._walks(300_000, 600)
    assert not million._walks(50_000, 600)


def test_a_graph_that_gives_out_is_helped_by_signs(index: PgvectorIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgvector, "FEW", 0)
    monkeypatch.setattr(PgvectorIndex, "_walks", lambda *_: True)
    narrow = scope(TALKS[TALKS % 200 == 0])
    found = index.search(ASKED[0], narrow, 500)
    assert sorted(found.passages.tolist()) == PASSAGES[np.isin(TALKS, narrow.talks)].tolist()


def test_a_graph_is_walked_by_its_index_and_leaves_the_planner_as_it_was(index: PgvectorIndex) -> None:
    assert index.session is not None
    index._walked(ASKED[0], SCOPES["all"], 10)
    assert index.session.execute(text("SHOW enable_seqscan")).scalar_one() == "on"
    assert index.session.execute(text("SHOW hnsw.iterative_scan")).scalar_one() == "relaxed_order"
    index.session.execute(text(pgvector._WALK))
    plan = "\n".join(
        index.session.scalars(
            text(
                f"EXPLAIN SELECT passage_id FROM {index.table.name} WHERE talk_id % 2 = 0 "
                f"ORDER BY half <=> '{pgvector._text(ASKED[0])}'::halfvec LIMIT 10"
            )
        )
    )
    index.session.execute(text(pgvector._SCAN))
    assert plan.count("half_idx") == 4


@pytest.mark.parametrize(
    ("version", "is_enough"), [("0.8", True), ("0.8.0", True), ("1.0", True), ("0.7.4", False), ("", False)]
)
def test_an_old_extension_is_refused_with_what_to_do(version: str, is_enough: bool) -> None:
    if is_enough:
        check_version(version)
        return
    with pytest.raises(ExtensionError, match=r"needs 0\.8 or newer.* ALTER EXTENSION vector UPDATE") as told:
        check_version(version)
    assert "HALLWAY_MEMORY_PASSAGES" in str(told.value)


def test_a_user_who_may_not_add_the_extension_is_told_what_to_do(postgres: Server) -> None:
    with postgres.database(migrated=False) as address:
        postgres.ask("DROP ROLE IF EXISTS reader_of_tests")
        postgres.ask("CREATE ROLE reader_of_tests LOGIN PASSWORD 'secret'")
        engine = make_engine(
            make_url(address).set(username="reader_of_tests", password="secret").render_as_string(False)
        )
        with (
            Session(engine) as session,
            pytest.raises(ExtensionError, match="administrator run CREATE EXTENSION") as told,
        ):
            require_vector(session.connection())
        assert "secret" not in str(told.value)
        engine.dispose()
        postgres.ask("DROP ROLE reader_of_tests")
