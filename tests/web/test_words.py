"""How values read."""

from __future__ import annotations

import pytest

from app.text.moments import clock
from app.web import words
from app.web.addresses import with_query

GAP = "\N{NO-BREAK SPACE}"


def test_a_query_with_quotes_gets_no_more_of_them() -> None:
    assert words.quoted("exactly once") == "“exactly once”"
    for query in ('"exactly once" kafka', "“exactly once”", 'speaker:"Gwen Shapira"'):
        assert words.quoted(query) == query


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        (" http://example.org ", "http://example.org"),
        ("HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org", ""),
        ("https:///nohost", ""),
        ("http://[broken", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_become_links(address: str | None, kept: str) -> None:
    assert words.web_address(address) == kept


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2019-09-30", f"30{GAP}September 2019"), ("2019-09", "September 2019"), ("2019", "2019"), ("soon", "soon"),
        ("2019-13-01", "2019-13-01"), (None, ""),
    ],
)  # fmt: skip
def test_dates(value: str | None, read: str) -> None:
    assert words.date_words(value) == read


@pytest.mark.parametrize(
    ("start", "end", "read"),
    [
        ("2019-05-13", "2019-05-14", f"13–14{GAP}May 2019"),
        ("2019-09-30", "2019-10-01", f"30{GAP}September – 1{GAP}October 2019"),
        ("2019-12-31", "2020-01-01", f"31{GAP}December 2019 – 1{GAP}January 2020"),
        ("2019-05-13", "2019-05-13", f"13{GAP}May 2019"),
        ("2019-05-13", None, f"13{GAP}May 2019"),
        ("2019-05", "2019-06", "May 2019 – June 2019"),
        (None, None, ""),
    ],
)
def test_spans_of_dates(start: str | None, end: str | None, read: str) -> None:
    assert words.date_span(start, end) == read


def test_small_words() -> None:
    assert words.plural(1, "talk") == f"1{GAP}talk"
    assert words.plural(1200, "query") == f"1,200{GAP}queries"
    assert words.noun_for(2, "is") == "are"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing(["a"]) == "a"
    assert clock(1420) == "23:40"
    assert clock(3723) == "1:02:03"
    assert words.year_span(2016, 2019) == "2016–2019"
    assert words.year_span(2016, 2016) == "2016"
    assert words.year_span(None, None) == ""
    assert words.language("xx") == "xx"
    assert words.lang("Colas", "es") == ' lang="es"'
    assert words.lang("תורים", "he") == ' lang="he" dir="auto"'
    assert words.lang("Queues", "en") == words.lang("Queues", None) == words.lang("Queues", "he") == ""
    assert words.lang("x", '"><script>') == ' lang="&#34;&gt;&lt;script&gt;"'
    assert words.host("https://www.example.org/a") == "example.org"
    assert words.capital("use case") == "Use case"


def test_an_address_changes_in_one_thing() -> None:
    asked = {"q": "a b", "offset": 20, "edition": ["x", "y"]}
    assert with_query("/search", asked, offset=None) == "/search?q=a+b&edition=x&edition=y"
    assert with_query("/search", asked, mode="lexical", offset=40) == (
        "/search?q=a+b&offset=40&edition=x&edition=y&mode=lexical"
    )
    assert with_query("/search", {}) == "/search"


def test_what_stands_as_code_is_code() -> None:
    told = words.with_code("<b> `hallway ingest x.yaml` adds them, {`q`} too; one ` alone.")
    assert told == "&lt;b&gt; <code>hallway ingest x.yaml</code> adds them, {<code>q</code>} too; one ` alone."
    assert words.with_code('`{"text": "<script>"}`') == "<code>{&#34;text&#34;: &#34;&lt;script&gt;&#34;}</code>"
