"""The benchmark of themes: how talks are parted and drawn, and that every way is asked and scored alike."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from app.settings import CHECKOUT
from app.themes.evaluation import evaluate, read_texts
from app.themes.labelled import LabelledTalk
from scripts.bench_themes import by_hallway, question, told
from scripts.theme_sets import LabelledSet, drawn, fewer, judged, parted, read_set, year_of
from scripts.theme_ways import SETFIT, Peers, given, keywords, score, stacked
from tests.standins import HashingEmbedder


def talk(number: int, labels: tuple[str, ...] = ("tea",), event: str = "one") -> LabelledTalk:
    return LabelledTalk(str(number), f"All of {' and '.join(labels)} {number}", "Green leaves.", labels, event)


def test_years_part_talks_where_the_halves_are_nearest_to_equal() -> None:
    talks = [talk(n) for n in range(10)]
    years = {one.id: 2010 + int(one.id) // 4 for one in talks}
    found = parted("x", talks, {**years, "9": None})
    assert [len(found.earlier), len(found.later)] == [4, 5]
    assert found.parted == "until 2010, after 2010"


def test_events_stay_whole_and_one_event_is_halved_the_same_way_each_time() -> None:
    talks = [talk(n, event=f"event {n % 4}") for n in range(20)]
    by_event = parted("x", talks, {})
    assert not {one.event for one in by_event.earlier} & {one.event for one in by_event.later}
    assert len({one.event for one in by_event.earlier}) == 2
    alone = [talk(n) for n in range(21)]
    halves = parted("x", alone, dict.fromkeys("012", 2020))
    assert halves == parted("x", alone, {})
    assert len(halves.earlier) == 10
    assert {one.id for one in halves.earlier} | {one.id for one in halves.later} == {one.id for one in alone}


def test_a_year_is_read_from_its_field_or_from_the_event() -> None:
    assert year_of({"year": 2012, "event": "Conf 2013"}) == 2012
    assert year_of({"event": "Conf 2013"}) == 2013
    assert year_of({"event": "Room 20199"}) is None


def test_a_file_is_read_with_its_years(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    lines = ({"id": n, "title": "a", "labels": ["x"], "year": 2010 + n} for n in (1, 2))
    file.write_text("\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = read_set(file)
    assert [found.name, found.earlier[0].id, found.later[0].id] == ["some", "1", "2"]


def test_each_label_has_as_many_examples_as_asked_or_all_it_has() -> None:
    talks = [talk(n, ("tea", "cups") if n % 3 else ("boats",)) for n in range(60)]
    talks += [talk(60, ("rare",)), talk(61, ())]
    some = drawn(talks, 8, 0)
    assert Counter(label for one in some for label in one.labels) == {"tea": 8, "cups": 8, "boats": 8, "rare": 1}
    assert some == drawn(talks, 8, 0)
    assert some != drawn(talks, 8, 1)
    assert len(drawn(talks, None, 0)) == 61


def test_fewer_talks_to_tell_apart_are_some_of_them_and_it_is_said() -> None:
    whole = LabelledSet("x", [], [talk(n) for n in range(30)], "by chance")
    assert fewer(whole, 30) is whole
    less = fewer(whole, 10)
    assert len(less.later) == 10
    assert "10 of 30" in less.parted


def test_shipped_judgements_have_themes_of_the_vocabulary_and_text() -> None:
    (found,) = judged(CHECKOUT / "data")
    known = {theme.slug for theme in found.vocabulary}
    talks = [*found.earlier, *found.later]
    assert len(talks) == 47
    assert {label for one in talks for label in one.labels} <= known
    assert sum(bool(one.abstract) for one in talks) > 40


def test_hallway_scores_what_the_evaluation_does() -> None:
    talks = [talk(n, (("tea",), ("boats",), ("tea", "boats"))[n % 3]) for n in range(60)]
    labelled = parted("x", talks, {})
    embedder = HashingEmbedder()
    asked = question(labelled, read_texts([*labelled.later, *labelled.earlier], embedder), embedder, 8, 0)
    found = by_hallway(asked, told(asked, True))
    whole = evaluate(labelled.later, drawn(labelled.earlier, 8, 0), [], embedder)
    assert found.macro == pytest.approx(whole.macro_f1, abs=1e-3)
    assert found.micro == pytest.approx(whole.micro_f1, abs=1e-3)
    assert found.top1 == pytest.approx(whole.top1_accuracy, abs=1e-3)


def test_a_way_that_finds_nothing_gives_nothing_and_means_have_a_spread() -> None:
    labelled = parted("x", [talk(n, ("unsaid",)) for n in range(20)], {})
    embedder = HashingEmbedder()
    asked = question(labelled, read_texts([*labelled.later, *labelled.earlier], embedder), embedder, 0, 0)
    assert given(keywords(asked) * 0, asked) == (0.0, 0.0, 0.0)
    right = score(asked.truth > 0, asked.truth.astype(np.float64), asked.truth)
    assert right == (1.0, 1.0, 1.0)
    assert stacked([right, right._replace(macro=0.0)])[1] == pytest.approx(0.7071, abs=1e-4)


def test_what_setfit_is_asked_can_be_answered_elsewhere(tmp_path: Path) -> None:
    labelled = parted("x", [talk(n, (("tea",), ("boats",))[n % 2]) for n in range(20)], {})
    embedder = HashingEmbedder()
    asked = question(labelled, read_texts([*labelled.later, *labelled.earlier], embedder), embedder, 8, 0)
    elsewhere = tmp_path / "setfit"
    first = Peers(None, Path("model"), 20, elsewhere)
    assert first.ask(SETFIT, asked) is None
    assert first.ask("BERTopic, similarity .7", asked) is None
    (line,) = (elsewhere / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    put = json.loads(line)
    assert [put["way"], put["iterations"], len(put["examples"]), len(put["known"])] == [SETFIT, 20, 10, 10]
    scores = [[0.75, 0.25]] * len(asked.read)
    answer = json.dumps({"key": put["key"], "seconds": 1.0, "scores": scores})
    (elsewhere / "answers.jsonl").write_text(answer + "\n", encoding="utf-8")
    then = Peers(None, Path("model"), 20, elsewhere)
    found = then.ask(SETFIT, asked)
    assert found is not None
    assert found.tolist() == scores
    assert Peers(None, Path("model"), 10, elsewhere).ask(SETFIT, asked) is None, "trained on other pairs"
    (elsewhere / "answers.jsonl").write_text(json.dumps({"key": put["key"], "error": "no memory"}), encoding="utf-8")
    assert Peers(None, Path("model"), 20, elsewhere).failed == {SETFIT: "no memory"}
