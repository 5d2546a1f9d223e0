"""Talks that a query names outright: by their title, or by a speaker, maybe with words of the title beside the name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from app.search.facts import Facts
from app.search.query import Query
from app.text.stemming import STOP_WORDS, fold

Holding = Callable[[Query, Sequence[int] | None], Mapping[int, float]]
"""Scores of those of these talks, or of all, that hold any word of a query."""
NAME_WORDS = range(2, 6)
"""Words of a speaker's name that is known among others; a single word is too often not meant as one."""
OTHERS = 1 / 3
"""How many talks of others may hold a word of somebody's name, for each of their own, so that it still means them."""
MOST_WORDS = 24
"""Words of a query that are looked through for names."""
BY_TITLE = 5.0
"""By how much the score of a talk is raised whose whole title is the query: more than any other can reach."""


def obvious(query: Query, facts: Facts, holding: Holding) -> dict[int, float]:
    """Talks that the query names outright, and by how much their score is raised: 5 by title, 1 to 4 by speaker.

    Fused scores end at 1, so a talk named by its exact title comes first, then those of a speaker so named. Where other
    words stand beside the name, those of the speaker's talks come first that have them in their title, of these the
    ones whose title they tell most of; then the words in the whole talk count, as `holding` scores them.
    """
    terms = [fold(term) for term in query.terms]
    named = _named_within(query, terms, facts) or _bearing(query, facts, holding)
    known = {word for words in named.values() for word in words}
    others = tuple(term for term in query.terms if fold(term) not in known)
    found = holding(replace(query, terms=others), list(named)) if named and others else {}
    best = max(found.values(), default=1.0)
    raised = {
        talk_id: 1.0 + _told([term for term in terms if term not in words], words, facts.titled.get(talk_id, ""))
        + found.get(talk_id, 0.0) / best
        for talk_id, words in named.items()
    }  # fmt: skip
    raised.update(dict.fromkeys(facts.titles.get(query.folded, ()), BY_TITLE))
    return raised


def _told(terms: Sequence[str], names: Collection[str], title: str) -> float:
    """Which share of `terms` stands in a title, and which share of the title without `names` they are; 0..2 in all."""
    if not terms:
        return 0.0
    words = set(title.split())
    held = sum(term in words for term in terms)
    telling = sum(word not in STOP_WORDS and word not in names for word in words)
    return held / len(terms) + held / max(telling, held, 1)


def _named_within(query: Query, terms: Sequence[str], facts: Facts) -> dict[int, set[str]]:
    """Talks of the speakers whose names are in the query, or are the query, and the words of these names.

    A single word beside others is taken for a name only where a talk of that speaker has all the others in its title.
    """
    words = query.folded.split()[:MOST_WORDS]
    talks: dict[int, set[str]] = defaultdict(set)
    for length in (1, *NAME_WORDS) if query.folded not in facts.names else (len(words),):
        for start in range(len(words) - length + 1):
            name = words[start : start + length]
            of_name = facts.names.get(" ".join(name), ())
            if of_name and length == 1 < len(words):
                others = {*terms}.difference(name)
                of_name = [talk_id for talk_id in of_name if _has(facts.titled.get(talk_id, ""), others)]
            for talk_id in of_name:
                talks[talk_id].update(name)
    return talks


def _bearing(query: Query, facts: Facts, holding: Holding) -> dict[int, set[str]]:
    """Talks of the speakers in whose name a query of one word stands, if hardly anybody else's talk holds that word.

    So "poettering" means a speaker and "snow" the weather, also where somebody is called so.
    """
    word = query.folded
    talks = facts.of_bearers(word) if len(query.terms) == len(query.words) == 1 else ()
    if not talks:
        return {}
    held = {talk_id for talk_id in holding(query, None) if talk_id > 0}
    own = held.intersection(talks)
    return {talk_id: {word} for talk_id in own} if len(held - own) <= OTHERS * len(own) else {}


def _has(title: str, words: set[str]) -> bool:
    """Whether there are words and a title has them all."""
    return bool(words) and words.issubset(title.split())
