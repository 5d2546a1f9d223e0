"""Exports against golden files, and what must hold of them whatever the data says.

After a wanted change: UPDATE_GOLDEN=1 .venv/bin/pytest tests/exports, then read the difference before committing it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import struct
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sqlmodel import Session

from app.errors import UsageError
from app.exports.addresses import absolute
from app.exports.chart import chart_spec
from app.exports.csv import literal
from app.exports.markdown import escape, opening
from app.exports.marks import chart_of
from app.exports.registry import FORMATS, export, export_named
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.settings import get_settings
from app.trends.counts import theme_shares
from app.trends.document import Document
from app.trends.scope import Scope

GOLDEN = Path(__file__).parents[1] / "golden"
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture
def document(session: Session) -> Document:
    return build_report(session, "themes", ReportRequest(editions=("west-2019",)))


def _compare(name: str, content: str) -> None:
    content = content.replace(get_settings().base_url, "http://127.0.0.1:8000")
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(content.encode())
    assert content == path.read_bytes().decode(), f"{name} differs; see the top of this file"


@pytest.mark.parametrize("suffix", ["md", "csv", "html"])
def test_golden_files(document: Document, suffix: str) -> None:
    content = export(document, suffix).decode()
    if suffix == "html":
        start, rest = content.split("<svg", 1)
        content = start + rest.split("</svg>", 1)[1]
    _compare(f"themes-report.{suffix}", content)


def test_golden_edition_report(session: Session) -> None:
    document = build_report(session, "edition", ReportRequest(editions=("west-2019",)))
    _compare("edition-report.md", export(document, "md").decode())


def test_golden_structure_of_the_chart(document: Document) -> None:
    """Texts and linked marks in order; coordinates depend on the fonts at hand."""
    root = ET.fromstring(export(document, "svg"))
    lines = []
    for element in root.iter():
        if element.tag == f"{SVG}a":
            mark = element[0]
            what = mark.get("aria-roledescription") or mark.tag.removeprefix(SVG)
            lines.append(f"link {what}: {mark.get('aria-label') or mark.text} -> {element.get(LINK)}")
        elif element.text and element.text.strip() and element.tag != f"{SVG}style":
            lines.append(f"{element.tag.removeprefix(SVG)}: {element.text}")
    _compare("themes-chart.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("suffix", [found.suffix for found in FORMATS])
@pytest.mark.parametrize("name", ["themes", "edition"])
def test_the_same_document_gives_the_same_bytes(session: Session, name: str, suffix: str) -> None:
    request = ReportRequest(editions=("west-2019",))
    first, second = (export(build_report(session, name, request), suffix) for _ in range(2))
    assert first == second
    assert first


def test_json_is_what_the_api_answers(session: Session, document: Document) -> None:
    answer = theme_shares(session, Scope(editions=("west-2019",))).model_dump(mode="json")
    assert json.loads(export(document, "json")) == answer


def test_csv_opens_as_numbers_and_runs_nothing(document: Document) -> None:
    rows = list(csv.DictReader(io.StringIO(export(document, "csv").decode(), newline="")))
    assert rows[1]["key"] == "operations"
    assert float(rows[1]["share"]) == 4 / 10
    assert rows[3]["label"] == "'=Unused <b>"
    for first in "=+-@\t\r":
        assert literal(f"{first}cmd|' /C calc'!A0").startswith("'")
    assert literal("Operations") == "Operations"


def test_a_corrected_share_is_told_beside_its_interval(document: Document) -> None:
    """For the interval is of it, and need not hold the share counted."""
    (table,) = document.tables
    figure = table.rows[0].figure.model_copy(update={"share": 0.16, "estimate": 0.575, "low": 0.2, "high": 0.74})
    row = replace(table.rows[0], figure=figure)
    corrected = replace(document, tables=(replace(table, rows=(row, table.rows[1])),), lead=())
    told = "corrected 58\u00a0%, 20–74\u00a0%"
    for suffix in ("md", "html"):
        tables = export(corrected, suffix).decode().split("Likely between")[1].split("Counting")[0]
        assert told in tables
        assert tables.count("corrected") == 1
    first, second = csv.DictReader(io.StringIO(export(corrected, "csv").decode(), newline=""))
    assert (first["share"], first["estimate"]) == ("0.16", "0.575")
    assert second["estimate"] == second["share"]


def test_markdown_takes_no_markup_from_data() -> None:
    assert escape("[x](javascript:y) <b> *a* _b_ `c` | # ~ \\") == (
        "\\[x\\](javascript:y) \\<b\\> \\*a\\* \\_b\\_ \\`c\\` \\| \\# \\~ \\\\"
    )
    assert escape("a\n\n# b\r| c & d") == "a \\# b \\| c &amp; d"
    assert [opening(text) for text in ("- a", "1. a", "+ a", "=== ")] == ["\\- a", "1\\. a", "\\+ a", "\\=== "]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"))))
def test_markdown_reads_back_as_the_data(text: str) -> None:
    """What a reader of the rendered Markdown sees is the text, and none of it became markup."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    (_, inline, _) = parser.parse(f"|{escape(text)}|")
    assert "".join(token.content for token in inline.children or ()) == f"|{text}|"
    assert {token.type for token in inline.children or ()} <= {"text", "text_special"}


