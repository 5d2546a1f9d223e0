"""Reading from a replica: who reads where, nobody back in time, and what is left while a server does not answer."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import Session

from app.db.engine import base_of, is_of_replica, make_engine, reading, serving, takes_changes, writing
from app.db.replica import EVERY, Servers, replica_of
from app.db.types import utc_now
from app.errors import DatabaseError, Interrupted, Unreachable
from app.migrations import upgrade
from app.models import IndexState
from tests.replica import Pair

MOST_BEHIND = 0.5


@pytest.fixture(scope="module")
def address(servers: Pair) -> Iterator[str]:
    with servers.server.database() as made:
        yield made
        servers.both_up()


@pytest.fixture
def pair(servers: Pair, address: str) -> Iterator[Pair]:
    """Both servers up and alike, with nothing said in the base."""
    servers.both_up()
    engine = make_engine(address)
    with writing(engine) as session:
        session.execute(delete(IndexState))
    engine.dispose()
    servers.wait_for_replica()
    yield servers
    servers.both_up()


@pytest.fixture
def node(pair: Pair, address: str) -> Iterator[Engine]:
    made = make_engine(address, pair.read_address(address), MOST_BEHIND)
    upgrade(made)
    _wait_until_the_replica_serves(made)
    yield made
    made.dispose()


def _wait_until_the_replica_serves(engine: Engine, seconds: float = 60.0) -> None:
    """The primary writes to its log by itself now and then, and the replica follows a moment later."""
    ends = time.monotonic() + seconds
    while True:
        with serving(engine) as session:
            if is_of_replica(session):
                return
        assert time.monotonic() < ends, replica_of(engine)
        time.sleep(0.05)


def put(engine: Engine, value: str) -> None:
    with writing(engine) as session:
        session.merge(IndexState(name="said", recipe=value, fingerprint="", built_at=utc_now()))


def got(session: Session) -> str:
    found = session.get(IndexState, "said")
    return found.recipe if found else ""


def standing(engine: Engine) -> Servers:
    """How both servers stand, asked just now."""
    replica = replica_of(engine)
    assert replica
    time.sleep(EVERY)
    replica.look(engine, wait=10)
    return replica.servers


def test_readers_read_from_the_replica_and_whoever_wants_the_newest_from_the_primary(node: Engine) -> None:
    for newest in (False, True):
        with serving(node, newest) as session:
            assert session.scalar(text("SELECT pg_is_in_recovery()")) is not newest
            assert is_of_replica(session) is not newest
            assert base_of(session) is node
            assert takes_changes(session)
    with reading(node) as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is False


def test_a_process_never_reads_of_an_earlier_state_than_it_saw(pair: Pair, node: Engine) -> None:
    for value in map(str, range(30)):
        put(node, value)
        with serving(node) as session:
            assert got(session) == value
    pair.wait_for_replica()
    with serving(node) as session:
        assert is_of_replica(session)


def test_what_another_node_wrote_is_not_unseen_again(pair: Pair, node: Engine, address: str) -> None:
    other = make_engine(address)
    with paused(pair):
        put(other, "by another")
        with serving(node) as session:
            assert (is_of_replica(session), got(session)) == (True, "")
        with serving(node, newest=True) as session:
            assert got(session) == "by another"
        with serving(node) as session:
            assert (is_of_replica(session), got(session)) == (False, "by another")
    other.dispose()


class paused:  # noqa: N801  # used as a block
    """The replica replays nothing while the block runs."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def __enter__(self) -> None:
        self._pair.ask_replica("SELECT pg_wal_replay_pause()")

    def __exit__(self, *_: object) -> None:
        self._pair.ask_replica("SELECT pg_wal_replay_resume()")


def test_a_replica_that_lags_is_said_and_not_read(pair: Pair, node: Engine, address: str) -> None:
    other = make_engine(address)
    assert standing(node).lines() == ["primary: answers", "replica: answers"]
    with paused(pair):
        put(other, "later")
        standing(node)
        found = standing(node)
        assert found.behind > MOST_BEHIND
        assert found.lines()[1].endswith("seconds behind; reads go to the primary")
        with serving(node) as session:
            assert got(session) == "later"
    pair.wait_for_replica()
    assert standing(node).behind == 0
    with serving(node) as session:
        assert is_of_replica(session)
    other.dispose()


