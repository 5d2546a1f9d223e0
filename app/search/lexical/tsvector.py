"""Lexical search by Postgres, with the ranking of the embedded engine: the same formula, and the same numbers.

A weighted tsvector of our own stems under a GIN index finds words in a row, and tells which words a passage had when
it goes. It does not rank: Postgres knows no document frequencies, ts_rank reads every passage that holds a word (a
hundred milliseconds for common ones at 80,000 passages), and cover density falls short of BM25. Ranking is by packed
postings beside it (`postings`): some bytes for each passage of a word, with how often the word is there by the weight
of where, read by the word and scored as `words` does it (`stored`), the whole talk too. So document frequencies are
read with them and never counted. Near words are found by trigrams under another GIN index (`trigrams`).

All of it changes in the transaction in which passages change. Words are cut and stemmed as `fts5` and `words` do it,
so that all three find the same passages and phrases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Integer, Select, cast, column, literal, select, table
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session

from app.db.dialect import is_sqlite
from app.search.candidates import Found, Scope
from app.search.documents import Document, documents
from app.search.lexical.fts5 import WEIGHTS
from app.search.lexical.postings import BITS, MOST_WORDS, Place
from app.search.lexical.stored import StoredWords, lexeme, stems_of
from app.search.lexical.tables import DOCUMENTS, ask, make_empty
from app.search.lexical.writing import Written, change, take_out
from app.search.query import split_words
from app.text.stemming import fold

_LAST_PLACE = 16_383
_APART = 3
"""Places between title, text and people, so that no phrase goes over."""
_LETTERS = ("A", "D", "B")
"""The weights of title, text and people."""
_SIZE = """
    SELECT CASE WHEN held = passages
    AND (words = 0 OR EXISTS (SELECT FROM passage_search_word) AND EXISTS (SELECT FROM passage_search_spelling))
    AND (talks = 0 OR EXISTS (SELECT FROM passage_search_talk)) THEN held ELSE -1 END
    FROM (SELECT count(*) AS held FROM passage_search) AS documents LEFT JOIN passage_search_size ON true
"""
_index = table(DOCUMENTS, column("passage_id", Integer), column("document", TSVECTOR))


class TsvectorIndex:
    """See `LexicalIndex`. The tables are created by the first rebuild and are not among the migrated ones."""

    name = "tsvector"
    recipe = f"tsvector/porter/{'-'.join(map(str, WEIGHTS))}/{BITS}/2"

    def serves(self, bind: Engine | Connection | Session) -> bool:
        """Postgres only."""
        return not is_sqlite(bind)

    def rebuild(self, session: Session) -> None:
        """See `LexicalIndex`."""
        make_empty(session)
        change(session, [], map(_read, documents(session)))

    def update(self, session: Session, removed: Sequence[int], added: Sequence[int]) -> None:
        """See `LexicalIndex`."""
        gone = take_out(session, removed)
        change(session, gone, map(_read, documents(session, sorted(added))))

    def size(self, session: Session) -> int:
        """See `LexicalIndex`."""
        return int(ask(session, _SIZE)[0][0])

    def holding(self, words: Sequence[str]) -> Select[int]:
        """See `LexicalIndex`."""
        stems = [stemmed for term in words for stemmed in stems_of(term)]
        held = _index.alias("held")
        found = select(held.c.passage_id).correlate(None)
        if not stems:
            return found.where(literal(value=False))
        return found.where(held.c.document.op("@@")(cast(" <-> ".join(map(_quoted, stems)), TSQUERY)))

    def search(self, session: Session, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """See `LexicalIndex`. Scores are those of `WordsIndex`."""
        return self.words(session).search(terms, scope, limit)

    def words(self, session: Session) -> StoredWords:
        """See `LexicalIndex`."""
        return StoredWords(session)


def _quoted(word: str) -> str:
    """A lexeme as text of tsvector and tsquery have it, in which quote and backslash are doubled."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _read(document: Document) -> Written:
    """What is written of a document."""
    at = size = 0
    words: Counter[str] = Counter()
    written: Counter[str] = Counter()
    places: dict[str, list[str]] = {}
    for letter, weight, text in zip(_LETTERS, WEIGHTS, (document.title, document.text, document.people), strict=True):
        for word in split_words(text):
            at += 1
            size += 1
            stemmed = lexeme(word)
            words[stemmed] += round(2 * weight)
            written[fold(word)] += 1
            places.setdefault(stemmed, []).append(f"{min(at, _LAST_PLACE)}{letter}")
        at += _APART
    lexemes = " ".join(f"{_quoted(word)}:{','.join(where)}" for word, where in places.items())
    counts = {word: min(count, 255) for word, count in words.items()}
    place = Place(document.passage_id, document.talk_id, min(size, MOST_WORDS), counts)
    return Written(place, lexemes, written)
