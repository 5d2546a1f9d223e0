"""The talks behind the figures of a report, with the hash of what their source says: kept to tell why a figure moved.

Talks are kept once, each set of them as bits over that list, and equal sets once, so that a report over 40,000 talks
takes a few kilobytes a figure.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.models import Talk, Theme, ThemeAssignment
from app.trends.figure import Figure
from app.trends.keys import parse_key

Slugs = frozenset[str]
PART = 500


@dataclass(frozen=True)
class Trace:
    """The talks of one figure by slug. `confirmed` and `rejected` are those that people decided for its theme.

    `labels` changes with any status or probability that its theme has in the denominator.
    """

    numerator: Slugs
    denominator: Slugs
    confirmed: Slugs = frozenset()
    rejected: Slugs = frozenset()
    labels: str = ""


@dataclass(frozen=True)
class Footprint:
    """Content hashes of talks by slug, and the trace of each figure by its rule."""

    talks: dict[str, str]
    figures: dict[str, Trace]


def rule_of(figure: Figure) -> str:
    """The id of a figure without its snapshot, the last part: the same figure of any state of the base."""
    return figure.id.rpartition("~")[0]


def take_footprint(session: Session, figures: Iterable[Figure]) -> Footprint:
    """The talks behind these figures as the base is now. Two statements for each different set, one for each theme."""
    sets: dict[TalkFilter, frozenset[int]] = {}
    themes: dict[str, dict[int, tuple[str, bool, float]]] = {}

    def talks_of(filter: TalkFilter) -> frozenset[int]:
        if filter not in sets:
            sets[filter] = frozenset(talk for talk in session.scalars(allowed_talks(filter)) if talk is not None)
        return sets[filter]

    found: dict[str, tuple[frozenset[int], frozenset[int], str | None]] = {}
    for figure in figures:
        key = parse_key(figure.id)
        found[rule_of(figure)] = (talks_of(key.numerator()), talks_of(key.denominator()), key.theme)
    told = _told(session, frozenset().union(*sets.values()))
    traces = {}
    for rule, (numerator, denominator, theme) in found.items():
        if theme and theme not in themes:
            themes[theme] = _labels(session, theme)
        labels = {told[talk][0]: label for talk, label in themes.get(theme or "", {}).items() if talk in denominator}
        traces[rule] = Trace(
            numerator=frozenset(told[talk][0] for talk in numerator),
            denominator=frozenset(told[talk][0] for talk in denominator),
            confirmed=frozenset(slug for slug, label in labels.items() if label[0] == "confirmed"),
            rejected=frozenset(slug for slug, label in labels.items() if label[0] == "rejected"),
            labels=hashlib.sha256(repr(sorted(labels.items())).encode()).hexdigest()[:12] if theme else "",
        )
    return Footprint(dict(told.values()), traces)


def packed(footprint: Footprint) -> bytes:
    """The footprint in few bytes; the same one gives the same bytes."""
    slugs = sorted(footprint.talks)
    place = {slug: number for number, slug in enumerate(slugs)}
    sets: dict[Slugs, int] = {}
    figures = {}
    for rule, trace in sorted(footprint.figures.items()):
        numbers = [
            sets.setdefault(talks, len(sets))
            for talks in (trace.numerator, trace.denominator, trace.confirmed, trace.rejected)
        ]
        figures[rule] = [*numbers, trace.labels]
    kept = {
        "talks": slugs,
        "hashes": [footprint.talks[slug] for slug in slugs],
        "sets": [_bits([place[slug] for slug in talks], len(slugs)) for talks in sets],
        "figures": figures,
    }
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 9)


def unpacked(content: bytes) -> Footprint:
    """The footprint that `packed` made these bytes of."""
    kept = json.loads(zlib.decompress(content))
    slugs: list[str] = kept["talks"]
    sets = [frozenset(slugs[place] for place in _places(bits)) for bits in kept["sets"]]
    figures = {
        rule: Trace(sets[counted], sets[of], sets[confirmed], sets[rejected], labels)
        for rule, (counted, of, confirmed, rejected, labels) in kept["figures"].items()
    }
    return Footprint(dict(zip(slugs, kept["hashes"], strict=True)), figures)


def _bits(places: Sequence[int], length: int) -> str:
    chosen = np.zeros(length, dtype=np.uint8)
    chosen[places] = 1
    return base64.b64encode(np.packbits(chosen, bitorder="little").tobytes()).decode()


def _places(text: str) -> list[int]:
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), dtype=np.uint8), bitorder="little")
    found: list[int] = np.flatnonzero(bits).tolist()
    return found


def _told(session: Session, talks: frozenset[int]) -> dict[int, tuple[str, str]]:
    """Slug and short content hash of talks by id."""
    ids = sorted(talks)
    told: dict[int, tuple[str, str]] = {}
    for start in range(0, len(ids), PART):
        rows = session.execute(
            select(col(Talk.id), col(Talk.slug), col(Talk.content_hash)).where(
                col(Talk.id).in_(ids[start : start + PART])
            )
        )
        told |= {talk: (slug, content[:12]) for talk, slug, content in rows if talk is not None}
    return told


def _labels(session: Session, theme: str) -> dict[int, tuple[str, bool, float]]:
    """Status, whether it is the main one, and probability of a theme at each talk that has anything of it."""
    rows = session.execute(
        select(
            col(ThemeAssignment.talk_id), col(ThemeAssignment.status), col(ThemeAssignment.is_main),
            col(ThemeAssignment.probability),
        )
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(Theme.slug) == theme)
    )  # fmt: skip
    return {talk: (status, bool(main), round(float(probability), 6)) for talk, status, main, probability in rows}
