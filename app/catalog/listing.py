"""A part of a long list: the rows asked for, how many there are in all, and where the next part begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlmodel import Session

T = TypeVar("T")


@dataclass(frozen=True)
class Portion(Generic[T]):
    """`items` are rows `offset` up to `offset + limit` of `total`."""

    total: int
    items: list[T]
    limit: int
    offset: int = 0

    @property
    def next_offset(self) -> int | None:
        """Where the next part begins, None at the end."""
        after = self.offset + self.limit
        return after if after < self.total else None

    @property
    def previous_offset(self) -> int | None:
        """Where the part before begins, None at the start."""
        return max(0, min(self.offset, self.total) - self.limit) if self.offset > 0 else None

    def carrying(self, items: Sequence[Any]) -> Portion[Any]:
        """The same part of the list with its rows shown as something else."""
        return Portion(total=self.total, items=list(items), limit=self.limit, offset=self.offset)


def portion(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    limit: int,
    offset: int,
    rows_of: Select[*tuple[Any, ...]] | None = None,
) -> Portion[Any]:
    """Rows of an ordered statement and their total: two queries, one where everything fits.

    `rows_of` is a statement with as many rows that is cheaper to count.
    """
    rows = list(session.execute(statement.limit(limit).offset(offset)))
    if offset == 0 and len(rows) < limit:
        return Portion(total=len(rows), items=rows, limit=limit, offset=0)
    whole = statement.order_by(None) if rows_of is None else rows_of
    counted = select(func.count()).select_from(whole.subquery())
    return Portion(total=session.scalar(counted) or 0, items=rows, limit=limit, offset=offset)
