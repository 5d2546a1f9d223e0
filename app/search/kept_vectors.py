"""The vectors that Postgres holds for this process: found in step with the base, or brought in step before a search."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.db.engine import is_writing, writing
from app.db.failures import failure
from app.errors import DatabaseError, ExtensionError
from app.models import Passage
from app.search.backends import most_in_memory
from app.search.freshness import Marks, read_marks
from app.search.vector import table as tables
from app.search.vector.pgvector import PgvectorIndex

log = logging.getLogger(__name__)

MAKERS = 0x6D616B65727377
"""The advisory lock of Postgres that whoever makes or drops a table of vectors holds: one at a time does."""
ASIDE = 20_000
"""A table of more passages than this is made beside the searches, which say so, instead of while these wait."""
PATIENCE_MS = 2_000
"""How long a search waits for the right to write, to bring a table up to date. In vain, it goes on without."""
AGAIN = 5.0
"""Seconds after that, in which no search tries it."""


def keep_vectors(engine: Engine, recipe: str) -> None:
    """Bring the table of vectors of a base up to date where it has one or should have; for what runs after embedding.

    Where search keeps vectors in memory this does nothing. Raises DatabaseError.
    """
    if not PgvectorIndex.serves(engine):
        return
    with Session(engine) as session:
        should = tables.find(session, recipe) is not None or in_database(session, None)
    if should:
        bring_up_to_date(engine, recipe)


def in_database(session: Session, most: int | None) -> bool:
    """Whether the database searches this base, for it has more passages than processes are to keep in memory."""
    if not PgvectorIndex.serves(session):
        return False
    passages: int = session.execute(select(func.count()).select_from(Passage)).scalar_one()
    return passages > most_in_memory(most)


def bring_up_to_date(engine: Engine, recipe: str) -> bool:
    """Bring the table up to date, or make it anew, which hinders nobody who writes meanwhile.

    False where another process is making it just now. Raises DatabaseError.
    """
    with writing(engine) as session:
        if _followed(session, recipe):
            return True
    with _alone(engine) as is_alone:
        if not is_alone:
            return False
        log.info("Making the table of vectors anew.")
        # Beside those who write: only what they changed meanwhile is done while they wait.
        with Session(engine.execution_options(isolation_level="REPEATABLE READ")) as session:
            try:
                made = tables.make(session, recipe)
                session.commit()
            except DBAPIError as error:
                raise failure(error) or error from error
        with writing(engine) as session:
            used = tables.follow(session, recipe, made) or tables.make(session, recipe)
            tables.use(session, recipe, used)
        tables.vacuum(engine, used.name)
        with writing(engine) as session:
            tables.drop_unused(session)
    return True


def make_within(session: Session, recipe: str) -> None:
    """Make the table anew in the transaction of a session. Never commits."""
    tables.use(session, recipe, tables.make(session, recipe))


class KeptVectors:
    """Offers the index of the table of one base. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._making: threading.Thread | None = None
        self._not_before = 0.0

    @property
    def is_making(self) -> bool:
        """Whether a table is being made aside, or could not be brought up to date a moment ago."""
        making = self._making
        return (making is not None and making.is_alive()) or time.monotonic() < self._not_before

    def index(self, session: Session, marks: Marks, recipe: str) -> tuple[PgvectorIndex | None, bool]:
        """The index as it is, None where there is none, and whether it shows the base as it is."""
        table = tables.find(session, recipe) if recipe else None
        if table is None:
            return None, not recipe
        return PgvectorIndex.opened(session, table), tables.shows(table, marks)

    def mend(self, session: Session, recipe: str, wait: bool) -> None:
        """Bring the table up to date, if that can be now; what takes long is done aside, unless asked to `wait`.

        Raises ExtensionError where the database cannot hold vectors at all.
        """
        table = tables.find(session, recipe)
        if table is not None and tables.shows(table, read_marks(session)) and tables.is_whole(session, table):
            return
        if is_writing(session):
            if not _followed(session, recipe):
                make_within(session, recipe)
            return
        if self.is_making and not wait:
            return
        passages: int = session.execute(select(func.count()).select_from(Passage)).scalar_one()
        session.rollback()  # a reader sees one state of the base; it ends, to see what is done here
        if table is not None and self._follow_quickly(recipe):
            return
        if passages > ASIDE and not wait:
            self._making = threading.Thread(target=self._aside, args=(recipe,), name="make-vectors", daemon=True)
            self._making.start()
            return
        self._try(recipe)

    def _follow_quickly(self, recipe: str) -> bool:
        """Take up what changed, if that is little and known, and nobody is writing."""
        try:
            with writing(self._engine, PATIENCE_MS) as session:
                return _followed(session, recipe, tables.LEAST_PUT)
        except (DatabaseError, DBAPIError) as error:
            log.info("The table of vectors is searched as it is, as it cannot be brought up to date now: %s", error)
            self._not_before = time.monotonic() + AGAIN
            return True

    def _aside(self, recipe: str) -> None:
        with suppress(ExtensionError):  # the search said it
            self._try(recipe)

    def _try(self, recipe: str) -> None:
        try:
            if bring_up_to_date(self._engine, recipe):
                return
            log.info("Another process makes the table of vectors; it is searched as it is until then.")
        except ExtensionError:
            raise
        except (DatabaseError, DBAPIError) as error:
            log.warning("The table of vectors could not be brought up to date: %s", error)
        self._not_before = time.monotonic() + AGAIN


def _followed(session: Session, recipe: str, most: int | None = None) -> bool:
    """Bring the table in use up to date; False where it is to be made anew, or `most` vectors would not be enough."""
    table = tables.find(session, recipe)
    followed = None if table is None else tables.follow(session, recipe, table, most)
    if followed is None:
        return False
    if followed != table:
        tables.use(session, recipe, followed)
    return True


@contextmanager
def _alone(engine: Engine) -> Iterator[bool]:
    """Whether nobody else makes or drops tables while the block runs."""
    with engine.connect() as connection:
        got = bool(connection.execute(text(f"SELECT pg_try_advisory_lock({MAKERS})")).scalar_one())
        connection.commit()
        try:
            yield got
        finally:
            if got:
                connection.execute(text(f"SELECT pg_advisory_unlock({MAKERS})"))
                connection.commit()
