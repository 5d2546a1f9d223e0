"""The tables of `tsvector`, made by its first rebuild. They are derived and not among the migrated ones.

None has a number of its own or a rule that spans its rows beyond its first column, so each can be spread over machines
by that column.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

DOCUMENTS = "passage_search"
"""Each passage with its talk, its number of words and its tsvector: for phrases, and to tell which words one had."""
WORDS = "passage_search_word"
"""For each stem and block of passages the packed passages that hold it, see `postings`."""
TALKS = "passage_search_talk"
"""How many words all passages of a talk have together."""
SIZES = "passage_search_size"
"""One row of totals."""
SPELLINGS = "passage_search_spelling"
"""Every word as it is written but for case and accents, about how often it was written, and its trigrams."""

_COLUMNS = {
    DOCUMENTS: "passage_id integer PRIMARY KEY, talk_id integer NOT NULL, size integer NOT NULL, "
    "document tsvector NOT NULL",
    WORDS: 'block integer NOT NULL, word text COLLATE "C" NOT NULL, entries bytea NOT NULL, PRIMARY KEY (word, block)',
    TALKS: "talk_id integer PRIMARY KEY, size bigint NOT NULL",
    SIZES: "passages bigint NOT NULL, words bigint NOT NULL, talks bigint NOT NULL, talk_words bigint NOT NULL",
    SPELLINGS: 'word text COLLATE "C" PRIMARY KEY, often bigint NOT NULL, trigrams text[] NOT NULL',
}
_ALSO = {
    DOCUMENTS: f"CREATE INDEX ix_{DOCUMENTS}_document ON {DOCUMENTS} USING gin (document)",
    # So that the beginning of a long one is read without its end.
    WORDS: f"ALTER TABLE {WORDS} ALTER COLUMN entries SET STORAGE EXTERNAL",
    SPELLINGS: f"CREATE INDEX ix_{SPELLINGS}_trigrams ON {SPELLINGS} USING gin (trigrams)",
}


def make_empty(session: Session) -> None:
    """Make the tables that are missing, and empty the others."""
    _drop_older(session)
    for name, columns in _COLUMNS.items():
        # To drop a table waits for everybody who has read it, and they may be waiting for this.
        if ask(session, "SELECT to_regclass(%s) IS NULL", name)[0][0]:
            tell(session, f"CREATE TABLE {name} ({columns})")
            if name in _ALSO:
                tell(session, _ALSO[name])
        else:
            tell(session, f"DELETE FROM {name}")  # noqa: S608  # a name from above
    tell(session, "INSERT INTO passage_search_size VALUES (0, 0, 0, 0)")


def _drop_older(session: Session) -> None:
    """Drop the tables of the first recipe, which had other columns."""
    known = "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
    for name, column in ((DOCUMENTS, "talk_id"), (SIZES, "talks")):
        if not ask(session, f"{known} AND table_schema = current_schema()", name, column)[0][0]:
            tell(session, f"DROP TABLE IF EXISTS {name}")


def ask(session: Session, statement: str, *values: object) -> Any:
    """All rows of a statement as the driver reads it, with %s for each value. Raises a database error.

    Bytes come as they are: read as text they would come twice as long.
    """
    connection = session.connection()
    if connection.engine.dispatch.before_cursor_execute:  # somebody listens
        return connection.exec_driver_sql(statement, values).all()
    driver: Any = connection.connection
    known = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor(binary=True) as cursor:
            return cursor.execute(statement, values).fetchall()
    except known as error:
        dialect = connection.dialect
        is_lost = dialect.is_disconnect(error, driver, None)
        if is_lost:
            connection.invalidate(error)  # so that nobody rolls back what is gone, nor takes it from the pool again
        raise DBAPIError.instance(
            statement, values, error, known, connection_invalidated=is_lost, dialect=dialect
        ) from error


def numbers(values: Iterable[int]) -> str:
    """Many numbers as Postgres reads an array of them; as a list of values they would take ten times as long."""
    return "{" + ",".join(map(str, values)) + "}"


def tell(session: Session, statement: str, *values: object) -> None:
    """Run a statement that returns nothing, with %s for each value."""
    session.connection().exec_driver_sql(statement, values)
