"""The words in memory and those that Postgres keeps give the same answers: rankings, near words and their weights."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from sqlalchemy import Engine, select, text, update
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.errors import DatabaseError
from app.models import Talk
from app.search.display import Displays
from app.search.documents import documents
from app.search.engine import SearchEngine
from app.search.evaluation import load
from app.search.evidence import by_words
from app.search.facts import FactsFile
from app.search.judgements import Text
from app.search.lexical import stored
from app.search.lexical.postings import ENTRY, Listed, Place, changed
from app.search.lexical.protocol import Words
from app.search.lexical.tables import ask
from app.search.lexical.trigrams import telling, trigrams
from app.search.lexical.tsvector import TsvectorIndex
from app.search.lexical.words import WordsIndex
from app.search.meant import Meanings
from app.search.memory import Recollection
from app.search.missing import scope_of_talks
from app.search.passages import refresh_passages
from app.search.query import read_query
from app.search.retrieval import found_by_words
from app.search.scopes import scope_of, times_held
from app.search.shapes import Spelling
from app.search.shelf import Shelf
from app.search.spelling import Speller, correct, unknown_words
from app.search.upkeep import lexical_is_whole
from tests.conftest import on_postgres
from tests.search.conftest import Base

SYLLABLES = [
    "ka",
    "fl",
    "ink",
    "stre",
    "am",
    "ber",
    "net",
    "is",
    "qu",
    "ery",
    "log",
    "ing",
    "ed",
    "tion",
    "s",
    "mü",
    "é",
]
TALKS = 250


def vocabulary(chance: random.Random) -> list[str]:
    made = {"".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(500)}
    return sorted(made)


def texts(chance: random.Random, words: list[str], count: int) -> Iterator[Text]:
    """Texts in which few words are common and most are rare, as in any language."""
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    for number in range(count):
        drawn = chance.choices(words, weights, k=chance.randint(4, 160))
        yield Text(f"t{number}", " ".join(drawn[:4]).title(), ". ".join(drawn[4:]))


class Many:
    """A base of some hundred passages, of words drawn by chance."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.chance = random.Random(7)
        self.words = vocabulary(self.chance)
        load(engine, list(texts(self.chance, self.words, TALKS)))
        self.refresh()

    def refresh(self) -> None:
        handled = 1
        while handled:
            with writing(self.engine) as session:
                handled = refresh_passages(session, 90)

    def queries(self, count: int) -> list[list[str]]:
        weights = [1 / rank for rank in range(1, len(self.words) + 1)]
        return [self.chance.choices(self.words, weights, k=self.chance.randint(1, 6)) for _ in range(count)]


@pytest.fixture
def many(engine: Engine) -> Many:
    return Many(engine)


def both(session: Session) -> tuple[WordsIndex, Words]:
    return WordsIndex.build(documents(session)), TsvectorIndex().words(session)


def same_answers(many: Many) -> None:
    """Hold both to one another, whatever can be asked of them."""
    with reading(many.engine) as session:
        ours, theirs = both(session)
        scope = scope_of(session, TalkFilter())
        some = scope_of_talks(*scope.talks[::3].tolist())
        for terms in [*many.queries(60), [], ["nowhere"], ["kafl", "nowhere"]]:
            for within in (scope, some):
                assert theirs.search(terms, within, 40) == ours.search(terms, within, 40), terms
            one, other = by_words(ours, terms, scope, 500), by_words(theirs, terms, scope, 500)
            assert other.documents.tolist() == one.documents.tolist(), terms
            assert other.values.tolist() == one.values.tolist(), terms
            assert other.shares().tolist() == one.shares().tolist(), terms
            assert theirs.held(terms) == ours.held(terms)
            near = many.chance.choices(many.words, k=3)
            assert theirs.most_evidence(terms, near) == ours.most_evidence(terms, near)
        speller, other_speller = Speller(ours), Speller(theirs)
        typed = [slip(many.chance, word) for word in many.chance.choices(many.words, k=200)]
        assert any(speller.near(word) for word in typed)
        for word in typed:
            assert other_speller.near(word) == speller.near(word), word
            query = read_query(f"{word} {many.words[3]} {many.words[9]}")
            unknown = unknown_words(ours, query)
            assert unknown_words(theirs, query) == unknown
            assert correct(query, unknown, other_speller) == correct(query, unknown, speller)


