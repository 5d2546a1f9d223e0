"""The contract of lexical backends; every one of the registry must pass it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.db.engine import reading, writing
from app.models import Passage, Takeaway, Talk
from app.search.backends import LEXICAL
from app.search.candidates import Candidate
from app.search.documents import documents
from app.search.lexical.protocol import LexicalIndex
from app.search.lexical.words import WordsIndex
from app.search.scopes import scope_of
from tests.search.conftest import Base

FILTERS = (
    TalkFilter(),
    TalkFilter(editions=("sf-2019",)),
    TalkFilter(speaker="ann-müller"),
    TalkFilter(theme="streams", year_to=2018),
    TalkFilter(organisation="no-such"),
)
HOSTILE = (
    '"', '""', "a OR b", "NEAR(kafka", "kafka*", "title:kafka", "{kafka}", "^kafka", "kafka AND NOT", "-kafka",
    "'; DROP", "%", "\\", "(((", "🙂", "שלום", "ⅷ", "ﬁ", "̈", "_", "a" * 5_000, "{{ 7*7 }}", "kafka + ksql",
    "AND", "NOT", "OR",
)  # fmt: skip

pytestmark = pytest.mark.parametrize("index", LEXICAL, ids=lambda index: index.name)


@pytest.fixture(autouse=True)
def _only_where_it_serves(index: LexicalIndex, engine: Engine) -> None:
    if not index.serves(engine):
        pytest.skip(f"{index.name} is for the other kind of database")


def find(
    session: Session, index: LexicalIndex, terms: list[str], filter: TalkFilter, limit: int = 100
) -> list[Candidate]:
    return list(index.search(session, terms, scope_of(session, filter), limit))


@pytest.mark.parametrize("filter", FILTERS, ids=str)
def test_filters_hold(index: LexicalIndex, base: Base, filter: TalkFilter) -> None:
    with reading(base.engine) as session:
        allowed = set(session.scalars(allowed_talks(filter)))
        found = find(session, index, ["kafka", "kubernetes", "database", "sql", "müller"], filter)
        talks = {candidate.talk_id for candidate in found if candidate.talk_id > 0}
        assert talks <= allowed
        assert bool(found) == bool(allowed)
        lessons = [candidate for candidate in found if candidate.talk_id < 0]
        narrows_talks = filter.but(editions=(), year_from=None, year_to=None) != TalkFilter()
        assert bool(lessons) == (not narrows_talks)


def test_scores_fall_and_are_above_zero(index: LexicalIndex, base: Base) -> None:
    with reading(base.engine) as session:
        scores = [candidate.score for candidate in find(session, index, ["kafka", "upgrade"], TalkFilter())]
    assert len(scores) > 3
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_limits_hold_and_a_shorter_list_is_the_beginning_of_a_longer(index: LexicalIndex, base: Base) -> None:
    with reading(base.engine) as session:
        long = find(session, index, ["kafka"], TalkFilter())
        assert find(session, index, ["kafka"], TalkFilter(), limit=2) == long[:2]


def test_words_are_found_by_stem_without_accents_in_names_too(index: LexicalIndex, base: Base) -> None:
    with reading(base.engine) as session:
        for term in ("upgrading", "shapira", "confluent"):
            assert find(session, index, [term], TalkFilter()), term
        muller = find(session, index, ["muller"], TalkFilter())
        assert muller == find(session, index, ["müller"], TalkFilter())
        assert len({candidate.talk_id for candidate in muller}) == 2


def test_nothing_typed_is_an_operator_or_an_error(index: LexicalIndex, base: Base) -> None:
    with reading(base.engine) as session:
        for term in HOSTILE:
            alone = find(session, index, [term], TalkFilter())
            beside = find(session, index, [term, "liveness"], TalkFilter())
            assert len(beside) >= len(alone), term
            assert any(candidate.talk_id > 0 for candidate in beside), term


@pytest.mark.parametrize(("words", "talks"), [
    (["streaming", "sql"], {"ksql-in-practice"}), (["sql", "streaming"], set()), (["upgrades"], {"please-upgrade"}),
    (["ann", "muller"], {"ksql-in-practice", "to-be"}), (["to", "be"], {"to-be"}), (["walrus"], set()), ([""], set()),
])  # fmt: skip
def test_words_in_a_row(index: LexicalIndex, base: Base, words: list[str], talks: set[str]) -> None:
    with reading(base.engine) as session:
        held = select(col(Talk.slug)).join(Passage, col(Passage.talk_id) == col(Talk.id))
        assert set(session.scalars(held.where(col(Passage.id).in_(index.holding(words))))) == talks


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(term=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30))
def test_any_text_is_a_term(index: LexicalIndex, base: Base, term: str) -> None:
    with reading(base.engine) as session:
        find(session, index, [term], TalkFilter())


def test_no_terms_find_nothing(index: LexicalIndex, base: Base) -> None:
    with reading(base.engine) as session:
        assert find(session, index, [], TalkFilter()) == []


def test_an_update_equals_a_rebuild(index: LexicalIndex, base: Base) -> None:
    base.change("ksql-in-practice", lambda talk: setattr(talk, "summary", "Kafka brokers upgraded by analysts."))
    terms = ["kafka", "analysts", "brokers", "streaming"]
    with writing(base.engine) as session:
        updated = find(session, index, terms, TalkFilter())
        index.rebuild(session)
        rebuilt = find(session, index, terms, TalkFilter())
        assert [candidate.passage_id for candidate in rebuilt] == [candidate.passage_id for candidate in updated]
        assert [candidate.score for candidate in rebuilt] == pytest.approx([candidate.score for candidate in updated])
        assert index.size(session) == len(session.scalars(select(col(Passage.id))).all())


def test_what_is_removed_is_no_longer_found(index: LexicalIndex, base: Base) -> None:
    with writing(base.engine) as session:
        gone = [candidate.passage_id for candidate in find(session, index, ["kafka"], TalkFilter())]
        index.update(session, gone, [])
        assert find(session, index, ["kafka"], TalkFilter()) == []
        index.update(session, [], gone)
        assert [candidate.passage_id for candidate in find(session, index, ["kafka"], TalkFilter())] == gone


def test_passages_that_vanished_are_not_found(index: LexicalIndex, base: Base) -> None:
    with writing(base.engine) as session:
        session.delete(session.scalars(select(Takeaway).where(col(Takeaway.slug) == "probes")).one())
        session.flush()
        assert find(session, index, ["liveness"], TalkFilter()) == []


def test_a_missing_index_is_an_error_and_can_be_rebuilt(index: LexicalIndex, base: Base) -> None:
    with writing(base.engine) as session:
        session.execute(text("DROP TABLE passage_search"))
        with pytest.raises(DBAPIError), session.begin_nested():
            index.size(session)
        index.rebuild(session)
        assert find(session, index, ["liveness"], TalkFilter())


def test_languages_without_spaces_are_found_by_their_words(index: LexicalIndex, base: Base) -> None:
    titles = {
        "ksql-in-practice": "Rubyのテスト自動化",
        "to-be": "쿠버네티스에서 카프카를 운영하기",
        "flink-and-kafka": "Как мы обновляли брокеры",
    }
    for slug, title in titles.items():
        base.change(slug, lambda talk, title=title: setattr(talk, "title", title))  # type: ignore[misc]
    asked = {
        "テスト": "ksql-in-practice",
        "自動化": "ksql-in-practice",
        "카프카": "to-be",
        "брокеры": "flink-and-kafka",
    }
    with reading(base.engine) as session:
        words, scope = WordsIndex.build(documents(session)), scope_of(session, TalkFilter())
        for term, slug in asked.items():
            wanted = session.scalars(select(col(Talk.id)).where(col(Talk.slug) == slug)).one()
            found = find(session, index, [term], TalkFilter())
            assert found[0].talk_id == wanted, term
            ours = words.search([term], scope, 100)
            assert [one.passage_id for one in ours] == [one.passage_id for one in found]
