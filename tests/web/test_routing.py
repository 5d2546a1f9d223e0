"""Handlers of the API answer with the bytes that FastAPI would send, written by the thread that found the answer."""

from __future__ import annotations

import threading
from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, BackgroundTasks, FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field, field_serializer

from app.web.api.routing import AnswerRouter

T = TypeVar("T")
written_by: list[int] = []
noted: list[str] = []


class Talk(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    title: str
    place: int = Field(default=1, serialization_alias="at")

    @field_serializer("title")
    def _note(self, title: str) -> str:
        written_by.append(threading.get_ident())
        return title


class Rows(BaseModel, Generic[T]):
    total: int
    items: list[T]


class Read:
    """What is no model, as a row of the database."""

    title, place = "Zählen & wägen", 3


def talk(word: str, wide: Annotated[bool, Query(description="Whether wide.")] = False) -> Talk:
    """A talk."""
    written_by.append(threading.get_ident())
    return Talk(title=f"{word} {wide}")


def rows() -> Rows[Talk]:
    return Rows(total=1, items=[Read()])


def table(tasks: BackgroundTasks) -> dict[str, list[int]]:
    tasks.add_task(noted.append, "sent")
    return {"counts": [1, 2]}


def site(router: APIRouter) -> TestClient:
    for path, handler in (("/talk/{word}", talk), ("/rows", rows), ("/table", table)):
        router.get(path, summary="One")(handler)
    app = FastAPI()
    app.include_router(router, prefix="/api")
    return TestClient(app)


def test_answers_and_schema_are_those_of_fastapi() -> None:
    ours, usual = site(AnswerRouter(tags=["one"])), site(APIRouter(tags=["one"]))
    for path in ("/api/talk/kafka", "/api/talk/kafka?wide=1", "/api/rows", "/api/table", "/api/talk/a?wide=x"):
        one, other = ours.get(path), usual.get(path)
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert one.headers == other.headers
    assert ours.get("/api/rows").json() == {"total": 1, "items": [{"title": "Zählen & wägen", "at": 3}]}
    assert ours.get("/openapi.json").content == usual.get("/openapi.json").content


def test_what_was_found_is_written_where_it_was_found() -> None:
    ours = site(AnswerRouter())
    written_by.clear()
    assert ours.get("/api/talk/kafka").status_code == 200
    found, written = written_by
    assert found == written


def test_what_a_handler_leaves_for_later_is_done() -> None:
    noted.clear()
    assert site(AnswerRouter()).get("/api/table").status_code == 200
    assert noted == ["sent"]
