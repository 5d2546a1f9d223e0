"""Finding the vocabulary's technologies in the texts of talks that changed, a batch at a time, into the tables.

Derived data, but for the rows that a programme lists: these keep what was found in the texts beside it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlmodel import Session, col

from app.catalog.spoken import Cue, cues_of
from app.db.types import utc_now
from app.models import IndexState, Talk, Technology, TechnologyGuess, TechnologyMention
from app.technologies.guesses import guesses_in
from app.technologies.matcher import Found, Matcher, Place, Term
from app.text.terms import phrase_of, read_for_names, words_of

STATE = "technologies"
RECIPE = "names/1"
WINDOW = 6
"""Cues of a transcript that are read at once, so that a name or what tells its meaning may stand over two of them."""


class CompiledVocabulary(NamedTuple):
    """What talks are read with, and the name of its state."""

    fingerprint: str
    matcher: Matcher
    known: frozenset[tuple[str, ...]]


_compiled: dict[str, CompiledVocabulary] = {}


def refresh_mentions(session: Session, batch: int = 2000) -> int:
    """Find technologies in the next talks that changed. Never commits.

    Returns how many talks were read, at most `batch`, and 0 when all is done: call and commit until then. Mentions and
    the stamps of their talks change in one transaction, so a killed run leaves whole batches only. Where the
    vocabulary or the recipe changed, all talks are read anew.
    """
    vocabulary = read_vocabulary(session)
    _start_over_with_another(session, vocabulary.fingerprint)
    talks = session.scalars(select(Talk).where(_pending()).order_by(col(Talk.id)).limit(batch)).all()
    ids = [talk.id for talk in talks if talk.id is not None]
    if not ids:
        return 0
    spoken = cues_of(session, talks)
    listed = _clear(session, ids)
    rows: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    guesses: list[dict[str, Any]] = []
    for talk in talks:
        if talk.withdrawn_at is not None or talk.id is None:
            continue
        places = _places(talk, spoken.get(talk.id, []))
        found = vocabulary.matcher.find(places, talk.track or "")
        _note(talk.id, found, listed[talk.id], rows, beside)
        names = guesses_in([place for place in places if place.where != "transcript"], vocabulary.known)
        guesses += [{"talk_id": talk.id, "key": key, "name": name} for key, name in names.items()]
    for table, new in ((TechnologyMention, rows), (TechnologyGuess, guesses)):
        if new:
            session.execute(insert(table), new)
    if beside:
        session.execute(update(TechnologyMention), beside)
    stamps = [
        {"id": talk.id, "technologies_hash": None if talk.withdrawn_at is not None else talk.content_hash}
        for talk in talks
    ]
    session.execute(update(Talk), stamps)
    session.expire_all()
    return len(talks)


def forget_mentions(session: Session) -> None:
    """Mark every talk as to be read anew by the next `refresh_mentions`. Never commits."""
    session.execute(update(Talk).where(col(Talk.withdrawn_at).is_(None)).values(technologies_hash=None))
    session.expire_all()


def technologies_in(session: Session, text: str) -> list[str]:
    """Slugs of the technologies that any text names, the most certain first; of every vocabulary in the base."""
    found = read_vocabulary(session).matcher.find([_place("text", text)])
    return [one.term.slug for one in sorted(found, key=lambda one: one.rank)]


def count_mentions(session: Session) -> int:
    """Mentions that were found in texts, be they listed by a programme as well."""
    found = select(func.count()).select_from(TechnologyMention).where(col(TechnologyMention.recipe).is_not(None))
    return session.scalar(found) or 0


def _pending() -> ColumnElement[bool]:
    there = and_(
        col(Talk.withdrawn_at).is_(None),
        or_(col(Talk.technologies_hash).is_(None), col(Talk.technologies_hash) != col(Talk.content_hash)),
    )
    return or_(there, and_(col(Talk.withdrawn_at).is_not(None), col(Talk.technologies_hash).is_not(None)))


def read_vocabulary(session: Session) -> CompiledVocabulary:
    """The technologies of all vocabularies, compiled once for each state of theirs."""
    rows = session.scalars(
        select(Technology).where(col(Technology.vocabulary).is_not(None)).order_by(col(Technology.id))
    ).all()
    terms = [
        Term(
            id=row.id or 0,
            slug=row.slug,
            name=row.name,
            aliases=tuple(row.aliases),
            ambiguous=frozenset(row.ambiguous),
            exact=row.exact_case,
            needs=tuple(row.needs),
            beside=frozenset(row.beside),
            not_in=tuple(row.not_in),
        )
        for row in rows
    ]
    state = [(t.id, t.slug, t.name, t.aliases, sorted(t.ambiguous), t.exact, t.needs, sorted(t.beside), t.not_in)
             for t in terms]  # fmt: skip
    fingerprint = hashlib.sha256(repr(state).encode()).hexdigest()[:32]
    if fingerprint not in _compiled:
        known = frozenset(phrase_of(name) for term in terms for name in (term.name, *term.aliases))
        _compiled.clear()
        _compiled[fingerprint] = CompiledVocabulary(fingerprint, Matcher(terms), known)
    return _compiled[fingerprint]


def _start_over_with_another(session: Session, fingerprint: str) -> None:
    state = session.get(IndexState, STATE)
    if state is not None and (state.recipe, state.fingerprint) == (RECIPE, fingerprint):
        return
    forget_mentions(session)
    session.merge(IndexState(name=STATE, recipe=RECIPE, fingerprint=fingerprint, built_at=utc_now()))
    session.flush()


def _clear(session: Session, ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Delete what was found in these talks; returns what their programmes list: mention by technology, by talk."""
    theirs = col(TechnologyMention.talk_id).in_(ids)
    session.execute(delete(TechnologyMention).where(theirs, col(TechnologyMention.origin) != "source"))
    session.execute(
        update(TechnologyMention)
        .where(theirs, col(TechnologyMention.recipe).is_not(None))
        .values(found=[], recipe=None)
    )
    session.execute(delete(TechnologyGuess).where(col(TechnologyGuess.talk_id).in_(ids)))
    listed: dict[int, dict[int, int]] = defaultdict(dict)
    rows = select(col(TechnologyMention.talk_id), col(TechnologyMention.technology_id), col(TechnologyMention.id))
    for talk_id, technology_id, mention in session.execute(rows.where(theirs)):
        listed[talk_id][technology_id] = mention or 0
    return listed


