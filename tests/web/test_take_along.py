"""What can be taken along: charts on pages, fragments, citations, the talks of a figure, and saved reports."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.bootstrap import KnowledgeBase
from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.errors import UsageError
from app.exports.registry import digests
from app.models import Talk
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.reports.saved import save_report
from app.trends.behind import are_of_more, talks_of_figures
from app.trends.document import Chart, FigureRow, figures_of
from app.web.app import create_app
from app.web.pages import citations, search
from app.web.pages.reports import few_enough, shown
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.facts import fill

WEST = ReportRequest(editions=("west-2019",))
REPORT = "/reports/themes?edition=west-2019"


@pytest.fixture
def own(databases: Databases, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A small base that may be written."""
    with open_base(databases, tmp_path, fill) as opened:
        yield opened


def _save(base: KnowledgeBase) -> str:
    with writing(base.engine) as session:
        saved = save_report(session, build_report(session, "themes", WEST), digests).saved
    assert saved is not None
    return saved.id


def test_a_report_shows_its_chart_and_below_it_the_same_numbers(client: TestClient) -> None:
    text = client.get(REPORT).text
    chart = text[text.index('<figure class="chart">') : text.index("</figure>")]
    table = text[text.index("</figure>") :]
    links = set(re.findall(r'href="(/figures/[^"]+)"', chart))
    rows = client.get("/api/v1/trends/themes?edition=west-2019").json()["rows"]
    assert len(links) == len(rows)
    for link in links:
        assert f'href="{link}"' in table
    for row in rows:
        assert f"{row['numerator']} of {row['denominator']}" in chart
    assert "style=" not in chart
    assert '<svg class="bar"' not in table
    assert 'data-label="by machine"' in table


def test_a_chart_that_no_table_has_brings_its_own(base: KnowledgeBase) -> None:
    with reading(base.engine) as session:
        document = build_report(session, "themes", WEST)
        assert document.chart is not None
        rows = tuple(
            FigureRow(row.key, row.label, None, row.figure, at="2019")
            for row in document.tables[0].rows
            if row.figure.share
        )
        other = replace(document, tables=(), chart=Chart("Over time", "Over time.", rows, "lines"))
        (table,) = shown(session, other)["tables_shown"]
        assert [row.figure for row in table.rows] == [row.figure for row in rows]
        assert shown(session, document)["tables_shown"] == document.tables


def test_a_fragment_is_the_article_alone(client: TestClient) -> None:
    page = client.get("/reports/themes.html?edition=west-2019").text
    fragment = client.get("/reports/themes.html?edition=west-2019&part=fragment").text
    assert fragment.lstrip().startswith('<article class="hallway-report">')
    assert fragment.rstrip().endswith("</article>")
    assert "<html" not in fragment
    assert "<style>" in fragment
    for place in re.findall(r'(?:href|src)="([^"]*)"', fragment):
        assert place.startswith("http"), place
    for rule in re.findall(r"^(\S.*?) \{", fragment, re.MULTILINE):
        assert all(part.strip().startswith(".hallway-report") for part in rule.split(",")), rule
    assert fragment[fragment.index("<h1>") : fragment.index("<svg")] in page
    answer = client.get("/reports/themes.csv?edition=west-2019&part=fragment")
    assert answer.status_code == 422
    assert "Only html comes in parts" in answer.text


def test_talks_are_cited_from_their_pages(client: TestClient) -> None:
    slug = client.get("/api/v1/talks?edition=west-2019&limit=1").json()["items"][0]["slug"]
    page = client.get(f"/talks/{slug}").text
    for suffix, part in (("bib", f"@inproceedings{{{slug},"), ("csl.json", f'"id": "{slug}"')):
        assert f'href="/talks/{slug}.{suffix}"' in page
        answer = client.get(f"/talks/{slug}.{suffix}")
        assert answer.status_code == 200
        assert part in answer.text
        assert f'filename="{slug}.{suffix}"' in answer.headers["content-disposition"]
    for missing in (f"/talks/{slug}.pdf", "/talks/nothing.bib", "/editions/nowhere.bib", "/search.pdf?q=x"):
        assert client.get(missing).status_code == 404, missing
    assert client.get(f"/talks/{slug}.bib?x=1").status_code == 422


