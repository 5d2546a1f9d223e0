"""Talks named in texts of our own, in the ways people write: a vendor's blog, bullet notes, German, French."""

from __future__ import annotations

import pytest

from app.takeaways.recognition.addresses import address_key
from app.takeaways.recognition.titles import TitleIndex, bare_title
from app.takeaways.recognition.words import read_words
from tests.takeaways.recognition.conftest import Recognise

ETSY = "kafka-on-kubernetes-keeping-it-simple"
UPGRADE = "please-upgrade-apache-kafka-now"
UBER = "kafka-cluster-federation-at-uber"


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("## Kafka on Kubernetes: Keeping It Simple (Nikki Thean)", ETSY),
        ("- KAFKA ON K8S – keeping it simple — Nikki Thean, Etsy", ETSY),
        ("* Nikki Thean (Etsy): “Kafka on Kubernetes: Keeping It Simple”", ETSY),
        ("- **Kafka on Kubernetes: Keeping\n  It Simple** by Nikki Thean", ETSY),
        ("- Kafka on Kuberentes: Keeping it Smiple, Nikki Thean", ETSY),
        ("Im Vortrag „Please Upgrade Apache Kafka. Now!“ warnte Gwen Shapira vor alten Versionen.", UPGRADE),
        ("Dans sa conférence « Kafka Cluster Federation at Uber », Yupeng Fu a tout montré.", UBER),
        ("## Lightning Talk: Kafka Cluster Federation at Uber", UBER),
        ("Our own Gwen gave [Please Upgrade Apache Kafka. Now!](https://example.com/x) to a full room.", UPGRADE),
        (
            "You can [watch it](http://confluent.io/kafka-summit-san-francisco-2019/kafka-needs-no-keeper?utm_source=x).",
            "kafka-needs-no-keeper",
        ),
        ("The day began with a keynote by Jun Rao, who looked back.", "day-1-keynote-jun-rao-with-chris-kasten"),
    ],
)
def test_a_talk_is_certain(recognise: Recognise, text: str, talk: str) -> None:
    assert [(one.slug, one.certainty) for one in recognise(text)] == [(talk, "certain")]


@pytest.mark.parametrize(
    "text",
    [
        "We use Kafka Connect and Kafka Streams on Kubernetes, and stream processing is simple now.",
        "Building event driven architectures is hard. Observability for everyone would be nice, as would be scale.",
        "Please upgrade your Apache Kafka clusters now, the vendor says.",
        "## Keynotes",
        "- Kafka on Mesos: Keeping It Together (Jane Roe)",
    ],
)
def test_mere_words_name_no_talk(recognise: Recognise, text: str) -> None:
    assert [one for one in recognise(text) if one.certainty != "unsure"] == []


def test_the_head_of_two_titles_is_not_certain_and_says_what_else(recognise: Recognise) -> None:
    named = recognise("## Kafka on Kubernetes")
    assert all(one.certainty != "certain" for one in named)
    assert named
    assert named[0].runner_up is not None


def test_the_speaker_tells_two_talks_of_one_head_apart(recognise: Recognise) -> None:
    gamov = recognise("- Kafka on Kubernetes (Viktor Gamov)")
    thean = recognise("- Kafka on Kubernetes (Nikki Thean)")
    assert "does-it-really" in gamov[0].slug
    assert thean[0].slug == ETSY
    assert "unsure" not in (gamov[0].certainty, thean[0].certainty)


def test_another_name_beside_a_short_title_speaks_against_it(recognise: Recognise) -> None:
    assert [one.certainty for one in recognise("- Observability for Everyone - Jane Roe, Acme")] == ["unsure"]


def test_the_speaker_alone_is_likely_where_only_one_talk_fits(recognise: Recognise) -> None:
    named = recognise("After lunch Nikki Thean explained how her team runs brokers.")
    assert [(one.slug, one.certainty) for one in named] == [(ETSY, "likely")]


def test_an_unknown_edition_wants_more_than_a_short_title(recognise: Recognise) -> None:
    assert all(one.certainty != "certain" for one in recognise("## Kafka Needs No Keeper", edition=None))
    full = recognise("## Kafka Needs No Keeper (Colin McCabe)", edition=None)
    assert [one.certainty for one in full] == ["certain"]


def test_two_ways_to_link_a_video_are_one_address() -> None:
    ways = (
        "https://www.youtube.com/watch?v=0jNtDnWT3yo&t=12s", "https://youtu.be/0jNtDnWT3yo?si=x",
        "http://m.youtube.com/watch?app=desktop&v=0jNtDnWT3yo", "https://www.youtube.com/embed/0jNtDnWT3yo",
    )  # fmt: skip
    assert {address_key(way) for way in ways} == {"youtube:0jNtDnWT3yo"}
    assert address_key("https://www.youtube.com/c/somebody") != address_key(ways[0])
    assert address_key("https://kafka.apache.org/") is None


def test_equal_titles_share_one_entry_and_another_number_is_another_title() -> None:
    index = TitleIndex([(1, "The State of Streams 2018"), (2, "The State of Streams 2019"), (3, "Closing the Loop")])
    hits = index.find(read_words("We liked The State of Streams 2019 most"))
    best = max(hits, key=lambda hit: hit.alike)
    assert (best.title.talks, best.alike) == (((2, True),), 1.0)
    assert all(hit.alike < 0.9 for hit in hits if hit is not best)


def test_speakers_at_the_end_of_a_title_are_cut_off() -> None:
    assert bare_title("Lightning Talk: Small Steps - Jane Roe, Acme", ["Jane Roe"]) == "Small Steps"
    assert bare_title("Small Steps - and a Giant Leap", ["Jane Roe"]) == "Small Steps - and a Giant Leap"
