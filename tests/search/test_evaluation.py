"""Judged collections: read with every fault named, searched by the engine, figures that can be checked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.errors import InputError
from app.search.evaluation import MODES, SearchEvaluation, compare, evaluate, figures
from app.search.judgements import Text, judged_collection, read_collection
from tests.search.judged import DOCUMENTS, write_collection
from tests.standins import HashingEmbedder

FILES = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "tiny")


def test_a_collection_is_read_without_the_queries_nobody_judged(folder: Path) -> None:
    found = read_collection(folder)
    assert found.name == "tiny"
    assert [document.id for document in found.documents] == list(DOCUMENTS)
    assert [query.id for query in found.queries] == ["q1", "q2", "q3"]
    assert found.grades["q3"] == {"d5": 2, "d4": 1, "d3": 0}


def test_unjudged_queries_stay_where_that_is_asked_for(folder: Path) -> None:
    found = judged_collection(folder, (Text("d1", "", ""),), with_unjudged=True)
    assert [query.id for query in found.queries] == ["q1", "q2", "q3", "q4"]
    assert found.grades["q4"] == {}


def test_characters_that_look_like_ends_of_lines_and_a_mark_at_the_start_do_no_harm(folder: Path) -> None:
    text = '\ufeff{"_id": "d1", "title": null, "text": "one\u2028two\x85three"}\r\n\n{"_id": "d2", "text": ""}\n'
    (folder / "corpus.jsonl").write_text(text, encoding="utf-8", newline="")
    assert read_collection(folder).documents == (Text("d1", "", "one\u2028two\x85three"), Text("d2", "", ""))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=Path(name).name):
        read_collection(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_text_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=Path(name).name):
        read_collection(folder)


@pytest.mark.parametrize(
    "line", ["no json", "[]", "5", "null", '{"_id": "x"}', '{"text": "x"}', '{"_id": "x", "text": "y"', '"x"']
)
@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
def test_a_bad_line_is_named(folder: Path, name: str, line: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    number = len((folder / name).read_text(encoding="utf-8").splitlines())
    with pytest.raises(InputError, match=f"{name}, line {number} is no JSON object") as raised:
        read_collection(folder)
    assert raised.value.where == f"{name}, line {number}"


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
def test_an_id_given_twice_is_named(folder: Path, name: str) -> None:
    first = (folder / name).read_text(encoding="utf-8").splitlines()[0]
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(first + "\n")
    with pytest.raises(InputError, match=r"line \d repeats the _id"):
        read_collection(folder)


@pytest.mark.parametrize("line", ["q1\td3", "q1 d3 1", "q1\td3\tgood", "q1\td3\t1.5", "q1\t0\td3\t1"])
def test_a_bad_judgement_is_named(folder: Path, line: str) -> None:
    with (folder / "qrels" / "test.tsv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match=r"test\.tsv, line 8 is not query, document and a whole grade"):
        read_collection(folder)


def test_a_pair_judged_twice_is_named(folder: Path) -> None:
    with (folder / "qrels" / "test.tsv").open("a", encoding="utf-8") as file:
        file.write("q1\td1\t0\n")
    with pytest.raises(InputError, match=r"test\.tsv, line 8 judges d1 for q1 a second time"):
        read_collection(folder)


def test_a_collection_without_judged_queries_or_documents_says_so(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nother\td1\t1\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no judged queries"):
        read_collection(folder)
    (folder / "corpus.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no documents"):
        read_collection(folder)


def test_figures_and_paired_differences_by_hand() -> None:
    grades = {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {"c": 1}, "q4": {"d": 1}}
    good = figures({"q1": ["a"], "q2": ["b"], "q3": ["x", "c"], "q4": []}, grades, [4.0, 1.0, 3.0, 2.0])
    bad = figures({"q1": ["a"], "q2": ["x"], "q3": ["c"], "q4": []}, grades, [1.0])
    second = 0.63093
    assert good.ndcg_10 == pytest.approx((2 + second) / 4, abs=1e-4)
    assert (good.recall_100, good.mrr_10, good.judged_10) == (0.75, 0.625, 0.875)
    assert (good.p50_ms, good.p95_ms) == (3, 4)
    assert good.ndcg_10_low < good.ndcg_10 < good.ndcg_10_high
    assert good.recall_100_low < good.recall_100 < good.recall_100_high
    assert good.mrr_10_low < good.mrr_10 < good.mrr_10_high
    paired = compare({"hybrid": good, "lexical": bad}, "hybrid", "lexical")
    assert (paired.wins, paired.losses, paired.ties) == (1, 1, 2)
    assert paired.mean == pytest.approx((1 - (1 - second)) / 4, abs=1e-4)
    assert paired.low <= paired.mean <= paired.high
    assert [query for query, _ in paired.largest] == ["q2", "q3"]


@pytest.fixture
def evaluated(engine: Engine, folder: Path) -> tuple[SearchEvaluation, list[tuple[str, int, int]]]:
    told: list[tuple[str, int, int]] = []
    found = evaluate(engine, HashingEmbedder(), read_collection(folder), lambda *step: told.append(step))
    return found, told


def test_the_engine_finds_what_the_words_say(evaluated: tuple[SearchEvaluation, list[tuple[str, int, int]]]) -> None:
    found, _ = evaluated
    assert (found.dataset, found.documents, found.queries) == ("tiny", 5, 3)
    assert list(found.modes) == list(MODES)
    for line in found.modes.values():
        assert line.rankings["q2"][0] == "d3"
        assert line.rankings["q1"][0] == "d1"
        assert line.mrr_10 == 1
        assert line.p50_ms <= line.p95_ms
    assert [(one.better, one.worse) for one in found.differences] == [("hybrid", "lexical"), ("hybrid", "semantic")]
    assert all(one.wins + one.losses + one.ties == 3 for one in found.differences)


def test_progress_tells_every_step(evaluated: tuple[SearchEvaluation, list[tuple[str, int, int]]]) -> None:
    _, told = evaluated
    assert {step for step, _, _ in told} == {"passages", "embedding", *MODES}
    for mode in MODES:
        assert (mode, 3, 3) in told
