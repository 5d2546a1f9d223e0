"""Versions of vocabularies: the same words give the same version, other words another."""

from __future__ import annotations

from typing import Any

import pytest

from app.text.vocabulary import normal_theme, vocabulary_version

THEME: dict[str, Any] = {
    "slug": "testing", "name": "Testing", "definition": "Finding out.", "cues": ["unit test", "mocks"], "synonyms": (),
}  # fmt: skip


def test_layout_order_of_cues_and_what_is_not_of_a_theme_do_not_count() -> None:
    other = {
        **THEME, "definition": " Finding\n  out. ", "cues": ("mocks", "unit  test"), "parent": None, "position": "x",
    }  # fmt: skip
    assert normal_theme(other) == normal_theme(THEME)
    assert vocabulary_version("v", [other]) == vocabulary_version("v", [THEME])
    assert "synonyms" not in normal_theme(THEME)


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "Finding out more."}, {"cues": ["unit test"]}, {"name": "Tests"}, {"parent": "quality"},
        {"excludes": "Not trials."}, {"examples": ["a-2020/b"]}, {"counter_examples": ["a-2020/b"]},
    ],
)  # fmt: skip
def test_every_word_that_is_read_counts(change: dict[str, Any]) -> None:
    version = vocabulary_version("v", [THEME])
    assert len(version) == 12
    assert vocabulary_version("v", [THEME | change]) != version


def test_the_order_of_themes_and_the_vocabulary_count() -> None:
    other = THEME | {"slug": "review"}
    assert vocabulary_version("v", [THEME, other]) != vocabulary_version("v", [other, THEME])
    assert vocabulary_version("v", [THEME]) != vocabulary_version("w", [THEME])
