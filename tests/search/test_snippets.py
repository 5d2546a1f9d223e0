"""Marking and windows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.query import joined, read_query
from app.search.shapes import Segment
from app.search.snippets import Marking
from app.text.stemming import stem


def test_words_of_the_same_stem_are_marked() -> None:
    segments = Marking(["deploy", "kubernetes"]).marked("Deployed on <b>Kubernetes</b>: she deploys.")
    assert [segment.text for segment in segments if segment.is_match] == ["Deployed", "Kubernetes", "deploys"]


@pytest.mark.parametrize("mark", ["\u0308", "\u08ce", "\u0301\u0301"])
def test_accents_on_no_letter_mark_nothing(mark: str) -> None:
    marking = Marking([mark, "streams"])
    assert marking.marked(f"Kafka {mark} Streams") == [Segment(f"Kafka {mark} ", False), Segment("Streams", True)]
    assert marking.terms_in(f"Kafka {mark}") == []
    marking.read(["Kafka Streams"])
    assert Marking([mark]).snippet("Kafka Streams") == [Segment("Kafka Streams", False)]


@given(st.lists(st.text("aAé -ñß日本\x7fЯ?’\n", max_size=12), max_size=6), st.lists(st.text("aéñßя日", max_size=3)))
def test_texts_read_together_are_marked_as_alone(texts: list[str], terms: list[str]) -> None:
    together = Marking(terms)
    together.read(texts)
    for text in texts:
        assert together.marked(text) == Marking(terms).marked(text)
        assert together.snippet(text, 2) == Marking(terms).snippet(text, 2)


def test_a_character_that_stands_for_letters_inside_is_none_in_a_text() -> None:
    segments = Marking(["kafka"]).marked("\x7fkafka\x7fé")
    assert [segment.text for segment in segments if segment.is_match] == ["kafka"]


def test_the_window_holds_most_distinct_matches() -> None:
    text = "kafka " + "word " * 60 + "liveness probes of kafka brokers " + "more " * 60
    window = Marking(["kafka", "liveness", "probe"]).snippet(text, words=12)
    shown = "".join(segment.text for segment in window)
    assert "liveness probes of kafka" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown.split()) <= 12 + 2


def test_without_matches_the_window_is_the_beginning() -> None:
    window = Marking([]).snippet("one two three four five", words=3)
    assert window == [("one two three", False), (" …", False)]


def test_matched_terms_keep_the_order_of_the_query() -> None:
    found = Marking(["kafka", "upgrade", "yarn"]).terms_in("Upgrading", "about Kafka’s")
    assert found == ["kafka", "upgrade"]


@given(st.text(max_size=200), st.lists(st.sampled_from(["a", "kafka", "é", "1"])))
def test_marked_text_is_the_text(text: str, terms: list[str]) -> None:
    marking = Marking(terms)
    assert "".join(segment.text for segment in marking.marked(text)) == text
    assert marking.snippet(text, words=5) is not None


@given(
    st.text(alphabet="aAbBeEéÉıİKkßſ 1_-ﬁ中国テñŸ", max_size=60),
    st.lists(st.text(alphabet="aAbBeEéÉıİKkßſ1ﬁ中国テñŸ", min_size=1, max_size=3), max_size=3),
)
def test_no_word_that_matches_goes_unmarked(text: str, terms: list[str]) -> None:
    stems, marking = {stem(term) for term in terms}, Marking(terms)
    shown = [segment.is_match for segment in marking.marked(text) for _ in segment.text]
    wanted = [False] * len(text)
    for word in re.finditer(r"(?:(?![中国テ])[^\W_])+|[中国テ]+", text):
        begins, size = word.start(), len(word.group())
        if word.group()[0] in "中国テ" and size > 2:
            cuts = [(begins + at, 2) for at in range(size - 1)]
        else:
            cuts = [(begins, size)]
        for at, length in cuts:
            if stem(text[at : at + length]) in stems:
                wanted[at : at + length] = [True] * length
    assert shown == wanted


JAPANESE = "APIとKafkaの話。" + "分散処理を学ぶ。" * 30 + "木曜日のテスト自動化。" + "運用の話。" * 30


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("テスト自動化", ["テスト自動化"]),
        ("テスト 自動化", ["テスト", "自動化"]),
        ("自動", ["自動"]),
        ("Kafka 木曜", ["Kafka", "木曜"]),
        ("木", []),
    ],
)
def test_texts_without_spaces_are_marked_by_pairs_as_the_index_finds_them(query: str, marks: list[str]) -> None:
    marking = Marking(read_query(query).terms)
    found = [segment.text for segment in marking.marked(JAPANESE) if segment.is_match]
    assert "".join(found) == "".join(marks)


def test_the_window_of_a_text_without_spaces_holds_what_matched() -> None:
    marking = Marking(read_query("テスト自動化").terms)
    window = marking.snippet(JAPANESE)
    assert [segment.text for segment in window if segment.is_match] == ["テスト自動化"]
    shown = "".join(segment.text for segment in window)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= 2 * 45 + 40, "of two characters each, and punctuation"


def test_matched_pairs_are_said_as_the_run_they_are_of() -> None:
    terms = read_query("Kafka テスト自動化 入門").terms
    assert joined(Marking(terms).terms_in(JAPANESE)) == ["kafka", "テスト自動化"]
    assert joined(["ab", "bc", "テス", "スト", "b", "自動"]) == ["ab", "bc", "テスト", "b", "自動"]


WORDS = ["Kafka", "kafka’s", "deploys", "deploying", "a", "of", "naïve", "2020", "x_y", "-"]


@given(
    st.lists(st.sampled_from(WORDS), max_size=40), st.lists(st.sampled_from(["kafka", "deploy", "naive"]), max_size=3)
)
def test_a_window_is_a_part_of_the_text_that_ends_between_words(words: list[str], terms: list[str]) -> None:
    text, marking = "  ".join(words), Marking(terms)
    window = marking.snippet(text, words=6)
    shown = "".join(segment.text for segment in window).removeprefix("… ").removesuffix(" …")
    assert shown in text
    every = re.findall(r"[^\W_]+", text)
    assert len(re.findall(r"[^\W_]+", shown)) == min(6, len(every))
    assert any(segment.is_match for segment in window) == any(segment.is_match for segment in marking.marked(text))
