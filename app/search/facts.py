"""What search keeps in memory of the talks: titles, names and the values that facets count."""

from __future__ import annotations

import json
import marshal
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, Executable, select
from sqlmodel import Session, col

from app.catalog.counted import read_numbers
from app.catalog.filters import ASSIGNED, TalkFilter
from app.catalog.sheets import counted_talks, sheet_tells, sheets_are_fresh
from app.catalog.snapshot import facts_digest
from app.db.driver import driver_rows
from app.models import (
    Appearance,
    Edition,
    Organisation,
    SpeakerAlias,
    Talk,
    TalkOrganisation,
    Technology,
    TechnologyMention,
    Theme,
    ThemeAssignment,
)
from app.search.facets import Facets, Values
from app.search.freshness import Marks
from app.search.index_files import MARSHALLED, Arrays, beginning, made_once
from app.search.query import fold_phrase

_NUMBERS = ("codes", "starts", "firsts")
_RECIPE = f"facts/4/{MARSHALLED}"
_Row = tuple[int, str, str]
"""Talk id, value, label."""

_folded = lru_cache(maxsize=262_144)(fold_phrase)
"""Most titles and names are the same when facts are read anew, and folding them took half of that."""


class Subject(NamedTuple):
    """A theme and what it is about, in words."""

    slug: str
    name: str
    definition: str


