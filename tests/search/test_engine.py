"""The engine: what is found, in which order, with what beside it, and what it does when something is wrong."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlmodel import col

from app.catalog.filters import TalkFilter
from app.catalog.snapshot import refresh_snapshot
from app.db.dialect import is_sqlite
from app.db.engine import reading, writing
from app.embeddings.store import discard
from app.errors import ModelError, NotFound
from app.locks import Turns
from app.models import Edition, IndexState
from app.search.answers import AtHand
from app.search.engine import SearchEngine
from app.search.ranking import Side
from app.search.shapes import SearchRequest
from tests.search.conftest import Base, refresh
from tests.standins import HashingEmbedder, MissingEmbedder

MODES = ("hybrid", "lexical", "semantic")


@pytest.mark.parametrize("mode", MODES)
def test_the_takeaway_leads_to_its_talk(base: Base, mode: str) -> None:
    result = base.ask("liveness probes killing brokers", mode=mode)
    assert result.mode == mode
    hit = result.hits[0]
    assert hit.talk.slug == "keeping-it-simple"
    assert hit.passage.kind == "takeaway"
    assert hit.passage.text == "Careless liveness probes end up killing healthy brokers."
    assert hit.passage.url == hit.talk.url + "#takeaway-probes"
    assert hit.why.matched_terms == ["liveness", "probes", "killing", "brokers"]
    assert (hit.why.lexical_rank, hit.why.semantic_rank) == {
        "hybrid": (1, 1), "lexical": (1, None), "semantic": (None, 1)
    }[mode]  # fmt: skip
    assert next(segment.text for segment in hit.passage.segments if segment.is_match) == "liveness"


def test_lessons_of_an_edition_are_found_beside_talks(base: Base) -> None:
    result = base.ask("active database")
    assert [(lesson.slug, lesson.edition.slug if lesson.edition else None) for lesson in result.lessons] == [
        ("active-database", "sf-2019")
    ]
    assert base.ask("active database", filter=TalkFilter(editions=("london-2018",))).lessons == []
    assert base.ask("active database", filter=TalkFilter(editions=("sf-2019",))).lessons
    assert base.ask("active database", filter=TalkFilter(theme="ops")).lessons == []


def test_what_is_read_while_a_query_is_embedded_makes_no_difference(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The likely talks are read ahead where no other search needs the core, and the answer is the same."""
    read: list[int] = []
    read_likely = AtHand.read_likely

    def noted(at_hand: AtHand, by_words: Side, most: int) -> None:
        read_likely(at_hand, by_words, most)
        read.append(len(at_hand.cards))

    monkeypatch.setattr(AtHand, "read_likely", noted)
    questions = ("liveness probes killing brokers", "active database", "ksql", "kafka in practice")
    found = []
    for are_left in (True, False):
        monkeypatch.setattr(Turns, "are_left", are_left)
        found.append([base.ask(question).model_dump(exclude={"took_ms"}) for question in questions])
        assert len(read) == len(questions), are_left
    assert max(read) > 1
    assert found[0] == found[1]
    base.ask("ksql", offset=1)
    base.ask("ksql", mode="lexical")
    assert len(read) == len(questions)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "query", ["kafka in practice", "kubernets", '"liveness probes"', "kafka year:2018..2019", "to be or not", " !"]
)
def test_the_nearest_are_those_that_a_search_finds_in_its_order(base: Base, query: str, mode: str) -> None:
    for narrow in (TalkFilter(), TalkFilter(editions=("sf-2019",))):
        request = SearchRequest.model_validate({"query": query, "mode": mode, "filter": narrow, "limit": 3})
        with reading(base.engine) as session:
            found = base.search.nearest(session, request, 3)
            result = base.search.search(session, request)
        assert [(talk, round(score, 6)) for talk, score in found.talks] == [
            (hit.talk.id, hit.score) for hit in result.hits if hit.score
        ]
        assert (found.vector is None) == (mode == "lexical" or query == " !")
        assert all(found.allows(hit.talk.id) for hit in result.hits)


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_an_exact_title_comes_first_even_of_stop_words(base: Base, mode: str) -> None:
    assert base.slugs("to be or NOT to be!", mode=mode)[0] == "to-be"
    assert base.slugs("KSQL in practice", mode=mode)[0] == "ksql-in-practice"


def test_a_talk_is_found_by_the_title_of_its_recording(base: Base) -> None:
    """Its words are those of other talks, and none of its own."""
    asked = "Kafka brokers on Kubernetes - keeping upgrades simple"
    assert base.slugs(asked)[0] != "to-be"
    base.change("to-be", lambda talk: setattr(talk, "raw_title", asked))
    assert base.slugs(asked.lower())[0] == "to-be"


