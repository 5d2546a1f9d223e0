"""What schedules share: durations, moments, breaks, kinds, links; and JSON read carefully."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.ingest.formats import careful_json
from app.ingest.formats.schedule_fields import clock, duration, is_break, kind_of, minutes, moment, on_day, zone
from app.ingest.formats.schedule_links import resource
from app.ingest.record import FoundProblem, ResourceRecord


@pytest.mark.parametrize(
    ("text", "expected", "is_odd"),
    [
        ("00:45", 45, False), ("1:30", 90, False), ("00:45:30", 45.5, False), ("45", 45, False), ("", None, False),
        ("99:99", None, True), ("99:00", None, True), ("-00:30", None, True), ("00:00", None, True),
        ("soon", None, True), ("٤٥", None, True),
    ],
)  # fmt: skip
def test_durations(text: str, expected: float | None, is_odd: bool) -> None:
    found = duration(text)
    assert (found.minutes, bool(found.complaint)) == (expected, is_odd)


def test_numbers_of_minutes() -> None:
    assert minutes(45).minutes == 45
    assert minutes(-5).complaint
    assert minutes(float("inf")).complaint


def test_clock_times() -> None:
    assert clock("0930") == clock("9:30") == clock("09:30:00") == time(9, 30)
    assert clock("25:00") is None
    assert clock("-1:00") is None


def test_moments_keep_their_offset_and_take_a_zone() -> None:
    brussels = ZoneInfo("Europe/Brussels")
    assert moment("2026-01-31T09:30:00+01:00", None).starts_at == "2026-01-31T09:30:00+01:00"
    assert moment("2026-07-01T09:30", brussels).starts_at == "2026-07-01T09:30:00+02:00"
    assert moment("2026-07-01T09:30", None).is_local
    assert (moment("2026-07-01", None).date, moment("2026-07-01", None).starts_at) == ("2026-07-01", None)
    assert moment("2026-02-30T10:00:00+01:00", None).complaint


def test_the_night_belongs_to_the_day_before() -> None:
    assert on_day("2014-12-27", "00:15", None, None).starts_at == "2014-12-28T00:15:00"
    assert on_day("2014-12-27", "04:00", None, None).starts_at == "2014-12-27T04:00:00"
    assert on_day("2014-12-27", "08:30", time(9), None).date == "2014-12-28"
    assert on_day("9999-12-31", "00:15", None, None).complaint


def test_zones_that_are_none() -> None:
    for name in ("Nowhere/Land", "../../etc/passwd", "Europe", "x" * 5000, "\0"):
        assert zone(name)[0] is None
        assert zone(name)[1]


@pytest.mark.parametrize(
    "title",
    ["Lunch", "Lunch break", "Break ", "COFFEE BREAK", "Coffee & Registration", "Registration", "Petit-déjeuner",
     "EuroPython Dinner", "Mittagspause", "Lunch and networking", "Check-in", "Afternoon tea"],
)  # fmt: skip
def test_breaks(title: str) -> None:
    assert is_break(title)


@pytest.mark.parametrize(
    "title",
    ["Break your BSD kernel", "CoffeeBeam", "Breaking PostgreSQL at Scale", "Welcome", "Lunch is for losers",
     "Registration of domains", "", "&", "Communication Break Down"],
)  # fmt: skip
def test_no_breaks(title: str) -> None:
    assert not is_break(title)


def test_a_speaker_who_promises_much_speaks() -> None:
    assert not is_break("Coffee", "Roasting at scale. " * 20)


def test_kinds() -> None:
    said = {"Keynote": "keynote", "lightningtalk": "lightning", "Workshop (3h)": "workshop", "podium": "panel",
            "devroom": "talk", "": "talk", "bof": "other", "Sponsored": "sponsored", "OTHER": "other"}  # fmt: skip
    assert {word: kind_of(word) for word in said} == said


@pytest.mark.parametrize(
    ("href", "label", "type_", "kind"),
    [
        ("https://video.example/a.webm", "Video", None, "video"),
        ("https://x.example/a.vtt", "Video recording subtitle file (VTT)", None, "article"),
        ("https://x.example/a.pdf", "Talk slides", "slides", "slides"),
        ("https://x.example/a.pdf", "", "video", "article"),
        ("https://x.example/a.odp", "", "audio", "slides"),
        ("https://x.example/paper.pdf", "The paper", "paper", "article"),
        ("https://youtu.be/abc", "Twitter", None, "video"),
        ("https://git.example.org/x", "x", None, "code"),
        ("https://docs.google.com/presentation/d/1", "x", None, "slides"),
        ("https://x.example/", "Source code", None, "code"),
        ("https://x.example/", None, None, "article"),
    ],
)
def test_kinds_of_links(href: str, label: str | None, type_: str | None, kind: str) -> None:
    found = resource(href, label, type_=type_)
    assert found is not None
    assert found.kind == kind


def test_links_that_are_none_and_links_that_are_mended() -> None:
    assert resource("http://", "http://") is None
    assert resource("https://matrix.to/#/#x:y", "Chat room(app)") is None
    assert resource("https://submission.example/feedback/1.php", "Submit feedback") is None
    assert resource("https://", "github.com/kubevirt") == ResourceRecord("article", "https://", "github.com/kubevirt")
    assert resource("http://https://x.example/a", "A") == ResourceRecord("article", "https://x.example/a", "A")
    assert resource("www.x.example/a", "A") == ResourceRecord("article", "http://www.x.example/a", "A")
    assert resource("../s/a.pdf", "a", "https://x.example/2007/") == ResourceRecord(
        "article", "https://x.example/s/a.pdf", "a"
    )


def test_json_says_what_is_wrong_and_where() -> None:
    problems: list[FoundProblem] = []
    assert careful_json.load('{"a": 1, "a": "x\\ud800y\\u0000"}', problems) == {"a": "x\ufffdy\ufffd"}
    assert [problem.message for problem in problems] == ["The key “a” is given twice; the last is read."]
    assert careful_json.load('["\\ud83d\\ude00"]', problems) == ["😀"]
    for text in ("{", "[" * 100_000, "<html>", '{"a": ' + "9" * 5000 + "}", '"\\ud800', ""):
        with pytest.raises(InputError):
            careful_json.load(text, problems)
    assert careful_json.load("[NaN, Infinity]", problems) == [None, None]


def test_text_in_several_languages() -> None:
    said = {"de": "Hallo", "en": "Hello", "fr": ""}
    assert careful_json.text_of(said, "de") == "Hallo"
    assert careful_json.text_of(said, "fr") == "Hello"
    assert careful_json.text_of({"pl": "Cześć", "it": "Ciao"}) == "Ciao"
    assert careful_json.text_of(17) is None


@given(st.text(max_size=40), st.text(max_size=20))
def test_nothing_raises_on_any_text(one: str, two: str) -> None:
    duration(one)
    clock(one)
    moment(one, ZoneInfo("Europe/Brussels"))
    on_day(one, two, None, None)
    kind_of(one)
    is_break(one, two)
    resource(one, two, "https://x.example/", one, two)