@dataclass
class Facts:
    """The facts of all talks, withdrawn ones too, as search needs them at hand. Scopes say which are allowed."""

    titles: dict[str, list[int]]
    """Talk ids by folded title, as it is and as its source has it: what people paste is that of the recording."""
    titled: dict[int, str]
    """Folded title of each talk."""
    names: dict[str, list[int]]
    """Talk ids by folded name of a speaker, in every way it is written."""
    facets: Facets
    highest_id: int
    """Of any talk, 0 without talks."""
    dates: dict[int, str]
    """Date of each talk as far as it is known, else of its edition: YYYY-MM-DD or a beginning of that, or ""."""
    themes: list[Subject]
    """Themes of the vocabulary."""
    technologies: frozenset[str]
    """Folded words of the names of technologies, those that no talk mentions too."""
    digest: str = ""
    """Of all that they were read from but assignments, see `catalog.snapshot`; "" where that is not known."""
    snapshot: str = ""
    """The name of the state of the base whose assignments are among the facets."""

    def at(self, session: Session, snapshot: str) -> Facts:
        """The same at another snapshot, of the same digest: after people decided, only assignments are others."""
        if self.snapshot == snapshot:
            return self
        return replace(self, snapshot=snapshot, facets=self.facets.replacing("theme", _assigned(session)))

    def lateness(self, talk_ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """The dates of talks as numbers (n,): the same for the same date, a larger one for a later, 0 where unknown."""
        known: NDArray[np.int32] = self._lateness[np.minimum(talk_ids, len(self._lateness) - 1)]
        return known

    @cached_property
    def _lateness(self) -> NDArray[np.int32]:
        """By talk id; the last is for a talk that came after."""
        numbers = {date: number for number, date in enumerate(sorted({"", *self.dates.values()}))}
        found = np.zeros(self.highest_id + 2, dtype=np.int32)
        found[list(self.dates)] = [numbers[date] for date in self.dates.values()]
        return found

    def of_bearers(self, word: str) -> set[int]:
        """Talks of all speakers in whose name this folded word stands."""
        talks: set[int] = set()
        at = self._bearers.find(f" {word} ")
        while at >= 0:
            end = self._bearers.index("\n", at)
            talks.update(self.names[self._bearers[self._bearers.rindex("\n", 0, at) + 1 : end].strip()])
            at = self._bearers.find(f" {word} ", end)
        return talks

    @cached_property
    def _bearers(self) -> str:
        """All names in one text, a line each: looked through as quickly as a table is, in a tenth of its memory."""
        return "\n" + "".join(f" {name} \n" for name in self.names)

    def arrays(self) -> Arrays:
        """All of them, as a file keeps them."""
        packed = self.facets.packed()
        lists, numbers = packed[:3], packed[3:]
        themes = [tuple(theme) for theme in self.themes]
        rest = marshal.dumps(
            (
                self.titles, self.titled, self.names, self.highest_id, self.dates, themes, self.technologies,
                self.digest, self.snapshot, lists,
            )
        )  # fmt: skip
        return {"rest": np.frombuffer(rest, dtype=np.uint8), **dict(zip(_NUMBERS, numbers, strict=True))}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Facts:
        """Those that `arrays` were taken of."""
        kept: Any = marshal.loads(arrays["rest"].data)  # noqa: S302  # its file is our own, and its checksum was right
        titles, titled, names, highest, dates, themes, technologies, digest, snapshot, lists = kept
        facets = Facets.unpacked((*lists, *(arrays[name] for name in _NUMBERS)))
        subjects = [Subject(*theme) for theme in themes]
        return cls(titles, titled, names, facets, highest, dates, subjects, technologies, digest, snapshot)


class FactsFile:
    """Facts in a file that processes share: reading 39,000 talks anew takes more than a second."""

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        """Without a `folder` facts are read from the base each time."""
        self._file = None if folder is None else folder / f"{beginning(engine)}-facts.index"

    def load(self, session: Session, marks: Marks) -> Facts:
        """The facts of this state of the base, which only a snapshot tells from others.

        A file stays good when people decide about talks. `marks` were read before, so a change meanwhile is noticed.
        """
        snapshot, digest = marks.snapshot, facts_digest(session)
        state = marks._replace(snapshot=snapshot._replace(fingerprint=digest or snapshot.fingerprint))
        found = made_once(
            self._file if snapshot.fingerprint else None, {"recipe": _RECIPE, "marks": json.dumps(state)},
            lambda: replace(load_facts(session), digest=digest, snapshot=snapshot.fingerprint),
            Facts.from_arrays, Facts.arrays,
        )  # fmt: skip
        return found.at(session, snapshot.fingerprint)


def load_facts(session: Session) -> Facts:
    """Read them, in a dozen queries."""
    titles: dict[str, list[int]] = defaultdict(list)
    titled, dates = {}, {}
    years: list[_Row] = []
    kinds: list[_Row] = []
    languages: list[_Row] = []
    for talk, title, raw_title, kind, language, date, year, start_date in driver_rows(session, _TALKS):
        titled[talk] = folded = _folded(title)
        for one in dict.fromkeys((folded, _folded(raw_title))):
            titles[one].append(talk)
        dates[talk] = date or start_date or str(year or "")
        kinds.append((talk, kind, kind))
        if of := _year(date, year):
            years.append((talk, of, of))
        if language:
            languages.append((talk, language, language))
    return Facts(
        titles=dict(titles),
        titled=titled,
        names=_names(session),
        highest_id=max(titled, default=0),
        dates=dates,
        themes=_subjects(session),
        technologies=_named_technologies(session),
        facets=Facets(
            {
                "edition": _linked(
                    session,
                    select(col(Edition.id), col(Edition.slug), col(Edition.name)),
                    _pairs(session, select(col(Talk.id), col(Talk.edition_id))),
                ),
                "year": years,
                "theme": _assigned(session),
                "organisation": _linked(
                    session,
                    select(col(Organisation.id), col(Organisation.slug), col(Organisation.name)),
                    _pairs(
                        session,
                        select(col(Appearance.talk_id), col(Appearance.organisation_id)).where(
                            col(Appearance.organisation_id).is_not(None)
                        ),
                        select(col(TalkOrganisation.talk_id), col(TalkOrganisation.organisation_id)),
                    ),
                ),
                "technology": _linked(
                    session,
                    select(col(Technology.id), col(Technology.slug), col(Technology.name)),
                    _pairs(session, select(col(TechnologyMention.talk_id), col(TechnologyMention.technology_id))),
                ),
                "kind": kinds,
                "language": languages,
            }
        ),
    )


_TALKS = (
    select(
        col(Talk.id), col(Talk.title), col(Talk.raw_title), col(Talk.kind), col(Talk.language), col(Talk.date),
        col(Edition.year), col(Edition.start_date),
    )
    .join(Edition, col(Edition.id) == col(Talk.edition_id))
    .order_by(col(Talk.id))
)  # fmt: skip


def _assigned(session: Session) -> Values:
    """The themes in use, and the talks of each: from the sheets, where they are at hand."""
    named = select(col(Theme.id), col(Theme.slug), col(Theme.name)).where(col(Theme.withdrawn_at).is_(None))
    if sheet_tells(session, TalkFilter()) and sheets_are_fresh(session):
        sheet = counted_talks(session, TalkFilter()).sheet
        at = np.flatnonzero(sheet.status < len(ASSIGNED))
        return _linked(session, named, np.stack([sheet.talk[sheet.place[at]], sheet.theme[at]]))
    counts = col(ThemeAssignment.status).in_(ASSIGNED)
    links = select(col(ThemeAssignment.talk_id), col(ThemeAssignment.theme_id)).where(counts)
    return _linked(session, named, _pairs(session, links))


def _pairs(session: Session, *links: Executable) -> NDArray[np.int64]:
    """The two ids in each row of these statements (2, n)."""
    return np.concatenate([read_numbers(session, link, 2) for link in links]).astype(np.int64).T


def _linked(session: Session, named: Executable, links: NDArray[np.int64]) -> Values:
    """What `named` gives id, slug and name of, with the talks that stand beside these ids in `links` (2, n)."""
    rows = list(driver_rows(session, named))
    ids = [row[0] for row in rows]
    talks, of = links
    place = np.full(max([int(of.max(initial=0)), *ids]) + 1, -1)
    place[ids] = np.arange(len(rows))
    known = place[of] >= 0
    used, places = np.unique(place[of[known]], return_inverse=True)
    return Values.of(talks[known], places, [tuple(rows[at][1:]) for at in used.tolist()])


def _year(date: str | None, year: int | None) -> str:
    """Of the talk's own date, else of its edition, as filters have it."""
    return date[:4] if date else str(year or "")


def _subjects(session: Session) -> list[Subject]:
    rows = session.execute(
        select(col(Theme.slug), col(Theme.name), col(Theme.definition))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.position), col(Theme.id))
    )
    return [Subject(*row) for row in rows]


def _named_technologies(session: Session) -> frozenset[str]:
    rows = session.execute(select(col(Technology.name), col(Technology.aliases)))
    return frozenset(word for name, aliases in rows for one in (name, *aliases) for word in _folded(one).split())


def _names(session: Session) -> dict[str, list[int]]:
    """Talk ids by folded name of a speaker."""
    aliases: dict[int, set[str]] = defaultdict(set)
    for speaker_id, name in driver_rows(session, select(col(SpeakerAlias.speaker_id), col(SpeakerAlias.name))):
        aliases[speaker_id].add(_folded(name))
    statement = select(col(Appearance.talk_id), col(Appearance.speaker_id), col(Appearance.name_as_listed))
    names: dict[str, list[int]] = defaultdict(list)
    statement = statement.order_by(col(Appearance.talk_id), col(Appearance.position))
    for talk_id, speaker_id, name in driver_rows(session, statement):
        for written in {_folded(name), *aliases.get(speaker_id, ())}:
            if written:
                names[written].append(talk_id)
    return dict(names)
