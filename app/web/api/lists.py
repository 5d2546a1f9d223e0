"""Lists as the API answers with them: {"total", "items", "next"}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, Field

from app.catalog.listing import Portion
from app.settings import get_settings
from app.web.addresses import with_query
from app.web.parameters import Paging

T = TypeVar("T")


class Listed(BaseModel, Generic[T]):
    """A part of a list."""

    total: int = Field(description="Rows in the whole list.")
    items: Sequence[T] = Field(description="The rows asked for.")
    next: str | None = Field(description="Address of the next part, null at the end.")


def listed(request: Request, asked: Paging, portion: Portion[T]) -> Listed[T]:
    """A portion with the address of the one after it."""
    after = None
    if portion.next_offset is not None:
        path = get_settings().base_url + request.url.path
        after = with_query(path, asked.asked(), offset=portion.next_offset)
    return Listed(total=portion.total, items=portion.items, next=after)
