"""Writing the tables of `tsvector`: what passages that went and came change in each of them. Never commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlmodel import Session

from app.embeddings.store import NO_TALK
from app.search.lexical.postings import BITS, Place, changed
from app.search.lexical.tables import ask, tell
from app.search.reach import LONGEST, MOST_EDITS

_TAKE_OUT = """
    DELETE FROM passage_search WHERE passage_id = ANY(%s::int[])
    RETURNING passage_id, talk_id, size, tsvector_to_array(document)
"""
_PUT_DOCUMENTS = """
    INSERT INTO passage_search SELECT passage, talk, size, document::tsvector
    FROM unnest(%s::int[], %s::int[], %s::int[], %s::text[]) AS given (passage, talk, size, document)
"""
_PUT_WORDS = """
    INSERT INTO passage_search_word SELECT %s::int, word, entries
    FROM unnest(%s::text[], %s::bytea[]) AS given (word, entries)
    ON CONFLICT (word, block) DO UPDATE SET entries = excluded.entries
"""
_PUT_TALKS = """
    INSERT INTO passage_search_talk SELECT talk, size FROM unnest(%s::int[], %s::bigint[]) AS given (talk, size)
    ON CONFLICT (talk_id) DO UPDATE SET size = passage_search_talk.size + excluded.size
"""
_PUT_SPELLINGS = """
    INSERT INTO passage_search_spelling SELECT word, often, ARRAY(
        SELECT DISTINCT substr('  ' || word || '  ', at, 3) FROM generate_series(1, length(word) + 2) AS at
    ) FROM unnest(%s::text[], %s::bigint[]) AS given (word, often)
    ON CONFLICT (word) DO UPDATE SET often = passage_search_spelling.often + excluded.often
"""


class Written(NamedTuple):
    """A passage that comes: its words as they are counted, its tsvector as text, and its words as they are written."""

    place: Place
    lexemes: str
    written: Counter[str]


def take_out(session: Session, passage_ids: Sequence[int]) -> list[Place]:
    """Delete the documents of these passages; returns what they held, to be taken out of the other tables too."""
    if not passage_ids:
        return []
    return [
        Place(passage, talk, size, dict.fromkeys(words, 0))
        for passage, talk, size, words in ask(session, _TAKE_OUT, list(passage_ids))
    ]


def change(session: Session, gone: Sequence[Place], came: Iterable[Written]) -> None:
    """Take out what is `gone` and put in what came, which is by ascending passage, a block at a time."""
    left = {block: list(places) for block, places in groupby(sorted(gone), key=_block)}
    for block, some in groupby(came, key=lambda one: _block(one.place)):
        _change_block(session, block, left.pop(block, []), list(some))
    for block, places in left.items():
        _change_block(session, block, places, [])


def _block(place: Place) -> int:
    return place.passage >> BITS


def _change_block(session: Session, block: int, gone: Sequence[Place], came: Sequence[Written]) -> None:
    places = [one.place for one in came]
    if came:
        columns = zip(*((place.passage, place.talk, place.size) for place in places), strict=True)
        tell(session, _PUT_DOCUMENTS, *map(list, columns), [one.lexemes for one in came])
    mean = _count(session, gone, places)
    _change_words(session, block, gone, places, mean)
    written: Counter[str] = Counter()
    for one in came:
        written.update(one.written)
    # A word is not taken out again: those that no passage holds any more are never offered.
    words = sorted(word for word in written if 0 < len(word) <= LONGEST + MOST_EDITS)
    if words:
        tell(session, _PUT_SPELLINGS, words, [written[word] for word in words])


def _change_words(session: Session, block: int, gone: Sequence[Place], came: Sequence[Place], mean: float) -> None:
    words = sorted({word for place in (*gone, *came) for word in place.words})
    held = "SELECT word, entries FROM passage_search_word WHERE block = %s AND word = ANY(%s::text[])"
    packed = changed(ask(session, held, block, words), [place.passage for place in gone], came, mean)
    kept = {word: entries for word, entries in sorted(packed.items()) if entries}
    lost = [word for word in packed if word not in kept]
    if kept:
        tell(session, _PUT_WORDS, block, list(kept), list(kept.values()))
    if lost:
        tell(session, "DELETE FROM passage_search_word WHERE block = %s AND word = ANY(%s::text[])", block, lost)


def _count(session: Session, gone: Sequence[Place], came: Sequence[Place]) -> float:
    """Bring the totals up to date; returns how many words a passage has in the mean."""
    by_talk: Counter[int] = Counter()
    for sign, places in ((-1, gone), (1, came)):
        for place in places:
            by_talk[place.talk] += sign * place.size
    del by_talk[NO_TALK]
    talks = sorted(talk for talk, size in by_talk.items() if size)
    known = "SELECT count(*) FROM passage_search_talk WHERE talk_id = ANY(%s::int[])"
    before = ask(session, known, talks)[0][0]
    tell(session, _PUT_TALKS, talks, [by_talk[talk] for talk in talks])
    tell(session, "DELETE FROM passage_search_talk WHERE talk_id = ANY(%s::int[]) AND size <= 0", talks)
    after = ask(session, known, talks)[0][0]
    words = sum(place.size for place in came) - sum(place.size for place in gone)
    tell(
        session,
        "UPDATE passage_search_size SET passages = passages + %s, words = words + %s, talks = talks + %s, "
        "talk_words = talk_words + %s",
        len(came) - len(gone), words, after - before, sum(by_talk.values()),
    )  # fmt: skip
    return max(1e-9, float(ask(session, "SELECT words::float / greatest(passages, 1) FROM passage_search_size")[0][0]))
