"""Answers kept while the base does not change: what every page needs, and what takes the database long to count.

The stamp of the base is one small query, so nodes that share a base agree, whichever of them wrote and whichever server
of it they read from. Nothing is kept for a session that may write, nor while an import runs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from threading import Lock, Thread
from time import sleep
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, select, true
from sqlmodel import Session, col

from app.catalog.snapshot import SNAPSHOT
from app.db.engine import base_of
from app.models import ImportRun, IndexState

MOST = 256
"""Answers of one base; the one not asked for the longest makes room."""

WAIT, PAUSE = 1.0, 0.05
"""Seconds until answers that no longer hold are freed, and between one and the next."""
FREEING = "freeing answers"
"""The name of the thread that does it."""

T = TypeVar("T")
Stamp = tuple[tuple[object, ...], ...]

_lock = Lock()
_answers: WeakKeyDictionary[Engine, tuple[Stamp, dict[Hashable, Any]]] = WeakKeyDictionary()


def kept(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, or what it gave for this key since the base last changed. It is shared: do not change it."""
    base, stamp = base_of(session), _stamp(session)
    if stamp is None or base is None:
        return make()
    with _lock:
        held = _answers.get(base)
        if held is None or held[0] != stamp:
            if held is not None:
                _let_go(held[1])
            held = _answers[base] = (stamp, {})
        answers = held[1]
        if key in answers:
            answers[key] = answers.pop(key)
            return answers[key]  # type: ignore[no-any-return]  # what `make` gave for the same key
    answer = make()
    with _lock:
        if len(answers) >= MOST:
            del answers[next(iter(answers))]
        answers[key] = answer
    return answer


def keeps(session: Session) -> bool:
    """Whether answers may be kept for this session: it only reads, and no import runs."""
    return _stamp(session) is not None


def _let_go(answers: dict[Hashable, Any]) -> None:
    """Free answers one by one and aside, for a report of hundreds of figures takes long to free, and all of them longer
    than making a page: whoever comes first after a change would wait for that."""
    Thread(target=_free, args=(answers,), name=FREEING, daemon=True).start()


def _free(answers: dict[Hashable, Any]) -> None:
    sleep(WAIT)
    while answers:
        with _lock:
            answer = answers.popitem()
        del answer  # beyond the lock
        sleep(PAUSE)


def _stamp(session: Session) -> Stamp | None:
    """The state of everything derived and the last import; None where answers may not be kept. Read once a session."""
    if base_of(session) is None:
        return None
    if "stamp" not in session.info:
        session.info["stamp"] = _read_stamp(session)
    found: Stamp | None = session.info["stamp"]
    return found


def _read_stamp(session: Session) -> Stamp | None:
    rows = session.execute(_states()).all()
    runs = any(run is not None and finished is None for _, _, run, finished in rows)
    if runs or SNAPSHOT not in {row[0] for row in rows}:
        return None
    return tuple(tuple(row) for row in rows)


@cache
def _states() -> Select[Any]:
    """What is derived, by name and fingerprint, each beside the last import."""
    last = select(col(ImportRun.id), col(ImportRun.finished_at)).order_by(col(ImportRun.id).desc()).limit(1).subquery()
    return (
        select(col(IndexState.name), col(IndexState.fingerprint), last.c.id, last.c.finished_at)
        .outerjoin(last, true())
        .order_by(col(IndexState.name))
    )
