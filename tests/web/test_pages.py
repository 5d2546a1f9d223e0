"""What each page says, on the small base and on an empty one."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from app.catalog.cards import ThemeMark
from app.trends.calibration import read_calibration
from app.web.templating import environment

PATHS = (
    "/", "/search", "/search?q=brokers", "/search?q=qqqzzz&mode=lexical", "/talks", "/talks/probes", "/talks/odd",
    "/talks/gone", "/speakers", "/speakers/nikki-example", "/editions", "/editions/west-2019", "/editions/east-2020",
    "/themes", "/themes/operations", "/themes/operations?status=machine", "/technologies", "/technologies/kafka",
    "/takeaways", "/takeaways?kind=lesson", "/practices", "/practices?q=begin+with+a+plain+set-up",
    "/trends", "/trends?edition=west-2019", "/reports", "/reports/themes", "/reports/edition?edition=west-2019",
    "/methods", "/api", "/quality", "/quality?sort=worst", "/quality/q07", "/quality/q03",
)  # fmt: skip
EMPTY_PATHS = (
    "/", "/search", "/search?q=x", "/talks", "/speakers", "/editions", "/themes", "/technologies", "/takeaways",
    "/trends", "/reports", "/reports/themes", "/methods", "/api", "/quality", "/quality/q07",
)  # fmt: skip


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_its_frame(client: TestClient, path: str) -> None:
    text = page(client, path)
    assert text.count("<h1") == 1
    title = re.search(r"<title>(.+) · Hallway</title>", text)
    heading = re.search(r"<h1[^>]*>(.+?)</h1>", text)
    assert title
    assert heading
    assert title[1] == heading[1]
    for piece in (
        'class="skip"',
        "<main",
        'aria-label="Main"',
        "<footer",
        'action="/search"',
        "How the numbers are made",
    ):
        assert piece in text
    assert " style=" not in text
    assert "onclick" not in text
    assert re.search(r"\bNone\b|Undefined", re.sub(r"None of|none of", "", text)) is None
    assert len(text.encode()) < 60_000


@pytest.mark.parametrize("path", EMPTY_PATHS)
def test_an_empty_base_has_pages_too(empty_client: TestClient, path: str) -> None:
    text = page(empty_client, path)
    assert text.count("<h1") == 1
    assert "<footer" in text


def test_an_empty_base_says_what_to_do(empty_client: TestClient) -> None:
    assert "hallway ingest" in page(empty_client, "/")
    assert "hallway ingest" in page(empty_client, "/talks")


def test_home_counts_and_leads_on(client: TestClient) -> None:
    text = page(client, "/")
    assert "4 talks from 2 editions of Summit" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "West 2019, by theme" in text
    assert "/figures/share~theme.operations~edition.west-2019" in text
    assert "Begin with a plain set-up." in text
    assert "It is the new YARN." in text


def test_a_talk_shows_who_what_and_why(client: TestClient) -> None:
    text = page(client, "/talks/probes")
    assert (
        '<a href="/speakers/nikki-example">Nikki Example</a>, Staff Engineer, <a href="/talks?organisation=etsy">'
        in text
    )
    assert '<a href="/editions/west-2019">Summit West 2019</a>' in text
    assert "Our summary, from title only" in text
    assert 'id="takeaway-simple"' in text
    assert '<a href="https://s.example/35" rel="noopener">slide 35</a>' in text
    assert "holds for small clusters" in text
    assert 'class="chip confirmed" href="/themes/kubernetes"' in text
    assert re.search(
        r"decided by Ada Reader, 22\s+November 2026, read from slides", text.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "Words found: “kubernetes”" in text
    assert '<a href="/technologies/kafka">Kafka</a>' in text
    assert '<a href="https://video.example/probes" rel="noopener">video</a>' in text
    assert "programmes/facts.yaml, talks[0]" in text
    assert "/api/v1/talks/probes" in text


def test_a_talk_ruled_out_of_a_theme_says_so(client: TestClient) -> None:
    text = page(client, "/talks/odd")
    assert "ruled out by Ada Reader" in text
    assert "German" in text
    assert "Second brokers." in text


def test_a_bare_talk_and_a_withdrawn_one_are_no_dead_ends(client: TestClient) -> None:
    bare = page(client, "/talks/bare")
    assert "Who spoke is not known" in bare
    assert "Nothing but the title is known" in bare
    assert "Withdrawn: its source no longer listed this talk" in page(client, "/talks/gone")
    assert "Gone talk" not in page(client, "/talks")


def test_text_in_data_is_never_markup_or_a_script_link(client: TestClient) -> None:
    for path in ("/talks", "/talks/odd", "/talks/probes", "/editions/west-2019", "/search?q=probes", "/takeaways"):
        text = page(client, path)
        assert "<script>alert" not in text
        assert "<b>bold" not in text
        assert "javascript:" not in text
        assert "Main <observations>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(client, "/talks/odd")
    assert "&lt;script&gt;" in page(client, "/search?q=%3Cscript%3E")


def test_search_highlights_explains_and_narrows(client: TestClient) -> None:
    text = page(client, "/search?q=brokers")
    assert "<mark>brokers</mark>" in text
    assert "by words: brokers" in text
    assert '<details class="facets">' in text
    assert 'href="/search?q=brokers&amp;edition=west-2019"' in text
    assert 'href="/search?q=brokers&amp;mode=lexical"' in text
    narrowed = page(client, "/search?q=brokers&edition=west-2019")
    assert re.search(r'class="chip remove" href="/search\?q=brokers">.*Summit West 2019', narrowed)
    assert "/talks/later" not in narrowed


def test_search_knows_empty_and_without_result(client: TestClient) -> None:
    assert "Ask in plain words" in page(client, "/search")
    nothing = page(client, "/search?q=qqqzzz&mode=lexical&edition=east-2020")
    assert "Nothing found for “qqqzzz” with these filters" in nothing
    assert "Look without the filters" in nothing
    assert "Look by meaning too" in nothing


def test_a_query_stays_in_the_field(client: TestClient) -> None:
    assert 'value="&#34;quoted&#34; &lt;words&gt;"' in page(client, "/search?q=%22quoted%22%20%3Cwords%3E")


def test_talks_narrow_sort_and_name_what_they_show(client: TestClient) -> None:
    narrowed = page(client, "/talks?speaker=nikki-example&year_to=2019")
    assert "<h1>Talks: Nikki Example, until 2019</h1>" in narrowed
    assert "/talks/probes" in narrowed
    assert "/talks/later" not in narrowed
    by_title = page(client, "/talks?sort=title")
    assert by_title.index("Bare title") < by_title.index("Probes on Kubernetes") < by_title.index("Streams later")
    assert "No known talk is all of this at once" in page(client, "/talks?kind=panel")
    assert "The list ends before row" in page(client, "/talks?offset=40")
    assert "/talks/probes" in page(client, "/talks?technology=kafka")


def test_speakers_by_letter_and_part_of_a_name(client: TestClient) -> None:
    assert "Nikki Example" in page(client, "/speakers?q=exa")
    zoe = page(client, "/speakers?q=okina")
    assert "Zoë" in zoe
    assert "Nikki" not in zoe
    assert "No known speaker has a name that begins so" in page(client, "/speakers?q=qqq")


def test_speakers_sort_by_links_in_the_head_of_the_table(client: TestClient) -> None:
    by_name = page(client, "/speakers")
    assert 'aria-sort="ascending">Speaker' in by_name
    assert 'href="/speakers?sort=talks"' in by_name
    by_talks = page(client, "/speakers?sort=talks")
    assert 'aria-sort="descending">Talks' in by_talks
    assert by_talks.index("Nikki Example") < by_talks.index("Zoë")


def test_a_speaker_has_aliases_and_affiliations_over_time(client: TestClient) -> None:
    text = page(client, "/speakers/nikki-example")
    assert "also listed as N. Example" in text
    assert text.index("Etsy</a></th>") < text.index("Lyft</a></th>")
    assert "Staff Engineer" in text
    assert "Begin with a plain set-up." in text


def test_editions_say_what_is_known_of_what(client: TestClient) -> None:
    text = page(client, "/editions").replace("\N{NO-BREAK SPACE}", " ")
    assert "3 of 6</a> published sessions" in text
    assert "of how many is not known" in text
    assert "13–14 May 2020 (not checked)" in text
    one = page(client, "/editions/west-2019").replace("\N{NO-BREAK SPACE}", " ")
    assert "3 published sessions are not in the base" in one
    assert "Two are missing." in one
    assert 'href="/reports/themes?edition=west-2019"' in one
    assert 'class="figure" href="/figures/' in one


def test_themes_show_definition_tree_and_figures(client: TestClient) -> None:
    text = page(client, "/themes")
    assert "Operations first." in text
    assert "And more of Operations" not in text
    assert text.index("Operations") < text.index("Kubernetes") < text.index("Stream processing")
    one = page(client, "/themes/operations")
    assert "And more of Operations" in one
    assert "Not everything is Operations." in one
    assert "Over the editions" in one
    assert (
        one.index('id="confirmed"')
        < one.index("/talks/probes", one.index('id="confirmed"'))
        < one.index('id="machine"')
    )
    assert 'href="/talks/probes"' in one


def test_takeaways_narrow_and_show_changes_as_pairs(client: TestClient) -> None:
    text = page(client, "/takeaways")
    assert (
        text.index("Claims that changed")
        < text.index("It cannot replace YARN yet.")
        < text.index("It is the new YARN.")
    )
    assert "Another summit, Barcelona" in text
    warned = page(client, "/takeaways?stance=warns&theme=kubernetes")
    assert "Begin with a plain set-up." in warned
    assert "Claims that changed" not in warned
    assert "It is the new YARN." not in warned


def test_trends_count_and_link_each_number(client: TestClient) -> None:
    text = page(client, "/trends?edition=west-2019&population=without-keynotes")
    assert "population.without-keynotes" in text
    assert '<svg class="bar"' in text
    assert 'aria-current="true">without keynotes' in text
    assert "/reports/themes?edition=west-2019&amp;population=without-keynotes" in text


def test_a_report_and_its_exports(client: TestClient) -> None:
    text = page(client, "/reports/themes?edition=west-2019")
    assert "Claims about it, checked" in text
    kinds = {"md": "text/markdown", "html": "text/html", "csv": "text/csv", "json": "application/json",
             "svg": "image/svg+xml", "png": "image/png", "xlsx": "application/vnd.openxmlformats-officedocument",
             "vl.json": "application/json", "bib": "application/x-bibtex",
             "csl.json": "application/vnd.citationstyles.csl+json"}  # fmt: skip
    for suffix, media_type in kinds.items():
        path = f"/reports/themes.{suffix}?edition=west-2019"
        assert f'href="{path}"' in text
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
        assert f"themes-west-2019.{suffix}" in answer.headers["content-disposition"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.content
    assert (
        client.get("/reports/themes.json?edition=west-2019").json()
        == client.get("/api/v1/trends/themes?edition=west-2019").json()
    )


def test_a_figure_shows_its_talks_and_the_others(client: TestClient) -> None:
    row = client.get("/api/v1/trends/themes?edition=west-2019").json()["rows"][0]
    path = f"/figures/{row['figure']['id']}"
    text = page(client, path)
    assert f"Counted ({row['numerator']})" in text
    assert f"Not counted ({row['denominator'] - row['numerator']})" in text
    assert "The rule" in text
    assert "/talks/probes" in text
    others = page(client, f"{path}?talks=others")
    assert "/talks/bare" in others
    assert 'href="/talks/probes"' not in others
    stale = path.rsplit("~s.", 1)[0] + "~s.000000000000"
    assert "The base has changed since this figure was made" in page(client, stale)


def test_a_figure_says_how_often_ranges_of_its_method_held(full_client: TestClient) -> None:
    rows = full_client.get("/api/v1/trends/themes?edition=kafka-summit-london-2019").json()["rows"]
    figure = next(row["figure"] for row in rows if row["method_slug"] == "measured-elsewhere")
    assert "they held it in 100\u00a0% on devrooms" in page(full_client, f"/figures/{figure['id']}")
    methods = page(full_client, "/methods")
    assert "How often ranges held the true share" in methods
    calibration = read_calibration()
    assert calibration is not None
    assert methods.count('data-label="held"') == len(calibration.rows)


def test_full_data_stays_within_the_page_budget(full_client: TestClient) -> None:
    edition = "kafka-summit-san-francisco-2019"
    row = full_client.get(f"/api/v1/trends/themes?edition={edition}").json()["rows"][0]
    for path in (
        "/", "/search?q=kafka", "/talks", "/talks?offset=25", "/speakers", "/editions", f"/editions/{edition}",
        "/themes", "/themes/operations", "/themes/operations?status=machine", "/takeaways", "/trends",
        f"/reports/themes?edition={edition}", f"/reports/edition?edition={edition}",
        f"/figures/{row['figure']['id']}", "/api", "/methods",
    ):  # fmt: skip
        assert len(page(full_client, path).encode()) < 60_000, path


def test_a_long_list_is_walked_by_links(full_client: TestClient) -> None:
    first = page(full_client, "/talks")
    assert 'rel="prev"' not in first
    assert 'href="/talks?offset=25" rel="next"' in first
    second = page(full_client, "/talks?offset=25")
    assert 'href="/talks" rel="prev"' in second
    assert "26–50 of " in second
    assert set(re.findall(r'href="(/talks/[^"#]+)" data-row', first)).isdisjoint(
        re.findall(r'href="(/talks/[^"#]+)" data-row', second)
    )


@pytest.mark.parametrize(
    ("path", "few", "many"),
    [("/talks", 10, 11), ("/speakers", 4, 4), ("/editions", 4, 4), ("/themes", 3, 3), ("/takeaways", 29, 30)],
)
def test_lists_take_a_fixed_number_of_queries(
    client: TestClient,
    full_client: TestClient,
    statements: list[str],
    full_statements: list[str],
    path: str,
    few: int,
    many: int,
) -> None:
    """`many` differs from `few` by the count of a list longer than its page, and by kinds of rows that `few` lacks.

    Counted at the second visit, when what does not change has been kept.
    """
    for visited in (client, full_client):
        page(visited, path)
    statements.clear()
    full_statements.clear()
    for visited in (client, full_client):
        page(visited, path)
    assert (len(statements), len(full_statements)) == (few, many)


def test_themes_are_of_one_vocabulary_at_a_time(full_client: TestClient) -> None:
    text = page(full_client, "/themes?vocabulary=software")
    assert "<h1>Themes: Software</h1>" in text
    assert re.search(r"24.themes.*version <code>[0-9a-f]{12}</code>, since .*from vocabularies/software.yaml", text)
    assert 'href="/themes/testing-and-quality"' in text
    assert 'href="/themes/kubernetes"' not in text
    assert 'href="/themes?vocabulary=data-streaming">Data streaming</a>' in text
    one = page(full_client, "/themes/observability")
    assert 'href="/themes?vocabulary=software">Software</a>' in one
    shares = page(full_client, "/trends?vocabulary=software")
    assert 'Themes of <a href="/trends?vocabulary=data-streaming">Data streaming</a>' in shares
    assert '<input type="hidden" name="vocabulary" value="software">' in shares
    answer = full_client.get("/api/v1/trends/themes?vocabulary=software").json()
    assert answer["vocabulary"]["slug"] == "software"
    assert len(answer["rows"]) == 24
    listed = full_client.get("/api/v1/vocabularies").json()
    assert [one["slug"] for one in listed["items"]] == ["data-streaming", "software"]
    assert answer["vocabulary"]["version"] == listed["items"][1]["version"]
    assert full_client.get("/api/v1/themes?vocabulary=software&limit=1").json()["total"] == 24
    assert full_client.get("/api/v1/themes?limit=1").json()["total"] == 42
    for path in ("/themes", "/trends", "/reports/themes", "/api/v1/themes", "/api/v1/trends/themes"):
        assert full_client.get(f"{path}?vocabulary=no-such").status_code == 404, path
    assert full_client.get("/reports/themes?vocabulary=software&theme=kubernetes").status_code == 422


def test_a_talk_in_a_list_shows_a_few_themes_and_leads_to_the_others() -> None:
    macro = environment().get_template("_partials/talks.html").module.chips  # type: ignore[attr-defined]
    marks = [ThemeMark(slug=f"t{number}", name=f"T {number}", status="machine") for number in range(8)]
    assert str(macro(marks, 5, "/talks/x")).count("<li>") == 6
    assert '<a href="/talks/x#themes">3 more<span' in str(macro(marks, 5, "/talks/x"))
    assert str(macro(marks[:6], 5, "/talks/x")).count('class="chip"') == 6
    assert str(macro(marks)).count('class="chip"') == 8


@pytest.mark.parametrize("path", ["/api", "/reports/saved/nope"])
def test_no_page_shows_marks_of_code(client: TestClient, path: str) -> None:
    text = client.get(path).text
    assert "<code>" in text
    assert "`" not in text[text.index("<main") : text.index("</main>")]


def test_a_series_without_talks_names_the_command_as_code(empty_client: TestClient) -> None:
    assert "<code>hallway ingest data</code>" in empty_client.get("/trends").text
