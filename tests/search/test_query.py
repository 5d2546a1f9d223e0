"""Reading what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.query import (
    MOST_CHARACTERS,
    MOST_TERMS,
    fold_phrase,
    read_query,
    spaced,
    split_words,
)
from app.text.stemming import STOP_WORDS


def test_terms_are_distinct_words_without_stop_words() -> None:
    query = read_query("How do I deploy Kafka on Kubernetes, and deploy it twice?")
    assert query.terms == ("deploy", "kafka", "kubernetes", "twice")
    assert not query.was_cut


def test_only_stop_words_leave_words_but_no_terms() -> None:
    query = read_query("To be or not to BE")
    assert query.words
    assert query.terms == ()


def test_punctuation_is_no_word() -> None:
    assert read_query('"?!* ^:() -- \0 …').words == ()


def test_long_queries_are_bounded() -> None:
    many = read_query(" ".join(f"word{number}" for number in range(100)))
    assert len(many.terms) == MOST_TERMS
    assert many.was_cut
    long = read_query("x" * 1_000_000)
    assert len(long.text) == MOST_CHARACTERS
    assert long.was_cut


def test_titles_compare_without_case_accents_and_punctuation() -> None:
    assert fold_phrase("Café: Kafka’s “Streams”!") == fold_phrase("cafe kafka s streams") == "cafe kafka s streams"
    assert read_query("CAFÉ — kafka's streams").folded == "cafe kafka s streams"


@given(st.text(alphabet=st.characters(), max_size=300))
def test_anything_is_read(typed: str) -> None:
    query = read_query(typed)
    query.text.encode("utf-8")
    assert "\0" not in query.text
    assert not set(query.terms) & STOP_WORDS
    assert all(term.strip() and not any(mark in term for mark in '"*():^') for term in query.terms)


@pytest.mark.parametrize(("text", "words"), [
    ("テスト自動化", ["テス", "スト", "ト自", "自動", "動化"]),
    ("Kafka入門 2024", ["kafka", "入門", "2024"]),
    ("카프카를 쓰다", ["카프", "프카", "카를", "쓰다"]),
    ("木", ["木"]),
    ("Привет, мир", ["привет", "мир"]),
    ("a・b", ["a", "b"]),
])  # fmt: skip
def test_words_without_spaces_are_cut_into_pairs(text: str, words: list[str]) -> None:
    assert split_words(text) == words
    assert split_words(spaced(text)) == words
