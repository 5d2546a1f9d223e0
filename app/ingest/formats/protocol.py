"""What every import format offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from app.errors import InputError
from app.ingest.record import Parsed


@dataclass(frozen=True)
class ReadOptions:
    """What the person who ingests says about files that do not say it themselves.

    `limit`: bytes of a file that is still read. `timezone`: IANA name for times without an offset. `columns`: for
    tables, our field by their column. `url`: the address of an article that does not say it.
    """

    limit: int = 64_000_000
    edition: str | None = None
    series: str | None = None
    timezone: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None

    def fingerprint(self) -> str:
        """Changes when the same bytes would be read otherwise."""
        said = (self.edition, self.series, self.timezone, sorted(self.columns.items()))
        return repr((*said, self.url) if self.url else said)


class Format(Protocol):
    """A format reads one unit: a file, or a folder that belongs together.

    `rank` says when: vocabularies and people (0) before programmes (1) before what refers to talks (2).
    """

    name: str

    def recognises_folder(self, folder: Path) -> bool:
        """Whether the folder as a whole is one unit of this format. Looks at names only."""

    def recognises_file(self, path: Path, head: str) -> bool:
        """Whether the file is one, from its name and its first 4,096 characters."""

    def rank(self, path: Path, head: str) -> int:
        """When a unit is to be read, 0 first."""

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """Records and problems of the unit. InputError where nothing of it can be read.

        `payload` is None, without a problem, for a file that belongs to a unit but holds no records of its own.
        """


@runtime_checkable
class ReadsNeighbours(Protocol):
    """A format whose units are also read from files beside them, so that a change of those is a change of the unit."""

    def also_reads(self, path: Path) -> tuple[Path, ...]:
        """Files outside the unit that its records are read from."""


@runtime_checkable
class TakesNamed(Protocol):
    """A format that also takes a file it would not recognise in a folder, where somebody names it."""

    def accepts_named(self, path: Path) -> bool:
        """Whether it does, by the file's name."""


def read_text(path: Path, limit: int) -> str:
    """The UTF-8 text of a file, BOM removed. InputError for empty, larger than `limit` bytes, or not text."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise InputError(
                f"The file is {size / 1e6:,.0f} MB; more than {limit / 1e6:,.0f} MB is not read. "
                "Split it, or raise HALLWAY_MAX_FILE_MEGABYTES."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file cannot be opened: {error.strerror}.") from error
    if not raw.strip():
        raise InputError("The file is empty.")
    nul = raw.find(b"\0")
    if nul >= 0:
        raise InputError("The file is not text: it holds NUL bytes.", f"byte {nul}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("The file is not UTF-8 text; save it as UTF-8.", f"byte {error.start}, line {line}") from error
