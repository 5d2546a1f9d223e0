"""Lexical search by SQLite's FTS5: BM25 over title, text and people, stemmed, in the same file as the facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Connection,
    Engine,
    Float,
    Integer,
    Select,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from app.db.dialect import is_sqlite
from app.embeddings.store import NO_TALK
from app.models import Passage
from app.search.candidates import Candidate, Found, Scope
from app.search.documents import documents
from app.search.query import spaced

TABLE = "passage_search"
# A word in a title or a name says more than one in a text (weights of bm25's columns: title, text, people).
WEIGHTS = (2.0, 1.0, 1.5)
_BATCH = 500

_CREATE = text(
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(title, text, people, tokenize = 'porter unicode61 remove_diacritics 2')"
)
_index = table(TABLE, column("rowid", Integer), column("title"), column("text"), column("people"), column(TABLE))
_match = literal_column(TABLE).op("MATCH")(bindparam("match"))
_rank = func.bm25(literal_column(TABLE), *(literal_column(str(weight)) for weight in WEIGHTS), type_=Float)


class Fts5Index:
    """See `LexicalIndex`. The table is created by the first rebuild and is not among the migrated ones."""

    name = "fts5"
    recipe = f"fts5/porter-unicode61/{'-'.join(map(str, WEIGHTS))}/2"

    def __init__(self) -> None:
        self._statements: WeakKeyDictionary[Scope, Select[Any]] = WeakKeyDictionary()

    def serves(self, bind: Engine | Connection | Session) -> bool:
        """SQLite only."""
        return is_sqlite(bind)

    def rebuild(self, session: Session) -> None:
        """See `LexicalIndex`."""
        try:
            session.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        except DBAPIError:
            _make_droppable(session)
            session.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        session.execute(_CREATE)
        self._insert(session, None)
        session.execute(insert(_index).values({TABLE: "optimize"}))

    def update(self, session: Session, removed: Sequence[int], added: Sequence[int]) -> None:
        """See `LexicalIndex`."""
        if removed:
            session.execute(delete(_index).where(_index.c.rowid == bindparam("old")), [{"old": i} for i in removed])
        self._insert(session, added)

    def _insert(self, session: Session, ids: Sequence[int] | None) -> None:
        rows = []
        for document in documents(session, ids):
            rows.append(
                {
                    "rowid": document.passage_id,
                    "title": spaced(document.title),
                    "text": spaced(document.text),
                    "people": spaced(document.people),
                }
            )
            if len(rows) == _BATCH:
                session.execute(insert(_index), rows)
                rows = []
        if rows:
            session.execute(insert(_index), rows)

    def size(self, session: Session) -> int:
        """See `LexicalIndex`."""
        return int(session.execute(select(func.count()).select_from(_index)).scalar_one())

    def holding(self, words: Sequence[str]) -> Select[int]:
        """See `LexicalIndex`."""
        held = _index.alias("held")
        # Within a search of the same table, which it must not be taken for.
        return select(held.c.rowid).where(held.c[TABLE].op("MATCH")(_quoted(spaced(" ".join(words))))).correlate(None)

    def search(self, session: Session, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """See `LexicalIndex`. Scores are bm25 with its sign turned, so above 0."""
        if not terms:
            return Found.of(())
        statement = self._statements.get(scope)
        if statement is None:
            statement = self._statements[scope] = _statement(scope)
        match = " OR ".join(_quoted(spaced(term)) for term in terms)
        rows = session.connection().execute(statement, {"match": match, "most": limit})
        return Found.of(Candidate(passage, NO_TALK if talk is None else talk, -rank) for passage, talk, rank in rows)

    def words(self, session: Session) -> None:
        """See `LexicalIndex`. FTS5 reads a record of each passage that holds a word, so they are kept in memory."""


def _statement(scope: Scope) -> Select[Any]:
    """The search within a scope; building it costs about as much as running it, so it is kept."""
    return (
        select(_index.c.rowid, col(Passage.talk_id), _rank.label("rank"))
        .select_from(_index)
        .join(Passage, col(Passage.id) == _index.c.rowid)
        .where(_match, scope.condition)
        .order_by("rank", _index.c.rowid)
        .limit(bindparam("most"))
    )


def _make_droppable(session: Session) -> None:
    """Empty a damaged index by hand: SQLite does not even drop one whose own records it cannot read."""
    records = table(f"{TABLE}_data", column("id"), column("block"))
    session.execute(delete(records))
    # What FTS5 writes for an index without rows: its averages and its structure.
    session.execute(insert(records), [{"id": 1, "block": b""}, {"id": 10, "block": bytes(7)}])


def _quoted(term: str) -> str:
    """`term` as an FTS5 string, in which only the quote means anything and is doubled."""
    return '"' + term.replace('"', '""') + '"'
