"""The shipped judgements of search fit the shipped talks, and the committed measurement fits both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app.db.engine import reading
from app.errors import InputError
from app.ingest.discover import discovered
from app.models import Talk
from app.search.judgements import Collection, Text, judged_collection
from app.search.measured import measure_talks
from app.search.quality import Quality, judgements_folder, read_quality, talks_fingerprint
from app.search.relevance import interval
from app.settings import CHECKOUT
from tests.standins import HashingEmbedder

FOLDER = judgements_folder()


@pytest.fixture(scope="module")
def slugs(loaded: Engine) -> set[str]:
    with reading(loaded) as session:
        return set(session.scalars(select(col(Talk.slug))))


@pytest.fixture(scope="module")
def judged(slugs: set[str]) -> Collection:
    return judged_collection(FOLDER, tuple(Text(slug, "", "") for slug in slugs), with_unjudged=True)


@pytest.fixture(scope="module")
def measured() -> Quality:
    found = read_quality()
    assert found is not None
    return found


def test_there_are_enough_questions_and_they_vary(judged: Collection) -> None:
    texts = [query.text for query in judged.queries]
    assert len(texts) == len(set(texts)) >= 40
    assert {len(text.split()) for text in texts} >= {1, 2, 3, 4, 5}
    rows = [json.loads(line) for line in (FOLDER / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["metadata"]["kind"] for row in rows} == {
        "practice", "failure", "comparison", "tool", "paraphrase", "short",
    }  # fmt: skip


def test_every_judged_talk_is_shipped_and_every_grade_known(judged: Collection, slugs: set[str]) -> None:
    for grades in judged.grades.values():
        assert set(grades) <= slugs
        assert set(grades.values()) <= {0, 1, 2}


def test_the_readme_counts_what_is_there(judged: Collection) -> None:
    text = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    every = [grade for grades in judged.grades.values() for grade in grades.values()]
    said = ", ".join(f"{every.count(grade)} of grade {grade}" for grade in (2, 1, 0))
    assert f"In all {len(every)} pairs are judged: {said}." in text
    without = [key for key, grades in judged.grades.items() if not any(grades.values())]
    assert f"For {', '.join(without[:-1])} and {without[-1]} no talk was relevant" in text


def test_a_walk_over_the_data_takes_no_judgement_for_a_programme() -> None:
    with discovered([CHECKOUT / "data"], limit=1_000_000) as units:
        assert [unit.label for unit in units if "search" in unit.label] == []
        assert any(unit.label.endswith("themes/kafka-summit-san-francisco-2019.yaml") for unit in units)


def test_the_measurement_is_of_these_judgements_and_talks(
    measured: Quality, judged: Collection, loaded: Engine
) -> None:
    assert [(one.id, one.text) for one in measured.questions] == [(query.id, query.text) for query in judged.queries]
    for one in measured.questions:
        graded = {talk.slug: talk.grade for talk in one.relevant} | dict.fromkeys(one.not_relevant, 0)
        assert graded == judged.grades[one.id]
    with reading(loaded) as session:
        assert talks_fingerprint(session) == measured.talks_fingerprint, "run scripts/refresh_quality.py"
    assert measured.judged_pairs == sum(map(len, judged.grades.values()))


def test_means_are_those_of_the_questions(measured: Quality) -> None:
    assert measured.shipped.questions == len(measured.answered)
    for mode, found in measured.shipped.modes.items():
        values = [one.ndcg[mode] for one in measured.answered]
        low, high = interval(values)
        assert found.ndcg_10.mean == pytest.approx(sum(values) / len(values), abs=2e-4)
        assert (found.ndcg_10.low, found.ndcg_10.high) == pytest.approx((low, high), abs=2e-4)
    for paired in measured.shipped.differences:
        gains = [round(one.ndcg[paired.better] - one.ndcg[paired.worse], 4) for one in measured.answered]
        assert paired.wins == sum(gain > 0 for gain in gains)
        assert paired.losses == sum(gain < 0 for gain in gains)


def test_measuring_tells_ranks_and_leaves_questions_without_an_answer_out(loaded: Engine) -> None:
    told: list[str] = []
    figures, questions = measure_talks(loaded, HashingEmbedder(), FOLDER, lambda mode, *_: told.append(mode))
    assert len(questions) == 55
    assert figures.questions == 51
    assert set(told) == {"lexical", "semantic", "hybrid"}
    poison = next(one for one in questions if one.text == "poison pill messages")
    assert poison.relevant[0].ranks["lexical"] == 1
    assert poison.ndcg["lexical"] == 1
    assert all(not one.ndcg for one in questions if not one.relevant)


def test_a_judged_talk_that_is_not_there_is_named(loaded: Engine, tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "x"}\n', encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("q1\tno-such-talk\t1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no-such-talk, which is not in the base"):
        measure_talks(loaded, HashingEmbedder(), tmp_path, lambda *_: None)


def test_a_missing_measurement_is_none_and_a_damaged_one_an_error(tmp_path: Path) -> None:
    file = tmp_path / "quality.json"
    assert read_quality(file) is None
    file.write_text('{"made_on": 5}', encoding="utf-8")
    with pytest.raises(InputError, match="refresh_quality"):
        read_quality(file)
