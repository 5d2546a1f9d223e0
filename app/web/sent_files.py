"""Forms with a file in them: how much of one is read, and what came of it. Nothing is written to disk here."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.errors import TooLarge, UsageError
from app.web.forms import FORM
from app.web.parameters import without_nul

MULTIPART = "multipart/form-data"
_AROUND = 40_000
"""Bytes of a form besides its text."""
_FIELDS = 20


async def sent_fields(request: Request, most: int, words: str) -> dict[str, Any]:
    """Fields of a form: texts as str, a file that was chosen as (name, bytes). TooLarge for more than `most` bytes.

    `words` says in the message what is too large. UsageError for another encoding, or a form that cannot be read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (FORM, MULTIPART):
        raise UsageError("Only the form of a page can be sent here.")
    # A text in a form of addresses takes three bytes for one where it is not plain letters.
    body = _limited(request, (3 * most if kind == FORM else most) + _AROUND, most, words)
    try:
        if kind == FORM:
            whole = b"".join([block async for block in body])
            sent = parse_qs(whole.decode("utf-8"), max_num_fields=_FIELDS)
            return {name: without_nul(values[0]) for name, values in sent.items()}
        parser = MultiPartParser(request.headers, body, max_files=1, max_fields=_FIELDS, max_part_size=most + 1)
        return await _parts(await parser.parse())
    except (MultiPartException, ValueError) as error:
        if "maximum size" in str(error):
            raise TooLarge(_too_large(most, words)) from error
        raise UsageError("The form cannot be read. Load the page anew and send its form.") from error


async def _limited(request: Request, limit: int, most: int, words: str) -> AsyncGenerator[bytes, None]:
    read = 0
    async for block in request.stream():
        read += len(block)
        if read > limit:
            raise TooLarge(_too_large(most, words))
        yield block


async def _parts(form: FormData) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                found.setdefault(name, without_nul(value))
            elif value.filename:
                found[name] = (value.filename, await value.read())
    finally:
        await form.close()
    return found


def _too_large(most: int, words: str) -> str:
    return f"{words} is larger than {most / 1e6:g} MB, and nothing of it was kept. `hallway ingest FILE` reads more."
