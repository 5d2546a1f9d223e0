"""What answers show of talks and passages, all of it packed at hand, so that an answer asks the database for nothing.

A derived thing of one state of the base: made aside while the database is still asked, kept in a file that processes
share, and thrown away whole when the base changes. Unpacking the twenty cards of an answer takes a tenth of the time
of seven queries, and does not give the interpreter's lock away for each row as SQLite's driver does.
"""

from __future__ import annotations

import json
import logging
import marshal
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from app.catalog.cards import CardRows, EditionName, TalkCard, card_of, card_rows
from app.db.engine import serving
from app.db.prepared import IDS, Prepared
from app.errors import HallwayError
from app.models import Edition, Passage, Takeaway, Talk
from app.search.freshness import Marks, read_marks
from app.search.index_files import MARSHALLED, Arrays, beginning, made_once

log = logging.getLogger(__name__)

SETTLED = 5.0
"""Seconds for which a base must stay as it is before all of it is read again: whoever edits does so several times."""
LONGEST_END = 5.0
"""Seconds that letting go of a base waits for what is being read of it."""
_BATCH = 500
_RECIPE = f"display/1/{MARSHALLED}"


class ShownPassage(NamedTuple):
    """A passage as answers show it, with its takeaway and the edition of that, if any."""

    text: str
    kind: str
    start_seconds: float | None
    takeaway: str | None
    takeaway_kind: str | None
    edition: EditionName | None


