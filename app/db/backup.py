"""Backup and restore of a SQLite knowledge base as one file, by SQLite's online backup; and a copy to try things on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from app.db.dialect import is_sqlite
from app.db.engine import make_engine
from app.db.types import utc_now
from app.errors import DatabaseError, UsageError


def back_up(url: str, target: Path) -> int:
    """Copy the base at `url` to `target`, check the copy, and return its size in bytes. An existing file stays."""
    source = _file_of(url)
    if not source.is_file():
        raise DatabaseError(f"There is no knowledge base at {source} yet; ingest something first.")
    if target.exists():
        raise UsageError(f"{target} exists already; choose another name or remove it.", "FILE")
    _copy(source, target)
    return target.stat().st_size


def restore_from(url: str, backup: Path) -> Path | None:
    """Put the backup in place of the base at `url`. Returns where the former base is kept, None if there was none."""
    target = _file_of(url)
    if not backup.is_file():
        raise UsageError(f"There is no file {backup}.", "FILE")
    _check(backup)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".restoring")
    fresh.unlink(missing_ok=True)
    _copy(backup, fresh)
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.stem}-before-{utc_now():%Y%m%dT%H%M%S}{target.suffix}")
        _copy(target, kept)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    fresh.replace(target)
    return kept


@contextmanager
def throw_away_copy(engine: Engine) -> Iterator[Engine]:
    """A copy of a SQLite base, gone when the block ends, so that nobody who writes waits for what is tried on it.

    Another database than SQLite is given as it is: whoever tries something there must roll back.
    """
    database = engine.url.database
    if not is_sqlite(engine) or database in (None, "", ":memory:"):
        yield engine
        return
    with TemporaryDirectory(prefix="hallway-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        try:
            with closing(sqlite3.connect(str(database))) as before, closing(sqlite3.connect(copy)) as after:
                before.backup(after)
        except sqlite3.Error as error:
            raise DatabaseError(f"{database} could not be copied to {folder}: {error}.") from error
        made = make_engine(f"sqlite:///{copy}")
        try:
            yield made
        finally:
            made.dispose()


def _file_of(url: str) -> Path:
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        raise UsageError("Backup and restore copy a SQLite file; use your database's own tools for another one.")
    return Path(str(address.database))


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target)) as after:
            before.backup(after)
            after.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise DatabaseError(f"{source} could not be copied to {target}: {error}.") from error
    _check(target)


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise DatabaseError(f"{file} is not a usable knowledge base: {error}.") from error
    if verdict != "ok" or "talk" not in tables:
        raise DatabaseError(f"{file} is not a usable knowledge base: {verdict}.")
