"""Cutting text into passages: nothing lost, nothing split, nothing too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.text.passages import cut_passages, split_sentences

TEXTS = st.text(alphabet=st.sampled_from(list('ab é.!?\n\t"’)\u3002')) | st.characters(codec="utf-8"), max_size=400)


@given(TEXTS, st.integers(1, 20))
def test_every_word_is_kept_in_order(text: str, words: int) -> None:
    passages = cut_passages(text, words)
    assert " ".join(passages).split() == text.split()
    assert all(0 < len(passage.split()) <= words for passage in passages)
    assert passages == cut_passages(text, words)


def test_sentences_stay_whole_where_they_fit() -> None:
    sentence = "One two three four five six seven eight nine ten. "
    passages = cut_passages(sentence * 7, words=30)
    assert [len(passage.split()) for passage in passages] == [20, 30, 20]
    assert all(passage.endswith("ten.") for passage in passages)


def test_a_short_text_is_one_passage_as_it_is() -> None:
    assert cut_passages("  Kafka 2.4 is out.  It rebalances\nless. ") == ["Kafka 2.4 is out. It rebalances\nless."]


def test_no_words_no_passages() -> None:
    assert cut_passages("") == cut_passages(" \n\t ") == []


def test_sentences_end_at_marks_and_empty_lines() -> None:
    text = "First. “Second!” Third (really?) fourth\n\nfifth"
    assert split_sentences(text) == ["First.", "“Second!”", "Third (really?)", "fourth", "fifth"]
