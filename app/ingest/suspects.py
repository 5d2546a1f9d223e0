"""Speakers who may be one person, found among all and proposed with the evidence. Nothing is merged here.

Names are compared only within blocks: those that agree in one word, as it sounds, and in the initial of another. What
is known of both then weighs in: one series or affiliation speaks for one person, different accounts against, and who
are listed at one talk are two. A pair once proposed or decided is never proposed again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.accounts import Account, accounts_differ, read_account
from app.ingest.speakers import is_common
from app.models import (
    Appearance,
    Edition,
    IndexState,
    Organisation,
    Series,
    SpeakerAlias,
    SpeakerLink,
    SpeakerPair,
    Talk,
)
from app.text.given_names import COMMON_FAMILY_NAMES, GIVEN_NAMES, ROOTS
from app.text.likeness import SUSPECTED, Likeness, compare_names
from app.text.names import name_key
from app.text.written_names import PARTICLES, handles_of, skeleton, take_apart, without_number

STATE = "speaker-pairs"
RECIPE = "names/1"
ALONE = 0.85
"""Names as alike as this are proposed without anything else in common; less alike ones need it."""

_LARGEST_BLOCK = 250
_MOST_WORDS = 5


@dataclass
class _Person:
    """What is known of one speaker."""

    names: list[str] = field(default_factory=list)
    series: set[int] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    talks: set[int] = field(default_factory=set)
    accounts: list[Account] = field(default_factory=list)


def refresh_suspects(session: Session) -> int:
    """Propose pairs anew if speakers, their links or appearances changed; returns how many are new."""
    fingerprint = _fingerprint(session)
    state = session.get(IndexState, STATE)
    if state is not None and state.fingerprint == fingerprint:
        return 0
    if state is None or state.recipe != RECIPE:
        fold_anew(session)
        fingerprint = _fingerprint(session)
    made = propose_suspects(session)
    session.merge(IndexState(name=STATE, recipe=RECIPE, fingerprint=fingerprint, built_at=utc_now()))
    return made


def fold_anew(session: Session) -> int:
    """Bring stored keys of names in line with how names are folded now; returns how many differed.

    A key that another speaker has by now gets a number, and the two are proposed like any others.
    """
    aliases = list(session.scalars(select(SpeakerAlias).order_by(col(SpeakerAlias.id))))
    taken = {alias.key for alias in aliases}
    stale = [alias for alias in aliases if alias.key.partition("~")[0] != name_key(alias.name)]
    for alias in stale:
        key, number = name_key(alias.name), 2
        while key in taken:
            key, number = f"{name_key(alias.name)}~{number}", number + 1
        taken.add(key)
        alias.key = key
    session.flush()
    return len(stale)


def propose_suspects(session: Session) -> int:
    """Compare all speakers and propose the suspected pairs that are not known yet; returns how many."""
    people = _people(session)
    known = {(one, two) for one, two in session.execute(select(col(SpeakerPair.first_id), col(SpeakerPair.second_id)))}
    named = _Names(session)
    rows = []
    for (first, second), likeness in sorted(_alike(people).items()):
        if (first, second) in known:
            continue
        judged = _weigh(people[first], people[second], likeness, named)
        if judged:
            rows.append(
                {"first_id": first, "second_id": second, "score": judged[0], "evidence": judged[1], "status": "open"}
            )
    if rows:
        session.execute(insert(SpeakerPair), rows)
    return len(rows)


def _alike(people: dict[int, _Person]) -> dict[tuple[int, int], Likeness]:
    """The best likeness of each pair of speakers that is suspected by name."""
    blocks: dict[tuple[str, str], set[tuple[int, str]]] = defaultdict(set)
    for speaker_id, person in people.items():
        for name in person.names:
            for key in block_keys(name):
                blocks[key].add((speaker_id, name))
    found: dict[tuple[int, int], Likeness] = {}
    compared: set[tuple[int, str, int, str]] = set()
    for members in blocks.values():
        if not 1 < len(members) <= _LARGEST_BLOCK:
            continue
        for (one, name), (two, other) in combinations(sorted(members), 2):
            if one == two or (one, name, two, other) in compared:
                continue
            compared.add((one, name, two, other))
            likeness = compare_names(name, other)
            if likeness.score >= SUSPECTED and ((one, two) not in found or found[one, two].score < likeness.score):
                found[one, two] = likeness
    return found


def block_keys(name: str) -> Iterator[tuple[str, str]]:
    """The blocks of a name: two names that are alike share at least one."""
    written = take_apart(name)
    yield "=", written.letters
    if written.is_single:
        yield "1", without_number(written.letters)
        return
    words = [word for word in dict.fromkeys((*written.joined, *written.apart)) if word not in PARTICLES][:_MOST_WORDS]
    for anchor in words:
        if len(anchor) < 2:
            continue
        for other in words:
            if other != anchor:
                for initial in {other[0], *(root[0] for root in ROOTS.get(other, ()))}:
                    yield skeleton(anchor), initial
    for word in {*words, *written.asides, *handles_of(written.apart)}:
        if len(word) >= 4 and word not in GIVEN_NAMES and word not in COMMON_FAMILY_NAMES:
            yield "1", without_number(word)


def _weigh(one: _Person, two: _Person, likeness: Likeness, named: _Names) -> tuple[float, str] | None:
    """Score and evidence of a pair, or None where it is not worth a question."""
    if one.talks & two.talks:
        return None
    evidence = [likeness.evidence]
    score = likeness.score
    series, places = one.series & two.series, one.places & two.places
    if series:
        evidence.append(f"both at {named.series(series)}")
    if places:
        evidence.append(f"both with {named.places(places)}")
    clash = accounts_differ(one.accounts, two.accounts)
    if clash:
        score *= 0.7
        evidence.append(f"but different accounts of {clash}")
    related = bool(series or places)
    if not related and (score < ALONE or any(is_common(name) for name in (*one.names, *two.names))):
        return None
    score = min(0.99, score + 0.05 * bool(series) + 0.05 * bool(places))
    return (round(score, 2), "; ".join(evidence)) if score >= SUSPECTED else None


class _Names:
    """Names of series and organisations, for evidence."""

    def __init__(self, session: Session) -> None:
        self._series = dict(session.execute(select(col(Series.id), col(Series.name))).all())
        self._places = dict(session.execute(select(col(Organisation.id), col(Organisation.name))).all())

    def series(self, ids: Iterable[int]) -> str:
        """Up to two names."""
        return ", ".join(sorted(self._series[one] for one in ids)[:2])

    def places(self, ids: Iterable[int]) -> str:
        """Up to two names."""
        return ", ".join(sorted(self._places[one] for one in ids)[:2])


def _people(session: Session) -> dict[int, _Person]:
    people: dict[int, _Person] = defaultdict(_Person)
    for speaker_id, name in session.execute(
        select(col(SpeakerAlias.speaker_id), col(SpeakerAlias.name)).order_by(col(SpeakerAlias.id))
    ):
        people[speaker_id].names.append(name)
    for speaker_id, talk_id, place, series in session.execute(
        select(col(Appearance.speaker_id), col(Talk.id), col(Appearance.organisation_id), col(Edition.series_id))
        .join(Talk, col(Talk.id) == col(Appearance.talk_id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
    ):
        person = people[speaker_id]
        person.talks.add(talk_id)
        person.series.add(series)
        if place is not None:
            person.places.add(place)
    for url, speaker_id in session.execute(select(col(SpeakerLink.url), col(SpeakerLink.speaker_id))):
        account = read_account(url)
        if account:
            people[speaker_id].accounts.append(account)
    return dict(people)


def _fingerprint(session: Session) -> str:
    """Of the names and links, and how many appearances there are."""
    digest = hashlib.sha256(RECIPE.encode())
    for statement in (
        select(col(SpeakerAlias.id), col(SpeakerAlias.speaker_id), col(SpeakerAlias.name)).order_by(
            col(SpeakerAlias.id)
        ),
        select(col(SpeakerLink.url), col(SpeakerLink.speaker_id)).order_by(col(SpeakerLink.url)),
        select(func.count(), func.max(col(Appearance.id))),
    ):
        for row in session.execute(statement):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()[:32]
