"""Texts sent in the body of a request: how much of them is read, and in which forms they come."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import UsageError
from app.web.parameters import without_nul

MOST_BYTES = 400_000
SENT_TEXT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {
                        "text": {"type": "string"},
                        "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
                    },
                }
            },
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}
"""The body as the schema of the API describes it."""


class Sent(BaseModel):
    """A text, and how many answers to it are wanted."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1)
    limit: int = Field(default=10, ge=1, le=50)


async def _sent(request: Request) -> Sent:
    """The text in the body: of a form, as JSON or as it is. Raises UsageError. The one wait for a client to send."""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MOST_BYTES:
            raise UsageError(f"The text is longer than {MOST_BYTES // 1000} kB; send one abstract at a time.", "text")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return Sent.model_validate(without_nul(_read(kind, bytes(body).decode("utf-8", "replace"))))
    except (ValueError, RecursionError) as error:
        raise UsageError(_wrong(error), "text") from error


def _read(kind: str, text: str) -> object:
    if kind == "application/json":
        return json.loads(text)
    if kind == "application/x-www-form-urlencoded":
        fields = parse_qs(text, keep_blank_values=False, max_num_fields=10)
        return {name: values[0] for name, values in fields.items()}
    return {"text": text}


def _wrong(error: Exception) -> str:
    if isinstance(error, ValidationError):
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"]) or "the body"
        said = f"{where} is missing" if wrong["type"] == "missing" else f"{where}: {wrong['msg']}"
        return f"{said}. Send a text to compare with, and perhaps a limit of 1 to 50."
    return 'The body cannot be read; send {"text": "..."} as JSON, or the text itself as text/plain.'


SentText = Annotated[Sent, Depends(_sent)]
