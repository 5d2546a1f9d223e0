"""Cutting text into passages: nothing lost, nothing split, nothing too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.text.passages import cut_passages, cut_spoken, split_sentences

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


def test_what_was_said_is_cut_on_sentences_and_starts_with_its_cue() -> None:
    cues = [(float(at), f"word{at} and word. Then more{at}") for at in range(0, 400, 4)]
    windows = cut_spoken(cues, words=30)
    assert [word for window in windows for word in window.text.split()] == [
        word for _, text in cues for word in text.split()
    ]
    assert all(len(window.text.split()) <= 30 for window in windows)
    assert all(window.text.endswith(".") for window in windows[:-1])
    assert [window.start for window in windows] == sorted({window.start for window in windows})
    starts = dict(cues)
    for window in windows:
        first = " ".join(window.text.split()[:2])
        assert first in starts[window.start]


def test_captions_without_full_stops_are_cut_between_cues() -> None:
    cues = [(float(at), f"so{at} we do this thing") for at in range(50)]
    windows = cut_spoken(cues, words=40)
    assert all(window.text.split()[0] == f"so{window.start:.0f}" for window in windows)
    assert all(20 <= len(window.text.split()) <= 40 for window in windows)
    assert cut_spoken([]) == cut_spoken([(1.0, " ")]) == []
    endless = cut_spoken([(7.0, "a " * 500), (9.0, "b")])
    assert sum(len(window.text.split()) for window in endless) == 501
    assert {window.start for window in endless[:-1]} == {7.0}
