"""Scoring themes on labelled talks: what is averaged, which labels are known, and files with faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import InputError
from app.themes.evaluation import ThemeWords, evaluate
from app.themes.labelled import LabelledTalk, read_labelled
from tests.standins import HashingEmbedder


def talk(number: int, label: str, words: str, event: str = "one") -> LabelledTalk:
    return LabelledTalk(str(number), f"{words} {number}", f"All about {words}.", (label,) if label else (), event)


TALKS = [talk(n, "tea", "green tea") if n % 2 else talk(n, "boats", "sailing boats") for n in range(40)]


def test_labels_named_in_the_talks_are_found_and_every_average_is_one() -> None:
    found = evaluate(TALKS, [], [], HashingEmbedder())
    assert (found.talks, found.labels, found.one_each, found.taught) == (40, 2, True, 0)
    assert found.macro_f1 == found.micro_f1 == found.top1_accuracy == 1.0
    assert found.per_label["tea"].support == 20
    assert found.share.shares == 2
    assert found.share.interval_coverage == 1.0


def test_a_wrong_label_counts_against_both() -> None:
    wrong = [*TALKS[:38], talk(38, "tea", "sailing boats"), talk(39, "tea", "green tea")]
    found = evaluate(wrong, [], [], HashingEmbedder())
    assert found.per_label["tea"].recall == pytest.approx(20 / 21, abs=1e-4)
    assert found.per_label["boats"].precision == pytest.approx(19 / 20)
    assert found.micro_f1 == pytest.approx(39 / 40)


def test_labels_mean_themes_by_slug_or_name_and_strangers_are_named() -> None:
    words = [ThemeWords("hot-drinks", "Tea", "Leaves in water."), ThemeWords("boats", "Vessels", "Sailing boats.")]
    found = evaluate([*TALKS, talk(40, "weather", "rain")], [], words, HashingEmbedder())
    assert found.unknown == ["weather"]
    assert set(found.per_label) == {"hot-drinks", "boats"}
    with pytest.raises(InputError, match="Known are hot-drinks, boats"):
        evaluate([talk(1, "weather", "rain")], [], words, HashingEmbedder())


def test_talks_with_several_labels_or_none_are_scored_by_label() -> None:
    several = [*TALKS, LabelledTalk("b", "sailing boats and green tea", "", ("tea", "boats"), "one"), talk(99, "", "x")]
    found = evaluate(several, TALKS, [], HashingEmbedder())
    assert not found.one_each
    assert found.taught == 40
    assert found.per_label["tea"].support == 21


def test_examples_alone_teach_a_label_whose_name_says_nothing() -> None:
    def numbered(talks: list[LabelledTalk]) -> list[LabelledTalk]:
        return [LabelledTalk(t.id, t.title, t.abstract, ("t1" if t.labels[0] == "tea" else "t2",), "") for t in talks]

    found = evaluate(numbered(TALKS[20:]), numbered(TALKS[:20]), [], HashingEmbedder())
    assert found.macro_f1 == 1.0
    assert found.share.shares == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Not JSON"),
        ("[]", "Not a JSON object"),
        ('{"title": "a", "labels": "x"}', "not a list"),
        ('{"title": "a", "labels": [""]}', "not a list"),
        ('{"labels": ["x"]}', "nothing to read"),
        ('{"title": {"a": 1}, "labels": []}', "“title” is not a text"),
        ('{"id": "1", "title": "again"}', "that of line 1 too"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text(json.dumps({"id": "1", "title": "first"}) + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_labelled(file)
    assert "line 3" in str(caught.value) + str(caught.value.__dict__)


def test_missing_ids_events_and_abstracts_are_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "talks.jsonl"
    rows: list[dict[str, Any]] = [{"title": "a", "labels": ["x"]}, {"title": "b", "abstract": None, "event": None}]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [(one.id, one.labels, one.event) for one in read_labelled(file)] == [("1", ("x",), ""), ("2", (), "")]
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no talks"):
        read_labelled(file)
