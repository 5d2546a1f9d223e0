"""Machine code gives the numbers of numpy and simsimd to the last bit, and search goes on where it cannot be made."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import true

from app.embeddings.store import NO_TALK
from app.search import closeup
from app.search.candidates import Scope
from app.search.closeup import Gathered, InPlace, close_to
from app.search.documents import Document
from app.search.instructions import multiplies_bytes
from app.search.kernels import _Shop, kernels, prepare
from app.search.lexical import bm25
from app.search.lexical import words as words_index
from app.search.lexical.words import WordsIndex
from app.search.parts import distinct, least_of_best
from app.search.vector import exact
from app.search.vector.exact import ExactIndex
from app.search.vector.nibbles import Nibbles
from app.settings import CHECKOUT

ROWS, LENGTH = 700, 384
WORDS = [f"word{number}" for number in range(60)]


@pytest.fixture(params=[False, True], ids=["as arrays", "as read-only arrays"])
def vectors(request: pytest.FixtureRequest) -> ExactIndex:
    """An index of drawn vectors, as made or as a mapped file has it."""
    drawn = np.random.default_rng(1).standard_normal((ROWS, LENGTH)).astype(np.float32)
    index = ExactIndex.build(np.arange(1, ROWS + 1) // 2, np.arange(1, ROWS + 1), drawn)
    arrays = index.arrays()
    for array in arrays.values():
        array.setflags(write=not request.param)
    return ExactIndex.from_arrays(arrays)


@pytest.fixture(scope="module")
def words() -> WordsIndex:
    """An index of drawn words, some of them in most passages."""
    drawn = np.random.default_rng(2)
    return WordsIndex.build(
        Document(row, row % 90 or NO_TALK, "a title", " ".join(drawn.choice(WORDS, drawn.integers(1, 90))), "")
        for row in range(1, ROWS + 1)
    )


@pytest.fixture(autouse=True)
def made() -> None:
    """The code is there in the end, as a search never waits for it."""
    prepare(None, wait=True)
    assert kernels() is not None


def everything() -> Scope:
    return Scope(condition=true(), talks=np.arange(1, ROWS + 1), lessons=np.zeros(0, dtype=np.int64))


def test_cosines_are_those_of_simsimd(vectors: ExactIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = np.random.default_rng(3).standard_normal((20, LENGTH)).astype(np.float32)
    by_code = [vectors.search(one, everything(), 100) for one in asked]
    monkeypatch.setattr(exact, "kernels", lambda: None)
    assert all(found == vectors.search(one, everything(), 100) for one, found in zip(asked, by_code, strict=True))


@pytest.mark.parametrize("length", [1, 40, 64, 100, 384, 1040])
def test_products_are_whole_numbers_of_any_length(length: int) -> None:
    """Of the largest numbers there are too, with which products of bytes come nearest to too large a sum."""
    drawn = np.random.default_rng(5)
    numbers = drawn.choice(np.array([-127, -1, 0, 1, 127], dtype=np.int8), (40, length))
    numbers[:2] = [[127], [-127]]
    made = kernels()
    assert made is not None
    for asked in numbers:
        found = np.empty(len(numbers), dtype=np.float32)
        made.cosines(asked, numbers, np.ones(len(numbers), dtype=np.float32), np.float32(1), found)
        assert (found == (numbers.astype(np.int64) @ asked.astype(np.int64)).astype(np.float32)).all()


@pytest.mark.parametrize(
    ("processor", "features"), [("generic", "+sse2"), ("haswell", "+sse2,+avx,+avx2")], ids=["no vectors", "AVX2"]
)
def test_a_processor_without_products_of_bytes_finds_the_same(processor: str, features: str) -> None:
    """Code made for one that has not even vectors, or no AVX-512, tells the same to the last bit."""
    if "+avx2" in features and not multiplies_bytes():
        pytest.skip("code for AVX2 does not run on a processor without it")
    drawn = np.random.default_rng(5).integers(-127, 128, (50, LENGTH)).astype(np.int8)
    made = kernels()
    assert made is not None
    found = np.empty(len(drawn), dtype=np.float32)
    made.cosines(drawn[3], drawn, exact.lengths(drawn), np.float32(3), found)
    upper = Nibbles(drawn, exact.lengths(drawn)).bounds(made, drawn[3], np.float32(3), None).upper
    elsewhere = os.environ | {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": features}
    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE], env=elsewhere, cwd=CHECKOUT, check=True, capture_output=True, timeout=240
    )
    has = str("avx2" in features).encode()
    wanted = [b"False", has, found.tobytes().hex().encode(), upper.tobytes().hex().encode()]
    assert done.stdout.split() == wanted


_ELSEWHERE = """
import numpy as np
from app.search.instructions import multiplies_bytes, multiplies_lines
from app.search.kernels import kernels, prepare
from app.search.vector.exact import lengths
from app.search.vector.nibbles import Nibbles
prepare(None, wait=True)
drawn = np.random.default_rng(5).integers(-127, 128, (50, 384)).astype(np.int8)
found = np.empty(len(drawn), dtype=np.float32)
kernels().cosines(drawn[3], drawn, lengths(drawn), np.float32(3), found)
upper = Nibbles(drawn, lengths(drawn)).bounds(kernels(), drawn[3], np.float32(3), None).upper
print(multiplies_lines(), multiplies_bytes(), found.tobytes().hex(), upper.tobytes().hex())
"""


def test_scores_are_those_of_numpy(words: WordsIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [WORDS[start : start + 4] for start in range(0, 56, 4)]
    changed = words.changed(np.arange(1, 40), [Document(ROWS + 1, 3, "", " ".join(WORDS), "")])
    by_code = [index.search(terms, everything(), 100) for index in (words, changed) for terms in questions]
    assert all(len(found) for found in by_code)
    monkeypatch.setattr(words_index, "kernels", lambda: None)
    monkeypatch.setattr(bm25, "kernels", lambda: None)
    by_numpy = [index.search(terms, everything(), 100) for index in (words, changed) for terms in questions]
    assert by_code == by_numpy


def test_whole_talks_score_as_by_numpy(words: WordsIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = np.arange(1, 90)
    changed = words.changed(np.arange(1, 40), [Document(ROWS + 1, 3, "", " ".join(WORDS), "")])
    asked = [(index, WORDS[start : start + 4]) for index in (words, changed) for start in range(0, 56, 4)]
    by_code = [index.whole(terms, talks) for index, terms in asked]
    monkeypatch.setattr(words_index, "kernels", lambda: None)
    monkeypatch.setattr(bm25, "kernels", lambda: None)
    for whole, (index, terms) in zip(by_code, asked, strict=True):
        by_numpy = index.whole(terms, talks)
        assert (whole.scores == by_numpy.scores).all()
        assert (whole.held == by_numpy.held).all()


@pytest.mark.parametrize("kind", ["normal", "ties", "falling", "mostly the same", "at the places of the sample"])
def test_a_sample_loses_none_of_the_best(kind: str) -> None:
    drawn = np.random.default_rng(4)
    scores = {
        "normal": drawn.standard_normal(9_000),
        "ties": drawn.integers(0, 12, 9_000).astype(float),
        "falling": -np.arange(9_000.0),
        "mostly the same": np.where(drawn.random(9_000) < 0.01, drawn.random(9_000), 0.0),
        "at the places of the sample": drawn.random(9_000) + (np.arange(9_000) % 16 == 0),
    }[kind]  # fmt: skip
    for limit in (1, 20, 200):
        least = np.sort(scores)[-limit]
        assert (least_of_best(scores, limit) == np.flatnonzero(scores >= least)).all()


@given(
    st.lists(st.one_of(st.sampled_from([0.5, 1.0, 1.0000001, 7.25]), st.floats(1e-9, 50.0)), max_size=400),
    st.integers(1, 300),
    st.randoms(use_true_random=False),
)
def test_the_best_rows_are_those_of_a_sort(values: list[float], limit: int, drawn: random.Random) -> None:
    prepare(None, wait=True)
    made = kernels()
    assert made is not None
    rows = drawn.sample(range(1_000), len(values))
    scores = np.zeros(1_000)
    scores[rows] = values
    found, worth = made.best_rows(np.array(rows, dtype=np.int32), scores, limit)
    wanted = sorted(rows, key=lambda row: (-scores[row], row))[:limit]
    assert found.tolist() == wanted
    assert worth.tolist() == scores[wanted].tolist()


def test_documents_are_as_near_in_place_as_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lessons, titles alone, talks longer than are looked at, and what has no vector."""
    drawn = np.random.default_rng(6)
    talks = np.repeat(np.arange(1, 101), drawn.integers(0, 30, 100))
    talks[drawn.random(len(talks)) < 0.1] = NO_TALK
    passages = np.arange(len(talks)) * 2 + 1
    rows = drawn.standard_normal((len(talks), LENGTH)).astype(np.float32)
    for made in (ExactIndex.build(talks, passages, rows), ExactIndex.build(talks[:1], passages[:1], rows[:1])):
        for _ in range(20):
            at = np.sort(drawn.choice(len(talks), 90, replace=False))
            documents = distinct(np.append(np.where(talks[at] == NO_TALK, -passages[at], talks[at]), [-4, 7, 300]))
            found = passages[at], np.array([2, 4, 99_999])
            monkeypatch.setattr(closeup, "kernels", kernels)
            place = close_to(made, documents, *found)
            monkeypatch.setattr(closeup, "kernels", lambda: None)
            copy = close_to(made, documents, *found)
            assert (type(place), type(copy)) == (InPlace, Gathered)
            assert (place.nearness(rows[at[3]]) == copy.nearness(rows[at[3]])).all()
            weights = dict.fromkeys([*documents[::9].tolist(), 12_345], 0.4)
            assert (place.mean(weights) == copy.mean(weights)).all()


def test_where_it_cannot_be_made_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a file in the way"
    file.touch()
    shop = _Shop()
    shop.make(file / "kernels")
    assert shop.made is None


def test_the_code_is_kept_in_the_folder(tmp_path: Path) -> None:
    shop = _Shop()
    shop.make(tmp_path / "kernels")
    assert shop.made is not None
    assert list((tmp_path / "kernels").rglob("*.nbi"))