@pytest.mark.parametrize("name", ["Ann Müller", "ann muller", "Dr. Ann Müller"])
def test_an_exact_speaker_comes_first(base: Base, name: str) -> None:
    assert set(base.slugs(name)[:2]) == {"ksql-in-practice", "to-be"}


def test_promotion_keeps_to_the_filter(base: Base) -> None:
    assert "to-be" not in base.slugs("to be or not to be", filter=TalkFilter(editions=("sf-2019",)))


def test_containers_are_not_found(base: Base) -> None:
    for mode in MODES:
        assert "lightning" not in base.slugs("lightning session on kubernetes", mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_pages_join_to_the_whole(base: Base, mode: str) -> None:
    whole = base.ask("kafka upgrade streams sql", mode=mode, limit=100)
    pages = [
        hit for offset in range(0, whole.total, 2)
        for hit in base.ask("kafka upgrade streams sql", mode=mode, limit=2, offset=offset).hits
    ]  # fmt: skip
    assert [(hit.talk.slug, hit.score) for hit in pages] == [(hit.talk.slug, hit.score) for hit in whole.hits]
    assert len(whole.hits) == whole.total > 2
    assert [hit.score for hit in whole.hits] == sorted((hit.score for hit in whole.hits), reverse=True)
    beyond = base.ask("kafka upgrade streams sql", mode=mode, offset=1_000)
    assert (beyond.total, beyond.hits) == (whole.total, [])


def test_facets_count_all_that_was_found_and_agree_with_filters(base: Base) -> None:
    result = base.ask("kafka upgrade streams sql", mode="lexical", limit=1)
    assert set(result.facets) == {"edition", "year", "theme", "organisation", "technology", "kind", "language"}
    assert sum(value.count for value in result.facets["edition"]) == result.total
    names = {"edition": "editions", "theme": "theme", "organisation": "organisation"}
    for facet, field in names.items():
        for value in result.facets[facet]:
            chosen = (value.value,) if field == "editions" else value.value
            narrowed = base.ask(
                "kafka upgrade streams sql",
                mode="lexical",
                filter=TalkFilter(**{field: chosen}),  # type: ignore[arg-type]
            )
            assert narrowed.total == value.count, (facet, value)


@pytest.mark.parametrize("query", ["", "   ", "???", "\0", '"*^:()', "\u0308", "\u08ce \u0301\u0301"])
def test_a_query_without_a_word_finds_nothing_and_says_so(base: Base, query: str) -> None:
    result = base.ask(query)
    assert (result.total, result.hits, result.facets) == (0, [], {})
    assert result.notice


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    query=st.text(alphabet=st.characters() | st.characters(categories=["Mn"]), max_size=80), mode=st.sampled_from(MODES)
)
def test_anything_typed_gets_an_answer(base: Base, query: str, mode: str) -> None:
    base.ask(query, mode=mode).model_dump_json()


def test_a_huge_query_is_bounded_and_says_so(base: Base) -> None:
    result = base.ask("kafka " * 200_000)
    assert result.hits
    assert len(result.query) <= 2_000
    assert result.notice is not None
    assert "first" in result.notice


def test_without_a_model_hybrid_goes_by_words_and_semantic_says_why(base: Base) -> None:
    lame = SearchEngine(base.engine, MissingEmbedder())
    with reading(base.engine) as session:
        result = lame.search(session, SearchRequest(query="liveness probes"))
        assert result.mode == "lexical"
        assert result.notice is not None
        assert result.hits[0].talk.slug == "keeping-it-simple"
        with pytest.raises(ModelError):
            lame.search(session, SearchRequest(query="liveness probes", mode="semantic"))
        assert lame.similar(session, "keeping-it-simple") == []
    lame.warm()


def test_vectors_of_another_recipe_are_not_used(base: Base) -> None:
    other = SearchEngine(base.engine, HashingEmbedder(dimensions=48))
    with reading(base.engine) as session:
        result = other.search(session, SearchRequest(query="liveness probes"))
    assert result.mode == "lexical"
    assert result.notice


def test_passages_not_yet_embedded_are_mentioned(base: Base) -> None:
    with writing(base.engine) as session:
        session.execute(text("DELETE FROM embedding WHERE id IN (SELECT id FROM embedding LIMIT 2)"))
    base.search = SearchEngine(base.engine, base.embedder)
    notice = base.ask("kafka").notice
    assert notice is not None
    assert notice.startswith("2 of ")


