"""A base with two subjects that nobody named, one that has a theme, and talks that have nothing in common."""

from __future__ import annotations

import random
from pathlib import Path

import yaml
from sqlalchemy import Engine

from app import pipeline
from app.ingest.formats.protocol import ReadOptions
from tests.standins import HashingEmbedder

YEARS = (2017, 2018, 2019, 2020, 2021)
SUBJECTS = {
    "collect": "garbage collector heap memory generations pauses tracing",
    "scrape": "scraping crawler pages html selectors robots spider",
    "themed": "kubernetes pods nodes scheduling ingress operators helm",
}
EACH = {"collect": (1, 2, 4, 6, 9), "scrape": (4, 4, 4, 4, 4), "themed": (5, 5, 5, 5, 5)}
LONERS = 20
THEMES = {
    "hallway": "themes/1",
    "vocabulary": "small",
    "name": "Small",
    "themes": [
        {
            "slug": "kubernetes", "name": "Kubernetes", "definition": "kubernetes pods nodes scheduling",
            "cues": ["kubernetes"],
        }
    ],
}  # fmt: skip


def plant(engine: Engine, folder: Path) -> None:
    """Load the base with all that is derived."""
    drawn = random.Random(1)
    folder.mkdir()
    (folder / "themes.yaml").write_text(yaml.safe_dump(THEMES, sort_keys=False), encoding="utf-8")
    for number, year in enumerate(YEARS):
        talks = [
            _talk(drawn, f"{name}-{n}", words) for name, words in SUBJECTS.items() for n in range(EACH[name][number])
        ]
        talks += [_talk(drawn, f"alone-{n}", " ".join(_word(drawn) for _ in range(8))) for n in range(LONERS)]
        programme = {
            "hallway": "programme/1",
            "series": {"slug": "treeconf", "name": "TreeConf"},
            "edition": {"slug": f"treeconf-{year}", "name": f"TreeConf {year}", "start_date": f"{year}-05-01"},
            "talks": talks,
        }
        (folder / f"{year}.yaml").write_text(yaml.safe_dump(programme, sort_keys=False), encoding="utf-8")
    report = pipeline.ingest(engine, HashingEmbedder(), [folder], options=ReadOptions())
    assert not report.has_errors, report


def _talk(drawn: random.Random, key: str, words: str) -> dict[str, object]:
    some = words.split()
    drawn.shuffle(some)
    title = f"{' '.join(some[:4])} {_word(drawn)}"
    return {"id": key, "title": title, "language": "en", "abstract": f"TreeConf: {words} {_word(drawn)}"}


def _word(drawn: random.Random) -> str:
    return "".join(drawn.choice("bcdfghklmnprstvw") + drawn.choice("aeiou") for _ in range(4))
