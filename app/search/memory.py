"""What the search engine keeps in memory between searches, and when it is read anew."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from sqlalchemy import Engine, func, select
from sqlmodel import Session

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.filters import TalkFilter
from app.catalog.snapshot import facts_digest
from app.db.watch import Watch
from app.models import Passage
from app.search.backends import lexical_for
from app.search.candidates import Scope
from app.search.display import Display, Displays, ShownPassage, read_passages
from app.search.facts import Facts, FactsFile, load_facts
from app.search.freshness import Marks, changes_since, read_marks
from app.search.lexical.protocol import Words
from app.search.scopes import NOTHING, QueryFilter, scope_of
from app.search.shelf import Shelf
from app.search.vector.protocol import VectorIndex

MOST_SCOPES = 256
MOST_SHOWN = 4_096
MOST_DISPLAYED = 250_000
"""Of more passages than this only those are kept that answers showed lately: packing all takes too long."""

K = TypeVar("K")
V = TypeVar("V")


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
    displays: Displays
    is_reading: bool = False
    """Whether vectors or words are older than the base, as they are being read aside."""
    in_database: bool = False
    """Whether the database searches, so that nothing is kept that grows with the base's passages."""
    scopes: dict[tuple[TalkFilter, QueryFilter], Scope] = field(default_factory=dict)
    kept_cards: dict[int, TalkCard] = field(default_factory=dict)
    kept_passages: dict[int, ShownPassage] = field(default_factory=dict)
    nearest: dict[str, float] = field(default_factory=dict)
    """Of texts that were asked, the cosine of the passage nearest to each."""

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
        display = self._display
        if display is not None:
            return display.cards(ids)
        known = {i: self.kept_cards[i] for i in ids if i in self.kept_cards}
        unknown = [i for i in ids if i not in known]
        if not unknown:
            return known
        fresh = {card.id: card for card in talk_cards(session, unknown)}
        self._keep(self.kept_cards, fresh, MOST_SHOWN)
        return known | fresh

    def passages(self, session: Session, ids: Sequence[int]) -> dict[int, ShownPassage]:
        """These passages by id; only those not met before are read."""
        display = self._display
        if display is not None:
            return display.passages(ids)
        known = {i: self.kept_passages[i] for i in ids if i in self.kept_passages}
        unknown = [i for i in ids if i not in known]
        if not unknown:
            return known
        fresh = read_passages(session, unknown)
        self._keep(self.kept_passages, fresh, MOST_SHOWN)
        return known | fresh

    def keep_nearest(self, text: str, cosine: float) -> float:
        """Keep how near the nearest passage is to a text, and return it."""
        self._keep(self.nearest, {text: cosine}, MOST_SHOWN)
        return cosine

    def fill(self, session: Session) -> None:
        """Make what the first searches will need: the scope of no filter, vectors in 4 bits, all cards and passages."""
        self.scope(session, TalkFilter())
        part = self.vectors.at_rest()
        if part is not None and part.nibbles is not None:
            part.nibbles.make()
        if self._may_display:
            self.displays.fill(session)

    @property
    def _display(self) -> Display | None:
        return self.displays.at(self.marks) if self._may_display else None

    @property
    def _may_display(self) -> bool:
        return self.may_keep and not self.in_database and self.passage_count <= MOST_DISPLAYED

    def _keep(self, kept: dict[K, V], fresh: dict[K, V], most: int) -> None:
        if not self.may_keep:
            return
        if len(kept) + len(fresh) > most:
            kept.clear()
        kept.update(fresh)


class Recollection:
    """Holds the newest Memory. Threads may share it; one reads while the others wait."""

    def __init__(self, engine: Engine, shelf: Shelf, displays: Displays, facts: FactsFile) -> None:
        self._shelf = shelf
        self._facts_file = facts
        self._displays = displays
        self._watch = Watch(engine)
        self._seen: tuple[Memory, int] | None = None
        """The memory that was right in this state of the base, so that no query need say so again."""
        self._memory: Memory | None = None
        self._recipe: str | None = None
        self._lock = threading.Lock()

    def current(
        self, session: Session, recipe: str | None, before: Callable[[Session], None], wait: bool = False
    ) -> Memory:
        """The memory of the base as it is, with the vectors of `recipe` (None: without any).

        Costs one small query at most while nothing changed. Else it is read, after `before` had a chance to mend what
        it needs. What takes long to read is read aside, and `is_reading` says so, unless asked to `wait` for it.
        """
        state = None if session.in_transaction() else self._watch.state()
        seen = self._seen
        if seen is not None and seen[1] == state and self._is_at_hand(seen[0], seen[0].marks, recipe):
            return seen[0]
        memory = self._at_hand(read_marks(session), recipe)
        if memory is not None and memory.may_keep and state is not None:
            self._seen = memory, state
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
        return memory if memory is not None and self._is_at_hand(memory, marks, recipe) else None

    def _is_at_hand(self, memory: Memory, marks: Marks, recipe: str | None) -> bool:
        if memory is not self._memory or memory.marks != marks or self._recipe != recipe:
            return False
        if memory.vectors.is_lost:
            return False
        return not memory.is_reading or self._shelf.is_making

    def _read(self, session: Session, marks: Marks, recipe: str | None, wait: bool) -> Memory:
        """`marks` were read before, so that a change meanwhile is noticed next time."""
        vectors, are_new = self._shelf.vectors(session, marks, recipe or "", wait)
        words = self._shelf.words(session, marks, wait)
        in_database = self._shelf.is_in_database(session)
        return Memory(
            marks=marks,
            facts=self._facts(session, marks),
            vectors=vectors,
            words=words,
            displays=self._displays,
            is_reading=not are_new or (words is None and not in_database),
            in_database=in_database,
            passage_count=session.execute(select(func.count()).select_from(Passage)).scalar_one(),
        )

    def _facts(self, session: Session, marks: Marks) -> Facts:
        """Those at hand while the snapshot stays, as when passages are cut before it is made; they take long to read.

        Where people decided about talks or takeaways, only assignments are read. Not where passages changed in ways
        that are not known, as the base may be another by then.
        """
        held = self._memory
        if held is None or not held.may_keep:
            return self._facts_file.load(session, marks)
        if changes_since(session, held.marks.passages.fingerprint, marks.passages.fingerprint) is None:
            return self._facts_file.load(session, marks)
        if held.marks.snapshot == marks.snapshot:
            return held.facts
        if held.facts.digest and held.facts.digest == facts_digest(session):
            return held.facts.at(session, marks.snapshot.fingerprint)
        return self._facts_file.load(session, marks)

    def forget(self, session: Session, recipe: str | None) -> None:
        """Read everything anew at the next search; what the database searches by is made anew at once."""
        with self._lock:
            self._shelf.forget(session, recipe or "")
            self._memory = None
