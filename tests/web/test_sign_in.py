"""Signing in and out, and that nothing is written by anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import SQLModel

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.curators.tokens import COOKIE
from app.db.engine import make_engine, reading, writing
from app.web import assets, health
from app.web.addresses import within
from app.web.app import ENDPOINTS, PAGES, create_app
from tests.web.curating import NAME, PASSWORD, sign_in, token_of

READING = {"/search/abstract", "/api/v1/search/abstract"}
"""Routes that take a text to compare with, and write nothing; asserted below."""


@pytest.fixture
def visitor(own_base: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(own_base)) as opened:
        yield opened


def test_without_an_account_the_page_says_how_to_make_one(client: TestClient) -> None:
    text = client.get("/sign-in").text
    assert "hallway curator set-password" in text
    assert 'name="password"' not in text
    answer = client.post("/sign-in", data={"name": "x", "password": "y", "token": "z"})
    assert answer.status_code == 403
    assert "hallway curator set-password" in answer.text


def test_a_curator_signs_in_sees_the_name_and_signs_out(visitor: TestClient) -> None:
    before = visitor.get("/themes")
    assert "Signed in" not in before.text
    assert "cache-control" not in before.headers
    answer = sign_in(visitor, next="/themes")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/themes"
    kept = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept
    assert "Max-Age=43200" in kept
    assert "Secure" not in kept
    page = visitor.get("/themes")
    assert f"Signed in as {NAME}" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "You are signed in" in visitor.get("/sign-in").text
    gone = visitor.post("/sign-out", data={"token": token_of(visitor.get("/sign-out").text)}, follow_redirects=False)
    assert gone.status_code == 303
    assert "Signed in" not in visitor.get("/themes").text


def test_behind_https_the_cookie_is_secure(own_base: KnowledgeBase) -> None:
    settings = own_base.settings.model_copy(update={"base_url": "https://talks.example"})
    base = KnowledgeBase(settings, own_base.engine, own_base.embedder, own_base.search)
    with TestClient(create_app(base), base_url="https://talks.example") as client:
        answer = sign_in(client)
        assert all(
            "Secure" in value for value in answer.headers.get_list("set-cookie") if "max-age=0" not in value.lower()
        )
        assert answer.status_code == 303


def test_wrong_name_and_wrong_password_read_alike(visitor: TestClient) -> None:
    name, password = sign_in(visitor, name="Bo"), sign_in(visitor, password="wrong password!")
    assert name.status_code == password.status_code == 403
    said = [re.search(r'role="alert"><p>([^<]+)', answer.text) for answer in (name, password)]
    assert said[0]
    assert said[1]
    assert said[0][1] == said[1][1]
    assert "wrong password!" not in password.text
    assert "Signed in" not in visitor.get("/themes").text


def test_failures_are_slowed_down_and_even_the_right_password_waits(visitor: TestClient) -> None:
    for _ in range(5):
        assert sign_in(visitor, password="wrong password!").status_code == 403
    answer = sign_in(visitor)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    assert "Too many sign-ins failed. Wait" in answer.text
    assert "Signed in" not in visitor.get("/themes").text


def test_two_processes_of_the_site_count_together(visitor: TestClient, own_base: KnowledgeBase) -> None:
    other = KnowledgeBase(
        own_base.settings, make_engine(own_base.settings.database_url), own_base.embedder, own_base.search
    )
    with TestClient(create_app(other)) as second:
        clients = [visitor, second]
        said = [sign_in(clients[turn % 2], password="wrong password!").status_code for turn in range(6)]
    assert said == [403] * 5 + [429]


def test_while_the_base_is_written_one_can_sign_in_and_guessing_is_counted(
    visitor: TestClient, own_base: KnowledgeBase
) -> None:
    with writing(own_base.engine) as other:
        other.connection()
        assert sign_in(visitor).status_code == 303
        assert visitor.get("/themes").status_code == 200
        with TestClient(create_app(own_base)) as guesser:
            said = [sign_in(guesser, password="wrong password!").status_code for _ in range(6)]
        assert said == [403] * 5 + [429]


def test_a_sign_in_form_from_elsewhere_is_refused(visitor: TestClient) -> None:
    sent = {"name": NAME, "password": PASSWORD}
    assert visitor.post("/sign-in", data=sent).status_code == 403
    token = token_of(visitor.get("/sign-in").text)
    visitor.cookies.clear()
    refused = visitor.post("/sign-in", data={**sent, "token": token})
    assert refused.status_code == 403
    assert "not of our page" in refused.text


def test_an_altered_cookie_is_nobody(visitor: TestClient) -> None:
    sign_in(visitor)
    cookie = visitor.cookies[COOKIE]
    for altered in (cookie[:-2], cookie.replace(".", ",", 1), "é".encode().hex(), "x" * 5000):
        visitor.cookies.clear()
        visitor.cookies.set(COOKIE, altered)
        assert "Signed in" not in visitor.get("/themes").text
        assert visitor.get("/review", follow_redirects=False).status_code == 303
    visitor.cookies.clear()
    visitor.cookies.set(COOKIE, cookie)
    assert "Signed in" in visitor.get("/themes").text


def test_a_new_password_voids_the_cookie(visitor: TestClient, own_base: KnowledgeBase) -> None:
    sign_in(visitor)
    with writing(own_base.engine) as session:
        set_password(session, "a wholly new password")
    assert "Signed in" not in visitor.get("/themes").text


@pytest.mark.parametrize(
    "away",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)",
     "/ok\r\nSet-Cookie: x", "/\t/evil.example", "", "evil", "/%0d%0a" + "x" * 3000, "/ /evil", "/é"],
)  # fmt: skip
def test_after_signing_in_nobody_is_sent_elsewhere(visitor: TestClient, away: str) -> None:
    assert within(away, "/review") == "/review"
    answer = sign_in(visitor, next=away) if 0 < len(away) < 2000 else sign_in(visitor)
    assert answer.headers["location"] == "/review"


def test_addresses_within_stay() -> None:
    for address in ("/", "/review?part=settle&skip=1-2", "/talks/a//b", "/figures/share~theme.x"):
        assert within(address, "/review") == address


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/review"])
@pytest.mark.parametrize(
    "sent",
    [{"json": {"name": NAME, "password": PASSWORD}},
     {"content": b"name=x", "headers": {"content-type": "text/plain"}},
     {"data": {"name": "x", "password": "y", "colour": "red"}}, {"data": {"token": "x" * 50_000}}],
)  # fmt: skip
def test_only_our_own_forms_are_read(visitor: TestClient, path: str, sent: dict[str, Any]) -> None:
    answer = visitor.post(path, **sent)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def writing_routes() -> list[tuple[str, str]]:
    """Every route and method that is not reading: method, path."""
    routers = [("", module.router) for module in (*PAGES, assets, health)]
    routers += [("/api/v1", module.router) for module in ENDPOINTS]
    return [
        (method, prefix + route.path)
        for prefix, router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if method not in ("GET", "HEAD")
    ]


def _content(base: KnowledgeBase) -> dict[str, list[str]]:
    """Every row of every table."""
    with reading(base.engine) as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for name, table in SQLModel.metadata.tables.items()
        }


def test_nothing_is_written_without_a_curator(visitor: TestClient, own_base: KnowledgeBase) -> None:
    before = _content(own_base)
    forms = {
        "token": "x", "talk": "odd", "theme": "operations", "action": "accept", "part": "settle",
    }  # fmt: skip
    routes = writing_routes()
    assert READING | {"/sign-in", "/sign-out", "/review", "/review/sample"} <= {path for _, path in routes}
    for method, path in routes:
        if path in READING:
            answer = visitor.request(method, path, data={"text": "brokers"})
            assert answer.status_code == 200, path
            continue
        for data in ({}, {"token": "x"}, forms):
            answer = visitor.request(method, path, data=data)
            assert answer.status_code in (403, 422), (method, path, data)
    assert _content(own_base) == before


def test_a_form_without_its_token_writes_nothing_even_for_a_curator(
    visitor: TestClient, own_base: KnowledgeBase
) -> None:
    sign_in(visitor)
    before = _content(own_base)
    sent = {"talk": "odd", "theme": "operations", "action": "accept", "part": "settle"}
    for token in ("", "x", token_of(TestClient(create_app(own_base)).get("/sign-in").text)):
        assert visitor.post("/review", data={**sent, "token": token}).status_code == 403
        assert visitor.post("/sign-out", data={"token": token}).status_code == 403
    assert _content(own_base) == before
    assert f"Signed in as {NAME}" in visitor.get("/themes").text