def slip(chance: random.Random, word: str) -> str:
    """A word with one or two letters wrong."""
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(word))
        word = chance.choice((
            word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + "e" + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        )) or "x"  # fmt: skip
    return word


@on_postgres
def test_rankings_scores_and_near_words_are_the_same(many: Many) -> None:
    same_answers(many)


@on_postgres
def test_they_are_the_same_after_changes_too(many: Many) -> None:
    with writing(many.engine) as session:
        ids = session.scalars(select(col(Talk.id)).order_by(col(Talk.id))).all()
        session.execute(update(Talk).where(col(Talk.id).in_(ids[10:30])).values(withdrawn_at=utc_now()))
        for new, talk_id in zip(texts(many.chance, many.words[::-1], 25), ids[60:85], strict=True):
            changes = {"title": new.title, "abstract": new.text, "content_hash": new.id + "+"}
            session.execute(update(Talk).where(col(Talk.id) == talk_id).values(**changes))
    many.refresh()
    with writing(many.engine) as session:
        assert lexical_is_whole(session)
        before = tables(session)
        TsvectorIndex().rebuild(session)
        after = tables(session)
    assert after["passage_search_size"] == before["passage_search_size"]
    assert after["passage_search_talk"] == before["passage_search_talk"]
    same_answers(many)


def tables(session: Session) -> dict[str, list[tuple[int, ...]]]:
    names = ("passage_search_size", "passage_search_talk")
    return {name: sorted(map(tuple, session.execute(text(f"SELECT * FROM {name}")))) for name in names}


@on_postgres
def test_of_a_common_word_a_part_is_read_unless_a_filter_leaves_too_little(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    common, rare = many.words[0], many.words[200]
    with reading(many.engine) as session:
        scope = scope_of(session, TalkFilter())
        ours, _ = both(session)
        held = ours.held([common])[0]
        assert held > 100
        monkeypatch.setattr(stored, "MOST_READ", 60)
        theirs = TsvectorIndex().words(session)
        assert theirs.held([common]) == [held], "how many hold it is known all the same"
        best, known = theirs.search([common], scope, 20), ours.search([common], scope, 20)
        assert best == known
        assert len(ours.search([common], scope, 1_000)) == held
        few = scope_of_talks(*scope.talks[:40].tolist())
        theirs = TsvectorIndex().words(session)
        assert theirs.search([common, rare], few, 1_000) == ours.search([common, rare], few, 1_000)


@on_postgres
@pytest.mark.parametrize(
    "damage",
    [
        f"{what} passage_search_{table}"
        for what in ("DROP TABLE", "DELETE FROM")
        for table in ("word", "talk", "size", "spelling")
    ],
)
def test_damage_to_any_table_is_noticed_and_mended(base: Base, damage: str) -> None:
    before = base.slugs("kafka upgrade", mode="lexical")
    with writing(base.engine) as session:
        session.execute(text(damage))
    base.search = SearchEngine(base.engine, base.embedder)  # as after a restart
    assert base.slugs("kafka upgrade", mode="lexical") == before
    with reading(base.engine) as session:
        assert lexical_is_whole(session)
        assert TsvectorIndex().words(session).held(["kafka"]) == WordsIndex.build(documents(session)).held(["kafka"])


def _recollection(base: Base) -> Recollection:
    return Recollection(
        base.engine, Shelf(base.engine, None), Displays(base.engine, None), FactsFile(base.engine, None)
    )


@on_postgres
def test_without_words_in_memory_those_of_the_database_rank_and_mend(base: Base) -> None:
    meanings = Meanings(lambda _: False)
    with reading(base.engine) as session:
        memory = _recollection(base).current(session, None, lambda _: None)
        scope = scope_of(session, TalkFilter())
        stored_words: Any = TsvectorIndex().words(session)
        theirs = replace(memory, words=stored_words)
        for typed in (
            "upgrade kafca",
            "gwen shapirra",
            "livness prboes",
            "kubernets",
            "kafka",
            '"apche kafka"',
            "xyzzy",
        ):
            query = read_query(typed)
            for spelling in get_args(Spelling):
                mended = meanings.mend(query, memory, spelling)
                assert meanings.mend(query, theirs, spelling) == mended
                assert meanings.suggest(mended, theirs) == meanings.suggest(mended, memory)
            held = partial(times_held, session)
            assert meanings.missed(query, theirs, held) == meanings.missed(query, memory, held)
            known = found_by_words(base.engine, session, memory, scope, query)
            for other in (theirs, replace(memory, words=None).of(session)):
                found = found_by_words(base.engine, session, other, scope, query)
                assert found.scores == known.scores, typed


@on_postgres
def test_words_that_vanish_under_a_running_engine_are_rebuilt(base: Base) -> None:
    with reading(base.engine) as session:
        memory = _recollection(base).current(session, None, lambda _: None)
        scope, query = scope_of(session, TalkFilter()), read_query("kafka upgrade")
        known = found_by_words(base.engine, session, memory, scope, query)
    with writing(base.engine) as session:
        session.execute(text("DROP TABLE passage_search_word"))
    with reading(base.engine) as session:
        ours = replace(memory, words=None).of(session)
        found = found_by_words(base.engine, session, ours, scope, query)
    assert found.scores == known.scores


@on_postgres
def test_tables_of_the_first_recipe_are_made_anew(base: Base) -> None:
    with writing(base.engine) as session:
        for statement in (
            "DROP TABLE passage_search, passage_search_word, passage_search_size",
            "CREATE TABLE passage_search (passage_id integer PRIMARY KEY, size integer NOT NULL, document tsvector)",
            "CREATE TABLE passage_search_size (passages bigint NOT NULL, words bigint NOT NULL)",
        ):
            session.execute(text(statement))
        TsvectorIndex().rebuild(session)
        assert lexical_is_whole(session)


def lose_a_connection(engine: Engine) -> None:
    with reading(engine) as session:
        mine = ask(session, "SELECT pg_backend_pid()")[0][0]
        with reading(engine) as other:
            ask(other, "SELECT pg_terminate_backend(%s)", mine)
        ask(session, "SELECT 1")


@on_postgres
def test_a_connection_that_is_lost_is_said_and_not_taken_again(engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="connection to the database was lost"):
        lose_a_connection(engine)
    with reading(engine) as session:
        assert ask(session, "SELECT 1 + %s", 1) == [(2,)]


Made = dict[int, dict[str, int]]
PLACES = st.dictionaries(
    st.integers(0, 40),
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 255), min_size=1, max_size=4),
    max_size=12,
)