def test_an_edition_and_a_search_are_cited_whole(client: TestClient) -> None:
    known = client.get("/api/v1/talks?edition=west-2019&limit=100").json()["total"]
    assert client.get("/editions/west-2019.bib").text.count("@inproceedings{") == known
    found = client.get("/api/v1/search?q=brokers&mode=lexical&limit=100").json()["hits"]
    cited = client.get("/search.csl.json?q=brokers&mode=lexical").json()
    assert [item["id"] for item in cited] == [hit["talk"]["slug"] for hit in found]
    assert cited
    page = client.get("/search?q=brokers&mode=lexical&kind=keynote&offset=0").text
    link = html.unescape(re.findall(r'href="(/search\.bib[^"]*)"', page)[0])
    assert link == "/search.bib?q=brokers&kind=keynote&mode=lexical"
    assert client.get(link).status_code == 200


def test_citations_of_a_part_of_an_answer_say_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "q=brokers&mode=lexical"
    found = client.get(f"/api/v1/search?{asked}").json()["total"]
    assert found > 1
    assert client.get(f"/search.bib?{asked}").text.startswith("@inproceedings{")
    assert "of the first" not in client.get(f"/search?{asked}").text
    for module in (citations, search):
        monkeypatch.setattr(module, "MOST_FOUND", 1)
    cut = client.get(f"/search.bib?{asked}").text
    assert cut.startswith(
        f"% The first 1 of {found} talks found; narrow the search to have others.\n\n@inproceedings{{"
    )
    assert cut.count("@inproceedings{") == 1
    assert len(client.get(f"/search.csl.json?{asked}").json()) == 1
    assert ">BibTeX of the first 1</a>" in client.get(f"/search?{asked}").text


def test_the_site_lists_no_endless_number_of_talks() -> None:
    assert few_enough([1]) == [1]
    with pytest.raises(UsageError, match="a list of 5,001 talks"):
        few_enough(list(range(5_001)))


def test_every_export_that_a_page_offers_is_given(client: TestClient) -> None:
    for page in ("/reports", REPORT, "/reports/radar", "/reports/companies?edition=west-2019"):
        offered = re.findall(r'href="(/reports/[^"?]+\.(?:[a-z]+\.)?[a-z]+(?:\?[^"]*)?)"', client.get(page).text)
        assert offered, page
        for link in offered:
            assert client.get(html.unescape(link)).status_code == 200, link


def test_what_is_too_long_for_the_site_is_not_offered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = client.get("/api/v1/trends/themes?edition=west-2019").json()["rows"]
    row = next(row for row in rows if 0 < row["numerator"] < row["denominator"])
    figure = f"/figures/{row['figure']['id']}"
    for module in ("reports", "figures"):
        monkeypatch.setattr(f"app.web.pages.{module}.MOST_LISTED", row["numerator"])
    page = client.get(figure).text
    assert f'href="{figure}.csv"' not in page
    assert client.get(f"{figure}.csv").status_code == 422
    assert f'href="{figure}.bib"' in page
    assert client.get(f"{figure}.bib").text.count("@inproceedings{") == row["numerator"]
    assert "hallway report themes --format bib" in page
    report = client.get(REPORT + "&population=without-keynotes").text
    assert "/reports/themes.bib" not in report
    assert "/reports/themes.csv" in report
    command = "hallway report themes --edition west-2019 --population without-keynotes --format bib"
    assert f"<code>{command}</code>" in report
    for module in ("reports", "figures"):
        monkeypatch.setattr(f"app.web.pages.{module}.MOST_LISTED", row["numerator"] - 1)
    assert f'href="{figure}.bib"' not in client.get(figure).text
    assert client.get(f"{figure}.bib").status_code == 422


def test_talks_of_several_figures_are_counted_once(base: KnowledgeBase) -> None:
    with reading(base.engine) as session:
        figures = figures_of(build_report(session, "themes", ReportRequest()))
        known = len(talks_of_figures(session, figures))
        assert are_of_more(session, figures, known - 1)
        assert not are_of_more(session, figures, known)


def test_talks_are_counted_alike_where_nothing_is_kept(own: KnowledgeBase) -> None:
    request = ReportRequest(series="summit", theme="operations")
    with reading(own.engine) as session:
        figures = figures_of(build_report(session, "theme-over-time", request))
        known = len(talks_of_figures(session, figures))
    assert len({figure.denominator for figure in figures}) > 1
    for opened in (reading, writing):
        with opened(own.engine) as session:
            assert are_of_more(session, figures, known - 1)
            assert not are_of_more(session, figures, known)


