"""What search keeps in memory of the talks: titles, names and the values that facets count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED
from app.models import Appearance, Edition, Organisation, SpeakerAlias, Talk, Theme, ThemeAssignment
from app.search.query import fold_phrase
from app.search.shapes import FacetValue

MOST_VALUES = 50


class Facet:
    """One facet: its values with their labels, and which talk has which. No talk has a value twice."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """From (talk id, value, label)."""
        places: dict[str, int] = {}
        self._labels: list[tuple[str, str]] = []
        pairs: dict[tuple[int, int], None] = {}
        for talk_id, value, label in rows:
            place = places.setdefault(value, len(places))
            if place == len(self._labels):
                self._labels.append((value, label))
            pairs[talk_id, place] = None
        self._talks = np.array([talk_id for talk_id, _ in pairs], dtype=np.int64)
        self._places = np.array([place for _, place in pairs], dtype=np.int64)

    def counts(self, chosen: NDArray[np.bool_]) -> list[FacetValue]:
        """How many of the talks have each value: most first, then by label, at most MOST_VALUES.

        `chosen` says for each talk id up to the highest whether the talk counts.
        """
        counted = np.bincount(self._places[chosen[self._talks]], minlength=len(self._labels)).tolist()
        falling = sorted(
            (-count, label, value) for (value, label), count in zip(self._labels, counted, strict=True) if count
        )
        return [FacetValue(value, label, -count) for count, label, value in falling[:MOST_VALUES]]


@dataclass
class Facts:
    """The facts of all talks, withdrawn ones too, as search needs them at hand. Scopes say which are allowed."""

    titles: dict[str, list[int]]
    """Talk ids by folded title."""
    names: dict[str, list[int]]
    """Talk ids by folded name of a speaker, in every way it is written."""
    facets: dict[str, Facet]
    highest_id: int
    """Of any talk, 0 without talks."""

    def count(self, talk_ids: Sequence[int]) -> dict[str, list[FacetValue]]:
        """Every facet over these talks."""
        chosen = np.zeros(self.highest_id + 1, dtype=np.bool_)
        chosen[[talk_id for talk_id in talk_ids if talk_id <= self.highest_id]] = True
        return {name: facet.counts(chosen) for name, facet in self.facets.items()}


def load_facts(session: Session) -> Facts:
    """Read them, in four queries."""
    talks = session.execute(
        select(
            col(Talk.id), col(Talk.title), col(Talk.kind), col(Talk.language),
            col(Edition.slug), col(Edition.name), col(Edition.year),
        )
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .order_by(col(Talk.id))
    ).all()  # fmt: skip
    themes = session.execute(
        select(col(ThemeAssignment.talk_id), col(Theme.slug), col(Theme.name))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(ThemeAssignment.status).in_(ASSIGNED), col(Theme.withdrawn_at).is_(None))
    ).all()
    names, organisations = _appearances(session)
    titles: dict[str, list[int]] = defaultdict(list)
    for talk in talks:
        titles[fold_phrase(talk.title)].append(talk.id)
    return Facts(
        titles=titles,
        names=names,
        highest_id=max((talk.id for talk in talks), default=0),
        facets={
            "edition": Facet((talk.id, talk.slug, talk.name) for talk in talks),
            "year": Facet((talk.id, str(talk.year), str(talk.year)) for talk in talks if talk.year is not None),
            "theme": Facet((talk_id, slug, name) for talk_id, slug, name in themes),
            "organisation": Facet(organisations),
            "kind": Facet((talk.id, talk.kind, talk.kind) for talk in talks),
            "language": Facet((talk.id, talk.language, talk.language) for talk in talks if talk.language),
        },
    )


def _appearances(session: Session) -> tuple[dict[str, list[int]], list[tuple[int, str, str]]]:
    """Talk ids by folded name of a speaker, and the organisations of talks as (talk id, slug, name)."""
    aliases: dict[int, set[str]] = defaultdict(set)
    for speaker_id, name in session.execute(select(col(SpeakerAlias.speaker_id), col(SpeakerAlias.name))):
        aliases[speaker_id].add(fold_phrase(name))
    rows = session.execute(
        select(
            col(Appearance.talk_id), col(Appearance.speaker_id), col(Appearance.name_as_listed),
            col(Organisation.slug), col(Organisation.name),
        )
        .outerjoin(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        .order_by(col(Appearance.talk_id), col(Appearance.position))
    )  # fmt: skip
    names: dict[str, list[int]] = defaultdict(list)
    organisations: list[tuple[int, str, str]] = []
    for talk_id, speaker_id, name, slug, organisation in rows:
        for written in {fold_phrase(name), *aliases.get(speaker_id, ())}:
            if written:
                names[written].append(talk_id)
        if slug and organisation:
            organisations.append((talk_id, slug, organisation))
    return names, organisations
