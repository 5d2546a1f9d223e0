"""Themes: cues on word boundaries, parents at least as probable as children, people's decisions always first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from sqlalchemy import Engine, delete, select, update
from sqlmodel import Session, col

from app.catalog.cards import theme_marks
from app.db.engine import reading, writing
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision, ThemeReading
from app.search.passages import refresh_passages
from app.themes.assignment import assigned, probability, rebuild_assignments, refresh_assignments
from app.themes.evidence import TalkText, ThemeText, Witness
from app.themes.hierarchy import Hierarchy
from tests.standins import HashingEmbedder

AXES = np.eye(4, dtype=np.float32)


def theme(id: int, *phrases: str, examples: tuple[int, ...] = (), above: tuple[int, ...] = ()) -> ThemeText:
    return ThemeText(id, phrases, AXES[id], frozenset(above), examples)


def talk(id: int, title: str, text: str = "", vector: np.ndarray | None = None) -> TalkText:
    return TalkText(id, title, text, vector)


def rows_of(
    one: TalkText, themes: list[ThemeText], parents: Mapping[int, int | None] | None = None,
    decided: dict[int, ThemeDecision] | None = None,
) -> dict[int, dict[str, object]]:  # fmt: skip
    ids = [each.id for each in themes]
    heard = Witness(themes, {}, {}).hear([one])
    rows = assigned([one], heard, ids, Hierarchy(ids, parents or {}), {one.id: decided or {}})
    return {row["theme_id"]: row for row in rows}


def decision(theme_id: int, accepted: bool) -> ThemeDecision:
    return ThemeDecision(talk_id=1, theme_id=theme_id, accepted=accepted, reviewer="r", decided_on="2026-01-01")


def test_cues_match_whole_words_in_any_case_and_spacing() -> None:
    kubernetes = theme(1, "Kubernetes", "K8s", "helm chart")
    heard = Witness([kubernetes], {}, {}).hear(
        [talk(1, "KUBERNETES with a Helm-Chart", "k8s; kubernetesque helm charts")]
    )
    assert heard.shown(0, 0) == {"cues": ["kubernetes", "helm chart", "k8s"]}
    assert heard.values[0, 0].tolist() == [2, 1, 0]


def test_more_evidence_is_never_less_probable() -> None:
    chances = probability(np.array([[0.0, 0.0, -2.0], [0.0, 0.0, 2.0], [2.0, 2.0, 2.0]]))
    assert 0 < chances[0] < 0.5 < chances[1] < chances[2] < 1


def test_a_talk_is_never_its_own_evidence() -> None:
    near = AXES[1] + AXES[3]
    own = talk(7, "t", vector=near / np.linalg.norm(near))
    heard = Witness([theme(1, examples=(7,)), theme(2)], {7: own}, {})
    again = talk(8, "t", vector=own.vector)
    itself, other = heard.hear([own, again]).values[:, 0, 2]
    assert itself < other
    assert heard.hear([own]).shown(0, 0)["nearest_example"] is None
    assert heard.hear([again]).shown(0, 0)["nearest_example"] == {"talk_id": 7, "cosine": 1.0}


def test_what_people_decided_teaches() -> None:
    told = {key: talk(key, "t", vector=AXES[key % 2 + 2]) for key in range(10, 20)}
    decided = {key: {1: key % 2 == 0} for key in told}
    untaught, taught = (Witness([theme(1), theme(0)], told, said) for said in ({}, decided))
    asked = [talk(30, "t", vector=AXES[2]), talk(31, "t", vector=AXES[3])]
    before, after = (witness.hear(asked).values[:, 0, 2] for witness in (untaught, taught))
    assert before[0] == pytest.approx(before[1])
    assert after[0] > before[0] > after[1]


def test_a_parent_is_at_least_as_probable_and_a_rejected_parent_silences_its_children() -> None:
    whole, part = theme(1), theme(2, "Kubernetes", "k8s", above=(1,))
    about = talk(1, "Kubernetes and k8s", "Kubernetes, k8s")
    rows = rows_of(about, [whole, part], {2: 1})
    assert rows[1]["probability"] == rows[2]["probability"] > 0.5  # type: ignore[operator]
    assert rows[1]["evidence"]["below"] == 2  # type: ignore[index]
    rows = rows_of(about, [whole, part], {2: 1}, {1: decision(1, False)})
    assert rows[1]["status"] == "rejected"
    assert 2 not in rows
    rows = rows_of(talk(1, "Nothing of it"), [whole, part], {2: 1}, {2: decision(2, True)})
    assert (rows[2]["status"], rows[1]["status"], rows[1]["probability"]) == ("confirmed", "machine", 0.9999)


def test_the_deepest_of_equals_is_the_main_theme_with_those_above_it() -> None:
    themes = [theme(1), theme(2, "k8s", above=(1,)), theme(3, "tea")]
    rows = rows_of(talk(1, "k8s", "k8s"), themes, {2: 1})
    assert {key: row["is_main"] for key, row in rows.items() if row["status"] == "machine"} == {1: True, 2: True}


def test_only_what_changed_is_assigned_anew(loaded: Engine) -> None:
    with writing(loaded) as session:
        one = session.scalar(select(col(Talk.id)).order_by(col(Talk.id)))
        kept = {key: row[0] for key, row in _ids(session).items() if key[0] != one}
        session.execute(
            update(Talk).where(col(Talk.id) == one).values(abstract="All about Kubernetes.", content_hash="changed")
        )
        refresh_passages(session)
        assert refresh_assignments(session, HashingEmbedder())
        after = {key: row[0] for key, row in _ids(session).items()}
        assert {key: after[key] for key in kept} == kept
        assert not refresh_assignments(session, HashingEmbedder())
        changed = _rows(session)
        rebuild_assignments(session, HashingEmbedder())
        assert _rows(session) == changed
        session.execute(update(Talk).where(col(Talk.id) == one).values(withdrawn_at=None, is_container=True))
        assert refresh_assignments(session, HashingEmbedder())
        assert not [key for key in _rows(session) if key[0] == one]
        session.rollback()


def test_a_theme_that_changed_is_assigned_anew_and_one_that_left_is_not_assigned(loaded: Engine) -> None:
    with writing(loaded) as session:
        before = _rows(session)
        session.execute(update(Theme).where(col(Theme.slug) == "cloud").values(cues=["the"], parent_id=None))
        assert refresh_assignments(session, HashingEmbedder())
        assert len(_rows(session)) > len(before)
        session.execute(delete(ThemeReading))
        assert refresh_assignments(session, HashingEmbedder())
        session.rollback()


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


def _ids(session: Session) -> dict[tuple[int, int], tuple[int | None, float]]:
    return {(row.talk_id, row.theme_id): (row.id, row.probability) for row in session.scalars(select(ThemeAssignment))}
