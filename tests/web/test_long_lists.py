"""Lists of a base too long for one page: cut or paged, with exact counts and a way to every row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.listing import Portion
from app.models import Series
from app.trends.document import Choice, FigureRow
from app.trends.figure import Figure
from app.web.app import create_app
from app.web.templating import environment
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.facts import Facts

SERIES, YEARS, LONG = 13, 11, 380
EDITIONS = SERIES * YEARS
TALKS = EDITIONS - 1 + LONG


def fill_long(session: Session) -> None:
    """Series of editions with one talk each, but for one long edition; every second talk has the theme."""
    facts = Facts(session)
    facts.theme("operations", "Operations", cues=["brokers"], position=0)
    for number in range(SERIES):
        facts.series = facts.add(Series(slug=f"series-{number}", name=f"Series {number:02}"))
        for year in range(2000, 2000 + YEARS):
            edition = facts.edition(f"s{number}-{year}", f"Series {number:02} {year}", year)
            for _ in range(LONG if edition.slug == "s0-2005" else 1):
                words = "Operations of brokers" if facts.talks % 2 else "Something else"
                facts.talk(edition, f"talk-{facts.talks}", f"{words}, part {facts.talks}", abstract=words)


@pytest.fixture(scope="module")
def long_client(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The real app over the long base."""
    folder = tmp_path_factory.mktemp("long")
    with open_base(databases, folder, fill_long) as opened, TestClient(create_app(opened)) as made:
        yield made


def walk(client: TestClient, path: str) -> Iterator[str]:
    """Every page from `path` on by the links to the next."""
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) < 60_000, path
        yield answer.text
        following = re.search(r'href="([^"]+)" rel="next"', answer.text)
        path = following[1].replace("&amp;", "&") if following else ""


def rows(text: str, of: str) -> list[str]:
    return re.findall(rf'href="/{of}/([^"#?]+)" data-row', text)


def get(client: TestClient, path: str) -> dict[str, Any]:
    return dict(client.get(f"/api/v1{path}").json())


def test_editions_are_paged_by_series(long_client: TestClient) -> None:
    pages = list(walk(long_client, "/editions"))
    assert len(pages) > 2
    shown = [slug for text in pages for slug in rows(text, "editions")]
    whole = [edition["slug"] for part in (0, 100) for edition in
             get(long_client, f"/editions?limit=100&offset={part}")["items"]]  # fmt: skip
    assert shown == whole
    assert len(shown) == EDITIONS
    assert f"{EDITIONS} editions of {SERIES} series" in pages[0].replace("\N{NO-BREAK SPACE}", " ")
    beyond = long_client.get("/editions?offset=900").text
    assert 'href="/editions">Begin at the first' in beyond


def test_one_series_has_its_address(long_client: TestClient) -> None:
    text = long_client.get("/editions?series=series-3").text
    assert rows(text, "editions") == [f"s3-{year}" for year in range(1999 + YEARS, 1999, -1)]
    assert "<h1>Editions: Series 03</h1>" in text
    assert 'href="/editions?series=series-3"' in long_client.get("/editions/s3-2004").text
    assert '<li><a href="/editions?series=series-3">Series 03</a></li>' in long_client.get("/talks/talk-415").text
    assert long_client.get("/editions?series=nothing").status_code == 404


def test_counts_in_the_list_are_those_of_the_talks(long_client: TestClient) -> None:
    texts = "".join(walk(long_client, "/editions?series=series-0"))
    assert f">{LONG}\N{NO-BREAK SPACE}talks</a>, of how many is not known" in texts
    ids = re.findall(r'class="figure" href="/figures/([^"]+)"', texts)
    counts = [get(long_client, f"/figures/{figure}?limit=1")["figure"]["numerator"] for figure in ids]
    assert sorted(counts) == [1] * (YEARS - 1) + [LONG]


def test_a_theme_shows_the_newest_editions_and_leads_to_all(long_client: TestClient) -> None:
    text = long_client.get("/themes/operations").text
    held = text[text.index('id="editions"') : text.index('id="confirmed"')]
    assert f"newest 20 of {EDITIONS}\N{NO-BREAK SPACE}editions" in held
    newest = rows(held, "editions")
    assert len(newest) == 20
    assert {slug[-4:] for slug in newest} <= {"2009", "2010"}
    assert f'href="/themes/operations?view=editions">All {EDITIONS}' in held
    pages = list(walk(long_client, "/themes/operations?view=editions"))
    shown = [slug for page in pages for slug in rows(page, "editions")]
    assert len(shown) == len(set(shown)) == EDITIONS
    assert shown[-20:] == newest
    numbers = [re.findall(r'class="figure" href="/figures/[^"]+edition[^"]+">(\d+) of (\d+)', page) for page in pages]
    assert sum(int(of) for page in numbers for _, of in page) == TALKS
    theme = next(row for row in get(long_client, "/trends/themes")["rows"] if row["theme"]["slug"] == "operations")
    assert sum(int(count) for page in numbers for count, _ in page) == theme["numerator"]
    assert theme["numerator"] > 100
    beyond = long_client.get("/themes/operations?view=editions&offset=900").text
    assert "Begin at the first" in beyond


