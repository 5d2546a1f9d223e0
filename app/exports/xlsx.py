"""A report as a workbook: a sheet for each table with real numbers and per cents, and one that says how they were made.

Text is stored as text and marked so, and no cell holds a formula, so a spreadsheet runs nothing of what talks say.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from typing import TYPE_CHECKING, Any

from app.exports.addresses import absolute
from app.trends.document import Document, FigureTable, plain

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = (
    "Key",
    "Talks",
    "Of",
    "Share",
    "Estimate",
    "Low",
    "High",
    "Decided by people",
    "Assigned by machine",
    "Population",
    "Counting",
)
NUMBERS = COLUMNS[1:9]
ABOUT = "About"
LINE, A_LINE = 15.0, 100
"""Points that a line is high, and letters on one of the wide column."""
FONT, SIZE = "Calibri", 11
"""As openpyxl has them where no font is said."""
LONGEST_NAME, LONGEST_CELL = 31, 32_000
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_MOMENT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
PERCENT = "0.0 %"
EPOCH = (1980, 1, 1, 0, 0, 0)


def write(document: Document) -> bytes:
    """The workbook. The same document gives the same bytes: no moment of writing is kept in it."""
    from openpyxl import Workbook

    book = Workbook()
    about = book.active
    assert about is not None
    about.title = ABOUT
    names = {ABOUT.lower()}
    for table in document.tables:
        _table(book, table, _sheet_name(table.title or table.name, names))
    _about(about, document)
    book.move_sheet(about, offset=len(document.tables))
    book.active = 0
    written = io.BytesIO()
    book.save(written)
    return _timeless(written.getvalue())


def _table(book: Workbook, table: FigureTable, name: str) -> None:
    sheet = book.create_sheet(name)
    for column, head in enumerate((table.heading, *COLUMNS, *table.more), 1):
        after_numbers = head == COLUMNS[len(NUMBERS) + 1]
        _put(sheet, 1, column, head, bold=True, side="right" if head in NUMBERS else None, indent=int(after_numbers))
    for number, row in enumerate(table.rows, 2):
        figure = row.figure
        _put(sheet, number, 1, row.label, link=absolute(row.href), indent=row.depth)
        _put(sheet, number, 2, row.key)
        _put(sheet, number, 3, figure.numerator, link=figure.url)
        _put(sheet, number, 4, figure.denominator)
        for column, share in enumerate((figure.share, figure.estimate, figure.low, figure.high), 5):
            _put(sheet, number, column, share, form=PERCENT)
        _put(sheet, number, 9, figure.confirmed)
        _put(sheet, number, 10, figure.machine)
        _put(sheet, number, 11, figure.population, indent=1)
        _put(sheet, number, 12, figure.counting)
        for column, words in enumerate(row.more, len(COLUMNS) + 2):
            _put(sheet, number, column, plain(words) or None)
    sheet.freeze_panes = "B2"
    _widths(
        sheet,
        [
            max([len(row.label) + 2 * row.depth for row in table.rows], default=10) + 2,
            max([len(row.key) for row in table.rows], default=10) + 2,
            *[max(len(head) + 3, 9) for head in COLUMNS[1:]],
            *[max(len(head) + 3, 24) for head in table.more],
        ],
    )
    _printed(sheet)


def _about(sheet: Worksheet, document: Document) -> None:
    """Title, address, snapshot, coverage, populations, method and sources, below each other."""
    facts: list[tuple[str, Any, str | None]] = [
        ("Report", document.title, document.url),
        ("Snapshot", document.snapshot, None),
    ]
    if document.saved:
        facts.append(("Saved", document.saved.words, None))
    facts += [("", plain(words), None) for words in document.lead]
    facts += [("Coverage", plain(words), None) for words in document.coverage]
    facts += [
        ("Population", f"{choice.label}{' (counted here)' if choice.current else ''}", choice.figure.url)
        for choice in document.populations
        if choice.figure
    ]
    facts += [("Counting", choice.label, None) for choice in document.countings if choice.current]
    facts += [("Claim", f"{claim.verdict}: {claim.text} {claim.reason}", None) for claim in document.claims]
    facts += [("Method", plain(words), None) for words in document.method]
    facts += [("Source", source.label, source.url) for source in document.sources]
    for number, (name, value, link) in enumerate(facts, 1):
        _put(sheet, number, 1, name, bold=True, wrap=True)
        _put(sheet, number, 2, value, link=absolute(link), wrap=True)
        # Said, for LibreOffice leaves a row that is wrapped as high as one line.
        sheet.row_dimensions[number].height = LINE * max(1, math.ceil(len(str(value)) / A_LINE))
    _widths(sheet, [14, 100])
    _printed(sheet)


def _put(
    sheet: Worksheet, row: int, column: int, value: Any, *, link: str | None = None, bold: bool = False,
    form: str | None = None, indent: int = 0, wrap: bool = False, side: str | None = None,
) -> None:  # fmt: skip
    """Set a cell; None leaves it empty. Text is set as text whatever it begins with."""
    from openpyxl.styles import Alignment, Font

    if value is None:
        return
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = _CONTROL.sub(" ", value)[:LONGEST_CELL]
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    else:
        cell.value = value
    if link and len(link) <= 2_000:
        cell.hyperlink = link
    if bold or link:
        # With its name: a font without one is whatever the program takes, which need not be that of other cells.
        line, colour = ("single", "0A585D") if link else (None, None)
        cell.font = Font(name=FONT, size=SIZE, bold=bold, underline=line, color=colour)  # type: ignore[arg-type]  # "single" is one it takes
    if form:
        cell.number_format = form
    if indent or wrap or side:
        # LibreOffice indents only what is said to stand on the left.
        side = side or ("left" if indent else None)
        cell.alignment = Alignment(side, indent=indent, wrap_text=wrap, vertical="top" if wrap else None)


def _printed(sheet: Worksheet) -> None:
    """A table goes on pages across, as wide as one of them, with its head on each."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if sheet.freeze_panes:
        sheet.print_title_rows = "1:1"


def _widths(sheet: Worksheet, widths: list[int]) -> None:
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(width, 110)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name a sheet may have, and that none has yet; `taken` gets it."""
    bare = _FORBIDDEN.sub(" ", _CONTROL.sub(" ", title)).strip() or "Table"
    name, number = bare[:LONGEST_NAME], 1
    while name.lower() in taken:
        number += 1
        end = f" {number}"
        name = bare[: LONGEST_NAME - len(end)] + end
    taken.add(name.lower())
    return name


def _timeless(book: bytes) -> bytes:
    """The same archive with one date for everything in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _MOMENT.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, content)
    return made.getvalue()
