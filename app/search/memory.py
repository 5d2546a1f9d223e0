"""What the search engine keeps in memory between searches, and when it is read anew."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.cards import EditionName, TalkCard, talk_cards
from app.catalog.filters import TalkFilter
from app.db.prepared import IDS, Prepared
from app.models import Edition, Passage, Takeaway
from app.search.backends import lexical_for
from app.search.candidates import Scope
from app.search.facts import Facts, load_facts
from app.search.freshness import Marks, changes_since, read_marks
from app.search.lexical.protocol import Words
from app.search.scopes import NOTHING, QueryFilter, scope_of
from app.search.shelf import Shelf
from app.search.vector.protocol import VectorIndex

MOST_SCOPES = 256
MOST_SHOWN = 4_096
FILLED = 1_000

K = TypeVar("K")
V = TypeVar("V")


class ShownPassage(NamedTuple):
    """A passage as answers show it, with its takeaway and the edition of that, if any."""

    text: str
    kind: str
    start_seconds: float | None
    takeaway: str | None
    takeaway_kind: str | None
    edition: EditionName | None


@dataclass
class Memory:
    """Read from one state of the base. Cards, passages and scopes fill up as searches need them."""

    marks: Marks
    facts: Facts
    vectors: VectorIndex
    words: Words | None
    """Those of the database while they are being read and where it searches; None where it only finds them."""
    passage_count: int
    """How many passages there are, embedded or not."""
    is_reading: bool = False
    """Whether vectors or words are older than the base, as they are being read aside."""
    scopes: dict[tuple[TalkFilter, QueryFilter], Scope] = field(default_factory=dict)
    kept_cards: dict[int, TalkCard] = field(default_factory=dict)
    kept_passages: dict[int, ShownPassage] = field(default_factory=dict)

    @property
    def may_keep(self) -> bool:
        """Whether facts may be kept between searches: only a snapshot tells when they change."""
        return bool(self.marks.snapshot.fingerprint)

    def of(self, session: Session) -> Self:
        """The same as this session is to ask it."""
        vectors = self.vectors.of(session)
        words = lexical_for(session).words(session) if self.words is None else self.words
        if vectors is self.vectors and words is self.words:
            return self
        return replace(self, vectors=vectors, words=words)

    def scope(self, session: Session, filter: TalkFilter, also: QueryFilter = NOTHING) -> Scope:
        """The scope of a filter and of what a query asks besides its words."""
        key = filter, also
        scope = self.scopes.get(key) or scope_of(session, filter, also)
        self._keep(self.scopes, {key: scope}, MOST_SCOPES)
        return scope

    def cards(self, session: Session, ids: Sequence[int]) -> dict[int, TalkCard]:
        """Cards of these talks by id; only those not met before are read. They are shared: do not change them."""
        known = {i: self.kept_cards[i] for i in ids if i in self.kept_cards}
        unknown = [i for i in ids if i not in known]
        if not unknown:
            return known
        fresh = {card.id: card for card in talk_cards(session, unknown)}
        self._keep(self.kept_cards, fresh, MOST_SHOWN)
        return known | fresh

    def passages(self, session: Session, ids: Sequence[int]) -> dict[int, ShownPassage]:
        """These passages by id; only those not met before are read."""
        known = {i: self.kept_passages[i] for i in ids if i in self.kept_passages}
        unknown = [i for i in ids if i not in known]
        if not unknown:
            return known
        fresh = _read_passages(session, unknown)
        self._keep(self.kept_passages, fresh, MOST_SHOWN)
        return known | fresh

    def fill(self, session: Session) -> None:
        """Read what the first searches will need: the scope of no filter, and cards and passages of the first talks."""
        talks = self.scope(session, TalkFilter()).talks[:FILLED].tolist()
        if self.may_keep:
            self.cards(session, talks)
            ids = session.scalars(select(col(Passage.id)).where(col(Passage.talk_id).in_(talks)).limit(FILLED))
            self.passages(session, [i for i in ids if i is not None])

    def _keep(self, kept: dict[K, V], fresh: dict[K, V], most: int) -> None:
        if not self.may_keep:
            return
        if len(kept) + len(fresh) > most:
            kept.clear()
        kept.update(fresh)


_PASSAGES = Prepared(
    select(
        col(Passage.id), col(Passage.text), col(Passage.kind), col(Passage.start_seconds),
        col(Takeaway.slug), col(Takeaway.kind), col(Edition.slug), col(Edition.name),
    )
    .outerjoin(Takeaway, col(Takeaway.id) == col(Passage.takeaway_id))
    .outerjoin(Edition, col(Edition.id) == col(Takeaway.edition_id))
    .where(col(Passage.id).in_(IDS))
)  # fmt: skip


def _read_passages(session: Session, ids: Sequence[int]) -> dict[int, ShownPassage]:
    rows = _PASSAGES.rows(session, ids)
    return {
        passage_id: ShownPassage(
            text, kind, start, takeaway, takeaway_kind, EditionName(slug=slug, name=name) if slug and name else None
        )
        for passage_id, text, kind, start, takeaway, takeaway_kind, slug, name in rows
        if passage_id is not None
    }


class Recollection:
    """Holds the newest Memory. Threads may share it; one reads while the others wait."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._memory: Memory | None = None
        self._recipe: str | None = None
        self._lock = threading.Lock()

    def current(
        self, session: Session, recipe: str | None, before: Callable[[Session], None], wait: bool = False
    ) -> Memory:
        """The memory of the base as it is, with the vectors of `recipe` (None: without any).

        Costs one small query while nothing changed. Else it is read, after `before` had a chance to mend what it
        needs. What takes long to read is read aside, and `is_reading` says so, unless asked to `wait` for it.
        """
        memory = self._at_hand(read_marks(session), recipe)
        if memory is None:
            with self._lock:
                memory = self._at_hand(read_marks(session), recipe)
                if memory is None:
                    before(session)
                    self._shelf.mend(session, recipe or "", wait)
                    memory = self._read(session, read_marks(session), recipe, wait)
                    self._memory, self._recipe = memory, recipe
                    # What is kept is no garbage; looking through it took every full collection a sixth of a second at
                    # 39,000 talks, in the middle of some search.
                    gc.freeze()
        elif not memory.may_keep:
            memory = replace(memory, facts=load_facts(session))
        return memory.of(session)

    def _at_hand(self, marks: Marks, recipe: str | None) -> Memory | None:
        memory = self._memory
        if memory is None or memory.marks != marks or self._recipe != recipe or memory.vectors.is_lost:
            return None
        return None if memory.is_reading and not self._shelf.is_making else memory

    def _read(self, session: Session, marks: Marks, recipe: str | None, wait: bool) -> Memory:
        """`marks` were read before, so that a change meanwhile is noticed next time."""
        vectors, are_new = self._shelf.vectors(session, marks, recipe or "", wait)
        words = self._shelf.words(session, marks, wait)
        return Memory(
            marks=marks,
            facts=self._facts(session, marks),
            vectors=vectors,
            words=words,
            is_reading=not are_new or (words is None and not self._shelf.is_in_database(session)),
            passage_count=session.execute(select(func.count()).select_from(Passage)).scalar_one(),
        )

    def _facts(self, session: Session, marks: Marks) -> Facts:
        """Those at hand while the snapshot stays, as when passages are cut before it is made; they take long to read.

        Not where passages changed in ways that are not known, as the base may be another by then.
        """
        held = self._memory
        if held is None or not held.may_keep or held.marks.snapshot != marks.snapshot:
            return load_facts(session)
        changes = changes_since(session, held.marks.passages.fingerprint, marks.passages.fingerprint)
        return load_facts(session) if changes is None else held.facts

    def forget(self, session: Session, recipe: str | None) -> None:
        """Read everything anew at the next search; what the database searches by is made anew at once."""
        with self._lock:
            self._shelf.forget(session, recipe or "")
            self._memory = None
