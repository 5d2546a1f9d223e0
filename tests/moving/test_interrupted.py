"""Killed with -9 at any moment, a move goes on when it is run again, and until then its target opens for nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import make_engine
from app.db.places import identity, is_there, place_of
from app.db.unfinished import Mark, read_mark, set_mark
from app.errors import DatabaseError
from app.migrations import upgrade
from app.moving.report import MoveReport
from app.settings import CHECKOUT
from tests.moving.bases import moved

PROGRAM = """
import os, signal, sys
from app.db.places import place_of
from app.moving import carry, move
from tests.moving.bases import RECIPES, make_indexes
carry.FIRST, carry.BATCH, carry.CHUNK = 40, 20_000, 60_000
said, last = 0, int(sys.argv[3])
def killed(step, done, total):
    global said
    said += 1
    if said == last:
        os.kill(os.getpid(), signal.SIGKILL)
def indexes(engine):
    make_indexes(engine)
    killed("made indexes", 0, 0)
report = move(place_of(sys.argv[1], "FROM"), place_of(sys.argv[2], "TO"), RECIPES, indexes, killed)
print(report.whole, said)
"""
LIMIT = 300


def _run_until(source: str, target: str, last: int) -> tuple[int, str]:
    """A move in a process of its own that kills itself when it says something for the time `last`."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, source, target, str(last)], cwd=CHECKOUT, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout


def _refused(target: str) -> str:
    engine = make_engine(target if "://" in target else f"sqlite:///{target}")
    with pytest.raises(DatabaseError) as told:
        upgrade(engine)
    engine.dispose()
    return str(told.value)


def _notes(report: MoveReport) -> dict[str, str]:
    return {line.table: line.note for line in report.tables if line.note}


def test_killed_again_and_again_it_goes_on(every_kind: Path, empty_place: str) -> None:
    kills = 0
    for last in (1, 25, 80, 200, 1_000):
        code, _ = _run_until(str(every_kind), empty_place, last)
        if code == 0:
            break
        kills += 1
        assert f"still being moved here from {every_kind}" in _refused(empty_place)
    assert kills >= 3
    if code != 0:
        assert moved(str(every_kind), empty_place).whole
    engine = make_engine(empty_place if "://" in empty_place else f"sqlite:///{empty_place}")
    assert upgrade(engine) is False
    engine.dispose()


def test_killed_when_all_but_the_mark_is_done(every_kind: Path, empty_place: str, tmp_path: Path) -> None:
    """References and indexes are there again then, and rows are written against them."""
    _, told = _run_until(str(every_kind), str(tmp_path / "count.sqlite3"), 0)
    steps = int(told.split()[1])
    code, _ = _run_until(str(every_kind), empty_place, steps)
    assert code == -signal.SIGKILL
    assert "is not whole" in _refused(empty_place)
    notes = _notes(moved(str(every_kind), empty_place))
    assert set(notes.values()) == {"was there already"}


def test_what_was_written_is_not_written_again(every_kind: Path, empty_place: str) -> None:
    code, _ = _run_until(str(every_kind), empty_place, 60)
    assert code == -signal.SIGKILL
    report = moved(str(every_kind), empty_place)
    notes = _notes(report)
    assert report.whole
    assert "was there already" in notes.values()
    assert not [note for note in notes.values() if "again" in note]
    assert report.notes[0].endswith("goes on with the move that was interrupted.")


def test_a_base_that_changed_meanwhile_is_noticed(every_kind: Path, empty_place: str, tmp_path: Path) -> None:
    source = tmp_path / "source.sqlite3"
    source.write_bytes(every_kind.read_bytes())
    code, _ = _run_until(str(source), empty_place, 60)
    assert code == -signal.SIGKILL
    engine = make_engine(f"sqlite:///{source}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE organisation SET name = name || '!' WHERE id = 2"))
        connection.execute(text("DELETE FROM speakeralias WHERE id = (SELECT max(id) FROM speakeralias)"))
        connection.execute(text("INSERT INTO series (slug, name) VALUES ('later', 'Later')"))
    engine.dispose()
    report = moved(str(source), empty_place)
    notes = _notes(report)
    assert report.whole
    assert notes["organisation"] == "changed since the last run, copied again"
    assert notes["series"].startswith("went on after")
    assert notes["source"] == "was there already"


def test_a_move_of_another_base_is_refused(every_kind: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "target.sqlite3")
    other = tmp_path / "other.sqlite3"
    other.write_bytes(every_kind.read_bytes())
    assert _run_until(str(every_kind), target, 60)[0] == -signal.SIGKILL
    with pytest.raises(DatabaseError, match=rf"is being filled from {every_kind}, not from {other}"):
        moved(str(other), target)
    assert moved(str(every_kind), target).whole


def test_an_unfinished_base_is_moved_nowhere(every_kind: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "target.sqlite3")
    assert _run_until(str(every_kind), target, 60)[0] == -signal.SIGKILL
    with pytest.raises(DatabaseError, match="itself still being moved there from"):
        moved(target, str(tmp_path / "third.sqlite3"))
    assert not is_there(place_of(str(tmp_path / "third.sqlite3"), "TO"))


def test_of_two_runs_the_later_goes_on(every_kind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier stops before it writes another row."""
    from app.moving import move
    from tests.moving.bases import RECIPES, make_indexes

    target = str(tmp_path / "target.sqlite3")
    monkeypatch.setattr("app.moving.carry.CHUNK", 60_000)
    said = 0

    def take_over(step: str, done: int, total: int) -> None:
        nonlocal said
        said += 1
        if said == 20:
            engine = make_engine(f"sqlite:///{target}")
            with engine.begin() as connection:
                mark = read_mark(connection)
                assert mark is not None
                set_mark(connection, Mark(mark.source, mark.named, "another run", mark.missing))
            engine.dispose()

    places = place_of(str(every_kind), "FROM"), place_of(target, "TO")
    with pytest.raises(DatabaseError, match="Another `hallway move` fills"):
        move(*places, RECIPES, make_indexes, take_over)
    assert said == 20
    assert moved(str(every_kind), target).whole


def test_killed_before_there_were_tables(every_kind: Path, tmp_path: Path) -> None:
    """The mark is the first thing in a target, so that an empty base is not taken for a whole one either."""
    target = str(tmp_path / "target.sqlite3")
    engine = make_engine(f"sqlite:///{target}")
    with engine.begin() as connection:
        set_mark(connection, Mark(identity(place_of(str(every_kind), "FROM")), str(every_kind), "killed", None))
    engine.dispose()
    assert "is not whole" in _refused(target)
    assert moved(str(every_kind), target).whole
