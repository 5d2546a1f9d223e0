"""Words as technologies are named by them, and texts without what is not read."""

from __future__ import annotations

import pytest

from app.text.terms import are_joined, phrase_of, read_for_names, spans_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++, C# and F#", ["C++", "C#", "and", "F#"]),
        ("ASP.NET or .NET", ["ASP", "NET", "or", ".NET"]),
        ("Node.js on K8s", ["Node", "js", "on", "K8s"]),
        ("Rubyで書く", ["Ruby"]),
        ("#Python ends. Go", ["Python", "ends", "Go"]),
        ("C++11", ["C++", "11"]),
        ("Проще", []),
    ],
)
def test_words_and_where_they_stand(text: str, words: list[str]) -> None:
    assert words_of(text) == words
    assert [text[start:end] for start, end in spans_of(text)] == words
    assert phrase_of(text) == tuple(word.lower() for word in words)


@pytest.mark.parametrize(("between", "joined"), [(" ", True), (".", True), ("", True), (". ", False), (" (", False)])
def test_what_lies_between_the_words_of_a_name(between: str, joined: bool) -> None:
    text = f"Kafka{between}Streams"
    assert are_joined(text, 5, 5 + len(between)) is joined


@pytest.mark.parametrize(
    "text",
    [
        "see https://github.com/someone/kafka-tool now",
        "write to kafka@example.org now",
        "on kafka.example.com now",
        "with sponsors: - Kafka Inc - Docker\nnow",
    ],
)
def test_addresses_and_sponsors_are_blanked_and_nothing_moves(text: str) -> None:
    read = read_for_names(text)
    assert len(read) == len(text)
    assert "kafka" not in read.lower()
    assert read.endswith("now")


def test_names_with_a_dot_are_no_addresses() -> None:
    assert read_for_names("Cypress.io, Socket.IO and Node.js") == "Cypress.io, Socket.IO and Node.js"
