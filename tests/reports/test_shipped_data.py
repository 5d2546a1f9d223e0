"""The report this house was built for, on the shipped data: operations at San Francisco 2019, computed and checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.exports.registry import export
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.trends.behind import figure_talks
from app.trends.claimed import edition_claims
from app.trends.counts import theme_figure
from app.trends.document import figures_of, plain
from app.trends.scope import Scope

EDITION = "kafka-summit-san-francisco-2019"


@pytest.fixture
def base(loaded: Engine) -> Iterator[Session]:
    with Session(loaded) as session:
        yield session


def test_operations_has_its_coverage_and_is_decided_by_people(base: Session) -> None:
    figure = theme_figure(base, "operations", Scope(editions=(EDITION,)))
    assert (figure.coverage.known, figure.coverage.published) == (47, 56)
    assert figure.confirmed == figure.numerator
    assert figure.low is not None
    assert figure.high is not None
    assert figure.if_none == figure.numerator / 56
    assert figure.if_all == (figure.numerator + 9) / 56
    assert figure.if_none <= figure.low < figure.high <= figure.if_all


def test_the_articles_claims_are_read_both_ways(base: Session) -> None:
    claims = {claim.theme: claim for claim in edition_claims(base, EDITION) if claim.theme}
    operations = claims["operations"]
    assert operations.any is not None
    assert operations.main is not None
    assert operations.any.numerator > operations.main.numerator
    assert operations.verdict == "cannot be decided"
    assert claims["kubernetes"].readings


@pytest.mark.parametrize("edition", [(EDITION,), ("kafka-summit-london-2018",), ()])
def test_every_figure_opens_exactly_its_talks(base: Session, edition: tuple[str, ...]) -> None:
    for name in ("themes", "edition") if edition else ("themes",):
        for figure in figures_of(build_report(base, name, ReportRequest(editions=edition))):
            found = figure_talks(base, figure.id)
            assert (len(found.numerator), len(found.denominator)) == (figure.numerator, figure.denominator)
            assert found.figure == figure


@pytest.mark.parametrize("edition", [EDITION, "kafka-summit-london-2019"])
def test_themes_of_few_talks_meet_by_chance(base: Session, edition: str) -> None:
    """By Fisher's test and Benjamini and Hochberg's procedure no pair of either edition is more than chance."""
    rows = build_report(base, "together", ReportRequest(editions=(edition,))).payload.model_dump()["rows"]
    assert len(rows) > 50
    assert {row["verdict"] for row in rows} == {"not settled"}
    assert all(row["low"] <= 1 <= row["high"] for row in rows)


def test_four_talks_with_text_are_no_edition(base: Session) -> None:
    document = build_report(base, "whats-new", ReportRequest(editions=(EDITION,)))
    assert "No theme can be compared. What machines read" in " ".join(plain(told) for told in document.lead)


@pytest.mark.parametrize(
    ("name", "table", "field"), [("whats-new", "technologies", "technologies"), ("together", "together", "rows")]
)
def test_data_formats_hold_every_row_and_texts_say_how_many_they_leave_out(
    base: Session, name: str, table: str, field: str
) -> None:
    from openpyxl import load_workbook

    document = build_report(base, name, ReportRequest(editions=(EDITION,)))
    whole = len(json.loads(export(document, "json"))[field])
    found = next(one for one in document.tables if one.name == table)
    assert whole > len(found.listed) == found.most
    lines = export(document, "csv").decode().splitlines()
    assert sum(line.startswith(f"{table},") for line in lines) == whole
    book = load_workbook(BytesIO(export(document, "xlsx")))
    assert whole + 1 in [sheet.max_row for sheet in book.worksheets]
    for suffix in ("md", "html"):
        assert f"{found.most} of {whole} are listed, {found.order}; " in export(document, suffix).decode()
