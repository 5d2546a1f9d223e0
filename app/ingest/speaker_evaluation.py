"""How well we tell who is one person, measured on pairs that people judged: by names alone, and by a base's records.

Names alone cannot tell a handle or a name changed by marriage; curated aliases and shared accounts in a base can.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.errors import InputError
from app.models import SpeakerAlias, SpeakerPair
from app.text.likeness import SAME, SUSPECTED, compare_names
from app.text.names import name_key
from app.text.written_names import other_orders

UNTELLABLE = "unrelated form"
"""Kinds that begin so are handles, renames and other scripts: no string tells them."""


class NamePair(BaseModel):
    """Two written names and what people know about them."""

    a: str
    b: str
    same: bool
    kind: str = "unknown"


class Score(BaseModel):
    """Precision, recall and F1 of a way to judge pairs; None where nothing is divided by."""

    name: str
    right: int
    wrong: int
    missed: int
    precision: float | None
    recall: float | None
    f1: float | None


class KindScore(BaseModel):
    """How many pairs of one kind were called the same at both thresholds."""

    kind: str
    same: bool
    pairs: int
    called_same: int
    called_suspected: int


class InBase(BaseModel):
    """The pairs as a base has them: the same where both names are one speaker's; unknown names are judged alone."""

    known: int = Field(description="pairs of which the base knows both names")
    judged: list[Score]


class SpeakerEvaluation(BaseModel):
    """What `hallway evaluate speakers` prints."""

    pairs: int
    same: int
    untellable: int
    judged: list[Score] = Field(description="all pairs")
    tellable: list[Score] = Field(description="without the kinds that no string tells")
    halves: list[Score] = Field(description="same, without the untellable, on every other pair and on the rest")
    kinds: list[KindScore]
    base: InBase | None = Field(default=None, description="None where the base knows no name of the pairs")


Judge = Callable[[NamePair], bool]

JUDGES: tuple[tuple[str, Judge], ...] = (
    ("exact spelling", lambda pair: pair.a == pair.b),
    ("folded key", lambda pair: name_key(pair.a) == name_key(pair.b)),
    (f"same (score {SAME} or more)", lambda pair: compare_names(pair.a, pair.b).score >= SAME),
    (f"suspected (score {SUSPECTED} or more)", lambda pair: compare_names(pair.a, pair.b).score >= SUSPECTED),
)


def read_pairs(file: Path) -> list[NamePair]:
    """The pairs of a JSON Lines file with fields a, b, same and kind. InputError names the line that is none."""
    pairs: list[NamePair] = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as UTF-8 text: {error}.", str(file)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found: Any = json.loads(line)
            pairs.append(NamePair.model_validate(found))
        except ValueError as error:
            raise InputError("This is no pair of names: give a, b, same and kind.", f"line {number}") from error
    if not pairs:
        raise InputError(f"{file} holds no pairs.", str(file))
    return pairs


def evaluate(pairs: list[NamePair], session: Session | None = None) -> SpeakerEvaluation:
    """All figures over `pairs`. Nothing is fitted, so the halves only show how far the figures scatter."""
    tellable = [pair for pair in pairs if not pair.kind.startswith(UNTELLABLE)]
    same = JUDGES[2][1]
    return SpeakerEvaluation(
        pairs=len(pairs),
        same=sum(pair.same for pair in pairs),
        untellable=len(pairs) - len(tellable),
        judged=[_score(name, judge, pairs) for name, judge in JUDGES],
        tellable=[_score(name, judge, tellable) for name, judge in JUDGES],
        halves=[_score(name, same, tellable[start::2]) for start, name in enumerate(("odd pairs", "even pairs"))],
        kinds=_kinds(pairs),
        base=_in_base(pairs, session) if session is not None else None,
    )


def _in_base(pairs: list[NamePair], session: Session) -> InBase | None:
    holders = speakers_of(session, {name for pair in pairs for name in (pair.a, pair.b)})

    def is_known(pair: NamePair) -> bool:
        return bool(holders[pair.a] and holders[pair.b])

    def judge(pair: NamePair) -> bool:
        if is_known(pair):
            return bool(holders[pair.a] & holders[pair.b])
        return JUDGES[2][1](pair)

    def is_proposed(pair: NamePair) -> bool:
        ids = [(first, second) for first in holders[pair.a] for second in holders[pair.b]]
        return judge(pair) or any(two in proposed for two in ids)

    known = [pair for pair in pairs if is_known(pair)]
    if not known:
        return None
    rows = session.execute(select(col(SpeakerPair.first_id), col(SpeakerPair.second_id)))
    proposed = {ordered for one, two in rows for ordered in ((one, two), (two, one))}
    judged = [
        _score("pairs known to the base", judge, known),
        _score("the same, with pairs proposed to curators", is_proposed, known),
        _score("all pairs, the rest by name", judge, pairs),
    ]
    return InBase(known=len(known), judged=judged)


def speakers_of(session: Session, names: Iterable[str]) -> dict[str, frozenset[int]]:
    """The ids of the speakers known to be written so, by name; none for a name that the base does not have.

    Looked up as ingest does: the folded key, else the same words in another order.
    """
    found: dict[str, frozenset[int]] = {}
    for name in names:
        found[name] = frozenset()
        for key in (name_key(name), *other_orders(name)):
            rows = session.scalars(
                select(col(SpeakerAlias.speaker_id)).where(
                    # A second speaker of one name has "~2" after the key.
                    or_(col(SpeakerAlias.key) == key, col(SpeakerAlias.key).between(f"{key}~", f"{key}~~"))
                )
            )
            found[name] = frozenset(rows)
            if found[name]:
                break
    return found


def _score(name: str, judge: Judge, pairs: Iterable[NamePair]) -> Score:
    right = wrong = missed = 0
    for pair in pairs:
        called = judge(pair)
        right += called and pair.same
        wrong += called and not pair.same
        missed += pair.same and not called
    precision = round(right / (right + wrong), 4) if right + wrong else None
    recall = round(right / (right + missed), 4) if right + missed else None
    f1 = round(2 * right / (2 * right + wrong + missed), 4) if right + wrong + missed else None
    return Score(name=name, right=right, wrong=wrong, missed=missed, precision=precision, recall=recall, f1=f1)


def _kinds(pairs: list[NamePair]) -> list[KindScore]:
    names = sorted({(not pair.same, pair.kind) for pair in pairs})
    found = []
    for different, kind in names:
        scores = [compare_names(p.a, p.b).score for p in pairs if p.kind == kind and p.same is not different]
        found.append(
            KindScore(
                kind=kind,
                same=not different,
                pairs=len(scores),
                called_same=sum(score >= SAME for score in scores),
                called_suspected=sum(score >= SUSPECTED for score in scores),
            )
        )
    return found
