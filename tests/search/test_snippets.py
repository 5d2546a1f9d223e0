"""Marking and windows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.search.snippets import Marking
from app.search.stemming import stem


def test_words_of_the_same_stem_are_marked() -> None:
    segments = Marking(["deploy", "kubernetes"]).marked("Deployed on <b>Kubernetes</b>: she deploys.")
    assert [segment.text for segment in segments if segment.is_match] == ["Deployed", "Kubernetes", "deploys"]


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
    assert "".join(segment.text for segment in Marking(terms).marked(text)) == text
    assert Marking(terms).snippet(text, words=5) is not None


@given(
    st.text(alphabet="aAbBeEéÉıİKkßſ 1_-ﬁ中ñŸ", max_size=60),
    st.lists(st.text(alphabet="aAbBeEéÉıİKkßſ1ﬁ中ñŸ", min_size=1, max_size=3), max_size=3),
)
def test_no_word_that_matches_goes_unmarked(text: str, terms: list[str]) -> None:
    stems = {stem(term) for term in terms}
    every = [word for word in re.findall(r"[^\W_]+", text) if stem(word) in stems]
    marking = Marking(terms)
    assert [segment.text for segment in marking.marked(text) if segment.is_match] == every
    assert marking.terms_in(text) == [term for term in dict.fromkeys(terms) if stem(term) in set(map(stem, every))]


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