def placed(made: Made) -> list[Place]:
    return [Place(passage, passage // 2, 10 + passage, words) for passage, words in sorted(made.items())]


@given(PLACES, st.sets(st.integers(0, 40)), PLACES)
def test_packed_postings_follow_changes(first: Made, gone: set[int], later: Made) -> None:
    before = changed([], [], placed(first), 12.0)
    gone |= first.keys() & later.keys()
    words = {word for passage in gone for word in first.get(passage, {})} | {w for one in later.values() for w in one}
    after = before | changed([(w, before[w]) for w in sorted(words & before.keys())], gone, placed(later), 12.0)
    wanted = {passage: words for passage, words in first.items() if passage not in gone} | later
    for word in "abcd":
        packed = after.get(word, b"")
        listed = Listed.of([0], [packed], len(packed) // ENTRY.itemsize)
        assert not listed.was_cut
        found = dict(zip(listed.passages.tolist(), (listed.often * 2).tolist(), strict=True))
        assert found == {passage: words[word] for passage, words in wanted.items() if word in words}
        assert listed.talks.tolist() == [passage // 2 for passage in listed.passages.tolist()]
        worth = listed.often / (listed.often + 1.2 * (0.25 + 0.75 * listed.sizes / 12.0))
        assert np.all(np.diff(worth) <= 1e-12), "those that hold it most come first"


@given(st.text("abcñ", min_size=3, max_size=12), st.lists(st.text("abcñ", min_size=1, max_size=14), max_size=40))
def test_near_words_share_a_telling_trigram(typed: str, others: list[str]) -> None:
    for edits in (1, 2) if len(typed) >= 7 else (1,):
        asked = telling(typed, edits)
        assert len(asked) <= 4 * edits + 1
        near = [other for other in others if OSA.distance(typed, other) <= edits]
        assert all(set(asked) & set(trigrams(other)) for other in near)
