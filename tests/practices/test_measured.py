from __future__ import annotations

from pathlib import Path

import pytest

from app.db.engine import reading
from app.errors import InputError
from app.practices.judged import NOBODY, JudgedQuestion, read_judged
from app.practices.measured import adjusted_rand, grouping_of, measure_practices
from app.practices.quality import read_practice_quality
from tests.practices.conftest import Asking


def question(text: str, kind: str = "how", **more: dict[str, int]) -> JudgedQuestion:
    return JudgedQuestion(
        text, text, kind, more.get("takeaways", {}), more.get("talks", {}), more.get("groups", {})
    )  # fmt: skip


def test_a_perfect_answer_and_silence_are_told_from_others(ask: Asking) -> None:
    judged = [
        question("reef sails storms", takeaways={"sails": 2}),
        question("liveness probes", takeaways={"sails": 2}),
        question("slack trains", "talks", talks={"trains": 2}),
        question("sourdough bread needs patience overnight", NOBODY),
        question("reef the sails", NOBODY),
    ]
    told: list[int] = []
    with reading(ask.base.engine) as session:
        found = measure_practices(
            session, ask.base.search, ask.base.embedder, judged, lambda _, done, __: told.append(done)
        )
    right, wrong, by_talk, *_ = found.questions
    assert right.ndcg is not None
    assert right.ndcg["practices"] == right.ndcg["words"] == 1
    assert wrong.ndcg is not None
    assert wrong.ndcg["practices"] == 0 < wrong.ndcg["uncut"] < 1
    assert by_talk.ndcg is None
    assert by_talk.relevant == 2, "a draft counts with the grade of its talk"
    assert (found.asked, found.nobody, found.nothing_said) == (2, 2, 0.5)
    assert found.answered == pytest.approx(2 / 3, abs=1e-4)
    assert told[-1] == 5


def test_what_is_judged_and_not_there_is_named(ask: Asking) -> None:
    with reading(ask.base.engine) as session, pytest.raises(InputError, match="nowhere"):
        measure_practices(
            session, ask.base.search, ask.base.embedder, [question("x", talks={"nowhere": 1})], lambda *_: None
        )


def test_pairs_and_adjusted_rand_are_what_they_are_called() -> None:
    rows = [(1, 0, 7), (1, 0, 7), (2, 0, 7), (2, 1, 8)]
    from sklearn.metrics import adjusted_rand_score

    found = grouping_of([rows])
    assert (found.pairs, found.precision, found.recall) == (2, round(1 / 3, 4), 0.5)
    assert found.f1 == found.f1_by_talk == 0.4
    assert found.f1_all_in_one == round(2 * 2 / (2 * 2 + 4), 4)
    one, other = [0, 0, 1, 1, 2, 2, 2], [1, 1, 1, 0, 0, 2, 2]
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other))
    assert adjusted_rand(one, one) == 1 == adjusted_rand([1, 1], [5, 5])


def test_a_damaged_table_and_measurement_are_errors(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text('{"_id": "p1", "text": "x", "metadata": {"kind": "how"}}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("p1\tsails\t2\n")
    (tmp_path / "qrels" / "talks.tsv").write_text("query-id\tcorpus-id\tscore\np1\ttrains\n")
    (tmp_path / "groups.tsv").write_text("query-id\tgroup\ttakeaway\n")
    with pytest.raises(InputError, match="line 2"):
        read_judged(tmp_path)
    file = tmp_path / "quality.json"
    assert read_practice_quality(file) is None
    file.write_text("{}")
    with pytest.raises(InputError, match="evaluate practices"):
        read_practice_quality(file)
