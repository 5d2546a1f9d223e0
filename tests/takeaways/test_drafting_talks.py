"""Statements of abstracts and transcripts: labelled sentences of our own, and the rules about places and seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.takeaways.drafting.abstracts import MOST, statements_of_abstract
from app.takeaways.drafting.conditions import conditions_in
from app.takeaways.drafting.sentences import sentences_of
from app.takeaways.drafting.spoken import spoken_sentences, statements_of_speech

LABELLED: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8")
)


def kinds_of_abstract(text: str) -> list[str]:
    return [one.kind for one in statements_of_abstract(text)]


def kinds_of_speech(text: str) -> list[str]:
    return [one.kind for one in statements_of_speech([(1.0, text)])]


@pytest.mark.parametrize(
    ("where", "line"), [(where, line) for where, lines in LABELLED.items() for line in lines], ids=lambda v: str(v)[:60]
)
def test_labelled_sentences(where: str, line: dict[str, Any]) -> None:
    found = (kinds_of_abstract if where == "abstract" else kinds_of_speech)(line["text"])
    expected = [] if line["is"] == "none" or line.get("missed") else [line["is"]]
    assert found == expected


def test_an_abstract_gives_a_few_statements_in_its_order_and_each_says_why() -> None:
    told = [line["text"] for line in LABELLED["abstract"] if line["is"] != "none"]
    found = statements_of_abstract(" ".join(told))
    assert len(found) == MOST
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(one.why and one.said_as == "speaker" and one.evidence[0]["quote"] == one.text for one in found)


def test_the_second_is_that_of_the_cue_the_sentence_begins_in() -> None:
    cues = [
        (3.0, "Welcome to the harbour. And what we"),
        (6.5, "found is that small disks fail first."),
        (9.0, "That was all."),
    ]
    assert list(spoken_sentences(cues)) == [
        (3.0, "Welcome to the harbour."),
        (3.0, "And what we found is that small disks fail first."),
        (9.0, "That was all."),
    ]
    (found,) = statements_of_speech(cues)
    assert (found.start, found.text) == (3.0, "What we found is that small disks fail first.")
    assert found.evidence == [
        {"kind": "video", "start_seconds": 3.0, "quote": "And what we found is that small disks fail first."}
    ]


def test_speech_without_full_stops_gives_nothing() -> None:
    assert statements_of_speech([(float(n), "what we found is that disks fail and so on and") for n in range(60)]) == []


@pytest.mark.parametrize(
    ("sentence", "conditions"),
    [
        ("It holds with Kafka 2.4 only.", "with Kafka 2.4"),
        ("Since Flux 0.30 nothing of this is needed.", "Since Flux 0.30"),
        ("We do this at 7 trillion messages a day.", "at 7 trillion messages a day"),
        ("It was tried on 1,000 clusters on GKE.", "1,000 clusters; on GKE"),
        ("It fails on Windows under Python 3.12.", "on Windows; Python 3.12"),
        ("Three of us ran 2 tests in a small room.", None),
        ("Das Team hat 1.200 Läufe gezählt.", None),
    ],
)
def test_conditions(sentence: str, conditions: str | None) -> None:
    assert conditions_in(sentence) == conditions


def test_sentences_mind_abbreviations_bullets_and_quotes() -> None:
    text = "• Use one tenant, e.g. the first. Dr. Aldana agrees vs. Per. “So do I.”\n2. Not this."
    found = sentences_of(text)
    assert [one.text for one in found] == [
        "Use one tenant, e.g. the first.",
        "Dr. Aldana agrees vs. Per.",
        "“So do I.”",
        "Not this.",
    ]
    assert all(text[one.start : one.start + 3] == one.text[:3] for one in found)
    assert [one.text for one in sentences_of("- one thing\n- another thing")] == ["one thing", "another thing"]
