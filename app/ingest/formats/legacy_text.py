"""Reading text that may not be UTF-8: what spreadsheets and subtitle tools write. The guess is said."""

from __future__ import annotations

import codecs
from pathlib import Path

from app.errors import InputError
from app.ingest.record import FoundProblem

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_legacy_text(path: Path, limit: int) -> tuple[str, list[FoundProblem]]:
    """Text in UTF-8, UTF-16 with its mark, or else Windows-1252 with a warning; line ends as newlines.

    InputError for empty, larger than `limit` bytes, or not text.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise InputError(
                f"The file is {size / 1e6:,.0f} MB; more than {limit / 1e6:,.0f} MB is not read. Split it."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file cannot be opened: {error.strerror}.") from error
    text, problems = _decode(raw)
    if not text.strip():
        raise InputError("The file is empty.")
    nul = text.find("\0")
    if nul >= 0:
        raise InputError("The file is not text: it holds NUL characters.", f"character {nul}")
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems


def _decode(raw: bytes) -> tuple[str, list[FoundProblem]]:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding), []
            except UnicodeDecodeError as error:
                raise InputError(
                    f"The file begins like {encoding.upper()} but is not; save it as UTF-8.", f"byte {error.start}"
                ) from error
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = FoundProblem(
            "warning",
            "The file is not UTF-8 and was read as Windows-1252; check its accents, or save it as UTF-8.",
            f"byte {error.start}, line {line}",
        )
        # Five bytes mean nothing in Windows-1252; they are shown as such.
        return raw.decode("cp1252", errors="replace"), [said]
