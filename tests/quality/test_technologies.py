"""How right the matcher is on the mentions we judged in the shipped talks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.models import Edition, Talk, Technology, TechnologyMention
from app.settings import CHECKOUT

FILES = sorted((CHECKOUT / "data" / "judgements" / "technologies").glob("*.yaml"))
SLACK = 0.02
PRECISION, RECALL = 1.0, 0.987
"""Measured when the judgements were written. What is missed was only noted where it was seen."""


class Pair(NamedTuple):
    talk: str
    technology: str


def judged(path: Path) -> Iterator[tuple[Pair, bool]]:
    for one in yaml.safe_load(path.read_text(encoding="utf-8"))["mentions"]:
        yield from ((Pair(one["talk"], slug), True) for slug in one.get("means", {}))
        yield from ((Pair(one["talk"], slug), False) for slug in one.get("not", {}))


@pytest.fixture(scope="module")
def found(loaded: Engine) -> set[Pair]:
    """What the matcher found in the texts of the shipped talks, whatever their programmes list."""
    with Session(loaded) as session:
        rows = session.execute(
            select(col(Edition.slug), col(Talk.source_key), col(Technology.slug))
            .join(Talk, col(Talk.edition_id) == col(Edition.id))
            .join(TechnologyMention, col(TechnologyMention.talk_id) == col(Talk.id))
            .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
            .where(col(TechnologyMention.recipe).is_not(None))
        )
        return {Pair(f"{edition}/{key}", technology) for edition, key, technology in rows}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_precision_and_recall_are_what_they_were(path: Path, found: set[Pair]) -> None:
    judgements = dict(judged(path))
    right = [pair for pair, means in judgements.items() if means and pair in found]
    wrong = [pair for pair, means in judgements.items() if not means and pair in found]
    missed = [pair for pair, means in judgements.items() if means and pair not in found]
    assert len(right) / (len(right) + len(wrong)) >= PRECISION - SLACK, wrong
    assert len(right) / (len(right) + len(missed)) >= RECALL - SLACK, missed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nearly_all_that_is_found_was_judged(path: Path, found: set[Pair]) -> None:
    judgements = dict(judged(path))
    assert len(found & judgements.keys()) / len(found) >= 1 - SLACK, sorted(found - judgements.keys())
