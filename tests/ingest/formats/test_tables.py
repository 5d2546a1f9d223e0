"""CSV and XLSX: columns guessed and corrected, odd cells said, encodings, and what is no workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.table_values import day, is_day_first, length, people, time_of_day
from app.ingest.formats.tables import Tables
from app.ingest.record import Parsed, Programme, ResourceRecord, SlotRecord, SpeakerRecord, TalkRecord
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "table"


def read(path: Path, options: ReadOptions | None = None) -> tuple[Parsed, Programme]:
    parsed = Tables().parse(path, options or ReadOptions())
    assert isinstance(parsed.payload, Programme)
    return parsed, parsed.payload


def test_a_table_of_talks() -> None:
    options = ReadOptions(edition="Tiny Con 2024", timezone="Europe/Vienna")
    parsed, programme = read(SAMPLES / "talks.csv", options)
    assert (parsed, programme) == read(SAMPLES / "talks.csv", options)
    assert parsed.source_key == "table:tiny-con-2024"
    assert (programme.edition.series_name, programme.edition.start_date) == ("Tiny Con", "2024-05-06")
    assert programme.talks[:2] == (
        TalkRecord(
            key="A1", title="Logs for all", raw_title="Logs for all", position="line 2", kind="Talk",
            date="2024-05-06", starts_at="2024-05-06T09:00:00+02:00", duration_minutes=45,
            raw_abstract="First line\nsecond line",
            speakers=(SpeakerRecord("Ana Souza"), SpeakerRecord("Bo Li (Beta)")),
            resources=(ResourceRecord("video", "https://video.example/1"),), track="Ops",
        ),
        TalkRecord(
            key="A2", title="Sails", raw_title="Sails", position="line 4", kind="Workshop", date="2024-05-06",
            starts_at="2024-05-06T14:00:00+02:00", duration_minutes=90,
            speakers=(SpeakerRecord("Mia Falk", affiliation="Acme"),),
            slots=(SlotRecord("2024-05-06T14:00:00+02:00"), SlotRecord("2024-05-07T14:00:00+02:00")), track="Ops",
        ),
    )  # fmt: skip
    assert [talk.key for talk in programme.talks] == ["A1", "A2", "A4"]
    assert {(problem.severity, problem.where) for problem in parsed.problems} == {
        ("error", "line 6"), ("warning", "line 8"),
    }  # fmt: skip
    assert "Shirt size" in parsed.notes[0]


def test_columns_can_be_said(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("What;Whom;Talk\nLogs;Ana Souza;ignored\n", encoding="utf-8")
    parsed, programme = read(file, ReadOptions(columns={"What": "title", "Whom": "speakers", "Talk": "-"}))
    assert [(talk.title, talk.speakers[0].name) for talk in programme.talks] == [("Logs", "Ana Souza")]
    assert "What=title" in parsed.notes[0]
    with pytest.raises(InputError, match="no field"):
        read(file, ReadOptions(columns={"What": "nonsense"}))


def test_german_in_windows_1252() -> None:
    parsed, programme = read(SAMPLES / "vortraege.csv")
    first = programme.talks[0]
    assert (first.title, first.starts_at, first.room) == ("Über Größe", "2024-05-06T09:30:00", "Saal")
    assert [speaker.name for speaker in first.speakers] == ["Jörg Bär", "Ida Roß"]
    assert [problem.where for problem in parsed.problems] == ["byte 35, line 2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = tmp_path / "a.csv"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["Title", "Speaker"], ["Ä, b; c", "Zoë"], ["D", "Bo"]])
    file.write_bytes(text.getvalue().encode(encoding))
    parsed, programme = read(file)
    assert [talk.title for talk in programme.talks] == ["Ä, b; c", "D"]
    assert not parsed.problems


def test_a_workbook() -> None:
    parsed, programme = read(SAMPLES / "programme.xlsx")
    assert [(t.title, t.starts_at, t.duration_minutes, t.room, t.position) for t in programme.talks] == [
        ("Logs for all", "2024-05-06T09:00:00", 45, "Hall A", "sheet Programme, row 3"),
        ("Sails", "2024-05-06T10:00:00", 60, "Hall B", "sheet Programme, row 4"),
    ]
    assert parsed.notes[0].startswith("Programme: Columns read: Session=title")


def test_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    with (SAMPLES / "talks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    turned = [rows[0], *reversed(rows[1:])]
    other = tmp_path / "talks.csv"
    with other.open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows(row[::-1] for row in turned)

    def plain(path: Path) -> list[TalkRecord]:
        talks = [replace(talk, position="", slots=(), date=None, starts_at=None) for talk in read(path)[1].talks]
        return sorted(talks, key=lambda talk: talk.key)

    assert plain(other) == plain(SAMPLES / "talks.csv")


def test_an_open_quote_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('Title,Speaker\nGood,Ana\n"Bad,Bo\nLost,Cy\n', encoding="utf-8")
    parsed, programme = read(file)
    assert programme.talks[0].title == "Good"
    assert [problem.where for problem in parsed.problems] == ["line 3"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"Item,Cost\nTea,3\n", "No column"),
        ("a.csv", b"Title\0,b\n", "NUL"),
        ("a.csv", b"Title,Event\nA,X 2020\nB,Y 2021\n", "2 editions"),
        ("a.xlsx", b"PK no zip", "no XLSX"),
        ("a.xlsx", b"", "no XLSX"),
    ],
)
def test_refused_in_words(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read(file)


def test_workbooks_that_are_bombs(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b" " * 5_000_000)
    with pytest.raises(InputError, match="unpacks to more"):
        read(bomb, ReadOptions(limit=1_000_000))
    entities = tmp_path / "entities.xlsx"
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    with zipfile.ZipFile(SAMPLES / "programme.xlsx") as good, zipfile.ZipFile(entities, "w") as made:
        for part in good.infolist():
            content = good.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(b"<worksheet", declared.encode() + b"<worksheet", 1)
            made.writestr(part.filename, content)
    with pytest.raises(InputError, match="damaged"):
        read(entities)


def test_cells() -> None:
    assert is_day_first(["3/4/2024", "13/4/2024"]) is True
    assert is_day_first(["3/4/2024", "4/13/2024"]) is False
    assert is_day_first(["3/4/2024"]) is None
    assert (day("3/4/2024", None), day("3/4/2024", True), day("4.3.24", None)) == (None, "2024-04-03", None)
    assert (day("Mo, 6. Mai 2024", None), day("March 12, 2024", None)) == ("2024-05-06", "2024-03-12")
    assert [time_of_day(text) for text in ("9:30", "9h30", "12 am", "2:05 PM", "25:00", "2024-05-06 09:00Z")] == [
        "09:30", "09:30", "00:00", "14:05", None, "09:00+00:00",
    ]  # fmt: skip
    assert [length(text) for text in ("45", "45 min", "1:30", "1h30", "1.5 hours", "PT1H5M", "99:99", "x")] == [
        45, 45, 90, 90, 90, 65, None, None,
    ]  # fmt: skip
    assert length("2", "Duration (hours)") == 120
    assert people("Ana Souza (Smith & Co; Oslo) & Bo Li") == ["Ana Souza (Smith & Co; Oslo)", "Bo Li"]
    assert people("Li, Bo") == ["Li, Bo"]
    assert people("Ana Souza, Bo Li, Cy Roe") == ["Ana Souza", "Bo Li", "Cy Roe"]


def test_ingested_twice(engine: Engine) -> None:
    for created in (3, 0):
        report = pipeline.ingest(engine, HashingEmbedder(), [SAMPLES / "talks.csv"], options=ReadOptions())
        assert (report.totals.created, report.totals.updated) == (created, 0)
