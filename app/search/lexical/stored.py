"""The words of all passages as Postgres keeps them, read for one question: scored as `words` does it in memory.

A word is read once for a question, whatever is asked of it. Of a word that more passages hold than MOST_READ only those
that hold it most are read, of each block its share: another word of the query says more, and alone it has more
passages than anybody looks at. Where a filter leaves too few of these, all are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from sqlmodel import Session

from app.search.candidates import Found, Scope
from app.search.lexical.bm25 import K1, penalties, rarity
from app.search.lexical.postings import BITS, Listed
from app.search.lexical.protocol import Whole
from app.search.lexical.tables import ask, numbers
from app.search.lexical.trigrams import telling
from app.search.parts import among, distinct, least_of_best
from app.search.query import split_words
from app.text.stemming import stem

MOST_READ = 262_144
"""Passages of one word that are read, 2.4 MB, so that rankings are exact to about a million passages. Beyond, a query
of several such words may find others: with a fourth of it, one in eight of the first ten, at a million passages."""
_ALL = 1 << 40
_LONGEST_WORD = 200
"""Characters of a stem; Postgres refuses one of more than 2,046 bytes in a tsvector, and nobody means one so long."""
_READ = """
    SELECT word, block, held, substr(entries, 1, 9 * ceil(here * least(1.0, %s / held::float8))::int)
    FROM (
        SELECT word, block, entries, length(entries) / 9 AS here,
            sum(length(entries) / 9) OVER (PARTITION BY word) AS held
        FROM passage_search_word WHERE word = ANY(%s::text[])
    ) AS found ORDER BY word, block
"""
_TALK_SIZES = "SELECT talk_id, size FROM passage_search_talk WHERE talk_id = ANY(%s::int[])"
_SPELT = """
    SELECT word, often FROM passage_search_spelling WHERE trigrams && %s::text[] AND length(word) BETWEEN %s AND %s
