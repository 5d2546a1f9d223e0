"""Machine code gives the numbers of numpy and simsimd to the last bit, and search goes on where it cannot be made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import true

from app.embeddings.store import NO_TALK
from app.search.candidates import Found, Scope
from app.search.documents import Document
from app.search.kernels import _Shop, kernels, prepare
from app.search.lexical import words as words_index
from app.search.lexical.words import WordsIndex
from app.search.vector import exact
from app.search.vector.exact import ExactIndex

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


def same(one: Found, other: Found) -> bool:
    return all(
        (mine == its).all()
        for mine, its in zip(
            (one.passages, one.talks, one.scores), (other.passages, other.talks, other.scores), strict=True
        )
    )


def test_cosines_are_those_of_simsimd(vectors: ExactIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = np.random.default_rng(3).standard_normal((20, LENGTH)).astype(np.float32)
    by_code = [vectors.search(one, everything(), 100) for one in asked]
    monkeypatch.setattr(exact, "kernels", lambda: None)
    assert all(same(found, vectors.search(one, everything(), 100)) for one, found in zip(asked, by_code, strict=True))


def test_scores_are_those_of_numpy(words: WordsIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [WORDS[start : start + 4] for start in range(0, 56, 4)]
    changed = words.changed(np.arange(1, 40), [Document(ROWS + 1, 3, "", " ".join(WORDS), "")])
    by_code = [index.search(terms, everything(), 100) for index in (words, changed) for terms in questions]
    assert all(len(found) for found in by_code)
    monkeypatch.setattr(words_index, "kernels", lambda: None)
    by_numpy = [index.search(terms, everything(), 100) for index in (words, changed) for terms in questions]
    assert all(map(same, by_code, by_numpy))


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
