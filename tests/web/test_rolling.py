"""Two nodes on one Postgres, started anew in turn under load: no request fails."""

from __future__ import annotations

import http.client
import signal
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import make_url, select
from sqlmodel import col

from app.curators.account import set_password
from app.curators.throttle import OVERALL
from app.db.engine import make_engine, reading, writing
from app.models import SignInFailures
from app.web.forms import FORM
from tests.nodes import READY_EVERY, Load, Node, ask, balanced, free_port, is_ready
from tests.postgres import Server
from tests.web.conftest import base_in
from tests.web.curating import NAME, PASSWORD, token_of
from tests.web.facts import fill

DRAIN = 1.0
PATHS = ("/talks/probes", "/api/v1/talks", "/themes", "/search?q=probes&mode=lexical")


@pytest.fixture(scope="module")
def nodes(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    folder = tmp_path_factory.mktemp("rolling")
    with postgres.database() as address:
        engine = make_engine(address)
        base_in(engine, folder, fill)
        with writing(engine) as session:
            set_password(session, PASSWORD, NAME)
        engine.dispose()
        environment = {
            "HALLWAY_DATABASE_URL": make_url(address).render_as_string(hide_password=False),
            "HALLWAY_EMBEDDING_MODEL": str(folder / "none"), "HALLWAY_DRAIN_SECONDS": str(DRAIN),
            "HALLWAY_TRUSTED_PROXIES": "127.0.0.1",
            "HALLWAY_CACHE_FOLDER": str(folder / "cache"), "HALLWAY_BASE_URL": "http://hallway.example",
        }  # fmt: skip
        made = [Node(free_port(), environment, folder / f"{name}.log") for name in ("one", "two")]
        for node in made:
            node.start()
        for node in made:
            node.wait()
        yield made
        for node in made:
            node.stop(signal.SIGINT)


def test_both_nodes_answer_the_same(nodes: list[Node]) -> None:
    for path in PATHS[:3]:
        first, second = (ask(node.port, path) for node in nodes)
        assert first == second
        assert first[0] == 200


def test_a_rolling_restart_fails_no_request(nodes: list[Node]) -> None:
    with balanced(nodes) as balancer, Load(balancer.port, PATHS) as load:
        time.sleep(0.5)
        for node in nodes:
            assert node.process is not None
            node.process.send_signal(signal.SIGTERM)
            time.sleep(DRAIN / 3)
            status, said = ask(node.port, "/readyz")
            assert (status, "leaving: this node is about to stop" in said) == (503, True)
            assert ask(node.port, "/talks/probes")[0] == 200
            node.process.wait(30)
            assert not is_ready(node.port)
            node.start()
            node.wait()
            time.sleep(2 * READY_EVERY)  # until the balancer knows
        time.sleep(0.5)
    assert [one for one in load.answers if one[2] != 200] == []
    assert len(load.answers) > 100


def test_a_balancer_that_is_trusted_says_who_fails_to_sign_in(nodes: list[Node]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", nodes[0].port, timeout=60)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    cookie = answer.headers["set-cookie"].partition(";")[0]
    sent = urlencode({"name": NAME, "password": "a wrong password", "token": token_of(answer.read().decode())})
    headers = {"Cookie": cookie, "Content-Type": FORM, "X-Forwarded-For": "203.0.113.7"}
    connection.request("POST", "/sign-in", sent, headers)
    assert connection.getresponse().status == 403
    connection.close()
    engine = make_engine(nodes[0].environment["HALLWAY_DATABASE_URL"])
    with reading(engine) as session:
        assert set(session.scalars(select(col(SignInFailures.network)))) == {"203.0.113.7", OVERALL}
    engine.dispose()
