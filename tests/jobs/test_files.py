"""Files handed over in the database are read as if they lay here: same units, same digests, within the limits."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading, writing
from app.errors import InputError, TooLarge, UsageError
from app.ingest.archives import FILES_OF_LIMIT_SIZE
from app.ingest.formats.protocol import ReadOptions
from app.jobs import asking
from app.jobs.files import PART, gather, keep, unpacked
from app.jobs.here import run_all
from app.jobs.records import make
from app.models import JobFile, Source, Talk
from tests.conftest import DATA, on_sqlite
from tests.jobs.working import base_of, records

SAMPLES = Path(__file__).parent.parent / "samples"
LIMIT = 64_000_000


def _facts(engine: Engine) -> tuple[set[tuple[str, str, str | None]], set[tuple[str, str]]]:
    with reading(engine) as session:
        sources = session.execute(select(col(Source.key), col(Source.path), col(Source.content_hash)))
        talks = session.execute(select(col(Talk.slug), col(Talk.title)))
        return {(key, path, digest) for key, path, digest in sources}, {(slug, title) for slug, title in talks}


@on_sqlite
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()))
def test_every_format_is_read_as_from_the_disk(engine: Engine, name: str, tmp_path: Path) -> None:
    pipeline.read(engine, [SAMPLES / name], ReadOptions())
    plain = _facts(engine)
    job, _ = asking.queue_ingest(engine, [SAMPLES / name], ReadOptions())
    assert job is not None
    with reading(engine) as session:
        unpacked(session, job, tmp_path)
    roots = [tmp_path / root for root in records(engine)[-1].args["roots"]]
    report = pipeline.read(engine, roots, ReadOptions())
    assert report.totals.created == report.totals.updated == 0
    assert _facts(engine) == plain


def test_a_folder_an_archive_and_what_lies_beside_travel(engine: Engine, tmp_path: Path) -> None:
    year = tmp_path / "meetings" / "harbour-days"
    shutil.copytree(SAMPLES / "pyvideo", year)
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.write(DATA / "themes.yaml", "inner/themes.yaml")
    job, handed = asking.queue_ingest(engine, [year, tmp_path / "more.zip"], ReadOptions())
    assert job is not None
    assert handed.refused == []
    with writing(engine) as session:
        count = unpacked(session, job, tmp_path / "there")
    assert count == len(handed.files)
    for file, place in handed.files:
        assert (tmp_path / "there" / place).read_bytes() == file.read_bytes()
    assert (tmp_path / "there" / handed.roots[0]).is_dir()
    assert (tmp_path / "there" / handed.roots[1]).name == "more.zip"


def test_a_file_of_several_parts_arrives_whole(engine: Engine, tmp_path: Path) -> None:
    content = bytes(range(256)) * (2 * PART // 256 + 5)
    (tmp_path / "large.csv").write_bytes(content)
    (tmp_path / "empty.csv").write_bytes(b"")
    handed = gather([tmp_path / "large.csv", tmp_path / "empty.csv"], "table", LIMIT)
    with writing(engine) as session:
        job = make(session, "ingest", "")
        keep(session, job, handed)
        assert len(session.scalars(select(col(JobFile.id))).all()) == 4
        unpacked(session, job, tmp_path / "there")
    assert (tmp_path / "there" / handed.roots[0]).read_bytes() == content
    assert (tmp_path / "there" / handed.roots[1]).read_bytes() == b""


def test_what_is_too_large_is_refused_and_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x" * 2000)
    (tmp_path / "b.csv").write_bytes(b"title\nTalk\n")
    handed = gather([tmp_path], None, 1000)
    assert [file.name for file, _ in handed.files] == ["b.csv"]
    assert "a.csv is 0 MB; more than 0 MB is not read." in handed.refused[0]
    for number in range(FILES_OF_LIMIT_SIZE + 1):
        (tmp_path / f"c{number}.csv").write_bytes(b"x" * 1000)
    with pytest.raises(TooLarge, match="HALLWAY_MAX_FILE_MEGABYTES"):
        gather([tmp_path], None, 1000)
    with pytest.raises(UsageError, match="There is no file or folder"):
        gather([tmp_path / "nothing"], None, 1000)


def test_a_place_outside_the_folder_is_refused(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        job = make(session, "ingest", "")
        session.add(JobFile(job_id=job, path="0/../../out.yaml", content=b"x"))
        session.flush()
        with pytest.raises(InputError, match="outside its folder"):
            unpacked(session, job, tmp_path)
    assert list(tmp_path.rglob("out.yaml")) == []


@on_sqlite
def test_what_was_read_already_is_unchanged_by_either_way(engine: Engine) -> None:
    base = base_of(engine)
    file = DATA / "programmes" / "kafka-summit-san-francisco-2019.yaml"
    pipeline.ingest(engine, base.embedder, [file], options=ReadOptions())
    asking.queue_ingest(engine, [file], ReadOptions())
    said: list[str] = []
    assert run_all(base, said.append)
    assert "0 created, 0 updated, 47 unchanged" in str(records(engine)[0].said)
    assert [record.kind for record in records(engine)] == ["ingest", "derive", "settle"]
    assert "job 1 (ingest: kafka-summit-san-francisco-2019.yaml) begun" in said
