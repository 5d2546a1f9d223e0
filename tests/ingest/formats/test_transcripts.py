"""WebVTT and SRT: voices, rolling captions, names of files; and the talk a transcript is stored with."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading, writing
from app.errors import InputError
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.transcripts import Transcripts
from app.ingest.record import CueRecord, Transcript
from app.models import Passage, Resource, Talk
from app.models import Transcript as Stored
from app.pipeline import IngestReport
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[2] / "samples" / "transcript"
PYVIDEO = SAMPLES.parent / "pyvideo"


def read(path: Path) -> Transcript:
    payload = Transcripts().parse(path, ReadOptions()).payload
    assert isinstance(payload, Transcript)
    return payload


def ingest(engine: Engine, *paths: Path) -> IngestReport:
    return pipeline.ingest(engine, HashingEmbedder(), list(paths), options=ReadOptions())


def test_voices_tags_and_notes() -> None:
    file = SAMPLES / "tinyconf-2019" / "one.en.vtt"
    parsed = Transcripts().parse(file, ReadOptions())
    assert parsed == Transcripts().parse(file, ReadOptions())
    assert parsed.payload == Transcript(
        ("tinyconf-2019/one", "one"),
        (
            CueRecord(1.0, 4.5, "Good morning & welcome to the talk.", "Ana Souza"),
            CueRecord(4.5, 3607.0, "We begin.", None),
            CueRecord(4.5, 3607.0, "At last!", "Bo Li"),
        ),
        "en",
    )
    assert [(problem.severity, problem.where) for problem in parsed.problems] == [("error", "line 20")]


def test_rolling_captions_are_said_once() -> None:
    rolling = read(SAMPLES / "rolling.en-auto.vtt")
    assert rolling.cues == (
        CueRecord(0.0, 2.01, "so today we"),
        CueRecord(2.01, 4.0, "talk of logs"),
        CueRecord(4.0, 6.0, "of logs only"),
    )
    assert rolling.is_automatic
    assert rolling.language == "en"


def test_srt_named_by_a_video() -> None:
    spoken = read(SAMPLES / "Logs [dQw4w9WgXcQ].de.srt")
    assert spoken.about[0] == "dQw4w9WgXcQ"
    assert spoken.language == "de"
    assert [cue.text for cue in spoken.cues] == ["Guten Tag", "und los"]


@pytest.mark.parametrize(
    ("name", "about", "language"),
    [
        ("kafka-2024/opening.pt-BR.vtt", ("kafka-2024/opening", "opening"), "pt"),
        ("kafka-2024/captions/opening.vtt", ("kafka-2024/opening", "opening"), None),
        ("x/dQw4w9WgXcQ.vtt", ("x/dQw4w9WgXcQ", "dQw4w9WgXcQ"), None),
        ("x/Title-dQw4w9WgXcQ.en.vtt", ("x/Title-dQw4w9WgXcQ", "Title-dQw4w9WgXcQ", "dQw4w9WgXcQ"), "en"),
        ("x/a-translation.vtt", ("x/a-translation", "a-translation"), None),
        ("x/v1.0.en.vtt", ("x/v1.0", "v1.0"), "en"),
    ],
)
def test_names_of_files(tmp_path: Path, name: str, about: tuple[str, ...], language: str | None) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", encoding="utf-8")
    transcript = read(file)
    assert (transcript.about, transcript.language) == (about, language)


@pytest.mark.parametrize("content", ["", "WEBVTT\n", "WEBVTT\n\n99:99.000 --> 00:01.000\nx\n", "<html></html>", "a\0b"])
def test_nothing_to_read_is_said(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.vtt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        Transcripts().parse(file, ReadOptions())


def test_stored_with_its_talk_twice(engine: Engine) -> None:
    ingest(engine, PYVIDEO)
    first = ingest(engine, SAMPLES / "tinyconf-2019")
    assert [file.records.created for file in first.files if file.records] == [1]
    with reading(engine) as session:
        stored = session.scalars(select(Stored)).one()
        talk = session.get_one(Talk, stored.talk_id)
        assert talk.source_key == "one"
        assert stored.cues[0] == {
            "start": 1.0,
            "end": 4.5,
            "text": "Good morning & welcome to the talk.",
            "speaker": "Ana Souza",
        }
    again = ingest(engine, SAMPLES / "tinyconf-2019")
    assert [file.records.model_dump() for file in again.files if file.records] in (
        [],
        [{"created": 0, "updated": 0, "unchanged": 1, "withdrawn": 0}],
    )


def test_found_by_its_video_and_corrected(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, PYVIDEO)
    with writing(engine) as session:
        talk = session.scalars(select(Talk).where(col(Talk.source_key) == "two")).one()
        assert talk.id is not None
        session.add(Resource(talk_id=talk.id, kind="video", url="https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3"))
    file = tmp_path / "Logs [dQw4w9WgXcQ].de.srt"
    file.write_bytes((SAMPLES / file.name).read_bytes())
    ingest(engine, file)
    file.write_text("1\n00:00:01,000 --> 00:00:02,000\nAnders\n", encoding="utf-8")
    report = ingest(engine, file)
    assert report.files[0].records is not None
    assert report.files[0].records.updated == 1
    with reading(engine) as session:
        stored = session.scalars(select(Stored)).one()
        assert (stored.talk_id, stored.cues[0]["text"]) == (talk.id, "Anders")


def test_parts_of_a_recording_get_their_slice(engine: Engine, tmp_path: Path) -> None:
    said = {0: "Welcome to the lightning talks.", 749: "Still the host.", 750: "Strings are frozen.",
            1019: "And stay so.", 1020: "Any questions?"}  # fmt: skip
    ingest(engine, SAMPLES.parent / "rubyevents" / "data")
    report = ingest(engine, _transcript(tmp_path / "contain1234.en.vtt", said))
    assert report.files[0].problems == []
    assert _spoken(engine) == {"bo-lind-tinyruby-2024": [(750.0, "Strings are frozen. And stay so.")]}
    said[900] = "Thaw them."
    ingest(engine, _transcript(tmp_path / "contain1234.en.vtt", dict(sorted(said.items()))))
    assert _spoken(engine) == {"bo-lind-tinyruby-2024": [(750.0, "Strings are frozen. Thaw them. And stay so.")]}
    ingest(engine, _transcript(tmp_path / "bo-lind-tinyruby-2024.en.vtt", {5: "From my own camera."}))
    ingest(engine, _transcript(tmp_path / "tinyruby-2024" / "bo-lind-tinyruby-2024.en.vtt", {5: "My own camera."}))
    assert _spoken(engine) == {"bo-lind-tinyruby-2024": [(5.0, "My own camera.")]}


def _transcript(file: Path, said: dict[int, str]) -> Path:
    file.parent.mkdir(exist_ok=True)
    cues = (
        f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}.000 --> {at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}.900"
        f"\n{text}\n" for at, text in said.items()
    )  # fmt: skip
    file.write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    return file


def _spoken(engine: Engine) -> dict[str, list[tuple[float | None, str]]]:
    """Passages of transcripts, by the key of the talk they show."""
    found: dict[str, list[tuple[float | None, str]]] = {}
    with reading(engine) as session:
        rows = session.execute(
            select(col(Talk.source_key), col(Passage.start_seconds), col(Passage.text))
            .join(Talk, col(Talk.id) == col(Passage.talk_id))
            .where(col(Passage.kind) == "transcript")
            .order_by(col(Passage.id))
        )
        for key, start, text in rows:
            found.setdefault(key, []).append((start, text))
    return found


def test_a_transcript_of_no_talk_says_how_to_name_it(engine: Engine) -> None:
    report = ingest(engine, SAMPLES / "rolling.en-auto.vtt")
    (problem,) = report.files[0].problems
    assert problem.severity == "error"
    assert "TALK-SLUG.en.vtt" in problem.message


def test_real_workshop_talks(eval_folder: Path) -> None:
    files = sorted((eval_folder / "transcripts").rglob("*.vtt"))
    arrows = sum(file.read_text(encoding="utf-8").count("-->") for file in files)
    cues = [len(read(file).cues) for file in files]
    assert (len(files), sum(cues), arrows) == (35, 6465, 6465)
