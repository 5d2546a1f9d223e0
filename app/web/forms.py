"""Forms sent in the body of a request: small, of one form of encoding, with no field that was not asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from app.errors import UsageError
from app.web.parameters import without_nul

MOST_BYTES = 40_000
FORM = "application/x-www-form-urlencoded"


class Fields(BaseModel):
    """Fields of one form; `token` shows that our own page wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = ""


F = TypeVar("F", bound=Fields)


def form_of(fields: type[F]) -> Callable[[Request], Coroutine[Any, Any, F]]:
    """A dependency that reads a form with these fields. UsageError for another encoding, JSON too, or other fields."""

    async def read(request: Request) -> F:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != FORM:
            raise UsageError("Only the form of a page can be sent here.")
        body = bytearray()
        async for block in request.stream():
            body += block
            if len(body) > MOST_BYTES:
                raise UsageError(f"The form is longer than {MOST_BYTES // 1000} kB.")
        try:
            sent = parse_qs(bytes(body).decode("utf-8"), max_num_fields=50)
            several = {name for name, values in sent.items() if len(values) > 1}
            values = {name: sent[name] if name in several else sent[name][0] for name in sent}
            return fields.model_validate(without_nul(values))
        except (ValueError, RecursionError) as error:
            raise UsageError(_wrong(error)) from error

    return read


def _wrong(error: Exception) -> str:
    if isinstance(error, ValidationError):
        wrong = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in wrong["loc"]) or "The form"
        return f"{where}: {wrong['msg']}. Load the page anew and send its form."
    return "The form cannot be read. Load the page anew and send its form."
