"""Indexes as files that processes share: arrays written whole, checked, and mapped into memory for reading.

A file is a derived thing: one that is missing, cut short, altered, of another version or of something else is None,
and whoever asked makes it anew. The pages of a mapped file are in memory once, however many processes read it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import marshal
import mmap
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from app.locks import alone

log = logging.getLogger(__name__)

MAGIC = b"hallway-index-1"
_ALIGNED = 64
_BLOCK = 1 << 24

MARSHALLED = f"marshal-{marshal.version}/{sys.version_info[0]}.{sys.version_info[1]}"
"""How Python packs what is no array, which is said by the interpreter's version."""
Arrays = dict[str, NDArray[Any]]
T = TypeVar("T")


def beginning(engine: Engine) -> str:
    """What the names of all files of a base begin with."""
    return hashlib.sha256(engine.url.render_as_string().encode()).hexdigest()[:12]


def write_index(file: Path, about: Mapping[str, str], arrays: Arrays) -> bool:
    """Write `arrays` with what the file is `about`, replacing it whole; False where that is not possible."""
    making = file.with_name(f"{file.name}.{os.getpid()}.making")
    places: dict[str, tuple[str, list[int], int]] = {}
    at = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, list(array.shape), at)
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        checksum = 0
        with making.open("wb") as out:
            for array in arrays.values():
                for block in _blocks(array):
                    checksum = zlib.crc32(block, checksum)
                    out.write(block)
            described = {"about": dict(about), "arrays": places, "bytes": at, "crc": checksum}
            header = json.dumps(described, sort_keys=True).encode()
            # The header ends the file, so that the numbers before it are written once, as they come.
            out.write(header + b"\n%d %d %s" % (len(header), zlib.crc32(header), MAGIC))
        making.replace(file)
    except OSError as error:
        with suppress(OSError):
            making.unlink(missing_ok=True)
        log.warning("The index file %s cannot be written (%s); this process keeps its own copy.", file, error)
        return False
    return True


def made_once(
    file: Path | None, about: Mapping[str, str], make: Callable[[], T], opened: Callable[[Arrays], T],
    arrays: Callable[[T], Arrays],
) -> T:  # fmt: skip
    """What `file` holds, `opened`, where it is about just this; else what `make` gives, whose `arrays` are kept in it.

    Of several processes one makes it and the others wait. Without a file it is made.
    """
    if file is None:
        return make()
    with alone(file.parent):
        found = read_index(file)
        if found is None or found[0] != about:
            made = make()
            # Opened again, as pages of the file are in memory once for all processes.
            found = read_index(file) if write_index(file, about, arrays(made)) else None
            if found is None:
                return made
        return opened(found[1])


def _blocks(array: NDArray[Any]) -> Iterator[bytes]:
    """The bytes of an array, filled up so that the next begins at a multiple of 64."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    for start in range(0, len(flat), _BLOCK):
        yield flat[start : start + _BLOCK].tobytes()
    yield bytes(-len(flat) % _ALIGNED)


def read_index(file: Path) -> tuple[dict[str, str], Arrays] | None:
    """What the file is about, and its arrays, mapped and not to be written to; None for anything but a whole index."""
    try:
        with file.open("rb") as source:
            described = _described(source, file.stat().st_size)
            if described is None:
                return None
            # An empty mapping is not possible, and a header is never empty.
            mapped = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    view = memoryview(mapped)
    checksum = 0
    for start in range(0, described["bytes"], _BLOCK):
        checksum = zlib.crc32(view[start : min(start + _BLOCK, described["bytes"])], checksum)
    if checksum != described["crc"]:
        log.warning("The index file %s is damaged and is made anew.", file)
        return None
    return described["about"], {
        name: np.frombuffer(view, dtype=kind, count=int(np.prod(shape)), offset=at).reshape(shape)
        for name, (kind, shape, at) in described["arrays"].items()
    }


def _described(source: Any, size: int) -> dict[str, Any] | None:
    """The header at the end of an open file of `size` bytes, if it is there and as it was written."""
    source.seek(max(0, size - 64))
    end = source.read()
    _, line, last = end.rpartition(b"\n")
    words = last.split(b" ")
    if not line or len(words) != 3 or words[2] != MAGIC or not (words[0].isdigit() and words[1].isdigit()):
        return None
    length = int(words[0])
    begins = size - len(last) - 1 - length
    source.seek(max(0, begins))
    header = source.read(length)
    if begins < 0 or zlib.crc32(header) != int(words[1]):
        return None
    described: dict[str, Any] = json.loads(header)
    return described if described["bytes"] == begins else None
