"""Which words the packaged model was taught whole."""

from __future__ import annotations

import pytest

from app.embeddings.choose import open_embedder
from app.settings import Settings


@pytest.mark.parametrize("word", ["late", "trucks", "card", "catching", "servers"])
def test_common_words_are_known(word: str) -> None:
    assert open_embedder(Settings()).knows(word)


@pytest.mark.parametrize("word", ["kuberntes", "kafca", "brokres", "distirbuted", "", "late events", "##ing", "ñandú"])
def test_slips_and_what_is_no_word_are_not(word: str) -> None:
    assert not open_embedder(Settings()).knows(word)


def test_without_a_model_nothing_is_known() -> None:
    assert not open_embedder(Settings(embedding_model="/no/such/folder")).knows("late")


def test_asking_does_not_load_the_model() -> None:
    embedder = open_embedder(Settings())
    embedder.knows("late")
    assert embedder._serving is None  # type: ignore[attr-defined]