class Packs:
    """Rows of plain values by id, each a run of bytes."""

    def __init__(self, ids: NDArray[np.int64], starts: NDArray[np.int64], packed: NDArray[np.uint8]) -> None:
        """Of ids, ascending, and where in `packed` the row of each begins, and the last ends."""
        self._ids = ids
        self._starts = starts
        self._packed = packed
        self._bytes = memoryview(packed.data)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, Any]]) -> Packs:
        """Of (id, row), by ascending id."""
        ids: list[int] = []
        packed: list[bytes] = []
        for key, row in rows:
            ids.append(key)
            packed.append(marshal.dumps(row))
        starts = np.zeros(len(ids) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, packed), dtype=np.int64, count=len(packed)), out=starts[1:])
        return cls(np.array(ids, dtype=np.int64), starts, np.frombuffer(b"".join(packed), dtype=np.uint8))

    def arrays(self, name: str) -> Arrays:
        """What they are made of, with `name` before."""
        return {f"{name}-ids": self._ids, f"{name}-starts": self._starts, f"{name}-packed": self._packed}

    @classmethod
    def from_arrays(cls, arrays: Arrays, name: str) -> Packs:
        """Those that `arrays` were taken of."""
        return cls(arrays[f"{name}-ids"], arrays[f"{name}-starts"], arrays[f"{name}-packed"])

    def at(self, ids: Sequence[int]) -> dict[int, Any]:
        """The rows of these ids, without those that there are none of."""
        if not len(self._ids) or not ids:
            return {}
        wanted = np.array(ids, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        known = self._ids[places] == wanted
        spans = zip(self._starts[places].tolist(), self._starts[places + 1].tolist(), known.tolist(), strict=True)
        return {
            key: marshal.loads(self._bytes[start:end])  # noqa: S302  # its file is our own, and its checksum was right
            for key, (start, end, is_known) in zip(ids, spans, strict=True)
            if is_known
        }


class Display:
    """Cards of all talks and texts of all passages, of one state of the base."""

    def __init__(self, talks: Packs, passages: Packs) -> None:
        self._talks = talks
        self._passages = passages

    @classmethod
    def read(cls, session: Session) -> Display:
        """Everything, which takes some seconds for tens of thousands of talks."""
        return cls(Packs.of(_all_cards(session)), Packs.of(_all_passages(session)))

    def arrays(self) -> Arrays:
        """All that it holds, as a file keeps it."""
        return {**self._talks.arrays("talks"), **self._passages.arrays("passages")}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Display:
        """The one that `arrays` were taken of."""
        return cls(Packs.from_arrays(arrays, "talks"), Packs.from_arrays(arrays, "passages"))

    def cards(self, ids: Sequence[int]) -> dict[int, TalkCard]:
        """Cards of those of these talks that there are, by id."""
        return {key: card_of(CardRows(*rows)) for key, rows in self._talks.at(ids).items()}

    def passages(self, ids: Sequence[int]) -> dict[int, ShownPassage]:
        """Those of these passages that there are, by id."""
        return {key: _shown(row) for key, row in self._passages.at(ids).items()}


class Displays:
    """Holds the display of the newest state of one base, once it was made. Threads may share it."""

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        """Processes that are given the same `folder` share a file there; None keeps everything in memory."""
        self._engine = engine
        self._file = None if folder is None else folder / f"{beginning(engine)}-display.index"
        self._held: tuple[Marks, Display] | None = None
        self._making: threading.Thread | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        """Set when the base is let go, so that nothing is read of it, and no connection opened, after that."""
        event.listen(engine, "engine_disposed", self._end)

    def _end(self, _engine: Engine) -> None:
        self._over.set()
        making = self._making
        if making is not None and making is not threading.current_thread():
            making.join(LONGEST_END)

    def at(self, marks: Marks) -> Display | None:
        """The display of this state; None while it is not made, which begins when it is first asked for."""
        held = self._held
        if held is not None and held[0] == marks:
            return held[1]
        if self._making is None and not self._over.is_set():
            with self._lock:
                if self._making is None:
                    self._making = threading.Thread(target=self._make_aside, name="make-display", daemon=True)
                    self._making.start()
        return None

    def fill(self, session: Session) -> None:
        """Make it now."""
        marks = read_marks(session)
        if marks.snapshot.fingerprint and (self._held is None or self._held[0] != marks):
            self._held = marks, self._made(session, marks)

    def _make_aside(self) -> None:
        try:
            before = None
            while True:
                if self._over.wait(SETTLED):
                    return
                with serving(self._engine) as session:
                    marks = read_marks(session)
                    if marks == before:
                        self.fill(session)
                        return
                before = marks
        except (HallwayError, SQLAlchemyError) as error:
            log.info("What answers show could not be read at once: %s", error)
        finally:
            self._making = None

    def _made(self, session: Session, marks: Marks) -> Display:
        return made_once(
            self._file, {"recipe": _RECIPE, "marks": json.dumps(marks)},
            lambda: Display.read(session), Display.from_arrays, Display.arrays,
        )  # fmt: skip


def read_passages(session: Session, ids: Sequence[int]) -> dict[int, ShownPassage]:
    """Those of these passages that there are, by id, from the base."""
    return {key: _shown(row) for key, *row in _PASSAGES.rows(session, ids)}


def _shown(row: Sequence[Any]) -> ShownPassage:
    text, kind, start, takeaway, takeaway_kind, slug, name = row
    edition = EditionName(slug, name) if slug and name else None
    return ShownPassage(text, kind, start, takeaway, takeaway_kind, edition)


def _all_cards(session: Session) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for some in _in_batches(session, col(Talk.id)):
        yield from sorted((key, tuple(rows)) for key, rows in card_rows(session, some).items())


def _all_passages(session: Session) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for some in _in_batches(session, col(Passage.id)):
        yield from sorted((key, tuple(row)) for key, *row in _PASSAGES.rows(session, some))


def _in_batches(session: Session, column: Any) -> Iterator[list[int]]:
    ids = list(session.scalars(select(column).order_by(column)))
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


_PASSAGES = Prepared(
    select(
        col(Passage.id), col(Passage.text), col(Passage.kind), col(Passage.start_seconds),
        col(Takeaway.slug), col(Takeaway.kind), col(Edition.slug), col(Edition.name),
    )
    .outerjoin(Takeaway, col(Takeaway.id) == col(Passage.takeaway_id))
    .outerjoin(Edition, col(Edition.id) == col(Takeaway.edition_id))
    .where(col(Passage.id).in_(IDS))
)  # fmt: skip