def test_only_web_addresses_become_links() -> None:
    assert absolute("javascript:alert(1)") is None
    assert absolute("data:text/html,x") is None
    assert absolute("//evil.example/x") is None
    assert absolute("http://[") is None
    assert absolute(None) is None
    assert absolute("https://example.org/a b(c)<d>\"'") == "https://example.org/a%20b%28c%29%3Cd%3E%22'"
    assert absolute("/figures/x") == f"{get_settings().base_url}/figures/x"


def test_html_escapes_data_and_needs_no_other_file(document: Document) -> None:
    page = export(document, "html").decode()
    assert "=Unused &lt;b&gt;" in page
    assert "<b>" not in page
    for loading in ("<script", '<link rel="stylesheet', "src=", "@import", "url("):
        assert loading not in page
    assert "<style>" in page
    assert page.count("<h1>") == 1


def test_chart_is_named_linked_and_on_paper_of_its_own(document: Document) -> None:
    picture = export(document, "svg").decode()
    root = ET.fromstring(picture)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text == "Summit West 2019: share of known talks by theme"
    assert "Operations 4 of 10 (40\u00a0%, likely 33–50\u00a0%)" in (description.text or "")
    assert 'fill="#fbfaf7"' in picture
    links = {element.get(LINK) for element in root.iter(f"{SVG}a")}
    assert links == {row.figure.url for row in document.tables[0].rows}


def test_chart_keeps_the_order_of_the_table(document: Document) -> None:
    """Layers leave rows out, so the order is stated and not left to the first layer's data."""
    spec = chart_spec(chart_of(document))
    names = ["Stream *processing*", "Operations", "– Kubernetes", "=Unused <b>"]
    assert spec["encoding"]["y"]["scale"]["domain"] == names


def test_png_is_twice_the_size(document: Document) -> None:
    root = ET.fromstring(export(document, "svg"))
    picture = export(document, "png")
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert abs(width - 2 * float(root.get("width", "0"))) <= 2
    assert abs(height - 2 * float(root.get("height", "0"))) <= 2


def test_nothing_to_draw_and_unknown_formats_are_told(session: Session) -> None:
    empty = build_report(session, "themes", ReportRequest(editions=("empty-2021",)))
    for suffix in ("svg", "png"):
        with pytest.raises(UsageError, match="no shares to draw"):
            export(empty, suffix)
    assert b"No talks of Summit Empty 2021" in export(empty, "html")
    with pytest.raises(UsageError, match="md, html, csv, xlsx, json, svg, png, vl-json, bib, csl-json"):
        export_named("pdf")
