"""Lexical search by Postgres: a tsvector of our own stems with the places and weights of words, under a GIN index.

The words are cut and stemmed as `fts5` and `words` do it, so that all three find the same passages and phrases.
Postgres knows no document frequencies, and cover density alone falls short of BM25; so the formula of `words` is
spelled out in SQL: inverse document frequencies from counts of the GIN index, length from a column, and how often a
word is there from ts_rank of that word alone, which counts the first place in full and each further one for less
(the weight over the square of its number), as BM25 lets repetition fade.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Float,
    Integer,
    Select,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session, col

from app.db.dialect import is_sqlite
from app.embeddings.store import NO_TALK
from app.models import Passage
from app.search.candidates import Candidate, Found, Scope
from app.search.documents import Document, documents
from app.search.lexical.fts5 import WEIGHTS
from app.search.lexical.words import K1, LEAST_IDF, B
from app.search.query import split_words
from app.text.stemming import stem

TABLE = "passage_search"
_BATCH = 500
_LONGEST_WORD = 200
"""Characters; Postgres refuses a lexeme of more than 2,046 bytes, and nobody means one so long."""
_LAST_PLACE = 16_383
_APART = 3
"""Places between title, text and people, so that no phrase goes over."""
_LETTERS = ("A", "D", "B")
"""Of title, text and people; ts_rank takes the weights of D, C, B and A, each at most 1."""
_RANK_WEIGHTS: Any = literal_column(
    f"'{{{','.join(str(weight / 2) for weight in (WEIGHTS[1], WEIGHTS[1], WEIGHTS[2], WEIGHTS[0]))}}}'::real[]"
)
_TO_COUNTS = 2 * math.pi**2 / 6
"""ts_rank of one word is the sum of its weights, each over the square of its number, over π²/6."""

_CREATE = (
    f"DROP TABLE IF EXISTS {TABLE}_size",
    f"CREATE TABLE {TABLE} (passage_id integer PRIMARY KEY, size integer NOT NULL, document tsvector NOT NULL)",
    f"CREATE TABLE {TABLE}_size (passages bigint NOT NULL, words bigint NOT NULL)",
    f"CREATE INDEX ix_{TABLE}_document ON {TABLE} USING gin (document)",
)
_index = table(TABLE, column("passage_id", Integer), column("size", Integer), column("document", TSVECTOR))
_sizes = table(f"{TABLE}_size", column("passages", Integer), column("words", Integer))


class TsvectorIndex:
    """See `LexicalIndex`. The tables are created by the first rebuild and are not among the migrated ones."""

    name = "tsvector"
    recipe = f"tsvector/porter/{'-'.join(map(str, WEIGHTS))}/1"

    def serves(self, bind: Engine | Connection | Session) -> bool:
        """Postgres only."""
        return not is_sqlite(bind)

    def rebuild(self, session: Session) -> None:
        """See `LexicalIndex`."""
        # To drop a table waits for everybody who has read it, and they may be waiting for this.
        if session.execute(select(func.to_regclass(TABLE))).scalar() is None:
            for statement in _CREATE:
                session.execute(text(statement))
        session.execute(delete(_index))
        session.execute(delete(_sizes))
        session.execute(insert(_sizes).values(passages=0, words=0))
        self._insert(session, None)

    def update(self, session: Session, removed: Sequence[int], added: Sequence[int]) -> None:
        """See `LexicalIndex`."""
        if removed:
            gone = session.execute(
                delete(_index).where(_index.c.passage_id.in_(list(removed))).returning(_index.c.size)
            ).scalars().all()  # fmt: skip
            self._count(session, -len(gone), -sum(gone))
        self._insert(session, added)

    def _insert(self, session: Session, ids: Sequence[int] | None) -> None:
        rows: list[dict[str, Any]] = []
        statement = insert(_index).values(document=cast(bindparam("document"), TSVECTOR))
        for document in documents(session, ids):
            size, lexemes = _lexemes(document)
            rows.append({"passage_id": document.passage_id, "size": size, "document": lexemes})
            if len(rows) == _BATCH:
                self._put(session, statement, rows)
                rows = []
        if rows:
            self._put(session, statement, rows)

    def _put(self, session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
        session.execute(statement, rows)
        self._count(session, len(rows), sum(row["size"] for row in rows))

    def _count(self, session: Session, passages: int, words: int) -> None:
        session.execute(update(_sizes).values(passages=_sizes.c.passages + passages, words=_sizes.c.words + words))

    def size(self, session: Session) -> int:
        """See `LexicalIndex`."""
        return int(session.execute(select(func.count()).select_from(_index)).scalar_one())

    def holding(self, words: Sequence[str]) -> Select[int]:
        """See `LexicalIndex`."""
        stems = _stems(words)
        held = _index.alias("held")
        found = select(held.c.passage_id).correlate(None)
        if not stems:
            return found.where(literal(value=False))
        return found.where(held.c.document.op("@@")(cast(" <-> ".join(map(_quoted, stems)), TSQUERY)))

    def search(self, session: Session, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """See `LexicalIndex`."""
        asked = Counter(_stems(terms))
        if not asked:
            return Found.of(())
        passages, words = session.execute(select(_sizes.c.passages, _sizes.c.words)).one()
        if not passages:
            return Found.of(())
        weighed = [(_quoted(word), times * self._weight(session, word, passages)) for word, times in asked.items()]
        penalty = K1 * (1 - B + B * cast(_index.c.size, Float) / max(1e-9, words / passages))
        rank = sum((_of_word(query, weight, penalty) for query, weight in weighed[1:]), _of_word(*weighed[0], penalty))
        any_of = cast(" | ".join(query for query, _ in weighed), TSQUERY)
        rows = session.execute(
            select(_index.c.passage_id, col(Passage.talk_id), rank.label("rank"))
            .select_from(_index)
            .join(Passage, col(Passage.id) == _index.c.passage_id)
            .where(_index.c.document.op("@@")(any_of), scope.condition)
            .order_by(text("rank DESC"), _index.c.passage_id)
            .limit(limit)
        )
        return Found.of(Candidate(passage, NO_TALK if talk is None else talk, score) for passage, talk, score in rows)

    def _weight(self, session: Session, word: str, passages: int) -> float:
        """Inverse document frequency of a word, as `words` has it."""
        holding = cast(_quoted(word), TSQUERY)
        held = session.execute(
            select(func.count()).select_from(_index).where(_index.c.document.op("@@")(holding))
        ).scalar_one()  # fmt: skip
        return max(LEAST_IDF, math.log((passages - held + 0.5) / (held + 0.5))) if held < passages + 0.5 else LEAST_IDF


def _of_word(query: str, weight: float, penalty: Any) -> Any:
    """What one word adds to the score of a passage."""
    often = _TO_COUNTS * func.ts_rank(_RANK_WEIGHTS, _index.c.document, cast(query, TSQUERY), type_=Float)
    return weight * (K1 + 1) * often / (often + penalty)


def _stems(terms: Iterable[str]) -> list[str]:
    return [lexeme for term in terms for word in split_words(term) if (lexeme := _lexeme(word))]


def _lexeme(word: str) -> str:
    return stem(word)[:_LONGEST_WORD].encode("utf-8", "replace").decode()


def _quoted(word: str) -> str:
    """A lexeme as text of tsvector and tsquery have it, in which quote and backslash are doubled."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _lexemes(document: Document) -> tuple[int, str]:
    """How many words a document has, and its tsvector as text."""
    places: dict[str, list[str]] = {}
    at = size = 0
    for letter, words in zip(_LETTERS, (document.title, document.text, document.people), strict=True):
        for word in _stems([words]):
            at += 1
            size += 1
            places.setdefault(word, []).append(f"{min(at, _LAST_PLACE)}{letter}")
        at += _APART
    return size, " ".join(f"{_quoted(word)}:{','.join(where)}" for word, where in places.items())
