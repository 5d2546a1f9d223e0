"""The strict YAML reader: values as written, the line of each, and a refusal with a line for everything unsafe."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.ingest.formats.positioned_yaml import load


def test_values_and_lines() -> None:
    document = load('name: Kafka\ndates:\n  - 2019-09-30\n  - "42"\ncount: 42\nshare: .5\nempty:\nflag: true\n')
    assert document.value == {
        "name": "Kafka",
        "dates": ["2019-09-30", "42"],
        "count": 42,
        "share": 0.5,
        "empty": None,
        "flag": True,
    }
    assert document.lines[("dates", 1)] == 4
    assert document.where(("dates", 7, "x")) == "line 3, dates[7].x"


@pytest.mark.parametrize(
    ("text", "words", "where"),
    [
        ("a: 1\na: 2\n", "given twice", "line 2"),
        ("a: &x 1\nb: *x\n", "Anchors and aliases", "line 2"),
        ("a: !!python/object:os.system x\n", "tag", "line 1"),
        ("a: 1\n---\nb: 2\n", "second document", "line 2"),
        ("a:\n  - [1, 2\n", "not valid YAML", "line"),
        ("? [a]\n: 1\n", "key must be a plain word", "line 1"),
        ("[" * 5000, "Nested more than", "line 1"),
        ("a: \x07bell\n", "not valid YAML", ""),
    ],
)
def test_refuses_with_a_line(text: str, words: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        load(text)
    assert words in str(caught.value)
    assert caught.value.where.startswith(where)


def test_a_billion_laughs_cost_nothing() -> None:
    bomb = "a: &a [x]\n" + "".join(f"{c}: &{c} [*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(InputError):
        load(bomb)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(InputError):
        load(text)
