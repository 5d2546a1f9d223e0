"""Themes: cues on word boundaries, parents at least as probable as children, people's decisions always first."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.catalog.cards import theme_marks
from app.db.engine import reading, writing
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision
from app.themes.assignment import _assign, probability, rebuild_assignments, refresh_assignments
from app.themes.evidence import TalkText, ThemeText, cue_pattern, features, matched_cues
from tests.standins import HashingEmbedder


def theme(**fields: Any) -> Theme:
    values: dict[str, Any] = {
        "slug": "t", "vocabulary": "v", "source_id": 1, "name": "Kubernetes", "definition": "x", "synonyms": ["K8s"],
        "cues": ["helm chart", "stateful set"],
    }  # fmt: skip
    return Theme(**(values | fields))


def test_cues_match_whole_words_in_any_case_and_spacing() -> None:
    pattern = cue_pattern(theme())
    assert matched_cues(pattern, "KUBERNETES with a Helm-Chart, k8s; Kubernetes") == ["kubernetes", "helm-chart", "k8s"]
    assert matched_cues(pattern, "kubernetesque helm charts") == []


def test_more_evidence_is_never_less_probable() -> None:
    low = probability(np.array([0.0, 0.0, 0.0, 0.0]))
    high = probability(np.array([2.0, 2.0, 0.3, 0.3]))
    assert 0 < low < 0.5 < high < 1


def test_a_talk_is_never_its_own_example() -> None:
    vector = np.array([[1.0, 0.0]], dtype=np.float32)
    compared = ThemeText(1, None, np.array([0.0, 1.0], dtype=np.float32), {7: vector})
    other = ThemeText(2, None, np.array([0.0, 1.0], dtype=np.float32), {})
    values, shown = features(TalkText(7, "t", "", vector), [compared, other])
    assert values[0, 3] == 0
    assert shown[0]["nearest_example"] is None
    values, _ = features(TalkText(8, "t", "", vector), [compared, other])
    assert values[0, 3] > values[1, 3]


def test_a_parent_is_at_least_as_probable_and_a_rejected_parent_silences_its_children() -> None:
    part = ThemeText(2, cue_pattern(theme()), np.zeros(2, dtype=np.float32), {})
    whole = ThemeText(1, None, np.zeros(2, dtype=np.float32), {})
    talk = TalkText(1, "Kubernetes and k8s", "Kubernetes, k8s", np.zeros((0, 0), dtype=np.float32))
    rows = {row["theme_id"]: row for row in _assign(talk, [whole, part], {1: None, 2: 1}, {})}
    assert rows[1]["probability"] >= rows[2]["probability"] > 0.5
    assert rows[1]["evidence"]["below"] == 2
    no = ThemeDecision(talk_id=1, theme_id=1, accepted=False, reviewer="r", decided_on="2026-01-01")
    rows = {row["theme_id"]: row for row in _assign(talk, [whole, part], {1: None, 2: 1}, {1: no})}
    assert rows[1]["status"] == "rejected"
    assert 2 not in rows


def test_decisions_win_over_the_machine_and_rebuilding_changes_nothing(loaded: Engine) -> None:
    with reading(loaded) as session:
        before = _rows(session)
        decided = {
            (decision.talk_id, decision.theme_id): decision.accepted
            for decision in session.scalars(select(ThemeDecision))
        }
        for (talk_id, theme_id), accepted in decided.items():
            assert before[talk_id, theme_id][0] == ("confirmed" if accepted else "rejected")
    with writing(loaded) as session:
        assert not refresh_assignments(session, HashingEmbedder())
        rebuild_assignments(session, HashingEmbedder())
    with reading(loaded) as session:
        assert _rows(session) == before


def test_the_main_theme_people_named_comes_first(loaded: Engine) -> None:
    with reading(loaded) as session:
        talk = session.scalar(select(col(Talk.id)).where(col(Talk.slug) == "kafka-on-kubernetes-keeping-it-simple"))
        assert talk is not None
        marks = theme_marks(session, [talk])[talk]
    assert (marks[0].slug, marks[0].status, marks[0].is_main) == ("kubernetes", "confirmed", True)
    assert {mark.slug for mark in marks if mark.status == "confirmed"} == {
        "kubernetes", "operations", "cloud", "use-case",
    }  # fmt: skip


def _rows(session: Session) -> dict[tuple[int, int], tuple[str, float, bool]]:
    return {
        (row.talk_id, row.theme_id): (row.status, row.probability, row.is_main)
        for row in session.scalars(select(ThemeAssignment))
    }
