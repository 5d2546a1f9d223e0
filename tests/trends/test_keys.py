"""Figure ids: reversible, readable, safe in an address, and strict."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.filters import TalkFilter
from app.errors import NotFound
from app.trends.keys import FigureKey, parse_key

SLUGS = st.from_regex(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")
WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20)
POPULATIONS = st.sampled_from(["all", "without-keynotes", "with-text"])


@given(SLUGS, st.sets(SLUGS, max_size=4), st.none() | SLUGS, POPULATIONS, st.sampled_from(["any", "main"]))
def test_share_ids_are_reversible(
    theme: str, editions: set[str], series: str | None, population: str, counting: str
) -> None:
    talks = TalkFilter(editions=tuple(sorted(editions)), series=series, year_from=2016)
    key = FigureKey("share", talks, population, counting, theme, "3f9a1c")
    assert re.fullmatch(r"[a-z0-9.~_-]+", key.encode())
    assert parse_key(key.encode()) == key


@given(WORDS, WORDS, SLUGS, POPULATIONS)
def test_count_ids_are_reversible_whatever_the_words(kind: str, language: str, speaker: str, population: str) -> None:
    key = FigureKey("count", TalkFilter(kind=kind, language=language, speaker=speaker), population)
    assert re.fullmatch(r"[a-z0-9.~_-]+", key.encode())
    assert parse_key(key.encode()) == key


def test_an_id_reads_as_what_it_counts() -> None:
    key = FigureKey("share", TalkFilter(editions=("west-2019",)), theme="operations", snapshot="3f9a1c")
    assert key.encode() == "share~theme.operations~edition.west-2019~population.all~counting.any~s.3f9a1c"


@pytest.mark.parametrize(
    "id",
    [
        "",
        "share",
        "3f9a1c",
        "share~theme.operations",
        "share~population.all~counting.any~s.x",
        "count~theme.operations~population.all~counting.any~s.x",
        "share~theme.operations~kind.keynote~population.all~counting.any~s.x",
        "share~theme.operations~population.nobody~counting.any~s.x",
        "share~theme.operations~population.all~counting.some~s.x",
        "share~theme.operations~population.all~counting.any~s.x~s.y",
        "share~theme.operations~counting.any~population.all~s.x",
        "share~edition.b~edition.a~theme.t~population.all~counting.any~s.x",
        "count~from.2020~to.2019~population.all~s.x",
        "count~from.99999999999999999999~population.all~s.x",
        "count~from.x~population.all~s.x",
        "count~kind._00~population.all~s.x",
        "count~kind._ff~population.all~s.x",
        "count~kind.~population.all~s.x",
        "count~population.all~s.x~../../etc/passwd",
        "count~edition." + "a" * 9000 + "~population.all~s.x",
    ],
)
def test_anything_else_is_not_found(id: str) -> None:
    with pytest.raises(NotFound) as caught:
        parse_key(id)
    assert len(str(caught.value)) < 500


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(id: str) -> None:
    with contextlib.suppress(NotFound):
        assert parse_key(id).encode() == id


def test_a_filter_that_the_id_would_lose_is_refused() -> None:
    for talks in (TalkFilter(theme="t"), TalkFilter(without_kinds=("keynote",)), TalkFilter(with_text=True)):
        with pytest.raises(ValueError, match="population"):
            FigureKey("count", talks)
