"""CSV and XLSX: real numbers, the figures of the payload, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from app.exports import talk_list, xlsx
from app.exports.registry import export
from app.reports.registry import REPORTS, build_report
from app.reports.request import ReportRequest
from app.settings import get_settings
from app.trends.behind import figure_talks
from app.trends.document import Document, FigureTable, Reference, line, plain

WEST = ReportRequest(editions=("west-2019",))
ASKED = {
    "theme-over-time": ReportRequest(series="summit", theme="operations"),
    "compare-editions": ReportRequest(editions=("east-2020", "west-2019")),
}
"""What reports are asked for that are not of one edition; to compare conferences takes two series."""

ONE_SERIES = [report.name for report in REPORTS if report.name != "compare-conferences"]
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")')


@pytest.fixture
def document(session: Session) -> Document:
    return build_report(session, "themes", WEST)


def _opened(document: Document) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(export(document, "xlsx")))


def _named(document: Document, label: str) -> Document:
    """The document with one row called, and described by, `label`."""
    (table,) = document.tables
    row = replace(table.rows[0], label=label, key=label)
    return replace(
        document,
        title=label,
        tables=(FigureTable(table.name, label, label, (row,)),),
        lead=(line(label),),
        method=(line(label),),
        sources=(Reference(label, "javascript:alert(1)"),),
        chart=None,
    )


@pytest.mark.parametrize("name", ONE_SERIES)
def test_a_workbook_holds_the_figures_as_numbers(session: Session, name: str) -> None:
    document = build_report(session, name, ASKED.get(name, WEST))
    book = _opened(document)
    assert len(book.sheetnames) == len(document.tables) + 1
    assert book.sheetnames[-1] == "About"
    for table, sheet in zip(document.tables, book.worksheets, strict=False):
        assert sheet.max_row == len(table.rows) + 1
        for row, cells in zip(table.rows, sheet.iter_rows(min_row=2), strict=True):
            figure = row.figure
            counts = [row.label, row.key, figure.numerator, figure.denominator, figure.confirmed, figure.machine]
            assert [cells[place].value for place in (0, 1, 2, 3, 8, 9)] == counts
            shares = (figure.share, figure.estimate, figure.low, figure.high)
            for cell, share in zip(cells[4:8], shares, strict=True):
                # Excel, and openpyxl after it, keeps sixteen digits.
                assert cell.value == (None if share is None else pytest.approx(share, rel=1e-15))
            assert cells[2].hyperlink.target == figure.url
            assert cells[2].data_type == cells[3].data_type == "n"
            assert [cell.value or "" for cell in cells[12:]] == [plain(words) for words in row.more]
            if figure.share is not None:
                assert cells[4].data_type == "n"
                assert cells[4].number_format == "0.0 %"


def test_the_workbook_says_how_it_was_made(document: Document) -> None:
    about: dict[str, list[str]] = {}
    for name, value in _opened(document)["About"].iter_rows(values_only=True):
        about.setdefault(str(name), []).append(str(value))
    assert about["Report"] == [document.title]
    assert about["Snapshot"] == [document.snapshot]
    assert "2 of the 12 published sessions are not in the base" in about["Coverage"][0]
    assert "all talks (counted here)" in about["Population"]
    assert len(about["Population"]) == len(document.populations)
    assert "Wilson" in about["Method"][-1]
    links = [row[1].hyperlink.target for row in _opened(document)["About"].iter_rows() if row[1].hyperlink]
    assert all(link.startswith(("http://", "https://")) for link in links)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula(document: Document, text: str) -> None:
    named = _named(document, text)
    seen = 0
    for sheet in _opened(named).worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f", cell.coordinate
                if cell.value is not None and str(cell.value).strip() == text.strip():
                    assert cell.data_type == "s"
                    assert cell.quotePrefix
                    seen += 1
    assert seen >= 4
    with zipfile.ZipFile(io.BytesIO(export(named, "xlsx"))) as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_csv_begins_as_a_formula(document: Document, session: Session, text: str) -> None:
    found = figure_talks(session, document.tables[0].rows[0].figure.id)
    card = found.numerator[0].model_copy(update={"title": text})
    talks = talk_list.write(found.model_copy(update={"numerator": [card], "denominator": [card]}))
    for content in (export(_named(document, text), "csv"), talks):
        cells = [cell for row in csv.reader(io.StringIO(content.decode(), newline="")) for cell in row]
        assert f"'{text}" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_names_of_sheets_are_short_and_differ(document: Document) -> None:
    (table,) = document.tables
    name = "Themes [of] A/B: " + "very long " * 5
    twice = replace(
        document, tables=(replace(table, title=name), replace(table, title=name), replace(table, title="?"))
    )
    names = _opened(twice).sheetnames
    assert names == ["Themes  of  A B  very long very", "Themes  of  A B  very long ve 2", "Table", "About"]
    odd = _named(document, "bell\x07 and \ud800 half")
    assert _opened(odd).worksheets[0]["A2"].value == "bell  and   half"


def test_a_workbook_keeps_no_moment(document: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx.write(document))) as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        assert b"1980-01-01T00:00:00Z" in book.read("docProps/core.xml")
    assert xlsx.write(document) == xlsx.write(document)


def test_every_export_has_every_figure_of_the_table(document: Document) -> None:
    """Numbers as each format writes them, against the payload that the API answers."""
    payload = document.payload.model_dump()
    markdown, page = (export(document, suffix).decode() for suffix in ("md", "html"))
    drawn = {value["url"]: value for value in json.loads(export(document, "vl.json"))["data"]["values"]}
    lines = {row["figure"]: row for row in csv.DictReader(io.StringIO(export(document, "csv").decode(), newline=""))}
    svg = export(document, "svg").decode()
    for row in payload["rows"]:
        url, fraction = row["figure"]["url"], f"{row['numerator']} of {row['denominator']}"
        assert url.startswith(get_settings().base_url)
        assert f"[{fraction}]({url})" in markdown
        assert f'<a href="{url}">{fraction}</a>' in page
        assert f'xlink:href="{url}"' in svg
        assert fraction in svg
        assert (int(lines[url]["numerator"]), int(lines[url]["denominator"])) == (row["numerator"], row["denominator"])
        for bound in ("share", "low", "high"):
            assert float(lines[url][bound]) == pytest.approx(row[bound], abs=1e-6)
            assert drawn[url][bound] == row[bound]


def test_a_workbook_reads_well_on_a_screen_and_on_paper(document: Document) -> None:
    book = _opened(document)
    sheet, about = book.worksheets
    for cell in sheet[1]:
        assert sheet.column_dimensions[cell.column_letter].width > len(cell.value)
    numbers = [cell for cell in sheet[1] if isinstance(sheet.cell(2, cell.column).value, (int, float))]
    assert len(numbers) > 4
    assert all(cell.alignment.horizontal == "right" for cell in numbers), "a head stands over its numbers"
    fonts = {(cell.font.name, cell.font.size) for part in book.worksheets for row in part for cell in row}
    assert fonts == {(xlsx.FONT, xlsx.SIZE)}
    for row in about.iter_rows():
        room = about.row_dimensions[row[1].row].height / xlsx.LINE * xlsx.A_LINE
        assert room >= len(str(row[1].value))
    for part in book.worksheets:
        assert part.page_setup.orientation == "landscape"
        assert part.sheet_properties.pageSetUpPr.fitToPage
