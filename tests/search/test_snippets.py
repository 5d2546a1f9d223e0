"""Marking and windows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.search.snippets import marked, matched_terms, snippet, stems_of
from app.text.stemming import stem


def test_words_of_the_same_stem_are_marked() -> None:
    segments = marked("Deployed on <b>Kubernetes</b>: she deploys.", stems_of(["deploy", "kubernetes"]))
    assert [segment.text for segment in segments if segment.is_match] == ["Deployed", "Kubernetes", "deploys"]


def test_the_window_holds_most_distinct_matches() -> None:
    text = "kafka " + "word " * 60 + "liveness probes of kafka brokers " + "more " * 60
    window = snippet(text, stems_of(["kafka", "liveness", "probe"]), words=12)
    shown = "".join(segment.text for segment in window)
    assert "liveness probes of kafka" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown.split()) <= 12 + 2


def test_without_matches_the_window_is_the_beginning() -> None:
    window = snippet("one two three four five", frozenset(), words=3)
    assert window == [("one two three", False), (" …", False)]


def test_matched_terms_keep_the_order_of_the_query() -> None:
    assert matched_terms(["kafka", "upgrade", "yarn"], "Upgrading", "about Kafka’s") == ["kafka", "upgrade"]


@given(st.text(max_size=200), st.lists(st.sampled_from(["a", "kafka", "é", "1"])))
def test_marked_text_is_the_text(text: str, terms: list[str]) -> None:
    stems = stems_of(terms)
    assert "".join(segment.text for segment in marked(text, stems)) == text
    assert snippet(text, stems, words=5) is not None


@given(
    st.text(alphabet="aAbBeEéÉıİKkßſ 1_-ﬁ中ñŸ", max_size=60),
    st.lists(st.text(alphabet="aAbBeEéÉıİKkßſ1ﬁ中ñŸ", min_size=1, max_size=3), max_size=3),
)
def test_no_word_that_matches_goes_unmarked(text: str, terms: list[str]) -> None:
    stems = stems_of(terms)
    every = [word for word in re.findall(r"[^\W_]+", text) if stem(word) in stems]
    assert [segment.text for segment in marked(text, stems) if segment.is_match] == every
