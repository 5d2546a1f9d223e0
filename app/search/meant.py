"""What may have been meant: a query with its misspelt words mended, or another query to suggest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from app.search.facts import Facts
from app.search.lexical.protocol import Words
from app.search.memory import Memory
from app.search.outright import NAME_WORDS
from app.search.phrases import Held, Missed, missed_phrases
from app.search.query import Query, split_words
from app.search.reach import Reach
from app.search.shapes import Correction, Spelling
from app.search.spelling import LEAST_LETTERS, Speller, correct, corrected, most_edits, unknown_words
from app.text.stemming import STOP_WORDS, fold, stem

RARE, TIMES = 2, 50
"""A word that at most so many passages hold may be misspelt there too, where many times as many hold a near one."""
LEAST_WHOLE, LONG_WHOLE = 8, 16
"""Letters of a title or name, from which one and two edits are a slip rather than another name."""

MayDiffer = Callable[[str, str], bool]
"""Whether a word of a query may be a slip of one, folded, of a title or name."""


class Mended(NamedTuple):
    """A query as it is searched for, what was replaced in it, and the text it would be were that allowed."""

    query: Query
    corrections: Sequence[Correction] = ()
    meant: str | None = None


class Meanings:
    """Tells what may have been meant, from the words, titles and names of one base. Threads may share it."""

    def __init__(self, is_common: Callable[[str], bool]) -> None:
        """`is_common` says of a folded word whether it is known to be right without any talk that holds it."""
        self._is_common = is_common
        self._names: tuple[object, Reach] | None = None
        self._titles: tuple[object, Reach] | None = None

    def warm(self, memory: Memory) -> None:
        """Make now what is made when first asked for."""
        self._is_common("")
        self.names(memory.facts)
        self.titles(memory.facts)
        if memory.words is not None:
            memory.words.written_near("warm", 1)

    def mend(self, query: Query, memory: Memory, spelling: Spelling) -> Mended:
        """Put near words in the place of those that no passage holds; or, not to be done, say what they would be.

        Leaves a query alone all of whose words are known, words in quotes (see `phrases`), and any query while the
        words are still being read. A common word that no talk holds is no slip ("late" is not "lake"), nor is the name
        of a technology, unless with another the whole query is a title or name. Words that talks hold stay, and so do
        numbers.
        """
        index = memory.words
        exactly = {word for phrase in query.phrases for word in split_words(phrase.text)}
        unknown = [word for word in unknown_words(index, query) if word not in exactly] if index is not None else []
        if index is None or not unknown:
            return Mended(query)

        def is_unknown(typed: str, _: str) -> bool:
            return typed in unknown

        slips = [word for word in unknown if not self._is_right(word, memory.facts)]
        named = self._as_named(query, memory.facts, is_unknown, is_unknown)
        found = named or correct(query, slips, Speller(index))
        if spelling == "typed":
            return Mended(query, meant=corrected(query, found).typed if found else None)
        return Mended(corrected(query, found), found)

    def suggest(self, mended: Mended, memory: Memory) -> str | None:
        """Another query that may have been meant, which was not searched for; None where there is none.

        Words may differ from those of a name, and from those of a title that more passages hold, for a slip makes a
        rare word of a frequent one. None with a digit, as "3.4" is no slip of "3.0", and of a title no short one.
        """
        query, facts, index = mended.query, memory.facts, memory.words
        if mended.meant is not None or query.folded in facts.titles or query.folded in facts.names:
            return mended.meant

        def is_rarer(typed: str, near: str) -> bool:
            if index is None or not most_edits(fold(typed)) or not most_edits(near):
                return False
            few, many = index.held([typed, near])
            return few < many

        better = self._as_named(query, facts, _without_digits, is_rarer)
        if all(stem(one.typed) == stem(one.used) for one in better):
            better = []  # another form of a word is no slip
        if not better and index is not None:
            better = [*self._better_words(mended, index, facts)]
        return corrected(query, better).typed if better else None

    def missed(self, query: Query, memory: Memory, held: Held) -> Missed | None:
        """What is to be said of the phrases of a query that found nothing, see `missed_phrases`."""
        index = memory.words
        return missed_phrases(query, None if index is None else Speller(index), held)

    def names(self, facts: Facts) -> Reach:
        """Folded names of speakers, made when they are others than before: that takes some ten milliseconds."""
        if self._names is None or self._names[0] is not facts.names:
            self._names = facts.names, Reach(facts.names)
        return self._names[1]

    def titles(self, facts: Facts) -> Reach:
        """Folded titles, made as the names are."""
        if self._titles is None or self._titles[0] is not facts.titles:
            self._titles = facts.titles, Reach(filter(None, facts.titles))
        return self._titles[1]

    def _is_right(self, word: str, facts: Facts) -> bool:
        """Whether a word is known to be right, be it that no talk holds it."""
        return fold(word) in facts.technologies or self._is_common(fold(word))

    def _as_named(self, query: Query, facts: Facts, of_name: MayDiffer, of_title: MayDiffer) -> list[Correction]:
        """What makes the whole query the name or title that it is a letter or two from."""
        names = _differing(query, self.names(facts), of_name) if len(query.words) in NAME_WORDS else []
        return names or _differing(query, self.titles(facts), of_title)

    def _better_words(self, mended: Mended, index: Words, facts: Facts) -> Iterator[Correction]:
        """For words that hardly a passage holds: the near ones that many do.

        Of those that none holds only the short ones, see `spelling.is_sure`: longer ones were replaced if they could.
        """
        used = {one.used for one in mended.corrections}
        terms = [term for term in mended.query.terms if term not in used and most_edits(fold(term))]
        for term, held in zip(terms, index.held(terms), strict=True):
            known = fold(term) in facts.technologies
            if held > RARE or known or (not held and (len(term) > LEAST_LETTERS or self._is_common(fold(term)))):
                continue
            near = Speller(index).near(term, most=1)[:1]
            if near and near[0].held >= TIMES * max(held, 1) and near[0].word not in STOP_WORDS:
                yield Correction(typed=term, used=near[0].word)


def _without_digits(typed: str, near: str) -> bool:
    return not any(letter.isdigit() for letter in typed + near)


def _differing(query: Query, wholes: Reach, may_differ: MayDiffer) -> list[Correction]:
    """The words in which a query differs from the nearest of these, word by word; [] where none is near.

    Only one that differs in words that may, as typed and as it has them.
    """
    typed = query.folded
    if len(typed) < LEAST_WHOLE:
        return []
    found = wholes.within(typed, 1 if len(typed) < LONG_WHOLE else 2)
    for place in sorted(found, key=lambda one: (found[one], one)):
        words = wholes[place].split()
        if len(words) != len(query.words):
            continue
        differing = [(word, near) for word, near in zip(query.words, words, strict=True) if fold(word) != near]
        if all(may_differ(word, near) for word, near in differing):
            return [Correction(typed=word, used=near) for word, near in differing]
    return []
