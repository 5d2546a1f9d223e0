"""pyvideo's list of talks that are not to be shown, and the real collection with its count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.pyvideo import PyvideoJson
from app.ingest.record import Parsed, Programme
from tests.standins import HashingEmbedder


@pytest.fixture
def category(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "tinyconf-2019"
    (folder / "videos").mkdir(parents=True)
    (folder / "category.json").write_text('{"title": "TinyConf 2019"}', "utf-8")
    for number in (1, 2):
        video: dict[str, object] = {
            "id": number,
            "title": f"Talk {number}",
            "speakers": [],
            "recorded": "2019-05-03",
            "videos": [],
        }
        (folder / "videos" / f"{number}.json").write_text(json.dumps(video), "utf-8")
    return folder


def parse(folder: Path) -> Parsed:
    return PyvideoJson().parse(folder, ReadOptions())


def keys(folder: Path) -> list[str]:
    payload = parse(folder).payload
    assert isinstance(payload, Programme)
    assert not payload.unreadable
    return [talk.key for talk in payload.talks]


def test_a_hidden_talk_is_left_out(category: Path) -> None:
    assert keys(category) == ["1", "2"]
    hidden = category.parent / "NO_PUBLISH.json"
    hidden.write_text("[\n  2, 99, true, null\n]\n", "utf-8")
    assert keys(category) == ["1"]
    assert PyvideoJson().also_reads(category) == (hidden,)


@pytest.mark.parametrize("text", ["", "{", "{}", "7", "[" * 100_000])
def test_a_broken_list_is_said(category: Path, text: str) -> None:
    (category.parent / "NO_PUBLISH.json").write_text(text, "utf-8")
    assert keys(category) == ["1", "2"]
    assert [problem.where for problem in parse(category).problems] == ["../NO_PUBLISH.json"]


def test_the_list_belongs_and_holds_no_records(engine: Engine, category: Path) -> None:
    (category.parent / "NO_PUBLISH.json").write_text("[\n    2, 5984\n]\n", "utf-8")
    report = pipeline.ingest(engine, HashingEmbedder(), [category.parent], options=ReadOptions())
    assert (report.totals.created, report.totals.problems) == (1, 0)
    assert {file.format for file in report.files} == {"pyvideo"}
    assert not PyvideoJson().recognises_file(Path("numbers.json"), "[1]")
    assert not PyvideoJson().recognises_file(Path("NO_PUBLISH.json"), '["a"]')


def test_the_whole_collection_less_the_hidden(eval_folder: Path) -> None:
    root = eval_folder / "pyvideo"
    folders = [folder for folder in sorted(root.iterdir()) if PyvideoJson().recognises_folder(folder)]
    files = sum(len(list((folder / "videos").glob("*.json"))) for folder in folders)
    assert (len(folders), files) == (540, 21_715)
    assert sum(len(keys(folder)) for folder in folders) == 21_713
