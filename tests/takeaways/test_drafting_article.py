"""Statements of articles: the golden sample, and the rules one by one on sentences of our own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from app.takeaways.drafting.abstracts import statements_of_abstract
from app.takeaways.drafting.article import statements_of_article
from app.takeaways.drafting.quotations import quotations
from app.takeaways.drafting.statement import Article, Block, Link, Mention, Person, Statement
from tests.takeaways.sample import INES, PER, WOUT, blocks_of, mentions_of, sample_article

GOLDEN = Path(__file__).parent.parent / "golden" / "harbour-days-drafts.yaml"


def shown(one: Statement) -> dict[str, object]:
    """What the golden file keeps of a statement."""
    evidence = [
        {name: value for name, value in line.items() if value is not None and name != "quote"} for line in one.evidence
    ]
    return {
        "text": one.text,
        "kind": one.kind,
        "stance": one.stance,
        "conditions": one.conditions,
        "said": f"{one.said_as}: {one.person.name if one.person else None}",
        "talk": one.talk_id,
        "technologies": one.technologies,
        "evidence": evidence,
    }


def drafts_of(markdown: str) -> list[Statement]:
    blocks = blocks_of(markdown)
    people = {1: INES, 2: PER}
    return statements_of_article(Article(blocks, mentions_of(blocks), WOUT, None, {}, people))


def one_of(markdown: str) -> Statement:
    found = drafts_of(markdown)
    assert len(found) == 1, [one.text for one in found]
    return found[0]


def test_the_sample_gives_the_drafts_of_the_golden_file() -> None:
    found = [shown(one) for one in statements_of_article(sample_article())]
    assert found == yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))


def test_the_quote_of_each_piece_of_evidence_stands_in_its_block() -> None:
    article = sample_article()
    found = statements_of_article(article)
    assert all(str(one.evidence[0]["quote"]) in article.blocks[one.block].text for one in found)
    assert all(one.evidence[0]["section"] for one in found)


@pytest.mark.parametrize(
    ("sentence", "kind", "stance"),
    [
        ("Teams should never share one schema registry between regions.", "lesson", "warns"),
        ("Ines Aldana recommended to pin every version of the client.", "lesson", "recommends"),
        ("Pulsar does not support compacted topics with tiered storage.", "limitation", "warns"),
        ("Compared with Kafka, Pulsar needs one more service to run.", "comparison", "neutral"),
        ("Pulsar 3.1 has been released and will support transactions.", "announcement", "neutral"),
        ("Kelp migrated to Pulsar and cut its bill by 35 %.", "outcome", "neutral"),
        ("The Kelp team moved away from Dredge in production.", "outcome", "withdraws"),
        ("The first rollout of Pulsar at Kelp went wrong and caused an outage.", "outcome", "reports-failure"),
        ("Wir haben gelernt, dass Pulsar wenig Betrieb braucht.", "lesson", "neutral"),
        ("Pulsar ne supporte pas encore les transactions longues.", "limitation", "warns"),
        ("Hay que vigilar los discos de Pulsar cada noche.", "lesson", "recommends"),
    ],
)
def test_kind_and_stance(sentence: str, kind: str, stance: str) -> None:
    found = one_of(sentence)
    assert (found.kind, found.stance) == (kind, stance)


@pytest.mark.parametrize(
    "sentence",
    [
        "You can find the recording of the Pulsar talk here.",
        "Thanks to all the sponsors who made the Pulsar day possible!",
        "Join us at booth 12 to see Pulsar 3.0 and win a t-shirt.",
        "Ines Aldana is a staff engineer at Tidewater.",
        "Good morning, and welcome to Oostende!",
        "In this post we tell what we saw of Pulsar at Harbour Days.",
        "It was a really great conference with lovely people.",
        "Jetzt anmelden für das nächste Treffen zu Pulsar!",
    ],
)
def test_logistics_thanks_and_biographies_are_not_drafted(sentence: str) -> None:
    assert drafts_of(sentence) == []


@pytest.mark.parametrize(
    ("text", "said_as", "name", "kind"),
    [
        ("“Backups are a rumour until restored,” said Per Lindqvist.", "speaker", "Per Lindqvist", "quote"),
        ("Per Lindqvist put it like this: “Backups are a rumour until restored.”", "speaker", "Per Lindqvist", "quote"),
        ("As Per Lindqvist put it, “backups are a rumour until restored”.", "speaker", "Per Lindqvist", "quote"),
        ('"Backups are a rumour until restored" - Per Lindqvist, Kelp', "speaker", "Per Lindqvist", "quote"),
        ("„Sicherungen sind Gerüchte bis zuletzt“, sagt Per Lindqvist.", "speaker", "Per Lindqvist", "quote"),
        ("Per Lindqvist explique : « Une sauvegarde est une rumeur. »", "speaker", "Per Lindqvist", "quote"),
        ("Wout says: “Backups are a rumour until they are restored.”", "observer", "Wout Claes", "claim"),
        ("According to Ines Aldana, tiered storage cut their bill by 40%.", "speaker", "Ines Aldana", "outcome"),
    ],
)
def test_who_says_it(text: str, said_as: str, name: str, kind: str) -> None:
    found = one_of(text)
    assert (found.said_as, found.person.name if found.person else None, found.kind) == (said_as, name, kind)
    assert "“" not in found.text.strip('"')


def test_a_pronoun_means_the_speaker_named_last_even_within_the_observers_words() -> None:
    found = drafts_of("Wout says: “Ines Aldana spoke on Pulsar. She recommended to keep one zone cold.”")
    assert [(one.said_as, one.person and one.person.name) for one in found] == [("speaker", "Ines Aldana")] * 2


def test_an_observer_who_gave_the_talk_speaks_of_what_they_answered_there() -> None:
    me = Person("Ines Aldana", 1)
    said = Block("paragraph", "Ines says: “My answer was that Pulsar should wait.”")
    blocks = [Block("heading", "Queues at low tide"), said]
    article = Article(blocks, [Mention("talk", 11, "", 0, 0, 18)], me, None, {11: [me]})
    found = statements_of_article(article)
    assert [(one.said_as, one.talk_id) for one in found] == [("speaker", 11)]


def test_a_quotation_goes_on_over_a_list_and_ends_at_a_heading() -> None:
    over_a_list = [
        Block("paragraph", "Wout explains: “The rules are:"),
        Block("item", "one tenant for each team"),
        Block("item", "two zones.”"),
        Block("paragraph", "That was all."),
    ]
    assert [(one.block, one.name) for one in quotations(over_a_list)] == [(0, "Wout"), (1, "Wout"), (2, "Wout")]
    never_closed = [
        Block("paragraph", "Wout explains: “The rules of the harbour are old and many."),
        Block("paragraph", "The lights were on."),
        Block("heading", "Next"),
        Block("paragraph", "Per says: “Nobody restores a thing.”"),
    ]
    assert [(one.block, one.name) for one in quotations(never_closed)] == [(0, "Wout"), (3, "Per")]


def test_a_quotation_over_paragraphs_opens_each_of_them() -> None:
    said = "Per Lindqvist said: “First we lost a disk."
    blocks = [Block("paragraph", said), Block("paragraph", "“Then we lost two.”")]
    assert [blocks[one.block].text[one.start : one.end] for one in quotations(blocks)] == [
        "First we lost a disk.",
        "Then we lost two.",
    ]


def test_every_bullet_is_drafted_but_entries_of_lists() -> None:
    bullets = ["Progress on logs", "Documentation!", "Keep it simple", "More languages."]
    found = drafts_of("Since January, we’ve delivered:\n\n" + "\n".join(f"- {bullet}" for bullet in bullets))
    assert [one.text for one in found] == bullets
    assert {one.kind for one in found[:2]} == {"announcement"}
    assert "under: Since January, we’ve delivered:" in found[0].why
    entries = ["[All talks](https://example.org/talks)", "13:00 Meet and greet", "Read more: https://example.org"]
    assert drafts_of("\n".join(f"- {entry}" for entry in entries)) == []


def test_a_sentence_that_names_two_talks_belongs_to_none() -> None:
    text = "Queues at low tide and Backups nobody reads both warned: avoid shared subscriptions in Pulsar."
    assert one_of(text).talk_id is None
    assert one_of("Queues at low tide showed that Pulsar should run in two zones.").talk_id == 11


@pytest.mark.parametrize("piece", ["e.g. ", "a. b. ", "A-", "“ ", "x, A ", "1. ", "She said “a” and ", "word "])
def test_a_megabyte_of_odd_text_is_read_quickly(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    statements_of_article(Article([Block("paragraph", text), Block("item", text)]))
    statements_of_abstract(text)
    assert time.process_time() - began < 20


def test_seconds_and_slides_are_evidence() -> None:
    blocks = [
        Block("heading", "Backups"),
        Block("paragraph", "Slide 7 lists what you should never restore."),
        Block("paragraph", "Video and slides are here.", 1,
              (Link(0, 5, "https://youtu.be/abcdefghijk?t=2m5s"), Link(10, 16, "https://example.org/deck.pdf"))),
    ]  # fmt: skip
    (found,) = statements_of_article(Article(blocks))
    assert [(line["kind"], line.get("number"), line.get("start_seconds")) for line in found.evidence] == [
        ("article", None, None),
        ("slide", 7, None),
        ("video", None, 125.0),
        ("slides", None, None),
    ]
    assert found.person is None