"""


@lru_cache(maxsize=65_536)
def lexeme(word: str) -> str:
    """The stem of a word as Postgres keeps it."""
    return stem(word)[:_LONGEST_WORD].encode("utf-8", "replace").decode()


def stems_of(term: str) -> list[str]:
    """The stems of the words that a term is cut into."""
    return [stemmed for word in split_words(term) if (stemmed := lexeme(word))]


class StoredWords:
    """See `Words`. Of one session, and for as long as it sees one state of the base."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lists: dict[str, Listed] = {}
        self._totals: tuple[int, int, int, int] | None = None

    def search(self, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """See `Words`."""
        words = [word for term in terms for word in stems_of(term)]
        found = self._found(words, scope, limit, MOST_READ)
        if len(found) < limit and any(self._lists[word].was_cut for word in words):
            found = self._found(words, scope, limit, _ALL)
        return self._still_there(found)

    def talks(self, terms: Sequence[str], scope: Scope) -> NDArray[np.int64]:
        """See `Words`. Of a word that more than MOST_READ passages hold those of the passages that are read."""
        words = [word for term in terms for word in stems_of(term)]
        found = [listed.talks for listed in self._read(words, MOST_READ)]
        return scope.of(distinct(np.concatenate([scope.talks[:0], *found])))

    def whole(self, terms: Sequence[str], documents: NDArray[np.int64]) -> Whole:
        """See `Words`."""
        _, _, count, words = self._sizes()
        talks, lessons = np.flatnonzero(documents > 0), np.flatnonzero(documents < 0)
        known = dict(ask(self._session, _TALK_SIZES, numbers(documents[talks].tolist())))
        sizes = np.array([known.get(one, 0) for one in documents.tolist()], dtype=np.float64)
        penalty = penalties(sizes, max(1e-9, words / max(1, count)))
        scores, together = np.zeros(len(documents)), np.zeros(len(documents))
        asked = [word for term in terms for word in stems_of(term)]
        lists = self._read(asked, MOST_READ)
        top = max((int(listed.talks.max(initial=0)) for listed in lists), default=0)
        # By talk id; 0 is for what was not asked for, and for NO_TALK, -1, which is the last place.
        place = np.zeros(max(top, int(documents.max(initial=0))) + 2, dtype=np.int64)
        place[documents[talks]] = talks + 1
        for listed in lists:
            found = np.bincount(place[listed.talks], weights=listed.often, minlength=len(documents) + 1)[1:]
            has, weight = found > 0, self._weight(listed.held)
            has[lessons] = np.isin(-documents[lessons], listed.passages)
            scores += weight * (K1 + 1) * found / (found + penalty)
            together += weight * has
        return Whole(scores, together)

    def held(self, words: Sequence[str]) -> list[int]:
        """See `Words`."""
        return [listed.held for listed in self._read([lexeme(word) for word in words], MOST_READ)]

    def is_known(self, term: str) -> bool:
        """See `Words`."""
        return any(self.held(split_words(term)))

    def most_evidence(self, words: Sequence[str], of: Sequence[str]) -> list[float]:
        """See `Words`."""
        evidence, near = (self._read([lexeme(word) for word in some], MOST_READ) for some in (words, of))
        keys = _Keys([*evidence, *near])
        sums = np.zeros(len(keys))
        for listed in evidence:
            sums[keys.of(listed.passages)] += self._weight(listed.held)
        return [float(sums[keys.of(listed.passages)].max(initial=0.0)) for listed in near]

    def written_near(self, typed: str, edits: int) -> dict[str, int]:
        """See `Words`."""
        typed = typed.encode("utf-8", "replace").decode()
        trigrams, least, most = telling(typed, edits), len(typed) - edits, len(typed) + edits
        found = ask(self._session, _SPELT, trigrams, least, most)
        return {word: often for word, often in found if OSA.distance(typed, word, score_cutoff=edits) <= edits}

    def _found(self, words: Sequence[str], scope: Scope, limit: int, most: int) -> Found:
        """The best passages in `scope` by what was read of `words`."""
        if not words:
            return Found.of(())
        lists = self._read(words, most)
        passages, total, _, _ = self._sizes()
        mean = max(1e-9, total / max(1, passages))
        keys = _Keys(lists)
        scores = np.zeros(len(keys), dtype=np.float64)
        new: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        for listed in lists:
            at = keys.of(listed.passages)
            before = scores[at]
            new.append((at[before == 0], listed.talks[before == 0]))
            weight, penalty = self._weight(listed.held), penalties(listed.sizes, mean)
            scores[at] = before + weight * (K1 + 1) * listed.often / (listed.often + penalty)
        where, talks = (np.concatenate(column) for column in zip(*new, strict=True))
        ids, values = keys.passages(where), scores[where]
        allowed = np.flatnonzero(among(talks, scope.talks) | among(ids, scope.lessons))
        nearest = allowed[least_of_best(values[allowed], limit)]
        order = nearest[np.lexsort((ids[nearest], -values[nearest]))][:limit]
        return Found(ids[order], talks[order], values[order])

    def _still_there(self, found: Found) -> Found:
        """Without passages that vanished, which the index is not told of when a takeaway is deleted."""
        asked = numbers(found.passages.tolist())
        if ask(self._session, "SELECT count(*) FROM passage WHERE id = ANY(%s::int[])", asked)[0][0] == len(found):
            return found
        there = [
            passage for (passage,) in ask(self._session, "SELECT id FROM passage WHERE id = ANY(%s::int[])", asked)
        ]
        kept = np.isin(found.passages, there)
        return Found(found.passages[kept], found.talks[kept], found.scores[kept])

    def _read(self, words: Sequence[str], most: int) -> list[Listed]:
        """The passages of each of these stems, at most about `most` of each."""
        wanted = {word for word in words if word not in self._lists or (most > MOST_READ and self._lists[word].was_cut)}
        if wanted:
            blocks: dict[str, list[int]] = {word: [] for word in wanted}
            packed: dict[str, list[bytes]] = {word: [] for word in wanted}
            held = dict.fromkeys(wanted, 0)
            for word, block, count, entries in ask(self._session, _READ, most, list(wanted)):
                held[word] = int(count)
                blocks[word].append(block)
                packed[word].append(entries)
            self._lists.update((word, Listed.of(blocks[word], packed[word], held[word])) for word in wanted)
        return [self._lists[word] for word in words]

    def _sizes(self) -> tuple[int, int, int, int]:
        """How many passages and words there are, and how many talks and words of talks."""
        if self._totals is None:
            rows = ask(self._session, "SELECT passages, words, talks, talk_words FROM passage_search_size")
            self._totals = rows[0] if rows else (0, 0, 0, 0)
        return self._totals

    def _weight(self, held: int) -> float:
        return rarity(self._sizes()[0], held)


class _Keys:
    """Small numbers for the passages of some lists, ascending as these do, so that sums go into arrays."""

    def __init__(self, lists: Sequence[Listed]) -> None:
        blocks = [listed.blocks for listed in lists]
        self._blocks = np.unique(np.concatenate(blocks)) if blocks else np.zeros(0, dtype=np.int64)
        self._number = np.zeros(int(self._blocks.max(initial=0)) + 1, dtype=np.int64)
        self._number[self._blocks] = np.arange(len(self._blocks))

    def __len__(self) -> int:
        return len(self._blocks) << BITS

    def of(self, passages: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of passages."""
        keys: NDArray[np.int64] = self._number[passages >> BITS] << BITS | passages & (1 << BITS) - 1
        return keys

    def passages(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The passages of numbers."""
        passages: NDArray[np.int64] = self._blocks[keys >> BITS] << BITS | keys & (1 << BITS) - 1
        return passages
