"""A router whose handlers write their answers as JSON where they made them, in the same thread.

FastAPI by itself hands what a handler returns to a second thread that validates it, and then writes it in the thread
that all requests share: a hand-over more, as long as a small query, and others wait meanwhile. The bytes are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from fastapi import APIRouter, Response
from pydantic import TypeAdapter


class AnswerRouter(APIRouter):
    """For handlers that are not `async` and say by their annotation what they return."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route; its schema is that of the annotation."""
        super().add_api_route(path, in_json(endpoint), **options)


def in_json(endpoint: Callable[..., Any]) -> Callable[..., Response]:
    """The handler, answering with the JSON of what it returns."""
    returned = TypeAdapter(get_type_hints(endpoint, include_extras=True)["return"])

    @wraps(endpoint)
    def answer(*given: Any, **named: Any) -> Response:
        found = returned.validate_python(endpoint(*given, **named), from_attributes=True)
        return Response(returned.dump_json(found, by_alias=True), media_type="application/json")

    return answer
