"""Which units lie under the paths given, of which format, in reading order; zip archives are walked like folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.errors import InputError, UsageError
from app.ingest.archives import unpack
from app.ingest.formats.protocol import Format, TakesNamed
from app.ingest.formats.registry import FORMATS, format_named
from app.ingest.record import FoundProblem
from app.settings import local_folder

_SUFFIXES = frozenset({
    ".yaml", ".yml", ".json", ".jsonld", ".html", ".htm", ".ics", ".csv", ".tsv", ".xlsx", ".vtt", ".srt", ".xml",
})  # fmt: skip
_PERHAPS = frozenset({".md", ".markdown", ".txt"})
"""Of articles, but of much else too: in a folder, one that no format recognises is passed over without a word."""
_ARCHIVE = ".zip"
_HEAD = 4096
_READ_IN_PLACE = "hallway: vendors/"
"""The list of vendors is read where it lies and never loaded: it says nothing of any talk."""


@dataclass(frozen=True)
class Unit:
    """A file or folder to read. `format` is None for one that no format recognises.

    An archive is a unit itself only where something in it was refused, which `problems` then tell.
    """

    path: Path
    label: str
    format: Format | None
    rank: int
    named: bool
    """Given by name on the command line, not met while walking a folder."""
    problems: tuple[FoundProblem, ...] = ()


MEASURED = ("judgements", "shares")
"""The end of the path of a folder that holds figures about our figures, and no facts."""


@contextmanager
def discovered(paths: Sequence[Path], format_name: str | None = None, *, limit: int) -> Iterator[list[Unit]]:
    """Units under `paths`, ordered by rank, then path. UsageError for a path that does not exist.

    Walking a folder leaves out hidden entries, JSON schemas, judgements of search, what was measured of shares, the
    list of vendors, Hallway's local folder and other kinds of file. Archives are unpacked into a temporary folder that
    is there until the block ends; a file in one is labelled `archive.zip/inner/path`. `limit`: bytes of a file that is
    still read.
    """
    wanted = format_named(format_name) if format_name else None
    with TemporaryDirectory(prefix="hallway-") as temporary:
        walk = _Walk((wanted,) if wanted else FORMATS, Path(temporary).resolve(), limit, bool(wanted))
        for path in paths:
            if not path.exists():
                raise UsageError(f"There is no file or folder {path}.", "PATH")
            root = path.resolve()
            base = root if root.is_dir() else root.parent
            walk.walk(root, root.name if root == base else root.relative_to(base).as_posix(), base.as_posix())
        yield [found[2] for found in sorted(walk.units.values(), key=_order)]


def _order(found: tuple[int, str, Unit]) -> tuple[int, str, str]:
    """By rank, then path; of `schedule.xml` and `schedule-older.xml` the plain name comes first."""
    rank, address, unit = found
    suffix = "" if unit.path.is_dir() else unit.path.suffix
    return rank, address.removesuffix(suffix), suffix


class _Walk:
    """One search for units; `units` maps each path to (rank, address, unit)."""

    def __init__(self, formats: tuple[Format, ...], temporary: Path, limit: int, is_forced: bool) -> None:
        self.units: dict[Path, tuple[int, str, Unit]] = {}
        self._formats = formats
        self._temporary = temporary
        self._limit = limit
        self._is_forced = is_forced
        self._archives = 0

    def walk(self, root: Path, label: str, base: str) -> None:
        """Find the units at and below `root`, which is called `label`; `base` is where it lies."""
        top = root
        todo = [(root, label)]
        seen: set[Path] = set()
        while todo:
            path, label = todo.pop()
            named = path == top
            address = f"{base}/{label}"
            if path.is_dir():
                if path.resolve() in seen or (path == local_folder().resolve() and not named):
                    continue
                seen.add(path.resolve())
                todo += self._folder(
                    path, label, address, named, inner="" if named and path.as_posix() == base else label
                )
            elif path.suffix.lower() == _ARCHIVE:
                todo += self._archive(path, label, address, named)
            else:
                self._file(path, label, address, named)

    def _folder(self, path: Path, label: str, address: str, named: bool, inner: str) -> list[tuple[Path, str]]:
        if (path / "queries.jsonl").is_file() and (path / "qrels").is_dir():
            return []  # judgements of search in the layout of BEIR: nothing of them is a talk
        if path.parts[-2:] == MEASURED:
            return []
        claimed = next((known for known in self._formats if known.recognises_folder(path)), None)
        if claimed:
            self._add(Unit(path, label, claimed, claimed.rank(path, ""), named), address)
            return []
        try:
            children = list(path.iterdir())
        except OSError as error:
            closed = FoundProblem("error", f"The folder cannot be read: {error.strerror}.")
            self._add(Unit(path, label, None, 9, named, (closed,)), address)
            return []
        return [
            (child, f"{inner}/{child.name}" if inner else child.name)
            for child in children
            if not child.name.startswith(".")
            and (child.is_dir() or child.suffix.lower() in {*_SUFFIXES, *_PERHAPS, _ARCHIVE})
        ]

    def _archive(self, path: Path, label: str, address: str, named: bool) -> list[tuple[Path, str]]:
        """The folder an archive was unpacked into, called like the archive so that formats see its name."""
        self._archives += 1
        folder = self._temporary / str(self._archives) / path.stem
        folder.mkdir(parents=True)
        try:
            problems = unpack(path, folder, _SUFFIXES | _PERHAPS, self._limit)
        except InputError as error:
            problems = [FoundProblem("error", str(error), error.where)]
        if problems:
            self._add(Unit(path, label, None, 9, named, tuple(problems)), address)
        elif not any(folder.iterdir()):
            nothing = FoundProblem("warning", "The archive holds no file of a kind that is read.")
            self._add(Unit(path, label, None, 9, named, (nothing,)), address)
        return [(folder, label)]

    def _file(self, path: Path, label: str, address: str, named: bool) -> None:
        head = _head(path)
        if not named and '"$schema"' in head and "json-schema.org" in head:
            return
        if not named and head.startswith(_READ_IN_PLACE):
            return
        if named and self._is_forced:
            claimed: Format | None = self._formats[0]
        else:
            claimed = next((known for known in self._formats if known.recognises_file(path, head)), None)
        if claimed is None and (named or self._is_forced):
            taking = (known for known in self._formats if isinstance(known, TakesNamed) and known.accepts_named(path))
            claimed = next(taking, None)
        if claimed is None and not named and path.suffix.lower() in _PERHAPS:
            return
        self._add(Unit(path, label, claimed, claimed.rank(path, head) if claimed else 9, named), address)

    def _add(self, unit: Unit, address: str) -> None:
        self.units[unit.path] = (unit.rank, address, unit)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError:
        return ""
