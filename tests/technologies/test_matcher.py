"""The matcher finds names of a small vocabulary, and leaves alone what only looks like them."""

from __future__ import annotations

from typing import Any

import pytest

from app.technologies.matcher import Matcher, Place, Term
from app.text.terms import read_for_names, words_of

TERMS = (
    Term(1, "kafka", "Kafka", ("Apache Kafka",), not_in=("Franz Kafka",)),
    Term(2, "kafka-streams", "Kafka Streams", ("KStreams",)),
    Term(
        3, "go", "Go", ("golang",), frozenset({"Go"}), exact=True,
        needs=("goroutines",), beside=frozenset({"in", "code"}), not_in=("go to",),
    ),
    Term(4, "c", "C", (), frozenset({"C"}), exact=True, needs=("c++", "compiler")),
    Term(5, "cpp", "C++"),
    Term(6, "beam", "Beam", ("Apache Beam",), frozenset({"Beam"}), exact=True, needs=("kafka",)),
    Term(7, "beam-vm", "BEAM", ("Erlang VM",), frozenset({"BEAM"}), exact=True, needs=("erlang",)),
    Term(8, "node", "Node.js", ("NodeJS",)),
    Term(9, "black", "Black (Python)", ("Black formatter",)),
    Term(10, "scala", "Scala", exact=True),
    Term(11, "arrow", "Arrow", ("Apache Arrow",), frozenset({"Arrow"}), needs=("pandas", "columnar")),
    Term(12, "arrow-py", "arrow (Python)", ("arrow",), frozenset({"arrow"}), needs=("timezone",)),
    Term(13, "django", "Django"),
)  # fmt: skip
MATCHER = Matcher(TERMS)


def place(where: str, text: str, start: float | None = None) -> Place:
    read = read_for_names(text)
    return Place(where, read, words_of(read), start)


def found(title: str, abstract: str = "", context: str = "") -> list[str]:
    return [one.term.slug for one in MATCHER.find([place("title", title), place("abstract", abstract)], context)]


def evidence(*places: Place) -> dict[str, list[dict[str, Any]]]:
    return {one.term.slug: list(one.places.values()) for one in MATCHER.find(places)}


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("KAFKA at scale", ["kafka"]),
        ("Apache Kafka’s log", ["kafka"]),
        ("With Kafka Streams", ["kafka-streams"]),
        ("We use Kafka. Streams of it", ["kafka"]),
        ("Kafkaesque and Franz Kafka", []),
        ("node.js, Node JS", ["node"]),
        ("a node and js", []),
        ("Black cats", []),
        ("the Black formatter", ["black"]),
        ("Scala per tutti", ["scala"]),
        ("la scala", []),
        ("https://example.org/kafka/streams", []),
        ("Django4 and Django 4.2", ["django"]),
        ("Django2013", []),
        ("Djangonauts", []),
    ],
)
def test_sure_names(text: str, slugs: list[str]) -> None:
    assert found(text) == slugs


@pytest.mark.parametrize(
    ("title", "abstract", "slugs"),
    [
        ("Way to Go", "How we travel.", []),
        ("Concurrency", "Go has goroutines.", ["go"]),
        ("Written in Go", "", ["go"]),
        ("We go in code", "", []),
        ("golang", "Go", ["go"]),
        ("Where to go to", "goroutines", []),
        ("C and C++", "", ["c", "cpp"]),
        ("Vitamin C", "", []),
        ("C'est un compiler", "", []),
        ("R&D, C-level, A.C. Smith", "compiler", []),
        ("A compiler in C.", "", ["c"]),
        ("J. C. Smith on a compiler", "", []),
    ],
)
def test_ambiguous_names_count_where_the_talk_gives_them_away(title: str, abstract: str, slugs: list[str]) -> None:
    assert found(title, abstract) == slugs


def test_a_shared_name_is_whose_needs_are_met() -> None:
    assert found("Beam and Kafka") == ["beam", "kafka"]
    assert found("On the BEAM with Erlang") == ["beam-vm"]
    assert found("Arrow for pandas") == ["arrow"]
    assert found("arrow, a timezone library") == ["arrow-py"]
    assert sorted(found("Arrow", "pandas in a timezone")) == ["arrow", "arrow-py"]
    assert found("An arrow in the knee") == []


def test_a_need_may_be_the_track_or_a_technology_that_is_sure() -> None:
    assert found("Go", context="goroutines devroom") == ["go"]
    assert found("Beam", "with KStreams and Apache Kafka") == ["beam", "kafka", "kafka-streams"]


def test_where_with_which_words_and_how_often() -> None:
    said = evidence(
        place("title", "Apache Kafka"),
        place("abstract", "kafka, and Kafka\nStreams"),
        place("transcript", "so kafka", 12.5),
    )  # fmt: skip
    assert said["kafka"] == [
        {"where": "title", "words": "Apache Kafka", "count": 1},
        {"where": "abstract", "words": "kafka", "count": 1},
        {"where": "transcript", "words": "kafka", "count": 1, "start": 12.5},
    ]
    assert said["kafka-streams"] == [{"where": "abstract", "words": "Kafka Streams", "count": 1}]


def test_what_is_said_far_away_in_a_transcript_gives_nothing_away() -> None:
    near = place("transcript", "goroutines make Go quick", 1.0)
    far = place("transcript", "goroutines " + "word " * 60 + "Go", 1.0)
    assert "go" in evidence(place("title", "Talk"), near)
    assert "go" not in evidence(place("title", "Talk"), far)


def test_titles_rank_first_then_the_more_frequent() -> None:
    assert found("Scala", "Kafka, Kafka and Node.js") == ["scala", "kafka", "node"]
