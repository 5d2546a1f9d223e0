"""Markdown into sentences, and back without some of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.posts.sentences import note_labels, pieces, take_apart, without


def plain(markdown: str) -> list[str]:
    return [sentence.plain for sentence in take_apart(markdown).sentences]


def test_sentences_have_their_line_their_notes_and_their_words() -> None:
    taken = take_apart("# Title\n\nOne of *two*.[^1] Two\nof two.[^2][^3] Three\n\n- an item[^4]\n\n[^1]: [x](/y) z\n")
    assert [(one.line, one.plain, one.notes, one.heading) for one in taken.sentences] == [
        (1, "Title", (), True),
        (3, "One of two.", ("1",), False),
        (3, "Two of two.", ("2", "3"), False),
        (4, "Three", (), False),
        (6, "an item", ("4",), False),
    ]
    assert taken.notes["1"].links == ("/y",)
    assert taken.notes["1"].plain == "x z"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("It went up, e.g. Kafka did. It fell.", 2),
        ("Dr. A. Smith of Acme Inc. spoke. So did v2.5 of it.", 2),
        ("He asked “Now? Really! Yes.” and left.", 1),
        ("See [A talk. Two parts!](http://x/y). Then more.", 2),
        ("Is `a. B` code? Yes.", 2),
        ("First. [Second](http://x) one.", 2),
        ("In 2019. 30 talks.", 2),
        ("A title... goes on. Then ends", 2),
        ("終わりました。次です。", 2),
        ("“A” said b. “C” said d.", 2),
        ("", 0),
        ("---", 0),
        ("***", 0),
    ],
)
def test_where_sentences_end(text: str, number: int) -> None:
    assert len(plain(text)) == number, plain(text)


def test_what_is_code_is_no_sentence_and_what_is_html_is_words() -> None:
    text = "```\nKafka is dead.\n[^1]: not a note\n```\n\n    indented. Code.\n\n<b>Bold.</b>\n"
    assert plain(text) == ["<b>Bold.</b>"]
    assert take_apart(text).notes == {}


def test_rows_of_a_table_and_quotations_are_sentences() -> None:
    text = "| a | b |\n|---|---|\n| one. Two. | 3[^1] |\n\n> Said\n> here. And there.\n"
    found = take_apart(text)
    assert [one.plain for one in found.sentences] == ["| a | b |", "| one. Two. | 3 |", "Said here.", "And there."]
    assert [one.line for one in found.sentences] == [1, 3, 5, 6]
    assert found.sentences[1].notes == ("1",)


def test_notes_after_the_mark_before_it_and_within() -> None:
    first, second = take_apart("From 3 of 9[^a] to 4 of 8[^b], so more.[^c] It is so[^d].").sentences
    assert [(one.plain, one.notes) for one in first.segments] == [
        ("From 3 of 9", ("a",)),
        ("to 4 of 8", ("b",)),
        (", so more.", ("c",)),
    ]
    assert second.notes == ("d",)
    assert note_labels(r"a[^1] `[^2]` \[^3] [x [^4]](y)") == ["1", "4"]


def test_escaped_marks_are_no_notes() -> None:
    assert take_apart(r"A title \[^1\] here.[^2]").sentences[0].notes == ("2",)
    assert take_apart(r"A title \[^1\] here.[^2]").sentences[0].plain == "A title [^1] here."


def test_without_takes_lines_of_lists_along() -> None:
    text = "# T\n\nOne. Two. Three.\n\n- four.\n- five. Six.\n\n> Seven.\n\nEight.\n"
    taken = take_apart(text)
    gone = [one for one in taken.sentences if one.plain in ("Two.", "four.", "five.", "Seven.")]
    assert without(taken, gone) == "# T\n\nOne. Three.\n\n- Six.\n\nEight.\n"
    assert without(taken, list(taken.sentences)).strip() == ""


PIECES = [*"aB.?! \n\t[]()^1:`*_#>|<-“”\\", "[^1]", "\n- ", "\n\n[^1]: ", "http://x "]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_comes_apart_and_together(text: str) -> None:
    taken = take_apart(text)
    assert without(taken, []) == taken.text
    for one in taken.sentences:
        assert 0 <= one.start < one.end <= len(taken.text)
        assert 1 <= one.line <= taken.text.count("\n") + 1
    left = without(taken, list(taken.sentences))
    assert len(left) <= len(taken.text)
    assert "".join("".join(pieces(text)).split()) == "".join(text.split())
