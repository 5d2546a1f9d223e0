"""Zip archives: read like folders; whatever leads out of them, or fills the disk, is refused in words."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.errors import InputError
from app.ingest.archives import unpack
from app.ingest.discover import discovered
from app.ingest.formats.protocol import ReadOptions
from app.pipeline import IngestReport
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[1] / "samples"
SUFFIXES = frozenset({".json", ".csv"})


def packed(file: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return file


def contents(folder: Path, prefix: str = "") -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {prefix + file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def ingest(engine: Engine, *paths: Path, dry_run: bool = False) -> IngestReport:
    return pipeline.ingest(engine, HashingEmbedder(), list(paths), options=ReadOptions(), dry_run=dry_run)


def test_read_like_a_folder_twice(engine: Engine, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("one.en.vtt", (SAMPLES / "transcript" / "tinyconf-2019" / "one.en.vtt").read_bytes())
    archive = packed(
        tmp_path / "all.zip",
        {
            **contents(SAMPLES / "pyvideo" / "tinyconf-2019", "deep/tinyconf-2019/"),
            "table/talks.csv": (SAMPLES / "table" / "talks.csv").read_bytes(),
            "captions/tinyconf-2019.zip": inner.getvalue(),
            "readme.txt": b"nothing", "__MACOSX/._talks.csv": b"nothing",
        },
    )  # fmt: skip
    dry = ingest(engine, archive, dry_run=True)
    first = ingest(engine, archive)
    labels = {file.path: file.format for file in first.files}
    assert labels == {
        "all.zip/deep/tinyconf-2019": "pyvideo",
        "all.zip/table/talks.csv": "table",
        "all.zip/captions/tinyconf-2019/one.en.vtt": "transcript",
    }
    assert (dry.totals.created, first.totals.created) == (5, 5)
    assert [file.records.created for file in first.files if file.records] == [1]
    again = ingest(engine, archive)
    assert (again.totals.created, again.totals.updated, again.totals.unchanged) == (0, 0, 5)


def test_the_folder_goes_with_the_run(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"talks.csv": b"Title\nA\n"})
    with discovered([archive], limit=1000) as units:
        (unit,) = units
        assert unit.path.is_file()
        assert unit.label == "a.zip/talks.csv"
    assert not unit.path.exists()


def test_entries_that_lead_out(tmp_path: Path) -> None:
    archive = tmp_path / "slip.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name in ("../out.csv", "/abs.csv", "a/../../b.csv", "..\\win.csv", "C:/c.csv", "x/" * 40 + "deep.csv"):
            made.writestr(name, "Title\nBad\n")
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/hostname")
        made.writestr("good.csv", "Title\nGood\n")
        made.writestr("n" * 300 + ".csv", "Title\nLong\n")
        made.writestr("good.csv/under.csv", "Title\nClash\n")
    folder = tmp_path / "in" / "folder"
    folder.mkdir(parents=True)
    problems = unpack(archive, folder, SUFFIXES, 1_000_000)
    assert len(problems) == 9
    assert contents(tmp_path / "in") == {"folder/good.csv": b"Title\nGood\n"}


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "twice.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.csv", "Title\nFirst\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("a.csv", "Title\nSecond\n")
    (problem,) = unpack(archive, tmp_path, SUFFIXES, 1000)
    assert problem.where == "a.csv"
    assert contents(tmp_path)["a.csv"] == b"Title\nFirst\n"


def test_bombs(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", {"a.csv": b" " * 30_000_000, "b.csv": b"Title\nGood\n"})
    out = tmp_path / "out"
    out.mkdir()
    (problem,) = unpack(bomb, out, SUFFIXES, 64_000_000)
    assert "200 times" in problem.message
    assert contents(out) == {"b.csv": b"Title\nGood\n"}
    many = packed(tmp_path / "many.zip", {f"{n}.csv": bytes(range(256)) * 4 for n in range(40)}, zipfile.ZIP_STORED)
    with pytest.raises(InputError, match="unpacks to more"):
        unpack(many, tmp_path / "many", SUFFIXES, 1200)


def test_sizes_that_are_declared_or_lied_about(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.csv": b"Title\n" + b"x" * 5000}, zipfile.ZIP_STORED)
    raw = bytearray(archive.read_bytes())
    start = raw.rfind(b"PK\x01\x02")
    for declared, words in ((2**31 - 1, "2,147 MB"), (10, "")):
        struct.pack_into("<L", raw, start + 24, declared)
        archive.write_bytes(raw)
        folder = tmp_path / str(declared)
        folder.mkdir()
        (problem,) = unpack(archive, folder, SUFFIXES, 1_000_000)
        assert words in problem.message
        assert contents(folder) == {}


def test_archives_in_archives_in_archives(tmp_path: Path) -> None:
    content: bytes = b"Title\nA\n"
    name = "a.csv"
    for _ in range(3):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(name, content)
        content, name = made.getvalue(), "inner.zip"
    file = tmp_path / "outer.zip"
    file.write_bytes(content)
    (problem,) = unpack(file, tmp_path / "out", SUFFIXES, 1000)
    assert "inside archives" in problem.message


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + b"\xff" * 18, b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_archive(engine: Engine, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(content)
    (tmp_path / "good.csv").write_text("Title\nGood\n", encoding="utf-8")
    report = ingest(engine, tmp_path)
    assert report.totals.created == 1
    assert any(file.path == "bad.zip" and file.problems for file in report.files)


def test_encrypted_entries_are_said(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"a.csv": b"Title\nA\n"})
    raw = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.rfind(mark) + at] |= 1
    archive.write_bytes(raw)
    (problem,) = unpack(archive, tmp_path, SUFFIXES, 1000)
    assert "encrypted" in problem.message
