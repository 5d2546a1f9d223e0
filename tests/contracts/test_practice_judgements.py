"""The shipped judgements of practices fit the shipped data, and the committed measurement fits them."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app.db.engine import reading
from app.models import Takeaway, Talk
from app.practices.judged import NOBODY, JudgedQuestion, read_judged
from app.practices.quality import WAYS, PracticeQuality, practice_judgements_folder, read_practice_quality
from app.search.relevance import interval

FOLDER = practice_judgements_folder()


@pytest.fixture(scope="module")
def judged() -> list[JudgedQuestion]:
    return read_judged(FOLDER)


@pytest.fixture(scope="module")
def measured() -> PracticeQuality:
    found = read_practice_quality()
    assert found is not None
    return found


def test_there_are_enough_questions_and_they_vary(judged: list[JudgedQuestion]) -> None:
    kinds = Counter(one.kind for one in judged)
    assert set(kinds) == {"how", "others", "warning", "comparison", "paraphrase", "short", "talks", NOBODY}
    assert len({one.text for one in judged}) == len(judged) >= 35
    assert kinds[NOBODY] >= 5
    for one in judged:
        assert bool(one.takeaways or one.talks) == (one.kind != NOBODY)
        assert bool(one.takeaways) == (one.kind not in (NOBODY, "talks"))


def test_all_that_is_judged_is_shipped_and_every_grade_known(judged: list[JudgedQuestion], loaded: Engine) -> None:
    with reading(loaded) as session:
        takeaways = set(session.scalars(select(col(Takeaway.slug))))
        talks = set(session.scalars(select(col(Talk.slug))))
    for one in judged:
        assert set(one.takeaways) <= takeaways
        assert set(one.talks) <= talks
        assert {*one.takeaways.values(), *one.talks.values()} <= {1, 2}
        assert set(one.groups) <= set(one.takeaways), "only what is relevant belongs to an approach"


def test_the_readme_counts_what_is_there(judged: list[JudgedQuestion], measured: PracticeQuality) -> None:
    text = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    grades = Counter(grade for one in judged for grade in one.takeaways.values())
    kinds = Counter(one.kind for one in judged)
    talks = sum(len(one.talks) for one in judged)
    assert f"{grades.total()} pairs of question and takeaway are relevant: {grades[2]} of grade 2, {grades[1]}" in text
    asked = sum(bool(one.takeaways) for one in judged)
    assert f"{len(judged)}: {asked} that takeaways answer, {kinds['talks']} that only talks answer" in text
    assert f"{kinds[NOBODY]} that nobody answers" in text
    assert f"by title and summary, {talks} pairs" in text
    assert f"All {measured.takeaways} takeaways were gone through" in text


def test_the_measurement_is_of_these_judgements(measured: PracticeQuality, judged: list[JudgedQuestion]) -> None:
    assert [(one.id, one.text) for one in measured.questions] == [(one.id, one.text) for one in judged]
    assert measured.judged_pairs == sum(len(one.takeaways) + len(one.talks) for one in judged)
    assert set(measured.ways) == {way for way, _ in WAYS}
    for way, found in measured.ways.items():
        values = [one.ndcg[way] for one in measured.questions if one.ndcg is not None]
        assert len(values) == measured.asked
        assert found.mean == pytest.approx(sum(values) / len(values), abs=2e-4)
        assert (found.low, found.high) == pytest.approx(interval(values), abs=2e-4)
    silent = [one.groups == 0 for one in measured.questions if one.kind == NOBODY]
    assert measured.nothing_said == pytest.approx(sum(silent) / len(silent), abs=1e-4)