def test_talks_of_a_figure_are_paged_and_none_is_lost(long_client: TestClient) -> None:
    row = next(row for row in get(long_client, "/trends/themes")["rows"] if row["theme"]["slug"] == "operations")
    figure, counted, of = row["figure"]["id"], row["numerator"], row["denominator"]
    shown = [slug for text in walk(long_client, f"/figures/{figure}") for slug in rows(text, "talks")]
    others = [slug for text in walk(long_client, f"/figures/{figure}?talks=others") for slug in rows(text, "talks")]
    assert (len(shown), len(others)) == (counted, of - counted)
    assert len(get(long_client, f"/figures/{figure}")["denominator"]) == 50
    first = get(long_client, f"/figures/{figure}?limit=300")
    assert (len(first["numerator"]), len(first["denominator"])) == (counted, 300)
    second = long_client.get(first["next"]).json()
    assert second["next"] is None
    assert second["numerator"] == []
    whole = [talk["slug"] for talk in first["denominator"] + second["denominator"]]
    assert [talk["slug"] for talk in first["numerator"]] == shown
    assert [slug for slug in whole if slug not in set(shown)] == others
    assert len(whole) == len(set(whole)) == TALKS


@pytest.mark.parametrize("limit", [0, 501, "x"])
def test_a_part_of_a_figure_has_bounds(long_client: TestClient, limit: object) -> None:
    answer = long_client.get(f"/api/v1/figures/count~population.all~s.x?limit={limit}")
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/talks", "/takeaways", "/trends"])
def test_of_many_editions_the_newest_can_be_chosen(long_client: TestClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    text = long_client.get(path).text
    assert len(options(text, "edition")) == 100
    assert f"100\N{NO-BREAK SPACE}editions of {EDITIONS:,} to choose from, the newest first." in text
    chosen = long_client.get(f"{path}{joint}edition=s4-2000").text
    assert '<option value="s4-2000" selected>' in chosen
    assert len(options(chosen, "edition")) == 101


def test_the_editions_of_a_chosen_series_can_be_chosen(long_client: TestClient) -> None:
    text = long_client.get("/talks?series=series-4").text
    assert options(text, "edition") == [f"s4-{year}" for year in range(1999 + YEARS, 1999, -1)]


def options(text: str, name: str) -> list[str]:
    select = re.search(rf'<select name="{name}">(.*?)</select>', text)
    assert select is not None
    return re.findall(r'<option value="([^"]+)"', select[1])


def test_many_series_and_sources_are_named_by_their_list(long_client: TestClient) -> None:
    assert f'<a href="/editions">{SERIES - 6} other series</a>' in long_client.get("/").text
    report = long_client.get("/reports/themes").text
    assert f"{EDITIONS} editions, each with its sources" in report.replace("\N{NO-BREAK SPACE}", " ")
    assert "Series 01 2003 and its sources" not in report


def test_speakers_and_their_talks_are_counted_the_same_in_both_orders(client: TestClient) -> None:
    by_name, by_talks = (get(client, f"/speakers?sort={order}")["items"] for order in ("name", "talks"))
    assert sorted(row["slug"] for row in by_name) == sorted(row["slug"] for row in by_talks)
    for row in by_name:
        assert row in by_talks
        assert row["talks"] == get(client, f"/talks?speaker={row['slug']}")["total"]


def test_large_numbers_are_written_alike() -> None:
    figure = Figure.model_construct(  # type: ignore[call-arg]
        id="x", numerator=38_835, denominator=38_835, confirmed=36_180, machine=2_655, share=1.0, low=None, high=None
    )
    row = FigureRow("x", "X", None, figure)
    paging, shown, document = (
        environment().get_template(f"_partials/{name}.html").module for name in ("paging", "figures", "document")
    )
    told = [
        paging.pages(Portion(38_835, list(range(25)), 25, 1_000), "/talks", {}),  # type: ignore[attr-defined]
        shown.share_table([row], 1.0, bars=False),  # type: ignore[attr-defined]
        shown.bar(figure, 1.0),  # type: ignore[attr-defined]
        shown.count_table([row], "X"),  # type: ignore[attr-defined]
        shown.legend(1_000),  # type: ignore[attr-defined]
        document.switch("Counting", [Choice("all", "all talks", "", True, figure)], "/"),  # type: ignore[attr-defined]
    ]
    for text in told:
        read = " ".join([*re.findall(r'aria-label="([^"]*)"', text), re.sub("<[^>]*>", " ", text)])
        assert re.search(r"\d,\d{3}", read), read
        assert not re.search(r"\d{4}", read), read


def test_a_legend_is_of_bars_that_are_there(long_client: TestClient) -> None:
    assert 'class="legend"' in long_client.get("/trends").text
    for report in ("companies", "radar", "together"):
        text = long_client.get(f"/reports/{report}").text
        assert 'class="legend"' not in text
        assert '<svg class="bar"' not in text