@pytest.mark.parametrize(
    "path",
    [
        "themes", "themes?edition=west-2019", "edition?edition=west-2019", "emerging", "radar", "companies", "together",
        "theme-over-time?theme=operations&series=summit", "whats-new?edition=west-2019",
    ],
)  # fmt: skip
def test_a_report_is_shown_again_without_counting(
    client: TestClient, statements: list[str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """One statement asks whether the base has changed, also where its figures are of more talks than one is of."""
    monkeypatch.setattr("app.web.pages.reports.MOST_LISTED", 10)
    first = client.get(f"/reports/{path}")
    assert first.status_code == 200
    statements.clear()
    assert client.get(f"/reports/{path}").text == first.text
    assert len(statements) == 1


def test_a_figure_gives_its_talks(client: TestClient) -> None:
    rows = client.get("/api/v1/trends/themes?edition=west-2019").json()["rows"]
    row = next(row for row in rows if 0 < row["numerator"] < row["denominator"])
    path = f"/figures/{row['figure']['id']}"
    lines = list(csv.DictReader(io.StringIO(client.get(f"{path}.csv").text, newline="")))
    assert len(lines) == row["denominator"]
    assert sum(line["counted"] == "yes" for line in lines) == row["numerator"]
    assert client.get(f"{path}.bib").text.count("@inproceedings{") == row["numerator"]
    assert len(client.get(f"{path}.csl.json").json()) == row["numerator"]
    assert f'href="{path}.csv"' in client.get(path).text
    assert client.get("/figures/nothing.csv").status_code == 404


def test_a_saved_report_keeps_its_numbers_and_says_what_changed(own: KnowledgeBase) -> None:
    with TestClient(create_app(own)) as client:
        assert "No report is saved yet" in client.get("/reports/saved").text
        id = _save(own)  # noqa: A001
        before = client.get(f"/reports/saved/{id}").text
        assert "The base has not changed since." in before
        assert f'href="/reports/saved/{id}"' in client.get("/reports/saved").text
        exports = {
            suffix: client.get(f"/reports/saved/{id}.{suffix}").content for suffix in ("md", "csv", "json", "xlsx")
        }
        assert f"/reports/saved/{id}".encode() in exports["md"]
        with writing(own.engine) as session:
            for talk in session.scalars(select(Talk).where(col(Talk.kind) == "keynote")):
                talk.withdrawn_at = utc_now()
            refresh_snapshot(session)
        after = client.get(f"/reports/saved/{id}").text
        assert "The base has changed since" in after
        assert f'href="/reports/saved/{id}/changes?to=now"' in after
        since = client.get(f"/reports/saved/{id}/changes").text
        assert "the report as it is now" in since
        assert "<strong>Data</strong>: " in since
        assert f"hallway report diff {id} now" in since
        for suffix, content in exports.items():
            assert client.get(f"/reports/saved/{id}.{suffix}").content == content, suffix
        assert before[before.index("<figure") : before.index("</figure>")] in after
        second = _save(own)
        for suffix, content in exports.items():
            answer = client.get(f"/reports/saved/{id}.{suffix}")
            assert answer.content == content, "a later edition changes no byte"
            assert answer.headers["link"] == f'</reports/saved/{second}>; rel="latest-version"'
        assert "link" not in client.get(f"/reports/saved/{second}.md").headers
        older, newer = (client.get(f"/reports/saved/{one}").text for one in (id, second))
        assert f'<a href="/reports/saved/{second}">edition 2</a>' in older
        assert f'href="/reports/saved/{id}/changes"' in older
        assert f'after <a href="/reports/saved/{id}">edition 1</a>' in newer
        assert f'href="/reports/saved/{id}/changes?to={second}"' in newer
        listed = client.get("/reports/saved").text
        assert f'<a href="/reports/saved/{second}">a newer edition</a>' in listed
        assert f'href="/reports/saved/{id}/changes?to={second}"' in listed
        default, named = (client.get(f"/reports/saved/{id}/changes{to}").text for to in ("", f"?to={second}"))
        assert default == named
        assert "edition 2 of" in default
        same = client.get(f"/reports/saved/{second}/changes").text
        assert "figures are the same." in same.replace("\N{NO-BREAK SPACE}", " ")
        for missing in (f"/reports/saved/{id}/changes?to=nothing", "/reports/saved/nothing/changes"):
            assert client.get(missing).status_code == 404, missing
        for missing in ("/reports/saved/nothing", "/reports/saved/nothing.csv", f"/reports/saved/{id}.pdf"):
            assert client.get(missing).status_code == 404, missing
