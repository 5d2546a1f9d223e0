"""Rows of text from CSV and XLSX files, with where each stands. No meaning is read into them here."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from app.errors import InputError
from app.ingest.formats.legacy_text import read_legacy_text
from app.ingest.record import FoundProblem

MAX_ROWS, MAX_COLUMNS = 100_000, 200
_DELIMITERS = ",;\t|"
_UNPACKED_OF_LIMIT = 4
"""The parts of a workbook together may be this many times as large as one file may be."""
_MAX_PARTS = 2_000


@dataclass(frozen=True)
class Row:
    """The cells of one row as text, "" for an empty one."""

    where: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A table: the only one of a CSV file, or one sheet of a workbook."""

    name: str
    rows: tuple[Row, ...]


def read_sheets(path: Path, limit: int) -> tuple[list[Sheet], list[FoundProblem]]:
    """The tables of a file. InputError where it cannot be read at all."""
    if path.suffix.lower() == ".xlsx":
        return _workbook(path, limit)
    text, problems = read_legacy_text(path, limit)
    delimiter, text, skipped = _delimiter(text, path.suffix.lower())
    rows = tuple(_csv_rows(text, delimiter, skipped, problems))
    return [Sheet("", rows)], problems


def _delimiter(text: str, suffix: str) -> tuple[str, str, int]:
    """The delimiter, the text without a line that names it, and how many lines went with it."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], rest, 1
    if suffix == ".tsv":
        return "\t", text, 0
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, delimiter)), text, 0


def _evenness(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first rows have as many cells as most have, if more than one; then how many cells."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter):
            widths += [len(row)] if row else []
            if len(widths) == 30:
                break
    except csv.Error:
        return 0, 0
    wide = [width for width in widths if width > 1]
    usual = max(wide, key=wide.count, default=0)
    return wide.count(usual), usual


def _csv_rows(text: str, delimiter: str, skipped: int, problems: list[FoundProblem]) -> Iterator[Row]:
    # A title of five megabytes is odd, but no reason to lose the rows after it.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = skipped + 1
    count = 0
    for cells in reader:
        where, line = f"line {line}", reader.line_num + skipped + 1
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MAX_ROWS:
            problems.append(
                FoundProblem("error", f"Only the first {MAX_ROWS:,} rows are read; split the table.", where)
            )
            return
        yield Row(where, tuple(cells[:MAX_COLUMNS]))
    _complain_of_open_quote(text, delimiter, skipped, problems)


def _complain_of_open_quote(text: str, delimiter: str, skipped: int, problems: list[FoundProblem]) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    last = 0
    try:
        for _ in reader:
            last = reader.line_num
    except csv.Error as error:
        if "unexpected end" in str(error):
            problems.append(
                FoundProblem(
                    "warning", "A quote that opens here is never closed: the rest of the file is one cell.",
                    f"line {last + skipped + 1}",
                )
            )  # fmt: skip


def _workbook(path: Path, limit: int) -> tuple[list[Sheet], list[FoundProblem]]:
    from openpyxl import load_workbook

    _check_parts(path, limit)
    problems: list[FoundProblem] = []
    sheets: list[Sheet] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                for sheet in book.worksheets:
                    rows: list[Row] = []
                    sheets.append(Sheet(str(sheet.title), ()))
                    try:
                        rows += _sheet_rows(sheet, problems)
                    finally:
                        sheets[-1] = Sheet(str(sheet.title), tuple(rows))
            finally:
                book.close()
    except Exception as error:  # openpyxl raises whatever a damaged part makes it stumble over
        message = f"The workbook is damaged: {type(error).__name__}: {str(error)[:120]}."
        if not any(sheet.rows for sheet in sheets):
            raise InputError(message) from error
        problems.append(FoundProblem("error", f"{message} The sheets before it were read."))
    return sheets, problems


def _sheet_rows(sheet: object, problems: list[FoundProblem]) -> Iterator[Row]:
    name = getattr(sheet, "title", "")
    found = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS, values_only=True)  # type: ignore[attr-defined]  # a sheet of openpyxl, which is loaded late
    for number, values in enumerate(found, start=1):
        cells = tuple(_text(value) for value in values)
        if any(cells):
            yield Row(f"sheet {name}, row {number}", cells)
        if number == MAX_ROWS:
            problems.append(FoundProblem("error", f"Only the first {MAX_ROWS:,} rows are read.", f"sheet {name}"))


def _text(value: object) -> str:
    """A cell as text: dates and times as ISO, whole numbers without their ".0", a length of time as H:MM."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value).strip()


def _check_parts(path: Path, limit: int) -> None:
    """InputError for a workbook that is none, or unpacks to too much. What is declared binds the zip module."""
    try:
        if path.stat().st_size > limit:
            raise InputError(f"The file is larger than {limit / 1e6:,.0f} MB; it is not read.")
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise InputError(f"This is no XLSX workbook: {error}.") from error
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > limit * _UNPACKED_OF_LIMIT:
        raise InputError("The workbook unpacks to more than is read; save the table as CSV, or split it.")


def texts(cells: Sequence[str], columns: Sequence[int]) -> list[str]:
    """The filled cells of these columns, in their order."""
    return [cells[at].strip() for at in columns if at < len(cells) and cells[at].strip()]
