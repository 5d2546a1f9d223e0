"""What of a description is the talk's own, and what a form put before it."""

from __future__ import annotations

import pytest

from app.ingest.naming import name_edition
from app.ingest.normalise import normalise
from app.ingest.record import Markup, Programme, TalkRecord


def read(raw: str, markup: Markup = "plain") -> str | None:
    talk = TalkRecord("1", "Engines", "line 1", raw_abstract=raw, markup=markup)
    programme, problems = normalise(Programme(name_edition("PyCon Erewhon 2019"), (talk,)))
    assert problems == []
    assert programme.talks[0].raw_abstract == raw
    return programme.talks[0].abstract


@pytest.mark.parametrize(
    "raw", ["Abstract:\nEngines fail.", "ABSTRACT: Engines fail.", "Talk description : Engines fail.", "Engines fail."]
)
def test_the_name_of_the_field_is_no_part_of_it(raw: str) -> None:
    assert read(raw) == "Engines fail."


def test_it_is_told_in_markup_too() -> None:
    assert read("<p><b>Abstract:</b> Engines fail.</p>", "html") == "Engines fail."
    assert read("**Abstract:** Engines fail.", "markdown") == "Engines fail."


@pytest.mark.parametrize(
    "raw", ["Abstract thinking: how engines fail.", "Engines. Abstract: fail.", "Summary::of fails."]
)
def test_words_of_the_text_stay(raw: str) -> None:
    assert read(raw) == raw


def test_nothing_but_the_name_is_nothing() -> None:
    assert read("Abstract:") is None
