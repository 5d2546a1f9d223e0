"""A change of a base, for benchmarks of what is first asked after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import enumerate as enumerate_threads

from sqlalchemy import Engine
from sqlmodel import Session

from app.catalog import kept as keeping
from app.catalog.sheets import STATE
from app.catalog.snapshot import SNAPSHOT
from app.db.engine import reading, writing
from app.models import IndexState


@contextmanager
def changing(engine: Engine) -> Iterator[Callable[[], None]]:
    """What changes the base each time it is called: its snapshot gets another name, and back its own at the end.

    So nothing that was kept holds any longer, figures have other ids, and the database reads its pages anew, as after
    a decision or an import. What is packed of the snapshot keeps up with it, as it does there. What was kept is freed
    at once, for a site does that in the seconds that follow, where changes here follow each other.
    """
    keeping.WAIT = keeping.PAUSE = 0.0
    with reading(engine) as session:
        states = {name: _fingerprint(session, name) for name in (SNAPSHOT, STATE)}
    following = [name for name, known in states.items() if known == states[SNAPSHOT]]
    numbers = count()

    def change() -> None:
        _rename(engine, dict.fromkeys(following, f"{next(numbers):012x}"))
        with reading(engine) as session:
            keeping.kept(session, "changed", lambda: True)
        for thread in enumerate_threads():
            if thread.name == keeping.FREEING:
                thread.join()

    try:
        yield change
    finally:
        _rename(engine, {name: states[name] for name in following})


def _fingerprint(session: Session, name: str) -> str:
    state = session.get(IndexState, name)
    return state.fingerprint if state else ""


def _rename(engine: Engine, fingerprints: dict[str, str]) -> None:
    with writing(engine) as session:
        for name, fingerprint in fingerprints.items():
            if state := session.get(IndexState, name):
                state.fingerprint = fingerprint
