"""Why a talk is not in an answer, and why one is."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.search.engine import SearchEngine
from app.search.missing import Missing
from app.search.shapes import SearchRequest
from tests.search.conftest import Base
from tests.standins import MissingEmbedder


def why(base: Base, query: str, talk: str, **more: object) -> Missing:
    with reading(base.engine) as session:
        return base.search.why_not(session, SearchRequest.model_validate({"query": query, **more}), talk)


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
@pytest.mark.parametrize("name", ["please-upgrade", "/talks/please-upgrade", "please upgrade apache kafka, now"])
def test_a_talk_that_is_there_says_where(base: Base, mode: str, name: str) -> None:
    found = why(base, "kafka upgrade", name, mode=mode)
    assert (found.found, found.talk) == (True, "please-upgrade")
    assert found.rank is not None
    assert base.slugs("kafka upgrade", mode=mode)[found.rank - 1] == "please-upgrade"
    assert found.reasons[0] == f"It is here: number {found.rank} of the answer."
    assert (found.words is None, found.meaning is None) == (mode == "semantic", mode == "lexical")


def test_a_talk_that_is_not_in_the_base(base: Base) -> None:
    found = why(base, "kafka", "please-upgrad")
    assert (found.found, found.talk) == (False, None)
    assert "No talk in the base" in found.reasons[0]
    assert ("Please Upgrade Apache Kafka. Now!", "/talks/please-upgrade") in found.suggestions


def test_withdrawn_and_containers(base: Base) -> None:
    assert "only holds other talks" in why(base, "kubernetes", "lightning").reasons[0]
    base.change("to-be", lambda talk: setattr(talk, "withdrawn_at", utc_now()))
    found = why(base, "be", "to-be")
    assert "withdrawn" in found.reasons[0]
    assert not found.found


def test_every_filter_that_excludes_is_named(base: Base) -> None:
    narrowed = TalkFilter(editions=("london-2018",), themes=("ops",), years=(2018,), speaker="gwen-shapira")
    found = why(base, "kafka upgrade", "please-upgrade", filter=narrowed)
    assert found.excluded_by == [("edition", "London 2018"), ("year", "2018")]
    assert found.reasons[0] == "The filter “London 2018” (edition) leaves it out."
    assert f"Without the filters it would be number {found.rank}." in found.reasons
    assert not found.found


def test_filters_that_exclude_together(base: Base) -> None:
    narrowed = TalkFilter(speaker="gwen-shapira", organisation="etsy")
    assert why(base, "kafka", "keeping-it-simple", filter=narrowed).excluded_by == [("speaker", "Gwen Shapira")]


def test_words_it_lacks(base: Base) -> None:
    found = why(base, "upgrade walrus brokers", "please-upgrade", mode="lexical")
    assert found.matched_terms == ["upgrade", "brokers"]
    assert found.lacking_terms == ["walrus"]
    assert any("it lacks walrus" in reason for reason in found.reasons)
    nothing = why(base, "walrus", "please-upgrade", mode="lexical")
    assert (nothing.found, nothing.rank) == (False, None)
    assert nothing.reasons == ["It holds no word of the query (walrus)."]


def test_the_cut_off_by_meaning(base: Base) -> None:
    found = why(base, "liveness probes killing brokers", "flink-and-kafka", mode="semantic")
    assert found.meaning is not None
    assert found.meaning.score is not None
    assert found.meaning.cut_off is not None
    assert found.meaning.score < found.meaning.cut_off
    assert "is the least that counts" in found.reasons[-1]
    assert not found.found


def test_without_vectors_and_without_a_model(base: Base) -> None:
    with writing(base.engine) as session:
        session.execute(text(
            "DELETE FROM embedding WHERE content_hash IN (SELECT passage.content_hash FROM passage JOIN talk "
            "ON talk.id = passage.talk_id WHERE talk.slug = 'to-be')"
        ))  # fmt: skip
    base.search = SearchEngine(base.engine, base.embedder)
    assert "not embedded yet" in why(base, "kafka", "to-be").reasons[-1]
    base.search = SearchEngine(base.engine, MissingEmbedder())
    assert why(base, "kafka", "please-upgrade").mode == "lexical"


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
def test_a_query_without_a_word_to_look_up_tells_nothing_of_words_and_meaning(base: Base, mode: str) -> None:
    there = why(base, "speaker:gwen", "please-upgrade", mode=mode)
    assert (there.found, there.rank, there.words, there.meaning) == (True, 1, None, None)
    assert there.reasons == [
        "It is here: number 1 of the answer.",
        "The query has no words to look up.",
        "All talks that the filters let through are in the answer, the newest first.",
    ]
    gone = why(base, "speaker:gwen", "flink-and-kafka", mode=mode)
    assert (gone.found, gone.rank) == (False, None)
    assert gone.reasons == [
        "The filter “speaker:gwen” (speaker) leaves it out.", "The query has no words to look up.",
    ]  # fmt: skip
    common = why(base, "the speaker:gwen", "please-upgrade", mode=mode)
    assert common.found
    assert common.reasons[1] == "The words of the query are too common to be looked up."
    nothing = why(base, "!!!", "to-be", mode=mode)
    assert (nothing.found, nothing.rank) == (False, None)
    assert nothing.reasons == ["There is no word to search for in this query."]


@pytest.mark.parametrize("query", ["", "???", "\0", "x" * 5_000])
def test_odd_queries_and_names(base: Base, query: str) -> None:
    assert why(base, query, "to-be").talk == "to-be"
    assert why(base, "kafka", query or " ").talk is None
