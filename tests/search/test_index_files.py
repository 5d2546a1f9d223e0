"""Files of indexes: whole or nothing, shared between engines, and made anew where they are not to be trusted."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete
from sqlmodel import col

from app.db.engine import writing
from app.models import Embedding
from app.search import shelf
from app.search.engine import SearchEngine
from app.search.index_files import Arrays, read_index, write_index
from tests.search.conftest import Base, refresh
from tests.standins import HashingEmbedder

QUERY = "kafka on kubernetes"
ARRAYS: Arrays = {
    "a": np.arange(7, dtype=np.int64), "b": np.ones((3, 2), dtype=np.float32), "c": np.zeros(0, dtype=np.uint8),
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "some.index"
    assert write_index(made, {"recipe": "r"}, ARRAYS)
    return made


def test_what_was_written_is_read(file: Path) -> None:
    read = read_index(file)
    assert read is not None
    assert read[0] == {"recipe": "r"}
    for name, array in ARRAYS.items():
        assert read[1][name].dtype == array.dtype
        assert np.array_equal(read[1][name], array)
    assert [path.name for path in file.parent.iterdir()] == ["some.index"]


def test_a_file_that_is_not_whole_is_none(file: Path) -> None:
    whole = file.read_bytes()
    for length in (0, 1, 60, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        assert read_index(file) is None, length
    file.write_bytes(whole + b"x")
    assert read_index(file) is None
    assert read_index(file.with_name("missing.index")) is None


def test_a_byte_that_changed_is_noticed(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    # Any but those that fill up between arrays would do; these are of the numbers, the header and the end.
    for place in (0, 9, len(whole) - 200, len(whole) - 3):
        altered = whole.copy()
        altered[place] ^= 0x20
        file.write_bytes(altered)
        assert read_index(file) is None, place


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert not write_index(tmp_path / "file" / "some.index", {}, ARRAYS)
    assert "cannot be written" in caplog.text


def shared(base: Base, folder: Path, embedder: HashingEmbedder | None = None) -> Base:
    """Another process on the same base, as far as an engine can tell."""
    used = embedder or base.embedder
    return Base(base.engine, used, SearchEngine(base.engine, used, folder))


def answers(base: Base) -> list[tuple[str, float]]:
    return [(hit.talk.slug, hit.score) for hit in base.ask(QUERY).hits]


def test_a_second_engine_reads_what_the_first_wrote(
    base: Base, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wanted, folder = answers(base), tmp_path / "indexes"
    caplog.set_level("INFO")
    assert answers(shared(base, folder)) == wanted
    assert caplog.text.count("Reading all passages") == 2
    assert answers(shared(base, folder)) == wanted
    assert caplog.text.count("Reading all passages") == 2
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".index", ".index"]


@pytest.mark.parametrize("harm", ["deleted", "cut", "altered"])
def test_files_that_are_gone_or_damaged_are_made_anew(base: Base, tmp_path: Path, harm: str) -> None:
    wanted = answers(shared(base, tmp_path))
    for path in tmp_path.glob("*.index"):
        whole = path.read_bytes()
        if harm == "deleted":
            path.unlink()
        else:
            path.write_bytes(whole[:99] if harm == "cut" else bytes([whole[0] ^ 1]) + whole[1:])
    assert answers(shared(base, tmp_path)) == wanted
    assert all(read_index(path) for path in tmp_path.glob("*.index"))


def test_changes_are_followed_by_all_without_reading_everything(
    base: Base, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    both = [shared(base, tmp_path) for _ in range(2)]
    for one in both:
        answers(one)
    caplog.set_level("INFO")
    base.change("ksql-in-practice", lambda talk: setattr(talk, "title", "Kafka on Kubernetes, again"))
    base.change("to-be", lambda talk: setattr(talk, "summary", "Nothing on Kubernetes."))
    wanted = answers(Base(base.engine, base.embedder, SearchEngine(base.engine, base.embedder)))
    caplog.clear()
    for one in (*both, shared(base, tmp_path)):
        assert answers(one) == wanted
    assert "Reading all passages" not in caplog.text


def test_vectors_of_another_model_are_not_taken_for_ours(base: Base, tmp_path: Path) -> None:
    answers(shared(base, tmp_path))
    other = HashingEmbedder()
    other.recipe = "another"
    changed = shared(base, tmp_path, other)
    assert "not embedded yet" in (changed.ask(QUERY).notice or "") or changed.ask(QUERY).mode == "lexical"
    refresh(base.engine, other)
    assert changed.ask(QUERY).notice is None
    assert shared(base, tmp_path).ask(QUERY).notice is None


def test_vectors_that_went_are_noticed(base: Base, tmp_path: Path) -> None:
    one = shared(base, tmp_path)
    answers(one)
    with writing(base.engine) as session:
        session.execute(delete(Embedding).where(col(Embedding.recipe) == base.embedder.recipe))
    # Deleted behind the store's back, no mark tells of it; a new process believes the files only as far as they agree.
    assert answers(shared(base, tmp_path)) == answers(one)


def test_long_reading_goes_on_beside_searches_that_say_so(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = answers(base)
    monkeypatch.setattr(shelf, "ASIDE", 3)
    one = shared(base, tmp_path)
    first = one.ask(QUERY)
    assert first.hits
    assert "being made anew" in (first.notice or "")
    for thread in threading.enumerate():
        if thread.name.startswith("make-"):
            thread.join(30)
    assert one.ask(QUERY).notice is None
    assert answers(one) == wanted
