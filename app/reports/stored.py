"""A report's document as JSON and back, so that what was saved can be written again in any format, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError

from app.errors import InputError
from app.trends.document import Document

_DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)


class StoredPayload(RootModel[Any]):
    """The payload of a saved report: its JSON, which writes itself as the object it came from did."""


class _Nothing(BaseModel):
    """Stands for the payload where the rest of a document is written."""


def dumped(document: Document) -> str:
    """The document with its payload, on one line."""
    told = _DOCUMENT.dump_python(replace(document, payload=_Nothing()), mode="json", exclude={"payload"})
    told["payload"] = document.payload.model_dump(mode="json")
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def loaded(text: str, id: str) -> Document:
    """The document that `dumped` wrote. One that this code does not understand is an InputError."""
    told = json.loads(text)
    told["payload"] = StoredPayload(told["payload"])
    try:
        return _DOCUMENT.validate_python(told)
    except ValidationError as error:
        raise InputError(
            f"The saved report {id} was written by other code than this ({error.error_count()} fields are not as they "
            "were); use the version of Hallway it names."
        ) from error