def _note(
    talk_id: int,
    found: Sequence[Found],
    listed: dict[int, int],
    rows: list[dict[str, Any]],
    beside: list[dict[str, Any]],
) -> None:
    """Rows for what was found and is not listed, and what was found beside what is."""
    for position, one in enumerate(found):
        evidence = {"found": list(one.places.values()), "recipe": RECIPE}
        if one.term.id in listed:
            beside.append({"id": listed[one.term.id], **evidence})
            continue
        rows.append(
            {
                "talk_id": talk_id, "technology_id": one.term.id, "origin": "text", "listed_as": None,
                "position": len(listed) + position, **evidence,
            }
        )  # fmt: skip


def _places(talk: Talk, spoken: Sequence[Sequence[Cue]]) -> list[Place]:
    """The texts of a talk; a summary that is the abstract is read once."""
    written = [("title", talk.title), ("abstract", talk.abstract)]
    if talk.summary != talk.abstract:
        written.append(("summary", talk.summary))
    places = [_place(where, text) for where, text in written if text]
    for cues in spoken:
        for start in range(0, len(cues), WINDOW):
            window = cues[start : start + WINDOW]
            places.append(_place("transcript", " ".join(text for _, text in window), window[0][0]))
    return places


def _place(where: str, text: str, start: float | None = None) -> Place:
    read = read_for_names(text)
    return Place(where, read, words_of(read), start)
