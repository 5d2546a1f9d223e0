"""Whatever is asked of search, on page, API and while typing, gets an answer or a refusal that says what to change.

A megabyte does not fit an address; as a query it is in `tests/search`, as a text below.
"""

from __future__ import annotations

import time
from urllib.parse import quote_from_bytes, quote_plus, urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.syntax import FIELDS

SECONDS = 5
"""No answer takes a tenth of this on an idle machine; a busy one is no failure."""
PATHS = (
    "/search?q=", "/search?mode=lexical&q=", "/search?spelling=typed&sort=date&q=", "/search?q=brokers&missing=",
    "/search?q=brokers&edition=", "/search/abstract?text=", "/quality?q=", "/quality/", "/api/v1/search?q=",
    "/api/v1/search?mode=semantic&q=", "/api/v1/search?q=brokers&theme=", "/api/v1/search/missing?talk=x&q=",
    "/api/v1/search/missing?q=brokers&talk=", "/api/v1/search/abstract?text=", "/api/v1/complete?q=",
)  # fmt: skip
KINDS = {
    "nothing": "", "spaces": "  \t ", "10 kB": "kafka streaming " * 640,
    "one long word": "a" * 10_240, "punctuation": "?!.,;:()[]{}<>/\\|~`@#$%^&*_+=", "stop words": "to be or not to be",
    "operators": 'kafka AND NOT (streams OR NEAR(a b, 3)) ^title:kafka* "a" + b', "a column": "title : kafka",
    "a quote": '"', "unbalanced": 'a "b" "c', "quotes": '"' * 480, "quoted letters": '"a" ' * 120, "nul": "kaf\0ka",
    "controls": "".join(map(chr, range(1, 32))), "emoji": "🙂👩‍👩‍👧‍👦 kafka", "right to left": "مرحبا \u202ekafka",
    "SQL": "'; DROP TABLE talk; -- OR 1=1", "template": "{{7*7}} ${7*7} {% for x in y %}",
    "markup": "<script>x</script>",
    "unknown field": 'foo:bar baz:"q"', "empty field": "speaker: kind:",
    "wrong values": "kind:x year:abc has:no lang:zz",
    "wildcards": "speaker:% theme:_ tech:*", "reversed": "year:2030..1990 kafka", "no ends": "year:..",
    "far years": "year:0000..9999", "long value": "speaker:" + "x" * 480, "many values": "company:" + "a " * 240,
    "exclusions": "-a " * 10_000, "few exclusions": "-a " * 160,
    "phrases": '"the of" "the a" "in the" "to the" "and the" "for the" "on the" "with the" "is the" "the kafka"',
    "slips in phrases": '"kafak steraming dtaa" ' * 20, "fields": " ".join(f"{name}:a" for name in FIELDS),
    "speakers": " ".join(f"speaker:{letter}" for letter in "abcdefghijklmnop"), "marks": "a" + "\u0301" * 400,
    "joiners": "\u200d" * 400, "pairs": "自動化テスト" * 80, "case": "ẞßİıſﬁ" * 80, "a path": "../../etc/passwd",
    "a header": "a\r\nSet-Cookie: x=1", "percent": "%00%ff%2e",
}  # fmt: skip
PIECES = st.sampled_from([*'"-:.()*^%_\\ ', "\0", "“", "”", "speaker:", "year:", "has:", "-kind:", "..", "2019",
                          "kafka", "the", "brokres", "テスト", "🙂", "\u202e", "AND", "NEAR("])  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=30).map("".join) | st.text(st.characters(), max_size=80)


def check(client: TestClient, address: str) -> None:
    began = time.monotonic()
    answer = client.get(address)
    shown = address[:200]
    assert answer.status_code in (200, 404, 422), (shown, answer.text[:300])
    assert time.monotonic() - began < SECONDS, shown
    if answer.status_code == 422 and address.startswith("/api"):
        assert answer.headers["content-type"] == "application/problem+json", shown
        assert answer.json()["detail"], shown
    assert "<script>x" not in answer.text or "json" in answer.headers["content-type"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gets_an_answer_or_words(client: TestClient, kind: str) -> None:
    for path in PATHS:
        check(client, path + quote_plus(KINDS[kind]))


@pytest.mark.parametrize(
    "raw", [b"\xed\xa0\x80", b"kafka\xed\xa0\x80\xed\xb0\x80", b"\xff\xfe", b"\xc0\xaf", b"\xf4\x90"]
)
def test_bytes_that_are_no_text_get_one_too(client: TestClient, raw: bytes) -> None:
    for path in PATHS:
        check(client, path + quote_from_bytes(raw))


@pytest.mark.parametrize(
    "name", ["offset", "limit", "year", "year_from", "year_to", "mode", "sort", "spelling", "facet"]
)
def test_odd_numbers_and_names_of_parameters_are_refused_in_words(client: TestClient, name: str) -> None:
    odd = [
        "-1",
        "0",
        str(2**31),
        str(2**63 - 1),
        str(2**63),
        str(2**70),
        "9" * 5_000,
        "1e3",
        "٣",
        "hybird",
        "NaN",
        "0x1",
    ]
    for value in odd:
        for path in ("/search?q=brokers&", "/api/v1/search?q=brokers&", "/api/v1/complete?q=brokers&"):
            check(client, path + urlencode({name: value}))


def test_beyond_the_end_and_the_wrong_way_round_are_said(client: TestClient) -> None:
    assert "The list ends before row 1,001" in client.get("/search?q=brokers&offset=1000").text
    assert client.get("/api/v1/search?q=brokers&offset=1000").json()["hits"] == []
    assert "swap them" in client.get("/api/v1/search?q=brokers&year_from=2020&year_to=2019").json()["detail"]


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, path=st.sampled_from(PATHS))
def test_any_text_gets_an_answer_or_words(client: TestClient, text: str, path: str) -> None:
    check(client, path + quote_plus(text, errors="replace"))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"), (b"{", "application/json"), (b"[" * 100_000, "application/json"),
        (b'{"text": "\\ud800 kafka"}', "application/json"), (b'{"text": "a\\u0000b"}', "application/json"),
        (b'{"text": "a", "limit": 1e400}', "application/json"), (b'{"text": 5}', "application/json"),
        (b"\xff\xfe\0kafka", "text/plain"), (b"kafka streaming " * 70_000, "text/plain"), (b"?!" * 500, "text/plain"),
        (b"x" * 5_000_000, "text/plain"), (b"text=" + b"kafka+" * 30_000, "application/x-www-form-urlencoded"),
        (b"a", "image/png"), (b"a", ""),
    ],
)  # fmt: skip
def test_any_text_that_is_sent_does_too(client: TestClient, body: bytes, kind: str) -> None:
    for path in ("/search/abstract", "/api/v1/search/abstract"):
        began = time.monotonic()
        answer = client.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code in (200, 413, 415, 422), (path, answer.status_code, answer.text[:300])
        assert time.monotonic() - began < SECONDS
