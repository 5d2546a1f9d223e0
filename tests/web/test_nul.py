"""The character NUL in any part of any address and form: a clean answer, on Postgres too, which takes no such text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.curators.account import set_password
from app.db.engine import writing
from app.web import assets, health
from app.web.app import ENDPOINTS, PAGES, create_app
from app.web.forms import Fields
from tests.databases import Databases
from tests.postgres import Server
from tests.web.conftest import open_base
from tests.web.curating import NAME, PASSWORD, sign_in, token_of
from tests.web.facts import fill

KNOWN = {"slug": "probes", "name": "themes", "suffix": "md", "run_id": "1", "one": "kafka", "other": "flink"}
HERE = {"/talks/{slug}": "probes", "/themes/{slug}": "operations", "/editions/{slug}": "summit-2019"}


@pytest.fixture(scope="module")
def curator(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("nul")
    with open_base(Databases(postgres), folder, fill) as base:
        with writing(base.engine) as session:
            set_password(session, PASSWORD, NAME)
        with TestClient(create_app(base)) as client:
            assert sign_in(client).status_code == 303
            yield client


def routes() -> Iterator[tuple[str, APIRoute]]:
    for module in (*PAGES, *ENDPOINTS, assets, health):
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            yield ("/api/v1" if module in ENDPOINTS else "") + route.path, route


def filled(path: str, wrong: str | None = None) -> str:
    """An address of the route; the parameter `wrong` has a NUL in it."""
    return re.sub(r"\{(\w+)(?::path)?\}", lambda one: "a%00b" if one[1] == wrong else KNOWN.get(one[1], "x"), path)


def query_of(dependant: Dependant) -> dict[str, Any]:
    """The query parameters of a route with their types."""
    found: dict[str, Any] = {}
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            found.update({name: field.annotation for name, field in model.model_fields.items()})
    return found


def form_of(dependant: Dependant) -> type[Fields] | None:
    for one in dependant.dependencies:
        if inspect.isfunction(one.call):
            fields = inspect.getclosurevars(one.call).nonlocals.get("fields")
            if isinstance(fields, type) and issubclass(fields, Fields):
                return fields
    return None


def first_choice(annotation: Any) -> str:
    return str(get_args(annotation)[0]) if get_origin(annotation) is Literal else ""


def test_nul_in_a_path_is_nowhere(curator: TestClient) -> None:
    tried = 0
    for path, route in routes():
        for name in re.findall(r"\{(\w+)", path):
            method = next(iter(route.methods or ()))
            answer = curator.request(method, filled(path, name))
            assert answer.status_code == 404, path
            assert "\x00" not in answer.text
            tried += 1
    assert tried > 30
    page = curator.get("/talks/a%00b")
    assert "There is nothing at /talks/a b." in page.text
    assert curator.get("/api/v1/talks/a%00b").json()["title"] == "Not found"


def test_nul_in_a_parameter_is_no_fault_of_ours(curator: TestClient) -> None:
    tried = 0
    for path, route in routes():
        if "GET" not in (route.methods or ()):
            continue
        for name in query_of(route.dependant):
            for value in ("a%00b", "%00"):
                answer = curator.get(f"{filled(path)}?{name}={value}")
                assert answer.status_code < 500, f"{path}?{name}={value}: {answer.text[:500]}"
                tried += 1
    assert tried > 200


def test_nul_in_a_form_is_no_fault_of_ours(curator: TestClient) -> None:
    token, tried = token_of(curator.get("/sign-out").text), 0
    for path, route in routes():
        fields = form_of(route.dependant) if "POST" in (route.methods or ()) else None
        if fields is None:
            continue
        given = {name: first_choice(one.annotation) for name, one in fields.model_fields.items()}
        choices = get_args(fields.model_fields["action"].annotation) if "action" in fields.model_fields else ("",)
        for action in choices:
            for name in fields.model_fields:
                sent = {"token": token, **{one: value for one, value in given.items() if value}}
                sent |= {"action": action} if action else {}
                sent |= {name: "a\0b"}
                answer = curator.post(path, data=sent, follow_redirects=False)
                assert answer.status_code < 500, f"{path} {sent}: {answer.text[:500]}"
                tried += 1
    assert tried > 60


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_nul_in_a_text_is_a_space(curator: TestClient, kind: str) -> None:
    for path in ("/search/abstract", "/api/v1/search/abstract"):
        body = {"application/json": '{"text": "kafka\\u0000probes"}', "text/plain": "kafka\0probes"}.get(
            kind, "text=kafka%00probes"
        )
        answer = curator.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code == 200, answer.text


def test_nul_in_an_article_is_a_space(curator: TestClient, tmp_path: Path) -> None:
    token = token_of(curator.get("/articles/new").text)
    text = "# Notes\0 of the summit\n\nKafka probes\0 are in the talk Summit 2019.\n\nMore\0 of it."
    for more in ({"title": "a\0b"}, {}):
        sent = {"token": token, "text": text, **more}
        answer = curator.post("/articles/new", data=sent, follow_redirects=False)
        assert answer.status_code in (303, 422), answer.text
    answer = curator.post(
        "/articles/new", data={"token": token}, files={"file": ("a\0b.md", text.encode())}, follow_redirects=False
    )
    assert answer.status_code in (303, 422), answer.text
