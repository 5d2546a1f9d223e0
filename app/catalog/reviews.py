"""What became of the fields of imported files; and placeholders, dead-looking links and doubled talks in them.

By format for a run or for the whole base, and in full for one file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from app.errors import NotFound
from app.models import FileReview

_CHUNK = 500
Key = tuple[str, str, str]


class FieldLine(BaseModel):
    """One field: how many of its values, in how many files."""

    field: str
    count: int
    files: int = 1
    note: str = ""


class NameCount(BaseModel):
    """A name that names nobody, and how often it stood for a speaker."""

    name: str
    count: int


class FormatReview(BaseModel):
    """All files of one format together; the fields with most values first. `kept` and `lost` count values."""

    format: str
    files: int = 0
    kept: int = 0
    lost: int = 0
    guessed: int = 0
    kept_fields: list[FieldLine] = Field(default_factory=list)
    lost_fields: list[FieldLine] = Field(default_factory=list)
    guessed_fields: list[FieldLine] = Field(default_factory=list)
    placeholders: list[NameCount] = Field(default_factory=list)
    dead_links: int = 0
    doubled: int = 0

    @property
    def nobodies(self) -> int:
        """How often a placeholder stood for a speaker."""
        return sum(name.count for name in self.placeholders)


class EditionText(BaseModel):
    """An edition that files tell of: how many of their talks have a text."""

    slug: str
    name: str
    talks: int
    with_text: int


class Reviews(BaseModel):
    """Reviews of many files: by format, the one with most losses first, and editions, least text first."""

    formats: list[FormatReview] = Field(default_factory=list)
    editions: list[EditionText] = Field(default_factory=list)


class FileDetail(BaseModel):
    """One file in full. Lists of links and doubled talks may be shorter than their counts."""

    path: str
    format: str
    run_id: int
    notes: list[str]
    review: FormatReview
    dead_links: list[dict[str, Any]]
    doubled: list[dict[str, Any]]
    edition: EditionText | None


def reviews_of(session: Session, ids: Sequence[int]) -> Reviews:
    """These reviews together."""
    return _together(row for start in range(0, len(ids), _CHUNK) for row in _rows(session, ids[start : start + _CHUNK]))


def reviews_of_base(session: Session) -> Reviews:
    """The newest review of every source."""
    newest = session.scalars(select(func.max(col(FileReview.id))).group_by(col(FileReview.source_id)))
    return reviews_of(session, [review_id for review_id in newest if review_id is not None])


def find_review(session: Session, review_id: int) -> FileDetail:
    """The review of one file; NotFound without it."""
    row = session.get(FileReview, review_id)
    if row is None:
        raise NotFound("review of a file", str(review_id))
    together = _together(_rows(session, [review_id]))
    return FileDetail(
        path=row.path, format=row.format, run_id=row.run_id, notes=row.notes, review=together.formats[0],
        dead_links=row.dead_links, doubled=row.doubled, edition=next(iter(together.editions), None),
    )  # fmt: skip


def _rows(session: Session, ids: Sequence[int]) -> Iterator[Row[Any]]:
    yield from session.execute(
        select(
            col(FileReview.format), col(FileReview.fields), col(FileReview.placeholders),
            col(FileReview.dead_link_count), col(FileReview.doubled_count), col(FileReview.edition),
            col(FileReview.edition_name), col(FileReview.talks), col(FileReview.with_text),
        ).where(col(FileReview.id).in_(ids))
    )  # fmt: skip


class _Sum:
    """Counts of one format while rows are added up."""

    def __init__(self) -> None:
        self.files = self.dead_links = self.doubled = 0
        self.counts: Counter[Key] = Counter()
        self.in_files: Counter[Key] = Counter()
        self.placeholders: Counter[str] = Counter()

    def review(self, name: str) -> FormatReview:
        """The sums as a FormatReview."""
        lines: dict[str, list[FieldLine]] = {"kept": [], "lost": [], "guessed": []}
        totals: Counter[str] = Counter()
        for (field, use, note), count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            totals[use] += count
            files = self.in_files[field, use, note]
            lines.setdefault(use, []).append(FieldLine(field=field, count=count, files=files, note=note))
        return FormatReview(
            format=name, files=self.files, kept=totals["kept"], lost=totals["lost"], guessed=totals["guessed"],
            kept_fields=lines["kept"], lost_fields=lines["lost"], guessed_fields=lines["guessed"],
            placeholders=[NameCount(name=said, count=count) for said, count in self.placeholders.most_common()],
            dead_links=self.dead_links, doubled=self.doubled,
        )  # fmt: skip


def _together(rows: Iterable[Row[Any]]) -> Reviews:
    sums: dict[str, _Sum] = {}
    editions: dict[str, EditionText] = {}
    for row in rows:
        name, fields, placeholders, dead_links, doubled, slug, edition, talks, with_text = tuple(row)
        found = sums.setdefault(name, _Sum())
        found.files += 1
        found.dead_links += dead_links
        found.doubled += doubled
        for field, use, count, note in fields:
            found.counts[field, use, note] += count
            found.in_files[field, use, note] += 1
        found.placeholders.update(placeholders)
        if slug and talks:
            line = editions.setdefault(slug, EditionText(slug=slug, name=edition or slug, talks=0, with_text=0))
            line.talks += talks
            line.with_text += with_text
    formats = sorted((found.review(name) for name, found in sums.items()), key=lambda one: (-one.lost, one.format))
    least = sorted(editions.values(), key=lambda line: (line.with_text / line.talks, line.slug))
    return Reviews(formats=formats, editions=least)
