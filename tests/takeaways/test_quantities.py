"""Quantities in sentences, and which of them are about talks. The sentences are our own."""

from __future__ import annotations

from typing import Any

import pytest

from app.takeaways.drafting.sentences import sentences_of
from app.takeaways.quantities.aboutness import Lexicon, Subject, phrases_of, programme_claim
from app.takeaways.quantities.numbers import fraction_of, value_of
from app.takeaways.quantities.reading import find_quantities

LEXICON = Lexicon(
    themes=[
        Subject("operations", phrases_of("Operations", ["running in production"], ["runbook"]), talks=19),
        Subject("deployment", phrases_of("Deployment", ["rollout"], ["helm"]), talks=9),
        Subject("kubernetes", phrases_of("Kubernetes", ["k8s"], []), talks=5),
        Subject("monitoring", phrases_of("Monitoring and observability", [], ["dashboards"]), talks=4),
        Subject("security", phrases_of("Security", [], []), talks=3, order=1),
    ],
    technologies=lambda words: ["kafka-connect"] if "kafka connect" in words.lower() else [],
)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("1,200", 1200), ("2.5", 2.5), ("7 trillion", 7e12), ("30k", 30_000), ("twenty-five", 25), ("eighty", 80),
        ("a dozen", 12), ("a hundred thousand", 1e5), ("three hundred", 300), ("zwölf", 12), ("1\u202f000", 1000),
    ],
)  # fmt: skip
def test_numbers(words: str, value: float) -> None:
    assert value_of(words) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [("half", 0.5), ("a third", 1 / 3), ("two thirds", 2 / 3), ("three quarters", 0.75), ("ein Drittel", 1 / 3)],
)
def test_fractions(words: str, value: float) -> None:
    assert fraction_of(words) == pytest.approx(value)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Some 40% of all talks came from users.", [("Some 40%", "share", 0.4, 0.4, "about", "talks")]),
        ("We saw two thirds of the sessions.", [("two thirds", "share", 2 / 3, 2 / 3, None, "sessions")]),
        ("One in four talks was sold out.", [("One in four talks", "share", 0.25, 0.25, None, "talks")]),
        ("Every other session had a demo.", [("Every other session", "share", 0.5, 0.5, None, "session")]),
        ("12 of the 48 sessions were full.", [("12 of the 48 sessions", "share", 0.25, 0.25, None, "sessions")]),
        ("Well over 900 people came.", [("Well over 900 people", "count", 900, 900, "more than", "people")]),
        ("They run 1,500+ brokers.", [("1,500+ brokers", "count", 1500, 1500, "at least", "brokers")]),
        ("A patch closes between 5 and 9 bugs.", [("between 5 and 9 bugs", "range", 5, 9, None, "bugs")]),
        ("Costs fell by 35 %.", [("35 %", "change", 0.35, 0.35, None, None)]),
        ("It is 3x faster now.", [("3x", "change", 3, 3, None, "times")]),
        (
            "Restarts went from 40 minutes to 3 minutes.",
            [("from 40 minutes to 3 minutes", "change", 40, 3, None, "minutes")],
        ),
        ("Six Kubernetes talks were full.", [("Six Kubernetes talks", "count", 6, 6, None, "Kubernetes talks")]),
        ("Rund ein Drittel der Vorträge war neu.", [("Rund ein Drittel", "share", 1 / 3, 1 / 3, "about", "Vorträge")]),
        ("Saved $2 million a year.", [("$2 million", "count", 2e6, 2e6, None, "$")]),
    ],
)
def test_finds(sentence: str, found: list[tuple[Any, ...]]) -> None:
    seen = [(sentence[q.start : q.end], q.form, q.low, q.high, q.qualifier, q.unit) for q in find_quantities(sentence)]
    assert seen == [(one[0], one[1], pytest.approx(one[2]), pytest.approx(one[3]), *one[4:]) for one in found]


@pytest.mark.parametrize(
    "sentence",
    [
        "See slide 35 for the list.",
        "Kafka 2.4 and Java 17 came out on 25 May 2022 at 10:30.",
        "We met on 16-20 May in hall 4.",
        "It took two days.",
        "The 2nd keynote was in 2019.",
        "Support is there 24/7.",
        "Our top 10 tips follow.",
        "{{% tweet id=1526622072960479232 %}}",
        "K8s and S3 and HTTP/2 are fine.",
        "One of them was good.",
    ],
)
def test_numbers_that_measure_nothing(sentence: str) -> None:
    assert find_quantities(sentence) == []


def _claims(sentence: str) -> list[dict[str, Any] | None]:
    return [programme_claim(sentence, quantity, LEXICON) for quantity in find_quantities(sentence)]


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        (
            "A quarter of the talks dealt with operations.",
            {"measure": "theme-share", "theme": "operations", "value": 0.25, "qualifier": "exactly"},
        ),
        (
            "About six talks were devoted to ways of rolling out on Kubernetes, and many speakers use it.",
            {"measure": "theme-count", "theme": "kubernetes", "value": 6, "qualifier": "about"},
        ),
        (
            "Deploying on Kubernetes filled 4 talks.",
            {"measure": "theme-count", "theme": "kubernetes", "value": 4, "qualifier": "exactly"},
        ),
        (
            "Two talks on observability impressed me.",
            {"measure": "theme-count", "theme": "monitoring", "value": 2, "qualifier": "at least"},
        ),
        (
            "More than 10 talks mentioned Kafka Connect.",
            {"measure": "technology-count", "technology": "kafka-connect", "value": 10, "qualifier": "more than"},
        ),
        (
            "Half of the breakout sessions were about security.",
            {
                "measure": "theme-share", "theme": "security", "value": 0.5, "qualifier": "exactly",
                "population": "without-keynotes",
            },
        ),
        ("There were 48 sessions in total.", {"measure": "talk-count", "value": 48, "qualifier": "exactly"}),
        (
            "The programme had three keynotes.",
            {"measure": "kind-count", "kind": "keynote", "value": 3, "qualifier": "exactly"},
        ),
        (
            "150 % of the talks were about operations.",
            {"measure": "theme-share", "theme": "operations", "value": 1.5, "qualifier": "exactly"},
        ),
        ("Two lightning talks explained plurals.", None),
        ("In 2018 a third of the talks were about operations.", None),
        ("Last year half of the talks were about operations.", None),
        ("A third of the talks were about gardening.", None),
        ("A third of the attendees were in operations.", None),
        ("Each release fixes from 20 to 90 bugs.", None),
    ],
)  # fmt: skip
def test_claims_about_the_programme(sentence: str, claim: dict[str, Any] | None) -> None:
    assert _claims(sentence) == [claim]


def test_sentences_keep_their_places() -> None:
    text = "First one, vs. the rest. “Second?” Third"
    assert [(text[at:end], one) for one, at, end in sentences_of(text)] == [
        ("First one, vs. the rest.", "First one, vs. the rest."),
        ("“Second?”", "“Second?”"),
        ("Third", "Third"),
    ]
