"""The indexes of passages at hand: taken from files where these are whole, brought up to date, else made anew.

An index follows the changes of the passages by their ids, so that ten changed talks cost what ten talks cost. It is
made anew when what changed is not known, when it does not account for as many passages as there are, when vectors in
use went, and for another model. Processes share the files; what each follows beyond its file is its own, and small.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path
from typing import Any, Generic

from sqlalchemy import Engine, func, select
from sqlmodel import Session

from app.db.engine import is_reading, serving
from app.embeddings.store import era
from app.errors import HallwayError
from app.locks import alone
from app.models import Passage
from app.search.freshness import Marks, changes_since, read_marks
from app.search.index_files import beginning, read_index, write_index
from app.search.kept_vectors import KeptVectors, in_database, make_within
from app.search.kinds import Held, I, Kind, State, VectorsKind, WordsKind
from app.search.lexical.words import WordsIndex
from app.search.vector.protocol import VectorIndex

log = logging.getLogger(__name__)

ASIDE = 20_000
"""More passages than this are read beside the searches, which say so, instead of while these wait."""
LEAST_CHANGES, SHARE_OF_CHANGES = 2_000, 0.05
"""A file is written anew when more rows than this, and more than this share, came or went since."""


class Shelf:
    """Holds the newest vectors and words of one base. Those who ask take turns."""

    def __init__(self, engine: Engine, folder: Path | None, most_in_memory: int | None = None) -> None:
        self._engine = engine
        self._most_in_memory = most_in_memory
        self._kept = KeptVectors(engine)
        self._folder = folder
        """Where the files are; None keeps everything in memory."""
        self._base = beginning(engine)
        self._held: dict[str, Held[Any]] = {}
        self._making: dict[str, threading.Thread] = {}

    def vectors(self, session: Session, marks: Marks, recipe: str, wait: bool) -> tuple[VectorIndex, bool]:
        """The vectors under `recipe` and whether they show the base as it is; without `wait` they may be older."""
        kind = VectorsKind(recipe)
        if self.is_in_database(session):
            index, are_new = self._kept.index(session, marks, recipe)
            return index or kind.empty(), are_new
        held = self._current(kind, session, marks, wait)
        return (kind.empty(), False) if held is None else (held.index, held.state == kind.state(marks))

    def words(self, session: Session, marks: Marks, wait: bool) -> WordsIndex | None:
        """The words; None while they are being read, or where the database searches them."""
        kind = WordsKind()
        if self.is_in_database(session):
            return None
        held = self._current(kind, session, marks, wait)
        return held.index if held is not None and held.state == kind.state(marks) else None

    @property
    def is_making(self) -> bool:
        """Whether something is being read aside."""
        return self._kept.is_making or any(thread.is_alive() for thread in list(self._making.values()))

    def is_in_database(self, session: Session) -> bool:
        """Whether the database searches the base, and nothing of its passages is kept here."""
        return in_database(session, self._most_in_memory)

    def mend(self, session: Session, recipe: str, wait: bool) -> None:
        """Bring in step what the database searches by."""
        if recipe and self.is_in_database(session):
            self._kept.mend(session, recipe, wait)

    def forget(self, session: Session, recipe: str) -> None:
        """Make everything anew at the next search, and the files too; the table of vectors at once. Never commits."""
        if recipe and self.is_in_database(session):
            make_within(session, recipe)
        self._held = {}
        if self._folder is not None:
            for file in self._folder.glob(f"{self._base}-*.index"):
                file.unlink(missing_ok=True)

    def _current(self, kind: Kind[I], session: Session, marks: Marks, wait: bool) -> Held[I] | None:
        key, state = f"{kind.name}/{kind.recipe}", kind.state(marks)
        held: Held[I] | None = self._held.get(key)
        total = session.execute(select(func.count()).select_from(Passage)).scalar_one()
        # What a session that writes sees may never be committed, so no file may tell of it.
        file = _File(self._folder, self._base, kind) if self._folder is not None and is_reading(session) else None
        found = _followed(kind, session, held, state, total)
        if found is None and file is not None:
            found = _followed(kind, session, file.read(), state, total)
        if found is None and total > ASIDE and not wait and is_reading(session):
            self._make_aside(kind, key, file)
            return held
        if found is None:
            found = _made(kind, session, state, total, file)
        elif file is not None and found.index.changes > max(LEAST_CHANGES, SHARE_OF_CHANGES * total):
            with alone(file.folder):
                found = file.write(found)
        self._keep(key, found)
        return found

    def _make_aside(self, kind: Kind[I], key: str, file: _File[I] | None) -> None:
        """Read everything in a thread of its own; the next search after it finds an index to follow from."""

        def make() -> None:
            try:
                with serving(self._engine) as session:
                    total = session.execute(select(func.count()).select_from(Passage)).scalar_one()
                    self._keep(key, _made(kind, session, kind.state(read_marks(session)), total, file))
            except HallwayError as error:
                log.warning("The index of %s could not be made: %s", kind.name, error)

        running = self._making.get(kind.name)
        if running is None or not running.is_alive():
            self._making[kind.name] = threading.Thread(target=make, name=f"make-{kind.name}", daemon=True)
            self._making[kind.name].start()

    def _keep(self, key: str, held: Held[Any]) -> None:
        """Keep one index of each kind."""
        name = key.partition("/")[0]
        others = {other: index for other, index in self._held.items() if not other.startswith(f"{name}/")}
        self._held = {**others, key: held}


class _File(Generic[I]):
    """The file of one kind of index of one base."""

    def __init__(self, folder: Path, base: str, kind: Kind[I]) -> None:
        self._kind: Kind[I] = kind
        self._path = folder / f"{base}-{kind.name}-{hashlib.sha256(kind.recipe.encode()).hexdigest()[:8]}.index"

    @property
    def folder(self) -> Path:
        """Where it is, and the lock of those who make it."""
        return self._path.parent

    def read(self) -> Held[I] | None:
        """What it holds, mapped into memory; None where it is missing, damaged or of something else."""
        read = read_index(self._path)
        if read is None or read[0]["recipe"] != self._kind.recipe:
            return None
        about, arrays = read
        without = arrays.pop("without")
        index = self._kind.read(about["form"], arrays)
        return None if index is None else Held(index, State(about["passages"], about["vectors"]), without)

    def write(self, held: Held[I]) -> Held[I]:
        """Replace the file; returns the same as the file holds it, or as given where that is not possible."""
        about = {"recipe": self._kind.recipe, "form": self._kind.form(held.index), **held.state._asdict()}
        read = self.read()
        if read is None or read.state != held.state:
            write_index(self._path, about, {**held.index.arrays(), "without": held.without})
            read = self.read()
        return read if read is not None and read.state == held.state else held


def _followed(kind: Kind[I], session: Session, held: Held[I] | None, state: State, total: int) -> Held[I] | None:
    """What is held, brought up to date; None where that is not possible."""
    if held is None or era(held.state.vectors) != era(state.vectors):
        return None
    changes = changes_since(session, held.state.passages, state.passages)
    found = None if changes is None else kind.follow(session, held, state, changes)
    return found if found is not None and found.passages == total else None


def _made(kind: Kind[I], session: Session, state: State, total: int, file: _File[I] | None) -> Held[I]:
    """Everything read anew and written, unless another process did just that."""
    if file is None:
        return kind.make(session, state)
    with alone(file.folder):
        found = _followed(kind, session, file.read(), state, total)  # made while this one waited
        if found is None:
            log.info("Reading all passages for the index of %s.", kind.name)
            found = file.write(kind.make(session, state))
    return found
