"""Lists as the API answers with them: {"total", "items", "next"}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, Field

from app.catalog.listing import Portion
from app.settings import get_settings
from app.web.addresses import with_query
from app.web.parameters import Paging, Parameters

T = TypeVar("T")


class Listed(BaseModel, Generic[T]):
    """A part of a list."""

    total: int = Field(description="Rows in the whole list.")
    items: Sequence[T] = Field(description="The rows asked for.")
    next: str | None = Field(description="Address of the next part, null at the end.")


class SimilarQuery(Parameters):
    """How much of what is near can be asked for."""

    limit: int = Field(default=6, ge=1, le=50, description="How many at most, 1 to 50.")


def listed(request: Request, asked: Paging, portion: Portion[T]) -> Listed[T]:
    """A portion with the address of the one after it."""
    return Listed(total=portion.total, items=portion.items, next=next_address(request, asked, portion.total))


def next_address(request: Request, asked: Paging, total: int) -> str | None:
    """Address of the part after the one asked for, None at the end of `total` rows."""
    after = asked.offset + asked.limit
    if after >= total:
        return None
    return with_query(get_settings().base_url + request.url.path, asked.asked(), offset=after)