def test_changes_are_seen_by_a_running_engine(base: Base) -> None:
    assert "to-be" not in base.slugs("yak shaving", mode="lexical")
    base.change("to-be", lambda talk: setattr(talk, "summary", "Yak shaving for beginners."))
    assert base.slugs("yak shaving", mode="lexical") == ["to-be"]
    assert base.slugs("yak shaving beginners", mode="semantic")[0] == "to-be"
    with writing(base.engine) as session:
        discard(session)
    assert base.ask("yak shaving").mode == "lexical"
    refresh(base.engine, base.embedder)
    assert base.ask("yak shaving").mode == "hybrid"


def test_with_a_snapshot_facts_are_kept_until_it_changes(base: Base) -> None:
    with writing(base.engine) as session:
        refresh_snapshot(session)
    assert base.ask("ksql practice").hits[0].talk.edition.name == "London 2018"
    with writing(base.engine) as session:
        session.execute(update(Edition).where(col(Edition.slug) == "london-2018").values(name="London"))
    assert base.ask("ksql practice").hits[0].talk.edition.name == "London 2018"
    with writing(base.engine) as session:
        session.execute(update(IndexState).where(col(IndexState.name) == "snapshot").values(fingerprint="another"))
    assert base.ask("ksql practice").hits[0].talk.edition.name == "London"


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE passage_search",
        "DELETE FROM passage_search",
        "DELETE FROM passage_search_data",
        "DELETE FROM indexstate WHERE name = 'lexical'",
        "DELETE FROM indexstate WHERE name = 'passages'",
        "UPDATE indexstate SET recipe = 'older' WHERE name = 'lexical'",
        "UPDATE indexstate SET fingerprint = 'rebuilding' WHERE name = 'lexical'",
    ],
)
def test_a_damaged_index_is_noticed_and_rebuilt(base: Base, damage: str) -> None:
    if "_data" in damage and not is_sqlite(base.engine):
        pytest.skip("only SQLite keeps an index in such a table")
    before = base.slugs("kafka upgrade", mode="lexical")
    with writing(base.engine) as session:
        session.execute(text(damage))
    base.search = SearchEngine(base.engine, base.embedder)  # as after a restart
    assert base.slugs("kafka upgrade", mode="lexical") == before


def test_an_index_that_vanishes_under_a_running_engine_is_rebuilt(base: Base) -> None:
    before = base.slugs("kafka upgrade")
    with writing(base.engine) as session:
        session.execute(text("DROP TABLE passage_search"))
    assert base.slugs("kafka upgrade") == before


def test_a_writer_that_searches_rebuilds_in_its_own_transaction(base: Base) -> None:
    with writing(base.engine) as session:
        session.execute(text("DROP TABLE passage_search"))
        assert base.search.search(session, SearchRequest(query="liveness")).hits


def test_a_rebuild_changes_no_answer(base: Base) -> None:
    before = [(hit.talk.slug, hit.score) for hit in base.ask("kafka upgrade").hits]
    with writing(base.engine) as session:
        base.search.rebuild(session)
    assert [(hit.talk.slug, hit.score) for hit in base.ask("kafka upgrade").hits] == before


def test_similar_talks_leave_out_the_talk_itself(base: Base) -> None:
    with reading(base.engine) as session:
        hits = base.search.similar(session, "please-upgrade", limit=3)
        assert len(hits) == 3
        assert "please-upgrade" not in [hit.talk.slug for hit in hits]
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        with pytest.raises(NotFound):
            base.search.similar(session, "no-such-talk")


def test_threads_share_an_engine(base: Base) -> None:
    expected = base.slugs("kafka upgrade")
    answers: list[list[str]] = []

    def work() -> None:
        answers.extend(base.slugs("kafka upgrade") for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 20


def test_the_answer_as_json_has_the_shape_of_the_contract(base: Base) -> None:
    answer = base.ask("liveness probes").model_dump(mode="json")
    promised = {"query", "mode", "total", "took_ms", "facets", "hits", "lessons", "notice"}
    assert set(answer) == promised | {"sort", "beside", "themes", "understood", "corrections", "did_you_mean"}
    hit = answer["hits"][0]
    assert set(hit) == {"score", "talk", "passage", "why"}
    assert set(hit["passage"]) == {"text", "kind", "start_seconds", "url"}
    assert set(hit["why"]) >= {"lexical_rank", "semantic_rank", "matched_terms"}
    assert set(answer["facets"]["year"][0]) == {"value", "label", "count"}
