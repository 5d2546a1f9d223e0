"""Claims about an edition against its figures."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.errors import NotFound
from app.trends.claimed import edition_claims
from app.trends.claims import band, claimed_words
from tests.trends.sample import Builder


def test_claims_of_the_sample(session: Session) -> None:
    share, count, number = edition_claims(session, "west-2019")
    assert share.verdict == "cannot be decided"
    assert share.reason.startswith("It depends on what is counted.")
    assert "2 of the 12 published sessions are not in the base." in share.reason
    assert [reading.verdict for reading in share.readings] == ["does not hold", "cannot be decided"]
    assert share.any is not None
    assert share.main is not None
    assert (share.any.fraction, share.main.fraction) == ("4 of 10", "3 of 10")
    assert count.verdict == "cannot be decided"
    assert "2 found" in count.reason
    assert (number.verdict, number.readings) == ("not checkable", ())
    assert number.claimed == "exactly 30–140 bugs"
    assert edition_claims(session, "empty-2021") == []
    with pytest.raises(NotFound):
        edition_claims(session, "nowhere")


def _share(value: float, qualifier: str = "exactly", theme: str = "t") -> dict[str, Any]:
    return {"measure": "theme-share", "theme": theme, "value": value, "qualifier": qualifier}


def _count(value: float, qualifier: str = "exactly") -> dict[str, Any]:
    return {"measure": "theme-count", "theme": "t", "value": value, "qualifier": qualifier}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (_share(0.4), "holds"),
        (_share(0.45, "about"), "holds"),
        (_share(0.3), "does not hold"),
        (_share(0.7, "about"), "does not hold"),
        (_share(0.4, theme="gone"), "not checkable"),
        (_count(4), "holds"),
        (_count(5), "does not hold"),
        (_count(5, "about"), "holds"),
        (_count(2, "about"), "does not hold"),
        ({"measure": "theme-count", "theme": "t", "low": 3, "high": 6, "qualifier": "exactly"}, "holds"),
    ],
)
def test_a_complete_decided_edition_settles_claims(engine: Engine, claim: dict[str, Any], verdict: str) -> None:
    with Session(engine) as session:
        build = Builder(session)
        build.theme("t", "T")
        build.edition("e", "E", "2019-01-01", 10)
        for number in range(10):
            build.talk("e", confirmed=("t",) if number < 4 else (), rejected=() if number < 4 else ("t",), main="t")
        build.claim("e", "A claim", claim)
        (checked,) = edition_claims(session, "e")
        any_reading = next((reading for reading in checked.readings if reading.counting == "any"), None)
        assert (any_reading.verdict if any_reading else checked.verdict) == verdict


def test_no_talks_cannot_be_decided(engine: Engine) -> None:
    with Session(engine) as session:
        build = Builder(session)
        build.theme("t", "T")
        build.edition("e", "E", None)
        build.claim("e", "A claim", _share(0.3))
        (checked,) = edition_claims(session, "e")
        assert (checked.verdict, checked.reason) == ("cannot be decided", "No talks of this edition are in the base.")


def test_an_unknown_programme_has_no_upper_count(engine: Engine) -> None:
    with Session(engine) as session:
        build = Builder(session)
        build.theme("t", "T")
        build.edition("e", "E", None)
        for _ in range(4):
            build.talk("e", confirmed=("t",), main="t")
        build.claim("e", "Exactly 2", _count(2))
        build.claim("e", "About nine of it", _count(9, "about"))
        few, many = edition_claims(session, "e")
        assert few.verdict == "does not hold"
        assert many.verdict == "cannot be decided"
        assert "not known" in many.reason


def test_bands_and_words() -> None:
    assert band(_share(0.3, "about"), 47) == pytest.approx((0.24, 0.36))
    assert band(_share(0.3), 47) == pytest.approx((0.295, 0.305))
    assert band(_count(3, "about"), 47) == (2, 4)
    assert band(_count(20, "about"), 47) == (16, 24)
    assert claimed_words(_share(0.3, "about")) == "about 30\u00a0%"
    assert claimed_words(_count(5)) == "exactly 5 talks"
