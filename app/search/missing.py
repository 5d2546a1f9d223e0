"""Why a talk is not in an answer: the states, filters, words and cut-offs that kept it out, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.choices import labels
from app.catalog.filters import TalkFilter
from app.catalog.suggestions import near_names
from app.models import Passage, Talk
from app.search.candidates import Scope
from app.search.facets import FIELDS
from app.search.facts import Facts
from app.search.query import fold_phrase, joined
from app.search.question import Question
from app.search.ranking import Ranking, Side
from app.search.scopes import NOTHING, QueryFilter, talks_within
from app.search.shapes import Mode, Understood
from app.search.snippets import Marking

NO_WORDS = "The query has no words to look up."
COMMON_WORDS = "The words of the query are too common to be looked up."
LISTED = "All talks that the filters let through are in the answer, "
PARAMETERS = {field: facet for facet, field in FIELDS.items()}


class OneSide(BaseModel):
    """Where a talk stands on one side: its score and rank, both None where it is not found there at all.

    `cut_off` is the least score that counted, `looked_at` how many talks did.
    """

    score: float | None = None
    rank: int | None = None
    cut_off: float | None = None
    looked_at: int = 0


class Missing(BaseModel):
    """Why a talk is, or is not, in the answer to a query. `reasons` are sentences, the first that decides first.

    `rank` is its place in the answer, from 1. `excluded_by` are filters as (parameter, words). `words` and `meaning`
    are None where nothing was looked up on that side.
    """

    query: str
    mode: Mode
    asked: str
    talk: str | None = None
    title: str | None = None
    found: bool = False
    rank: int | None = None
    excluded_by: list[tuple[str, str]] = Field(default_factory=list)
    matched_terms: list[str] = Field(default_factory=list)
    lacking_terms: list[str] = Field(default_factory=list)
    words: OneSide | None = None
    meaning: OneSide | None = None
    reasons: list[str] = Field(default_factory=list)
    suggestions: list[tuple[str, str]] = Field(default_factory=list)
    """Names that may have been meant, as (name, address)."""


class Sought(NamedTuple):
    """The talk asked about, and whether it can be found at all."""

    id: int
    card: TalkCard
    withdrawn: bool
    container: bool


def find_sought(session: Session, facts: Facts, name: str) -> Sought | None:
    """The talk with this slug, address or title; of several with the title one that can be found, if any."""
    name = name.replace("\0", "")  # no base has any, and Postgres refuses to compare it
    slug = name.strip().rstrip("/").rpartition("/")[2]
    ids = facts.titles.get(fold_phrase(name), [])
    row = session.execute(
        select(col(Talk.id), col(Talk.withdrawn_at), col(Talk.is_container))
        .where(col(Talk.slug) == slug if not ids else col(Talk.id).in_(ids[:100]))
        .order_by(col(Talk.withdrawn_at).is_not(None), col(Talk.is_container), col(Talk.id))
    ).first()
    if row is None:
        return None
    talk_id, withdrawn_at, container = row
    return Sought(talk_id, talk_cards(session, [talk_id])[0], withdrawn_at is not None, container)


def unknown(session: Session, asked: str, query: str, mode: Mode) -> Missing:
    """The answer about a talk that is not in the base."""
    near = [one for one in near_names(session, asked) if one[1].startswith("/talks/")]
    return Missing(
        query=query, mode=mode, asked=asked, suggestions=near,
        reasons=[f"No talk in the base has “{asked}” as its title or address."],
    )  # fmt: skip


def scope_of_talks(*talk_ids: int) -> Scope:
    """The scope of these talks."""
    nothing = np.zeros(0, dtype=np.int64)
    return Scope(col(Passage.talk_id).in_(talk_ids), np.array(sorted(talk_ids), dtype=np.int64), nothing)


def excluding(
    session: Session, filter: TalkFilter, understood: Sequence[Understood], talk_id: int
) -> list[tuple[str, str]]:
    """The parts of `filter` that exclude this talk, as (parameter, words), all of it where only they together do;
    and the parts of the query that do, as (field, words)."""
    default = TalkFilter()
    active = {one.name: getattr(filter, one.name) for one in fields(filter)}
    active = {name: value for name, value in active.items() if value != getattr(default, name)}
    alone = [name for name, value in active.items() if not _allows(session, TalkFilter(**{name: value}), talk_id)]
    if not alone and not _allows(session, filter, talk_id):
        alone = list(active)
    said = []
    for name in alone:
        parameter = PARAMETERS.get(name, name)
        values = active[name] if isinstance(active[name], tuple) else (active[name],)
        words = [label for value in values for _, label in labels(session, {parameter: value})]
        said.append((parameter, " or ".join(words)))
    said += [
        (one.field, one.typed)
        for one in understood
        if one.part and not _allows(session, TalkFilter(), talk_id, one.part)
    ]
    return said


def _allows(session: Session, filter: TalkFilter, talk_id: int, also: QueryFilter = NOTHING) -> bool:
    return session.scalar(talks_within(session, filter, also).where(col(Talk.id) == talk_id)) is not None


def why_missing(
    session: Session, missing: Missing, sought: Sought, question: Question, whole: Ranking, alone: Ranking
) -> Missing:
    """Complete `missing` from the ranking of all that the filter allows, and that of this talk alone."""
    terms = question.query.terms
    texts = session.scalars(select(col(Passage.text)).where(col(Passage.talk_id) == sought.id)).all()
    people = " ".join(f"{speaker.name} {speaker.affiliation or ''}" for speaker in sought.card.speakers)
    missing.matched_terms = Marking(terms).terms_in(sought.card.title, people, *texts)
    missing.lacking_terms = [term for term in terms if term not in missing.matched_terms]
    places = {entry.document: place for place, entry in enumerate(whole.talks, start=1)}
    missing.rank = places.get(sought.id)
    missing.found = missing.rank is not None and not missing.excluded_by and not sought.withdrawn
    if missing.mode != "semantic" and terms:
        missing.words = _side(whole.lexical, alone.lexical, sought.id)
    if question.vector is not None:
        missing.meaning = _side(whole.semantic, alone.semantic, sought.id)
        missing.meaning.cut_off = round(whole.least, 4)
    missing.reasons = [*_states(sought, missing), *_sides(missing, question, whole)]
    return missing


def _side(whole: Side, alone: Side, talk_id: int) -> OneSide:
    """From the side of all and that of the talk alone, which says its score even where it is not among the best."""
    known = whole.best.get(talk_id) or alone.best.get(talk_id)
    scores = [candidate.score for document, candidate in whole.best.items() if document > 0]
    return OneSide(
        score=round(known.score, 4) if known else None,
        rank=whole.rank_of(talk_id),
        cut_off=round(min(scores), 4) if scores else None,
        looked_at=len(scores),
    )


def _states(sought: Sought, missing: Missing) -> list[str]:
    said = []
    if sought.withdrawn:
        said.append("Its source has withdrawn it: it is kept, and never found.")
    if sought.container:
        said.append("It only holds other talks, and those are found instead.")
    said += [f"The filter “{words}” ({name}) leaves it out." for name, words in missing.excluded_by]
    if missing.found:
        said.append(f"It is here: number {missing.rank} of the answer.")
    elif missing.rank and missing.excluded_by:
        said.append(f"Without the filters it would be number {missing.rank}.")
    return said


def _sides(missing: Missing, question: Question, whole: Ranking) -> list[str]:
    said = []
    if not question.query.terms:
        said.append(COMMON_WORDS if question.query.words else NO_WORDS)
        if question.narrows:
            said.append(LISTED + ("the newest first." if question.vector is None else "those near in meaning first."))
    if missing.words is not None:
        said.append(_of_words(missing, missing.words))
    if missing.meaning is not None:
        said.append(_of_meaning(missing.meaning, whole))
    return said


def _of_words(missing: Missing, side: OneSide) -> str:
    lacking = ", ".join(joined(missing.lacking_terms))
    if side.score is None:
        return f"It holds no word of the query ({lacking})."
    said = f"By words it scores {side.score:.2f}"
    if side.rank:
        said += f", number {side.rank} of {side.looked_at}"
    else:
        said += f", less than the last of the {side.looked_at} looked at ({side.cut_off:.2f})"
    return said + (f"; it lacks {lacking}." if lacking else "; it holds every word.")


def _of_meaning(side: OneSide, whole: Ranking) -> str:
    if side.score is None:
        return "It is not embedded yet, so its meaning is not known; run `hallway rebuild embeddings`."
    cosines = whole.semantic.values
    least = side.cut_off or 0.0
    said = f"By meaning it is {side.score:.2f} near"
    if side.rank:
        said += f", number {side.rank}"
    elif len(cosines):
        said += f", below the last of the {side.looked_at} nearest talks that were looked at ({cosines.min():.2f})"
    return said + (f"; {least:.2f} is the least that counts." if side.score < least else ".")
