"""Putting an answer together: candidates, scores, the cut-off, groups, labels and warnings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from app.catalog.cards import talk_cards
from app.catalog.filters import TalkFilter
from app.embeddings.protocol import Embedder, Vectors
from app.takeaways.practices.candidates import Candidate, candidates, material
from app.takeaways.practices.grouping import Group, group, middle, terms_of
from app.takeaways.practices.scoring import (
    ALIKE,
    LEAST,
    LEAST_BY_WORDS,
    Kept,
    Material,
    Scores,
    asked_stems,
    at,
    keep,
    likeness,
    rarity,
    score,
    unnamed,
)
from app.takeaways.practices.shapes import WARNING_STANCES, Asked, Parts, Practice, PracticeAnswer, Statement
from app.takeaways.practices.statements import statements
from app.takeaways.practices.vectors import Held, statement_vectors

MOST_GROUPED = 60
"""Statements that are grouped, the best."""
MOST_NEAR = 200
"""Statements, the best, among which those are looked for that a matching one brings along, and warnings."""
MOST_TALKS = 5
"""As search ranks them: by their best statement, nDCG@10 of talks fell from .81 to .69 on 20 questions on pyvideo."""
MOST_WARNINGS = 5


@dataclass(frozen=True, eq=False)
class Scored:
    """The best statements for a question, before any is cut off; rows of all fields go together."""

    rows: Sequence[Candidate]
    material: Material
    scores: Scores
    vectors: Vectors
    unnamed: list[str]

    @property
    def least(self) -> float:
        """The score from which on a statement answers."""
        return LEAST if self.vectors.size else LEAST_BY_WORDS


def scored(
    session: Session, embedder: Embedder, asked: Asked, ranked: Sequence[tuple[int, float]], filter: TalkFilter,
    held: Held,
) -> Scored:  # fmt: skip
    """Every candidate of these ranked talks (id, score 0..1), and of none, best first, at most MOST_NEAR."""
    found = candidates(session, ranked, filter)
    stuff = material(found, ranked)
    missing = unnamed(asked.text, stuff)
    vectors: Vectors = np.zeros((len(found.rows), 0), dtype=np.float32)
    own = titles = None
    if asked.vector is not None and asked.recipe is not None and found.rows:
        vectors, of_titles = statement_vectors(session, embedder, asked.recipe, found, held)
        own, titles = (vectors @ asked.vector).astype(np.float64), (of_titles @ asked.vector).astype(np.float64)
    scores = score(stuff, asked.terms, own, titles)
    order: NDArray[np.intp] = np.argsort(-scores.total, kind="stable")[:MOST_NEAR]
    return Scored(
        [found.rows[row] for row in order],
        at(stuff, order),
        Scores(scores.meaning[order], scores.words[order], scores.talk[order], scores.draft[order]),
        vectors[order],
        missing,
    )


def kept_of(found: Scored) -> tuple[Kept, NDArray[np.float64]]:
    """Which of the statements answer, and how alike all of them are (n, n). None do where a name is not mentioned."""
    alike = likeness(found.vectors, found.material.stems, rarity(found.material))
    least = float("inf") if found.unnamed else found.least
    return keep(found.scores.total, alike, found.material.places, least), alike


def groups_of(found: Scored, kept: Kept, alike: NDArray[np.float64]) -> list[Group]:
    """The statements that answer, at most MOST_GROUPED, as groups of rows of `found`, each best first."""
    rows = kept.places[:MOST_GROUPED]
    grouped = group(alike[np.ix_(rows, rows)], [found.rows[row].kind for row in rows])
    return [[int(rows[place]) for place in one] for one in grouped]


def practices(
    session: Session, embedder: Embedder, asked: Asked, ranked: Sequence[tuple[int, float]], filter: TalkFilter,
    limit: int, held: Held,
) -> PracticeAnswer:  # fmt: skip
    """The practices that answer a question, at most `limit`, out of these ranked talks and statements of no talk."""
    started = time.perf_counter()
    found = scored(session, embedder, asked, ranked, filter, held)
    kept, alike = kept_of(found)
    groups = groups_of(found, kept, alike)
    standing = dict(zip(kept.places.tolist(), kept.scores.tolist(), strict=True))
    against = {rows[0]: _warnings_near(found, rows, alike, standing) for rows in groups}
    wanted = list(dict.fromkeys(row for rows in groups for row in (*rows, *against[rows[0]])))
    shown = _shown(session, found, wanted, standing, kept)
    groups = [rows for rows in ([row for row in one if row in shown] for one in groups) if rows]
    terms = _terms(found, groups, asked)
    made = [
        _practice(rows, words, [shown[row] for row in against[rows[0]] if row in shown], shown, alike)
        for rows, words in zip(groups, terms, strict=True)
    ]
    best = sorted(made, key=_first)
    return PracticeAnswer(
        query=asked.text,
        took_ms=round((time.perf_counter() - started) * 1000, 2),
        total=len(kept.places),
        groups=len(best),
        practices=best[:limit],
        talks=talk_cards(session, [talk_id for talk_id, _ in ranked[:MOST_TALKS]]),
        unnamed=found.unnamed,
    )


def _warnings_near(
    found: Scored, rows: Group, alike: NDArray[np.float64], standing: dict[int, float]
) -> list[int]:  # fmt: skip
    """Warnings about the same that did not match by themselves: as alike to a member as ALIKE, the most alike first."""
    near = alike[rows].max(axis=0)
    others = [
        place
        for place, row in enumerate(found.rows)
        if row.stance in WARNING_STANCES and place not in standing and near[place] >= ALIKE
    ]
    return sorted(others, key=lambda place: -near[place])[:MOST_WARNINGS]


def _shown(
    session: Session, found: Scored, wanted: Sequence[int], standing: dict[int, float], kept: Kept
) -> dict[int, Statement]:
    """What people see of these rows, by row; one that vanished meanwhile is left out."""
    parts = found.scores
    shown = {}
    for row, one in zip(wanted, statements(session, [found.rows[row] for row in wanted]), strict=True):
        if one is None:
            continue
        one.score = round(standing.get(row, float(parts.total[row])), 4)
        one.joined = row in kept.joined or row not in standing
        one.parts = Parts(
            meaning=round(float(parts.meaning[row]), 4),
            words=round(float(parts.words[row]), 4),
            talk=round(float(parts.talk[row]), 4),
            draft=round(float(parts.draft[row]), 4),
        )
        shown[row] = one
    return shown


def _terms(found: Scored, groups: Sequence[Group], asked: Asked) -> list[list[str]]:
    rows = [row for group in groups for row in group]
    place = {row: number for number, row in enumerate(rows)}
    texts = [found.rows[row].text for row in rows]
    return terms_of(texts, [[place[row] for row in group] for group in groups], asked_stems(asked.terms))


def _practice(
    rows: Group, terms: list[str], near: Sequence[Statement], shown: dict[int, Statement], alike: NDArray[np.float64]
) -> Practice:
    """A group as people see it. Labelled by what a person wrote and no warning, as far as it holds any such."""
    members = [shown[row] for row in rows]
    plain = [row for row in rows if not shown[row].is_draft and not shown[row].is_warning]
    calm = [row for row in rows if not shown[row].is_warning]
    label = shown[middle(alike, rows, plain or calm)]
    people = [who for one in members for who in one.who]
    return Practice(
        label=label.text,
        label_is_draft=label.is_draft,
        terms=terms,
        score=max(one.score for one in members),
        statements=[one for one in members if not one.is_warning],
        warnings=[*(one for one in members if one.is_warning), *near],
        people=len({who.name for who in people}),
        companies=list(dict.fromkeys(who.affiliation for who in people if who.affiliation)),
    )


def _first(one: Practice) -> tuple[float, int, float]:
    """Best statement first, in steps of .05; of equals the one that more people and companies say, then the better."""
    return -round(one.score * 20) / 20, -(one.people + len(one.companies)), -one.score
