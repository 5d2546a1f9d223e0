"""The site while servers of its database stop and start: reading goes on, writing says why not, all comes back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Connection, Engine, event, func, select, text

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import make_engine, reading, writing
from app.db.replica import replica_of
from app.models import ReviewEntry
from app.search.unanswered import record
from app.web.app import create_app
from tests.replica import Pair
from tests.web.conftest import base_in
from tests.web.curating import NAME, PASSWORD, sign_in, token_of
from tests.web.facts import fill

PATHS = (
    "/", "/talks", "/talks/probes", "/search?q=probes", "/trends", "/themes/operations", "/reports/themes",
    "/takeaways", "/speakers", "/api/v1/search?q=probes", "/api/v1/talks", "/reports/themes.csv", "/sign-in",
)  # fmt: skip
REVIEW = "/review?talk=probes&theme=operations"
ONLY_READING = "Only reading just now: the server that takes changes cannot be reached."


@pytest.fixture(scope="module")
def base(servers: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with servers.server.database() as address:
        servers.wait_for_replica()
        engine = make_engine(address, servers.read_address(address))
        made = base_in(engine, tmp_path_factory.mktemp("failover"), fill)
        with writing(engine) as session:
            set_password(session, PASSWORD, NAME)
        yield made
        servers.both_up()
        engine.dispose()


@pytest.fixture
def pair(servers: Pair, base: KnowledgeBase) -> Iterator[Pair]:
    servers.both_up()
    servers.wait_for_replica()
    standing(base)
    yield servers
    servers.both_up()


@pytest.fixture
def reader(base: KnowledgeBase, pair: Pair) -> Iterator[TestClient]:
    with TestClient(create_app(base)) as client:
        yield client


@pytest.fixture
def curator(base: KnowledgeBase, pair: Pair) -> Iterator[TestClient]:
    with TestClient(create_app(base)) as client:
        assert sign_in(client).status_code == 303
        yield client


def standing(base: KnowledgeBase) -> list[str]:
    """How the servers stand, asked anew."""
    replica = replica_of(base.engine)
    assert replica
    replica._looked_at = 0.0
    replica.look(base.engine, wait=10)
    return replica.servers.lines()


def decide(curator: TestClient, token: str) -> Response:
    sent = {"token": token, "action": "accept", "talk": "probes", "about": "operations"}
    answer: Response = curator.post("/review", data=sent, follow_redirects=False)
    return answer


def decisions(base: KnowledgeBase) -> int:
    with reading(base.engine) as session:
        return session.scalar(select(func.count()).select_from(ReviewEntry)) or 0


def all_read(client: TestClient) -> None:
    for path in PATHS:
        assert client.get(path).status_code == 200, path


@contextmanager
def asked(*engines: Engine) -> Iterator[list[Engine]]:
    """The engines that statements go to, one for each, but for asking how far a server is."""
    seen: list[Engine] = []

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "pg_is_in_recovery" not in statement:
            seen.append(next(one for one in engines if one.pool is connection.engine.pool))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_readers_are_served_by_the_replica_and_curators_by_the_primary(
    base: KnowledgeBase, pair: Pair, reader: TestClient, curator: TestClient
) -> None:
    replica = replica_of(base.engine)
    assert replica
    pair.wait_for_replica()
    with asked(base.engine, replica.engine) as seen:
        all_read(reader)
        assert set(seen) == {replica.engine}
        seen.clear()
        assert NAME in curator.get("/talks").text
        assert set(seen) == {base.engine}
        curator.post("/sign-out", data={"token": token_of(curator.get("/sign-out").text)}, follow_redirects=False)
        seen.clear()
        assert NAME not in curator.get("/talks").text
        assert set(seen) == {base.engine}, "who signed out just now still sees what they wrote"
    assert reader.get("/healthz").text == "ok\nprimary: answers\nreplica: answers\n"


def test_while_the_primary_is_gone_all_is_read_and_writing_says_why_not(
    base: KnowledgeBase, pair: Pair, reader: TestClient, curator: TestClient
) -> None:
    page = curator.get(REVIEW)
    assert ONLY_READING not in page.text
    before = decisions(base)
    pair.primary.stop()
    all_read(reader)
    refused = decide(curator, token_of(page.text))
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"
    assert "<h1>Nothing can be changed just now</h1>" in refused.text
    assert "Nothing was written: the database server that takes changes cannot be reached just now." in refused.text
    assert "HALLWAY_DATABASE_URL" not in refused.text
    assert sign_in(reader).status_code == 503
    page = curator.get(REVIEW)
    assert page.status_code == 200
    assert ONLY_READING in page.text
    assert ONLY_READING not in reader.get("/talks").text
    assert record(base.engine, "what nobody answers", "hybrid") is False
    ready = reader.get("/readyz")
    assert ready.status_code == 200
    assert "primary: cannot be reached; nothing can be written, reads come from the replica" in ready.text
    pair.primary.start()
    assert decide(curator, token_of(page.text)).status_code == 303
    assert decisions(base) == before + 1
    assert ONLY_READING not in curator.get(REVIEW).text
    all_read(reader)


def test_while_the_replica_is_gone_readers_are_served_by_the_primary(
    base: KnowledgeBase, pair: Pair, reader: TestClient, curator: TestClient
) -> None:
    pair.replica.stop()
    all_read(reader)
    assert decide(curator, token_of(curator.get(REVIEW).text)).status_code == 303
    standing(base)
    assert "replica: cannot be reached; reads go to the primary" in reader.get("/healthz").text
    pair.replica.start()
    pair.wait_for_replica()
    standing(base)
    replica = replica_of(base.engine)
    assert replica
    with asked(base.engine, replica.engine) as seen:
        all_read(reader)
    assert set(seen) == {replica.engine}


def test_without_any_server_each_page_is_a_503_in_words(
    pair: Pair, reader: TestClient, curator: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(curator.get(REVIEW).text)
    pair.primary.stop()
    pair.replica.stop()
    with caplog.at_level(logging.ERROR):
        for path in PATHS:
            answer = reader.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["retry-after"] == "5"
            if path.startswith("/api/"):
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["title"] == "The knowledge base is not available"
            assert "The database of this site cannot be reached just now." in answer.text
        assert decide(curator, token).status_code == 503
    assert "Traceback" not in caplog.text
    assert "cannot be reached (No such file or directory)" in caplog.text
    assert reader.get("/healthz").status_code == 200
    assert reader.get("/readyz").status_code == 503
    pair.both_up()
    all_read(reader)
    assert decide(curator, token).status_code == 303


class Cutting:
    """Ends the session of the server, at its side, before the statements of these numbers.

    How far the servers are is asked beside the requests, once a second, and is not among them.
    """

    def __init__(self, pair: Pair, base: KnowledgeBase, at: set[int]) -> None:
        self._pair, self._at, self.count = pair, at, 0
        replica = replica_of(base.engine)
        assert replica
        self._replica = replica
        self._engines = {base.engine: pair.primary, replica.engine: pair.replica}
        self._heard: list[tuple[Engine, Callable[..., None]]] = []

    def __enter__(self) -> Cutting:
        for engine, instance in self._engines.items():

            def cut(_c: object, cursor: psycopg.Cursor[Any], *_: object, url: str = instance.url) -> None:
                if threading.current_thread() is self._replica._looking:
                    return
                self.count += 1
                if self.count in self._at:
                    with psycopg.connect(url, autocommit=True) as admin:
                        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (cursor.connection.info.backend_pid,))

            event.listen(engine, "before_cursor_execute", cut)
            self._heard.append((engine, cut))
        return self

    def __exit__(self, *_: object) -> None:
        for engine, cut in self._heard:
            event.remove(engine, "before_cursor_execute", cut)


@pytest.mark.parametrize("path", ["/talks/probes", "/api/v1/search?q=probes", "/reports/themes.csv"])
def test_a_connection_lost_in_the_middle_of_reading_is_made_good(
    base: KnowledgeBase, pair: Pair, reader: TestClient, path: str
) -> None:
    expected = reader.get(path)
    with Cutting(pair, base, set()) as whole:  # what is asked once and kept is not among these
        reader.get(path)
    assert whole.count
    for number in range(1, min(whole.count, 6) + 1):
        with Cutting(pair, base, {number}) as once:
            answer = reader.get(path)
        assert once.count >= number
        assert answer.status_code == 200
        if "took_ms" not in answer.text:
            assert answer.text == expected.text
    with Cutting(pair, base, set(range(1, 1000))):
        answer = reader.get(path)
    assert answer.status_code == 503
    assert "The connection to the database was lost in the middle of this" in answer.text


def test_a_connection_lost_in_the_middle_of_writing_leaves_all_or_nothing(
    base: KnowledgeBase, pair: Pair, curator: TestClient
) -> None:
    token = token_of(curator.get(REVIEW).text)
    with Cutting(pair, base, set()) as whole:
        assert decide(curator, token).status_code == 303
    before, refused = decisions(base), 0
    for number in range(1, whole.count + 1):
        with Cutting(pair, base, {number}):
            answer = decide(curator, token)
        assert answer.status_code in (303, 503)
        if answer.status_code == 503:
            refused += 1
            assert "lost" in answer.text or "cannot be reached" in answer.text
        now = decisions(base)
        assert now - before == (answer.status_code == 303)
        before = now
    assert refused > whole.count / 2


def test_a_full_disk_is_a_503_in_words(base: KnowledgeBase, pair: Pair, curator: TestClient) -> None:
    token, before = token_of(curator.get(REVIEW).text), decisions(base)
    with base.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE "
                "'COPY (SELECT repeat(''x'', 999) FROM generate_series(1, 999)) TO ''/dev/full'''; RETURN NEW; END $$"
            )
        )
        connection.execute(text("CREATE TRIGGER full_disk AFTER INSERT ON reviewentry EXECUTE FUNCTION fill_disk()"))
    answer = decide(curator, token)
    assert answer.status_code == 503
    assert "The disk of the database is full; nothing of this step was written." in answer.text
    assert decisions(base) == before
    with base.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION fill_disk CASCADE"))
    assert decide(curator, token).status_code == 303
