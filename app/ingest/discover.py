"""Which units lie under the paths given, of which format, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import UsageError
from app.ingest.formats.protocol import Format
from app.ingest.formats.registry import FORMATS, format_named
from app.settings import local_folder

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_HEAD = 4096


@dataclass(frozen=True)
class Unit:
    """A file or folder to read. `format` is None for one that no format recognises."""

    path: Path
    label: str
    format: Format | None
    rank: int
    named: bool
    """Given by name on the command line, not met while walking a folder."""


def discover(paths: Sequence[Path], format_name: str | None = None) -> list[Unit]:
    """Units under `paths`, ordered by rank, then path. UsageError for a path that does not exist.

    Walking a folder leaves out hidden entries, JSON schemas, Hallway's local folder and other kinds of file.
    """
    wanted = format_named(format_name) if format_name else None
    units: list[Unit] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.", "PATH")
        root = path.resolve()
        base = root if root.is_dir() else root.parent
        units.extend(_walk(root, base, wanted, named=True))
    unique = {unit.path: unit for unit in units}
    return sorted(unique.values(), key=lambda unit: (unit.rank, str(unit.path)))


def _walk(path: Path, base: Path, wanted: Format | None, *, named: bool) -> Iterator[Unit]:
    formats = (wanted,) if wanted else FORMATS
    label = path.relative_to(base).as_posix() if path != base else path.name
    if path.is_dir():
        if path == local_folder().resolve() and not named:
            return
        claimed = next((known for known in formats if known.recognises_folder(path)), None)
        if claimed:
            yield Unit(path, label, claimed, claimed.rank(path, ""), named)
            return
        for child in sorted(path.iterdir()):
            if not child.name.startswith(".") and (child.is_dir() or child.suffix in _SUFFIXES):
                yield from _walk(child, base, wanted, named=False)
        return
    head = _head(path)
    if not named and '"$schema"' in head and "json-schema.org" in head:
        return
    claimed = wanted if named and wanted else next((f for f in formats if f.recognises_file(path, head)), None)
    yield Unit(path, label, claimed, claimed.rank(path, head) if claimed else 9, named)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError:
        return ""