def test_a_primary_that_is_gone_leaves_reading_and_comes_back_by_itself(pair: Pair, node: Engine) -> None:
    put(node, "before")
    pair.wait_for_replica()
    pair.primary.stop()
    for newest in (False, True, False):
        with serving(node, newest) as session:
            assert got(session) == "before"
            assert is_of_replica(session)
    with pytest.raises(Unreachable, match="cannot be reached"):
        put(node, "lost")
    with serving(node, newest=True) as session:
        assert not takes_changes(session)
    assert (
        standing(node).lines()[0] == "primary: cannot be reached; nothing can be written, reads come from the replica"
    )
    pair.primary.start()
    put(node, "after")
    with serving(node, newest=True) as session:
        assert (got(session), is_of_replica(session), takes_changes(session)) == ("after", False, True)


def test_a_replica_that_is_gone_leaves_the_primary(pair: Pair, node: Engine) -> None:
    with serving(node) as session:
        session.execute(text("SELECT 1"))
    pair.replica.stop()
    put(node, "on")
    with serving(node) as session:
        assert (got(session), is_of_replica(session), takes_changes(session)) == ("on", False, True)
    assert standing(node).lines()[1] == "replica: cannot be reached; reads go to the primary"
    pair.replica.start()
    pair.wait_for_replica()
    assert standing(node).replica
    with serving(node) as session:
        assert (got(session), is_of_replica(session)) == ("on", True)


def test_without_any_server_it_is_said_in_words(pair: Pair, node: Engine) -> None:
    pair.primary.stop()
    pair.replica.stop()
    for newest in (False, True):
        with pytest.raises(Unreachable, match="cannot be reached"), serving(node, newest):
            raise AssertionError("nothing can be read")
    assert standing(node).lines() == [
        "primary: cannot be reached; nothing can be written", "replica: cannot be reached",
    ]  # fmt: skip
    pair.both_up()
    with serving(node) as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize("how", ["immediate", "fast"])
def test_a_server_stopped_in_the_middle_breaks_off_in_words(pair: Pair, node: Engine, how: str) -> None:
    def read() -> None:
        with serving(node) as session:
            session.execute(text("SELECT 1"))
            assert is_of_replica(session)
            pair.replica.stop(how)
            session.execute(text("SELECT 1"))

    def write() -> None:
        with writing(node) as session:
            session.merge(IndexState(name="said", recipe="half", fingerprint="", built_at=utc_now()))
            session.flush()
            pair.primary.stop(how)
            session.execute(text("SELECT 1"))

    for what in (read, write):
        with pytest.raises(Interrupted, match="lost in the middle of this, and nothing was written"):
            what()
    pair.both_up()
    with reading(node) as session:
        assert got(session) == ""


def test_a_node_that_starts_without_the_primary_reads(pair: Pair, address: str) -> None:
    pair.primary.stop()
    node = make_engine(address, pair.read_address(address))
    assert upgrade(node) is False
    with serving(node) as session:
        assert got(session) == ""
    pair.primary.start()
    put(node, "and writes later")
    node.dispose()
    pair.primary.stop()
    alone = make_engine(address)
    with pytest.raises(Unreachable):
        upgrade(alone)
    alone.dispose()


def test_the_replica_takes_no_changes_whoever_asks(pair: Pair, address: str) -> None:
    only_reads = make_engine(pair.read_address(address))
    with pytest.raises(DatabaseError, match="takes no changes: it is a replica"):
        put(only_reads, "no")
    only_reads.dispose()


def test_a_replica_of_a_file_is_refused() -> None:
    for base, replica in (("sqlite://", "postgresql+psycopg://a@b/c"), ("postgresql+psycopg://a@b/c", "sqlite://")):
        with pytest.raises(DatabaseError, match="HALLWAY_READ_DATABASE_URL names a replica of a Postgres base"):
            make_engine(base, replica)
    with pytest.raises(DatabaseError, match="HALLWAY_READ_DATABASE_URL is not a database address"):
        make_engine("postgresql+psycopg://a@b/c", "nonsense")
