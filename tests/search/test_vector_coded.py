"""Two stages beside one: with many vectors nearly all of the nearest are the same, and with a filter all."""

from __future__ import annotations

import numpy as np
from sqlmodel import col

from app.embeddings.protocol import Vectors
from app.models import Passage
from app.search.backends import vector_for
from app.search.candidates import Scope
from app.search.vector.coded import LEAST_ROWS, CodedIndex
from app.search.vector.exact import ExactIndex

ROWS, DIMENSIONS, QUERIES = LEAST_ROWS + 10_000, 128, 30
PASSAGES = np.arange(1, ROWS + 1, dtype=np.int64)
NONE = np.zeros(0, dtype=np.int64)


def unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def clustered() -> Vectors:
    """Vectors around 400 centres, as texts lie around subjects."""
    drawn = np.random.default_rng(7)
    centres = unit(drawn.standard_normal((400, DIMENSIONS)).astype(np.float32))
    noise = drawn.standard_normal((ROWS, DIMENSIONS)).astype(np.float32) * 0.07
    return unit(centres[drawn.integers(0, 400, ROWS)] + noise)


def scope(talks: np.ndarray) -> Scope:
    return Scope(col(Passage.talk_id).is_not(None), talks, NONE)


def test_it_finds_what_comparing_all_finds() -> None:
    rows = clustered()
    exact, coded = ExactIndex.build(PASSAGES, PASSAGES, rows), CodedIndex.build(PASSAGES, PASSAGES, rows)
    everything, few, many = scope(PASSAGES), scope(PASSAGES[::50]), scope(PASSAGES[PASSAGES % 3 > 0])
    queries = unit(rows[:: ROWS // QUERIES] + 0.02)
    for within, least in ((everything, 0.95), (many, 0.95), (few, 1.0)):
        found = [{one.passage_id for one in coded.search(query, within, 10)} for query in queries]
        wanted = [{one.passage_id for one in exact.search(query, within, 10)} for query in queries]
        assert np.mean([len(a & b) / 10 for a, b in zip(found, wanted, strict=True)]) >= least
    assert not {one.passage_id % 3 for one in coded.search(queries[0], many, 100)} & {0}


def test_it_is_chosen_for_many_and_made_of_what_the_other_kept() -> None:
    assert vector_for(LEAST_ROWS - 1) is ExactIndex
    assert vector_for(LEAST_ROWS) is CodedIndex
    rows = clustered()
    kept = ExactIndex.build(PASSAGES, PASSAGES, rows).arrays()
    one, other = CodedIndex.from_arrays(kept), CodedIndex.build(PASSAGES, PASSAGES, rows)
    assert one.search(rows[5], scope(PASSAGES), 50) == other.search(rows[5], scope(PASSAGES), 50)


def test_what_changed_equals_a_build_of_it_all() -> None:
    rows = clustered()
    gone, new = PASSAGES[10:2_000:7], PASSAGES[:500] + ROWS
    changed = CodedIndex.build(PASSAGES, PASSAGES, rows).changed(gone, new, new, rows[:500])
    left = ~np.isin(PASSAGES, gone)
    ids = np.concatenate([PASSAGES[left], new])
    anew = CodedIndex.build(ids, ids, np.concatenate([rows[left], rows[:500]]))
    assert len(changed) == len(anew) == len(ids)
    assert changed.changes == len(gone) + 500
    again = CodedIndex.from_arrays(changed.arrays())
    within = scope(np.sort(ids))
    assert again.search(rows[3], within, 30) == anew.search(rows[3], within, 30)
