"""Misspelt words: which are replaced and by what, how answers say so, and what is suggested without being done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from app.db.engine import reading, writing
from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.models import Talk, Technology
from app.search.documents import Document
from app.search.lexical.words import WordsIndex
from app.search.outright import BY_TITLE
from app.search.phrases import MOST_TRIED, missed_phrases
from app.search.query import read_query
from app.search.reach import Reach
from app.search.shapes import Correction, SearchRequest
from app.search.spelling import Speller, correct, corrected, most_edits, unknown_words
from app.search.syntax import MOST_SIGNS
from tests.search.conftest import Base

TEXTS = (
    "Kafka on Kubernetes", "Kafka brokers on Kubernetes", "Streaming with Kafka", "Tests of brokers",
    "Texts for writers", "Many writers of texts", "Ann Müller talks", "Distributed systems",
    "Distributed consensus", "naïve Bayes", "Deployment", "Deployment en deployant",
)  # fmt: skip
INDEX = WordsIndex.build(Document(place, place, title, "", "") for place, title in enumerate(TEXTS, start=1))
SPELLER = Speller(INDEX)


def mended(text: str) -> str:
    query = read_query(text)
    return corrected(query, correct(query, unknown_words(INDEX, query), SPELLER)).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kafka on kuberntes", "kafka on kubernetes"),
        ("kakfa", "kafka"),
        ("Kafkaa brokers!", "kafka brokers!"),
        ("distirbuted consenus", "distributed consensus"),
        ("mueller talks", "muller talks"),
        ("naive baeys", "naive bayes"),
        ("naive bays", "naive bays"),
        ("broekr", "broekr"),
        ("deploymnt", "deployment"),
        ("xyzzyplugh", "xyzzyplugh"),
        ("kafka 2091", "kafka 2091"),
        ("onn kafka", "onn kafka"),
    ],
)
def test_unknown_words_become_near_ones(typed: str, meant: str) -> None:
    assert mended(typed) == meant


def test_a_query_of_known_words_is_left_alone() -> None:
    for text in TEXTS:
        assert unknown_words(INDEX, read_query(text)) == []
    assert unknown_words(INDEX, read_query("brokered tests")) == [], "another form of a known word is known"


def test_of_words_as_near_the_one_that_fits_the_others_is_taken_and_else_the_most_frequent() -> None:
    near = {one.word for one in SPELLER.near("tesxts")}
    assert near == {"tests", "texts"}
    assert mended("tesxts of brokers") == "tests of brokers"
    assert mended("tesxts for writers") == "texts for writers"
    assert mended("tesxts") == "texts"


def test_letters_of_a_word_say_how_far_it_may_be_off() -> None:
    assert [most_edits(word) for word in ("abc", "abcd", "abcdefg", "abcdefgh", "a" * 40, "a" * 41, "abcd3")] == [
        0, 1, 1, 2, 2, 0, 0,
    ]  # fmt: skip


def test_of_words_as_near_the_one_that_most_hold_in_any_form_is_taken_and_never_a_stop_word() -> None:
    texts = ("one broke, and broke, and broke", "brokers", "broker", "was it exactly one", "exactly once", "there")
    speller = Speller(WordsIndex.build(Document(at, at, text, "", "") for at, text in enumerate(texts, start=1)))
    for typed, used in (
        ("brokr", ["broker"]),
        ("onec", ["once"]),
        ("exactly onec", ["once"]),
        ("wasm", []),
        ("theere", []),
    ):
        query = read_query(typed)
        assert [one.used for one in correct(query, unknown_words(speller.index, query), speller)] == used


def test_words_are_followed_as_passages_change() -> None:
    index = WordsIndex.build(Document(place, place, title, "", "") for place, title in enumerate(("kafka", "flink"), 1))
    added = Document(3, NO_TALK, "pulsar", "", "")
    changed = index.changed(np.array([2]), [added])
    speller = Speller(changed)
    assert [one.word for one in speller.near("pulasr")] == ["pulsar"]
    assert speller.near("flinc") == [], "no passage holds it any more"
    whole = WordsIndex.from_arrays(changed.arrays())
    assert list(whole.written) == ["kafka", "pulsar"]


@given(
    st.lists(st.text("abcñйЯ日😀", min_size=1, max_size=6), max_size=30),
    st.text("abcñйЯ日😀", max_size=6),
    st.integers(0, 2),
)
def test_everything_within_reach_is_found_and_nothing_else(strings: list[str], typed: str, edits: int) -> None:
    wanted = {at: OSA.distance(typed, one) for at, one in enumerate(strings) if typed}
    wanted = {at: distance for at, distance in wanted.items() if distance <= edits}
    assert Reach(strings).within(typed, edits) == wanted


@pytest.mark.parametrize(
    "typed",
    ["kafka", "broker", "señales", "распределенную", "日本語の文章", "replications", "a longer title of some words"],
)
def test_every_edit_at_every_place_is_within_reach(typed: str) -> None:
    swapped = [typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(len(typed) - 1)]
    edits = (("", 1), ("z", 0), ("z", 1))  # what is put in, and how many letters go
    others = [typed[:at] + put + typed[at + cut :] for at in range(len(typed)) for put, cut in edits]
    strings = [*swapped, *others, typed + "z"]
    assert set(Reach(strings).within(typed, 1)) == set(range(len(strings)))


@given(st.data(), st.text("abñ", min_size=6, max_size=24), st.integers(1, 2))
def test_long_strings_within_reach_are_found(data: st.DataObject, typed: str, edits: int) -> None:
    """Near ones are made of it, as hardly one is drawn."""
    strings = []
    for _ in range(12):
        letters = list(typed)
        for _ in range(data.draw(st.integers(0, 3))):
            at = data.draw(st.integers(0, len(letters) - 2))
            letters[at : at + 2] = data.draw(
                st.sampled_from([[*letters[at + 1 :][:1], letters[at]], [letters[at]], ["b", "a", "ñ"]])
            )
        strings.append("".join(letters))
    wanted = {at: OSA.distance(typed, one) for at, one in enumerate(strings)}
    assert Reach(strings).within(typed, edits) == {at: one for at, one in wanted.items() if one <= edits}


HOSTILE = (
    "\x00\x01",
    "🙂🙂🙂🙂🙂",
    "مرحبا بالعالمم",
    "\u202ekafkaa",
    "kafkaa " * 1_500,
    "a" * 10_240,
    "\ud800abcde",
    "ßßßßß",
)


@settings(max_examples=200)
@given(st.text(max_size=80) | st.sampled_from(HOSTILE) | st.text("akfbroe ", max_size=40))
def test_any_text_is_corrected_without_an_error(text: str) -> None:
    query = read_query(text)
    unknown = unknown_words(INDEX, query)
    found = correct(query, unknown, SPELLER)
    again = corrected(query, found)
    assert {one.typed for one in found} <= set(unknown)
    assert all(INDEX.is_known(one.used) for one in found)
    assert again == query if not found else set(again.terms) >= {one.used for one in found}


def test_an_answer_says_what_was_replaced_and_finds_the_talk(base: Base) -> None:
    answer = base.ask("please upgrade apache kafca now", mode="lexical")
    assert answer.query == "please upgrade apache kafca now"
    assert answer.corrections == [Correction(typed="kafca", used="kafka")]
    assert answer.corrections[0].said == "No talk holds “kafca”; searched for “kafka” instead."
    assert answer.hits[0].talk.slug == "please-upgrade"
    assert answer.hits[0].why.parts is not None
    assert answer.hits[0].why.parts.named == BY_TITLE, "as its title, mended"
    assert "kafka" in answer.hits[0].why.matched_terms


def test_a_name_with_a_slip_finds_the_talks_of_the_speaker(base: Base) -> None:
    assert base.slugs("gwen shapirra")[:2] == base.slugs("gwen shapira")[:2]
    assert base.ask("gwen shapirra").corrections == [Correction(typed="shapirra", used="shapira")]


def test_the_mended_query_is_what_is_embedded(base: Base) -> None:
    near, right = base.ask("liveness prboes", mode="semantic"), base.ask("liveness probes", mode="semantic")
    assert [hit.score for hit in near.hits] == [hit.score for hit in right.hits]
    assert near.corrections


def test_as_typed_nothing_is_replaced_and_the_near_words_are_suggested(base: Base) -> None:
    answer = base.ask("upgrade kafca", spelling="typed", mode="lexical")
    assert answer.corrections == []
    assert answer.did_you_mean == "upgrade kafka"
    assert [hit.talk.slug for hit in answer.hits] == base.slugs("upgrade", mode="lexical")


def test_without_a_slip_nothing_is_said(base: Base) -> None:
    for query in ("kafka on kubernetes", "gwen shapira", "ann müller", "liveness probes", "to be or not to be"):
        answer = base.ask(query)
        assert answer.corrections == []
        assert answer.did_you_mean is None


def test_why_not_looks_for_the_mended_query(base: Base) -> None:
    with reading(base.engine) as session:
        missing = base.search.why_not(session, SearchRequest(query="upgrade kafca", mode="lexical"), "please-upgrade")
    assert missing.rank == 1
    assert missing.lacking_terms == []


def test_a_word_in_quotes_is_looked_up_as_it_is_and_the_near_one_is_suggested(base: Base) -> None:
    answer = base.ask('upgrade "kafca"', mode="lexical")
    assert answer.total == 0
    assert answer.corrections == []
    assert answer.notice == "No talk holds “kafca”."
    assert answer.did_you_mean == 'upgrade "kafka"'


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('"upgrade apche kafka"', '"upgrade apache kafka"'),
        ("now “upgrade apche kafak” -ksql year:2019", 'now "upgrade apache kafka" -ksql year:2019'),
        ('"please upgrade apache kafca now"', '"please upgrade apache kafka now"'),
        ('"crosses the stream" "kafka adn flnik"', None),
        ('"thanks to kafca" flnik', '"thanks to kafka" flink'),
        ('"thanks tu kafka"', None),
        ('"kafca ksql"', None),
        ('"kafka kafka"', None),
        ('"xyzzyplugh"', None),
    ],
)
def test_a_phrase_that_no_talk_holds_is_said_and_a_near_one_offered_that_finds_something(
    base: Base, typed: str, meant: str | None
) -> None:
    answer = base.ask(typed)
    assert answer.total == 0
    assert answer.notice is not None
    assert answer.notice.startswith("No talk holds ")
    assert answer.did_you_mean == meant
    assert meant is None or base.ask(meant).total > 0


def test_a_slip_that_is_a_word_of_other_talks_is_found_by_what_stands_beside_it(base: Base) -> None:
    def rename(talk: Talk) -> None:
        talk.title = "Crows at the Streams"

    base.change("to-be", rename)
    answer = base.ask('"crows the streams"')
    assert answer.notice == "No talk holds the words “crows the streams” in a row."
    assert answer.did_you_mean == '"cross the streams"'


@pytest.mark.parametrize(("often", "meant"), [((2, 1), "tests"), ((1, 2), "texts")])
def test_of_near_phrases_that_is_offered_which_most_talks_hold(often: tuple[int, int], meant: str) -> None:
    counts = dict(zip(("tests", "texts"), often, strict=True))
    missed = missed_phrases(read_query('"of tesxts"'), SPELLER, lambda words: counts.get(words[1], 0))
    assert missed is not None
    assert missed.meant == f'"of {meant}"'


def test_few_of_many_phrases_are_named_and_long_ones_are_cut() -> None:
    typed = " ".join(f'"{"x" * 90} {number}"' for number in range(5))
    missed = missed_phrases(read_query(typed), None, lambda _: 0)
    assert missed is not None
    assert missed.notice.count(f"{'x' * 80}…”") == 3
    assert missed.notice.endswith("; 2 further phrases neither.")


def test_a_phrase_that_a_filter_leaves_out_is_held_all_the_same(base: Base) -> None:
    answer = base.ask('"apache kafka" year:2018')
    assert (answer.total, answer.notice, answer.did_you_mean) == (0, None, None)


def test_words_beside_a_phrase_are_mended(base: Base) -> None:
    answer = base.ask('upgrad kafca "apache kafka"', mode="lexical")
    assert answer.corrections == [Correction(typed="kafca", used="kafka")]
    assert answer.total == 1


def test_the_work_for_long_and_many_phrases_is_bounded(base: Base) -> None:
    asked: list[Sequence[str]] = []

    def held(words: Sequence[str]) -> int:
        asked.append(words)
        return 0

    typed = " ".join(f'"{" ".join(["kafka streams tests brokers"] * 20)} {number}"' for number in range(5))
    missed = missed_phrases(read_query(typed), SPELLER, held)
    assert missed is not None
    assert missed.meant is None
    assert len(asked) <= MOST_SIGNS + MOST_TRIED


def test_a_speaker_among_other_words_comes_first_and_of_her_talks_the_one_that_holds_them(base: Base) -> None:
    assert base.slugs("gwen shapira upgrade")[:2] == ["please-upgrade", "to-be"]
    assert base.slugs("to be ann müller")[:2] == ["to-be", "ksql-in-practice"]
    assert base.ask("upgrade kafka gwen").hits[0].why.parts.named == 0, "one word alone is no name"  # type: ignore[union-attr]


def test_a_common_word_that_no_talk_holds_is_no_slip(base: Base) -> None:
    assert base.ask("daat", mode="lexical").corrections == [Correction(typed="daat", used="data")]
    for spelling in ("near", "typed"):
        answer = base.ask("date", mode="lexical", spelling=spelling)
        assert (answer.corrections, answer.did_you_mean, answer.hits) == ([], None, [])


def test_the_name_of_a_technology_that_no_talk_holds_is_no_slip(base: Base) -> None:
    assert base.ask("flinx", mode="lexical").corrections == [Correction(typed="flinx", used="flink")]
    with writing(base.engine) as session:
        session.add(Technology(slug="flinx", name="Flinx", aliases=["Apache Flinx"]))
    answer = base.ask("flinx", mode="lexical")
    assert (answer.corrections, answer.did_you_mean) == ([], None)


def test_only_words_that_no_talk_holds_are_replaced_and_no_number(base: Base) -> None:
    base.change("to-be", lambda talk: setattr(talk, "title", "Upgrading to Kafka 2.4"))
    answer = base.ask("Upgrading to Kafca 2.3")
    assert answer.corrections == [Correction(typed="kafca", used="kafka")]
    assert answer.did_you_mean is None, "another version is no slip either"
    assert base.ask("upgrading to kafka 3.4").did_you_mean is None
    assert base.ask("Upgrading to Kafca 2.4").hits[0].talk.slug == "to-be"


def test_a_title_is_suggested_for_a_rarer_word_and_never_by_bits_of_one(base: Base) -> None:
    titles = {
        "to-be": "What’s New in Kafka",
        "lightning": "Kafkase Day Opening",
        "ksql-in-practice": "Crows and Cross",
    }
    for slug, title in titles.items():
        base.change(slug, lambda talk, title=title: setattr(talk, "title", title))  # type: ignore[misc]
    assert base.ask("what is new in kafka").did_you_mean is None
    assert base.ask("kafka day opening").did_you_mean is None
    suggested = base.ask("crows the streams thanks to kafka and flink").did_you_mean
    assert suggested == "cross the streams thanks to kafka and flink"


def test_a_common_word_is_replaced_where_that_makes_a_title_of_the_query(base: Base) -> None:
    answer = base.ask("kafka on kubernetes keeping it sample")
    assert answer.corrections == [Correction(typed="sample", used="simple")]
    assert answer.hits[0].talk.slug == "keeping-it-simple"


def test_what_is_embedded_is_the_mended_query(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Embedding begins before the words are looked up, with what was typed; that vector is dropped where it changes."""
    begun: list[str] = []
    begin = base.embedder.begin_query

    class Held:
        """Stands for a place in the model, of which there may be one alone."""

        alive = 0

        def __init__(self, text: str) -> None:
            assert not Held.alive, "a second place is asked for while the first is held"
            self.text = text
            Held.alive += 1

        def __call__(self) -> Vectors:
            return begin(self.text)()

        def __del__(self) -> None:
            Held.alive -= 1

    def noted(text: str) -> Callable[[], Vectors]:
        begun.append(text)
        return Held(text)

    monkeypatch.setattr(base.embedder, "begin_query", noted)
    meant = base.ask("kafka on kubernetes", mode="semantic")
    assert begun == ["kafka on kubernetes"], "it is embedded once"
    mended = base.ask("kafka on kubernetse", mode="semantic")
    assert begun[1:] == ["kafka on kubernetse", "kafka on kubernetes"]
    assert [(hit.talk.slug, hit.score) for hit in mended.hits] == [(hit.talk.slug, hit.score) for hit in meant.hits]
    assert mended.corrections
    typed = base.ask("kafka on kubernetse", mode="semantic", spelling="typed")
    assert [hit.score for hit in typed.hits] != [hit.score for hit in meant.hits]
    begun.clear()
    base.ask("kafka edition:sf-2019", mode="semantic")
    assert begun == ["kafka"], "what a field asks is not embedded"
