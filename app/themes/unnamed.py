"""The talks among which themes are looked for that nobody named: those without a theme, each once, in one language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks
from app.models import Edition, Series, Talk, Theme, ThemeAssignment
from app.themes.evidence import Matrix
from app.themes.labels import Wording
from app.themes.material import talk_texts
from app.themes.wording import words_of


class Facts(NamedTuple):
    """What a draft says of a talk."""

    id: int
    slug: str
    key: str
    title: str
    edition: str
    edition_name: str
    series_name: str
    year: int | None
    language: str | None
    is_first: bool
    """Whether it is the first delivery of the talk, and no opening, break or the like."""

    @property
    def reference(self) -> str:
        """As a vocabulary names it."""
        return f"{self.edition}/{self.key}"


@dataclass
class Unnamed:
    """The talks that are read, in order of id, with their vectors (n, d), and what was passed over."""

    talks: list[Facts] = field(default_factory=list)
    wordings: list[Wording] = field(default_factory=list)
    vectors: Matrix = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float32))
    language: str | None = None
    known: int = 0
    themed: int = 0
    by_year: Counter[int] = field(default_factory=Counter)
    """All talks of the scope, whatever their theme."""


def read_unnamed(
    session: Session, recipe: str, filter: TalkFilter, vocabularies: Sequence[str], everything: bool
) -> Unnamed:
    """The talks of `filter` that have no theme of `vocabularies`; with `everything` those that have one too.

    Only talks in the language of most of them: the vectors of two languages differ by language before subject.
    """
    facts = _facts(session, filter)
    themed = set() if everything else _themed(session, vocabularies)
    without = [talk for talk in facts if talk.id not in themed]
    languages = Counter(talk.language for talk in without)
    language = min(languages, key=lambda each: (-languages[each], each or "")) if languages else None
    wanted = {talk.id: talk for talk in without if talk.language == language and talk.is_first}
    found = Unnamed(
        language=language,
        known=len(facts),
        themed=len(facts) - len(without),
        by_year=Counter(talk.year for talk in facts if talk.year is not None),
    )
    vectors: list[Matrix] = []
    for some in talk_texts(session, recipe, wanted):
        for talk in some:
            if talk.vector is not None:
                own = wanted[talk.id]
                event = frozenset(words_of(f"{own.edition_name} {own.series_name}"))
                found.talks.append(own)
                found.wordings.append(Wording(f"{talk.title}\n{talk.text}", language, event))
                vectors.append(talk.vector)
    if vectors:
        found.vectors = np.stack(vectors)
    return found


def _facts(session: Session, filter: TalkFilter) -> list[Facts]:
    rows = session.execute(
        allowed_talks(filter)
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .join(Series, col(Series.id) == col(Edition.series_id))
        .with_only_columns(
            col(Talk.id), col(Talk.slug), col(Talk.source_key), col(Talk.title), col(Edition.slug), col(Edition.name),
            col(Series.name), col(Talk.date), col(Edition.year), col(Talk.language), col(Talk.family), col(Talk.kind),
        )
        .order_by(col(Talk.id))
    )  # fmt: skip
    return [
        Facts(
            talk_id, slug, key, title, edition, name, series, int(date[:4]) if date else year, language,
            (family is None or family == slug) and kind != "other",
        )
        for talk_id, slug, key, title, edition, name, series, date, year, language, family, kind in rows
    ]  # fmt: skip


def _themed(session: Session, vocabularies: Sequence[str]) -> set[int]:
    statement = (
        select(col(ThemeAssignment.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(
            col(ThemeAssignment.status).in_(ASSIGNED),
            col(Theme.vocabulary).in_(vocabularies),
            col(Theme.withdrawn_at).is_(None),
        )
    )
    return set(session.scalars(statement))
