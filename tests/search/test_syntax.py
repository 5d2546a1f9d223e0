"""Phrases, exclusions and fields in a query: taken apart, put back, and never an error."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.query import read_query
from app.search.syntax import FIELDS, MOST_SIGNS, FieldTerm, PhraseTerm, instead, take_apart, without


def test_signs_are_told_from_words() -> None:
    apart = take_apart('kafka "exactly once" -ksql -"dead letter" speaker:gwen company:"New Relic" -kind:keynote')
    assert apart.text == "kafka exactly once"
    assert apart.phrases == (
        PhraseTerm("exactly once", '"exactly once"', False),
        PhraseTerm("ksql", "-ksql", True),
        PhraseTerm("dead letter", '-"dead letter"', True),
    )
    assert apart.fields == (
        FieldTerm("speaker", "gwen", "speaker:gwen", False),
        FieldTerm("company", "New Relic", 'company:"New Relic"', False),
        FieldTerm("kind", "keynote", "-kind:keynote", True),
    )


@pytest.mark.parametrize("words", [
    "log-structured merge", "a - b", "--flag", "-", '"', '""', 'say "hello', "speaker:", "speaker: gwen", "http://a.b/c",
    "std::vector", "title:kafka", '"?!"', "C++ -> Rust", "rock'n'roll", "12:30",
])  # fmt: skip
def test_anything_else_is_a_word(words: str) -> None:
    apart = take_apart(words)
    assert (apart.phrases, apart.fields) == ((), ())
    assert apart.text == " ".join(words.split())


def test_typographic_quotes_and_synonyms() -> None:
    apart = take_apart("“exactly once” Language:de organisation:Etsy")
    assert [phrase.text for phrase in apart.phrases] == ["exactly once"]
    assert [(term.field, term.value) for term in apart.fields] == [("lang", "de"), ("company", "Etsy")]


def test_signs_are_bounded() -> None:
    apart = take_apart(" ".join(f"-word{number}" for number in range(100)))
    assert len(apart.phrases) == MOST_SIGNS
    assert "word99" in read_query(apart.text).words


def test_dropping_a_part() -> None:
    typed = 'kafka -ksql speaker:"Gwen Shapira" kafka-connect'
    assert without(typed, "-ksql", 'speaker:"Gwen Shapira"') == "kafka kafka-connect"
    assert without("ksqldb -ksql", "-ksql") == "ksqldb"


def test_putting_one_part_in_the_place_of_another() -> None:
    assert instead("kafka “one two” -ksql", '"one two"', r'"\1 two"') == r'kafka "\1 two" -ksql'
    assert instead('a"b" "b" "b"', '"b"', '"c"') == 'a"b" "c" "b"'


@given(st.sampled_from(FIELDS), st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"])))
def test_a_quoted_value_is_read_back(field: str, value: str) -> None:
    unquoted = re.sub('["“”„«»]', " ", value)
    apart = take_apart(f'{field}:"a {unquoted} b"')
    assert [term.field for term in apart.fields] == [field]
    assert apart.text == ""


@given(st.lists(st.sampled_from(['"', "-", "speaker:", "year:", "..", "a", "kafka", " ", "“", "has:video", "\0", "é"])))
def test_any_mixture_is_read(pieces: list[str]) -> None:
    query = read_query("".join(pieces))
    for typed in [*(term.typed for term in query.fields), *(term.typed for term in query.phrases)]:
        assert typed in query.typed.translate(str.maketrans("“”", '""'))
