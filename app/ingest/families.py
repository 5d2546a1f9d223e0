"""Families: the same talk given at several editions shares `Talk.family`, the slug of its first delivery.

Two talks are of one family if they have a speaker in common and the same title (without event and speaker names and
words such as "Keynote:"), or a nearly equal title and, where vectors are given, nearly equal meaning. Numbers in titles
count: part 1 is not part 2. Titles that say only what kind of session it was, or that name a yearly report, make no
family. Derived: made anew as a whole when talks or speakers changed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.naming import series_name
from app.ingest.titles import is_generic, numbers, title_key
from app.models import Appearance, Edition, Embedding, IndexState, Passage, Series, Speaker, Talk
from app.text.names import name_key

STATE = "families"
RECIPE = "title+speaker/1"
NEAR_TITLE = 85.0
NEAR_MEANING = 0.8
_MOST_TALKS = 150
"""Of one speaker, for the comparison of nearly equal titles; nobody gives more, but a name for many people may."""

Vectors = Mapping[int, NDArray[np.float32]]
Meaning = Callable[[Collection[int]], Vectors]
"""Gives vectors of length 1 for those of these talks that have one."""


@dataclass(frozen=True)
class Delivery:
    """One talk as families see it. `order` sorts deliveries in time."""

    id: int
    slug: str
    title: str
    edition_id: int
    order: tuple[str, int]
    speakers: frozenset[int | str]
    """Ids, and folded names: one name with one title is one person, whoever else bears the name."""


def refresh_families(session: Session, recipe: str | None = None) -> bool:
    """Find the families anew if talks, speakers or vectors under `recipe` changed; True if so."""
    fingerprint = _fingerprint(session, recipe)
    state = session.get(IndexState, STATE)
    if state is not None and state.fingerprint == fingerprint:
        return False
    assign_families(session, stored_meaning(session, recipe) if recipe else None)
    session.merge(IndexState(name=STATE, recipe=RECIPE, fingerprint=fingerprint, built_at=utc_now()))
    return True


def assign_families(session: Session, meaning: Meaning | None = None) -> int:
    """Find all families and write them; returns how many there are."""
    found = families(_deliveries(session), meaning)
    now = dict(session.execute(select(col(Talk.id), col(Talk.family)).where(col(Talk.family).is_not(None))).all())
    rows = [{"id": talk_id, "family": family} for talk_id, family in found.items() if now.get(talk_id) != family]
    rows += [{"id": talk_id, "family": None} for talk_id in now if talk_id is not None and talk_id not in found]
    if rows:
        session.execute(update(Talk), rows)
    return len(set(found.values()))


def families(deliveries: Iterable[Delivery], meaning: Meaning | None = None) -> dict[int, str]:
    """The family of each talk that has one: the slug of the first delivery. Families span two editions at least."""
    talks = {delivery.id: delivery for delivery in deliveries}
    roots = {talk_id: talk_id for talk_id in talks}

    def root(talk_id: int) -> int:
        while roots[talk_id] != talk_id:
            roots[talk_id] = roots[roots[talk_id]]
            talk_id = roots[talk_id]
        return talk_id

    pairs = [*_equal_titles(talks), *(_near_titles(talks, meaning) if meaning else ())]
    for one, two in pairs:
        roots[max(root(one), root(two))] = min(root(one), root(two))
    groups: dict[int, list[Delivery]] = defaultdict(list)
    for talk_id, delivery in talks.items():
        groups[root(talk_id)].append(delivery)
    found = {}
    for members in groups.values():
        if len({member.edition_id for member in members}) > 1:
            first = min(members, key=lambda member: (member.order, member.id))
            found.update({member.id: first.slug for member in members})
    return found


def _equal_titles(talks: dict[int, Delivery]) -> Iterable[tuple[int, int]]:
    first: dict[tuple[str, int | str], int] = {}
    for talk in talks.values():
        if talk.title and not is_generic(talk.title):
            for speaker in talk.speakers:
                # A given name alone is no person.
                if isinstance(speaker, str) and " " not in speaker:
                    continue
                earlier = first.setdefault((talk.title, speaker), talk.id)
                if earlier != talk.id:
                    yield earlier, talk.id


def _near_titles(talks: dict[int, Delivery], meaning: Meaning) -> list[tuple[int, int]]:
    theirs: dict[int | str, list[Delivery]] = defaultdict(list)
    for talk in talks.values():
        if talk.title and not is_generic(talk.title):
            for speaker in (one for one in talk.speakers if isinstance(one, int)):
                theirs[speaker].append(talk)
    candidates: set[tuple[int, int]] = set()
    for given in theirs.values():
        if len(given) > _MOST_TALKS:
            continue
        for one, two in combinations(given, 2):
            if one.edition_id == two.edition_id or one.title == two.title:
                continue
            if numbers(one.title) == numbers(two.title) and ratio(one.title, two.title) >= NEAR_TITLE:
                candidates.add((min(one.id, two.id), max(one.id, two.id)))
    vectors = meaning({talk_id for pair in candidates for talk_id in pair}) if candidates else {}
    return [
        (one, two)
        for one, two in sorted(candidates)
        if one in vectors and two in vectors and float(vectors[one] @ vectors[two]) >= NEAR_MEANING
    ]


def _deliveries(session: Session) -> list[Delivery]:
    people: dict[int, set[int | str]] = defaultdict(set)
    listed: dict[int, set[str]] = defaultdict(set)
    for talk_id, speaker_id, name, as_listed in session.execute(
        select(
            col(Appearance.talk_id), col(Appearance.speaker_id), col(Speaker.name), col(Appearance.name_as_listed)
        ).join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
    ):
        people[talk_id].add(speaker_id)
        listed[talk_id] |= {name_key(name), name_key(as_listed)}
    events: dict[int, tuple[set[str], str]] = {}
    for edition_id, name, start, year, series in session.execute(
        select(col(Edition.id), col(Edition.name), col(Edition.start_date), col(Edition.year), col(Series.name)).join(
            Series, col(Series.id) == col(Edition.series_id)
        )
    ):
        names = {name_key(series), name_key(series_name(name)), name_key(name)}
        events[edition_id or 0] = (names, start or (f"{year}-07-01" if year else "9999"))
    rows = session.execute(
        select(col(Talk.id), col(Talk.slug), col(Talk.title), col(Talk.edition_id), col(Talk.date))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .order_by(col(Talk.id))
    )
    return [
        Delivery(
            id=talk_id,
            slug=slug,
            title=title_key(title, events[edition_id][0] | listed[talk_id]),
            edition_id=edition_id,
            order=(date or events[edition_id][1], talk_id),
            speakers=frozenset(people[talk_id] | listed[talk_id]),
        )
        for talk_id, slug, title, edition_id, date in rows
        if talk_id in people
    ]


def stored_meaning(session: Session, recipe: str) -> Meaning:
    """Vectors from the base: the mean over the passages of a talk, takeaways and transcript left out."""

    def read(talk_ids: Collection[int]) -> Vectors:
        summed: dict[int, NDArray[np.float32]] = {}
        wanted = sorted(talk_ids)
        for start in range(0, len(wanted), 500):
            rows: Any = session.execute(
                select(col(Passage.talk_id), col(Embedding.vector))
                .join(Embedding, col(Embedding.content_hash) == col(Passage.content_hash))
                .where(
                    col(Embedding.recipe) == recipe,
                    col(Passage.takeaway_id).is_(None),
                    col(Passage.kind) != "transcript",
                    col(Passage.talk_id).in_(wanted[start : start + 500]),
                )
                .order_by(col(Passage.id))
            )
            for talk_id, vector in rows:
                values = np.frombuffer(vector, dtype="<f4")
                summed[talk_id] = summed[talk_id] + values if talk_id in summed else values
        lengths = {talk_id: float(np.linalg.norm(total)) for talk_id, total in summed.items()}
        return {talk_id: total / lengths[talk_id] for talk_id, total in summed.items() if lengths[talk_id] > 0}

    return read


def _fingerprint(session: Session, recipe: str | None) -> str:
    digest = hashlib.sha256(repr((RECIPE, NEAR_TITLE, NEAR_MEANING, recipe)).encode())
    for statement in (
        select(
            col(Talk.id), col(Talk.content_hash), col(Talk.withdrawn_at).is_(None), col(Talk.is_container),
            col(Talk.edition_id),
        ).order_by(col(Talk.id)),
        select(col(Appearance.talk_id), col(Appearance.speaker_id)).order_by(col(Appearance.id)),
        select(func.count(), func.max(col(Embedding.id))).where(col(Embedding.recipe) == recipe),
    ):  # fmt: skip
        for row in session.execute(statement):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()[:32]
