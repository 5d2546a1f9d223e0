"""Unpacking zip archives that nobody trusts: inside one folder, within limits, counting what really comes out."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from app.errors import InputError
from app.ingest.record import FoundProblem

MAX_FILES = 50_000
MAX_DEPTH = 30
FILES_OF_LIMIT_SIZE = 16
"""All files of an archive together may be this many times as large as one file may be."""
_MAX_DIRECTORY = 400 * MAX_FILES
_RATIO, _RATIO_COUNTS_FROM = 200, 1_000_000
_BLOCK = 1 << 16
_LINK = 0xA000
_SAID = 20


@dataclass
class _Budget:
    """What may still come out of an archive and of the archives inside it."""

    limit: int
    left: int
    files: int = MAX_FILES
    problems: list[FoundProblem] = field(default_factory=list)
    unsaid: int = 0

    def say(self, message: str, where: str) -> None:
        if len(self.problems) < _SAID:
            self.problems.append(FoundProblem("error", message, where))
        else:
            self.unsaid += 1


def unpack(archive: Path, folder: Path, suffixes: Container[str], limit: int) -> list[FoundProblem]:
    """Write the entries of `archive` that end in one of `suffixes` below `folder`; zips inside become folders.

    An entry that is refused (a path that leads out, a link, encrypted, damaged, larger than `limit` bytes or packed
    more than 200 times) costs only itself. InputError where the archive as a whole is refused.
    """
    budget = _Budget(limit, limit * FILES_OF_LIMIT_SIZE)
    _unpack(archive, folder, suffixes, budget, prefix="", nested=False)
    if budget.unsaid:
        budget.problems.append(FoundProblem("error", f"{budget.unsaid} more entries were refused.", ""))
    return budget.problems


def _unpack(
    archive: Path, folder: Path, suffixes: Container[str], budget: _Budget, *, prefix: str, nested: bool
) -> None:
    try:
        _check_directory(archive)
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            budget.files -= len(entries)
            if budget.files < 0:
                raise InputError(f"The archive holds more than {MAX_FILES:,} files; split it.")
            for entry in entries:
                _take(opened, entry, folder, suffixes, budget, prefix, nested)
    # What the zip module raises for hostile bytes, none of which it documents.
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error) as error:
        raise InputError(f"The zip archive cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def _take(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, suffixes: Container[str], budget: _Budget,
    prefix: str, nested: bool,
) -> None:  # fmt: skip
    name = entry.filename.replace("\\", "/")
    where = f"{prefix}{name[:200]}"
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if "__MACOSX" in path.parts or path.name.startswith(".") or not (suffix in suffixes or suffix == ".zip"):
        return
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        budget.say("The entry's path leads out of the archive; it was not unpacked.", where)
        return
    if len(path.parts) > MAX_DEPTH:
        budget.say(f"The entry lies more than {MAX_DEPTH} folders deep; it was not unpacked.", where)
        return
    if (entry.external_attr >> 16) & 0xF000 == _LINK:
        budget.say("The entry is a link, and links are not followed out of an archive.", where)
        return
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(opened, entry, target, budget)
    except InputError as error:
        if budget.left <= 0:
            raise
        budget.say(str(error), where)
        return
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        # RuntimeError: encrypted. OSError: a name too long, or one that is both a file and a folder.
        budget.say(f"The entry cannot be unpacked: {getattr(error, 'strerror', None) or error}.", where)
        return
    if suffix == ".zip":
        _inner(target, suffixes, budget, where, nested)


def _inner(target: Path, suffixes: Container[str], budget: _Budget, where: str, nested: bool) -> None:
    """Replace an unpacked zip by a folder of the same name without its suffix; one level only."""
    try:
        if nested:
            raise InputError("Archives inside archives inside archives are not unpacked.")
        _unpack(target, target.with_suffix(""), suffixes, budget, prefix=f"{where}/", nested=True)
    except InputError as error:
        if budget.left <= 0 or budget.files < 0:
            raise
        budget.say(str(error), where)
    finally:
        target.unlink(missing_ok=True)


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: _Budget) -> None:
    if entry.file_size > budget.limit:
        raise InputError(
            f"The entry is {entry.file_size / 1e6:,.0f} MB; more than {budget.limit / 1e6:,.0f} MB is not read."
        )
    # "x": the same name twice is refused, as it would overwrite the first.
    with opened.open(entry) as source, target.open("xb") as kept:
        try:
            _copy(source, kept, max(entry.compress_size, 1), budget)
        except BaseException:
            target.unlink()
            raise


def _copy(source: IO[bytes], kept: IO[bytes], packed: int, budget: _Budget) -> None:
    written = 0
    while block := source.read(_BLOCK):
        written += len(block)
        budget.left -= len(block)
        if written > budget.limit:
            raise InputError(f"The entry is larger than {budget.limit / 1e6:,.0f} MB; it was not unpacked.")
        if written > _RATIO_COUNTS_FROM and written > _RATIO * packed:
            raise InputError(f"The entry is packed more than {_RATIO} times, as no programme is; not unpacked.")
        if budget.left <= 0:
            raise InputError("The archive unpacks to more than is read; split it, or raise HALLWAY_MAX_FILE_MEGABYTES.")
        kept.write(block)


def _check_directory(archive: Path) -> None:
    """InputError where the list of entries alone would fill the memory. The zip module reads all of it at once."""
    with archive.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        start = max(0, size - 65_557 - 76)
        file.seek(start)
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise InputError("This is no zip archive, or its end is cut off.")
    length = struct.unpack_from("<L", tail, end + 12)[0]
    if end >= 76 and tail[end - 20 : end - 16] == b"PK\x06\x07" and tail[end - 76 : end - 72] == b"PK\x06\x06":
        length = max(length, struct.unpack_from("<Q", tail, end - 76 + 40)[0])
    if length > _MAX_DIRECTORY:
        raise InputError(f"The archive lists more than {MAX_FILES:,} files; split it.")
