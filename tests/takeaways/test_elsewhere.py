"""Occasions that sentences name, in sentences of our own."""

from __future__ import annotations

import pytest

from app.takeaways.drafting.elsewhere import occasion_elsewhere

EDITION = "Broker Summit Oslo 2019"


@pytest.mark.parametrize(
    ("text", "occasion"),
    [
        ("At the Data Days in Oslo, people still waited for it.", "Data Days in Oslo"),
        ("At DataFest Berlin 2018 nobody ran it on containers.", "DataFest Berlin 2018"),
        ("Bei der Cloud Konferenz hieß es noch, das gehe nicht.", "Cloud Konferenz"),
        ("At last year's Broker Summit London the tone was another.", "Broker Summit London"),
        ("At Broker Summit Oslo everybody did.", None),
        ("At the Broker Summit everybody did.", None),
        ("At the summit everybody did.", None),
        ("At scale, brokers need care.", None),
        ("In Kafka Connect, tasks restart.", None),
    ],
)
def test_occasions(text: str, occasion: str | None) -> None:
    assert occasion_elsewhere(text, EDITION) == occasion
