"""How often a talk that somebody means comes first: by its title, by a title with a typo, by speaker and two words.

A talk counts as found if the first hit has its title and its speakers: of a talk given at several editions, any
delivery will do. Typos are one letter left out, doubled, replaced or swapped with the next, in a word of four letters
or more. Talks whose title others with other speakers have too ("Lightning talks") cannot be told by it: they are
left out of the first two counts, and the share they have is said. Nor can a talk be told by its speaker and two words
where another talk of that speaker has both in its title, often the same one retitled: these are counted apart.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.bootstrap import KnowledgeBase
from app.db.engine import reading
from app.models import Appearance, Speaker, Talk
from app.search.query import fold_phrase, split_words
from app.search.shapes import SearchRequest
from app.trends.estimate import wilson
from scripts.measured import SEED, heading, say, says_something

TALKS = 1_000
SHOWN = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Known(NamedTuple):
    """A talk as somebody knows it."""

    title: str
    speakers: tuple[str, ...]

    @property
    def same(self) -> tuple[str, frozenset[str]]:
        """What its deliveries have in common."""
        return fold_phrase(self.title), frozenset(self.speakers)


def run(base: KnowledgeBase, count: int = TALKS) -> None:
    """The three ways of asking; misses are shown, some of each."""
    heading(f"Known items: {count:,} talks, the one meant comes first, in % (95 % interval)")
    chance = random.Random(SEED)  # noqa: S311  # the same talks each time are wanted
    with reading(base.engine) as session:
        talks = known(session)
        told = told_by_title(talks)
        print(f"{100 * (1 - len(told) / len(talks)):.1f} % of talks have a title that others with other speakers have")
        titles = chance.sample(told, min(count, len(told)))
        ask(base, session, "exact title", [(talk, talk.title) for talk in titles], 99)
        typed = [talk for talk in chance.sample(told, len(told)) if typo(talk.title, chance) is not None][:count]
        wrong = [(talk, typo(talk.title, chance) or "") for talk in typed]
        ask(base, session, "title with one typo", wrong, 95)
        spoken = [talk for talk in chance.sample(talks, len(talks)) if by_speaker(talk, chance) is not None][:count]
        asked = [(talk, by_speaker(talk, chance) or "") for talk in spoken]
        only = told_by_speaker(talks)
        alone = [one for one in asked if only(*one)]
        way = "speaker and two words of the title"
        print(f"{100 * (1 - len(alone) / len(asked)):.1f} % have speakers with both words in another title, too")
        ask(base, session, f"{way}, all", asked, None)
        ask(base, session, f"{way}, told by them", alone, 97)


def known(session: Session) -> list[Known]:
    """All talks that can be found, with their speakers in order."""
    speakers: dict[int, list[str]] = defaultdict(list)
    for talk_id, name in session.execute(
        select(col(Appearance.talk_id), col(Speaker.name))
        .join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
        .order_by(col(Appearance.talk_id), col(Appearance.position))
    ):
        speakers[talk_id].append(name)
    rows = session.execute(
        select(col(Talk.id), col(Talk.title))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .order_by(col(Talk.id))
    )
    return [Known(title, tuple(speakers[talk_id])) for talk_id, title in rows if talk_id is not None]


def told_by_title(talks: list[Known]) -> list[Known]:
    """Those whose title no talk of other speakers has."""
    of_title: dict[str, set[frozenset[str]]] = defaultdict(set)
    for talk in talks:
        title, speakers = talk.same
        of_title[title].add(speakers)
    return [talk for talk in talks if len(of_title[fold_phrase(talk.title)]) == 1]


def told_by_speaker(talks: list[Known]) -> Callable[[Known, str], bool]:
    """Whether of the talks of its first speaker this one alone has in its title the two words that end a question."""
    titles: dict[str, dict[tuple[str, frozenset[str]], set[str]]] = defaultdict(dict)
    for talk in talks:
        for speaker in talk.speakers:
            titles[speaker][talk.same] = set(split_words(talk.title))

    def only(talk: Known, question: str) -> bool:
        words = set(question.split()[-2:])
        return not any(words <= title for same, title in titles[talk.speakers[0]].items() if same != talk.same)

    return only


def typo(title: str, chance: random.Random) -> str | None:
    """The title with one letter wrong; None where no word is long enough."""
    words = title.split()
    long = [place for place, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long:
        return None
    place = chance.choice(long)
    word = words[place]
    at = chance.randrange(len(word) - 1)
    ways = (
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at:],
        word[:at] + chance.choice(LETTERS) + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[place] = chance.choice([wrong for wrong in ways if wrong.lower() != word.lower()])
    return " ".join(words)


def by_speaker(talk: Known, chance: random.Random) -> str | None:
    """The first speaker and two words of the title; None where there is no speaker or no two words."""
    words = list(dict.fromkeys(word for word in split_words(talk.title) if says_something(word)))
    if not talk.speakers or len(words) < 2:
        return None
    return " ".join([talk.speakers[0], *chance.sample(words, 2)])


def ask(base: KnowledgeBase, session: Session, way: str, asked: list[tuple[Known, str]], goal: float | None) -> None:
    """Count how often the talk meant is the first, and among the first ten, of talks and what is typed for them."""
    first = among = 0
    missed: list[str] = []
    for talk, question in asked:
        hits = base.search.search(session, SearchRequest(query=question, limit=10)).hits
        found = [Known(hit.talk.title, tuple(one.name for one in hit.talk.speakers)).same for hit in hits]
        among += talk.same in found
        if found[:1] == [talk.same]:
            first += 1
        else:
            missed.append(f"{question!r} found {hits[0].talk.title!r}" if hits else f"{question!r} found nothing")
    low, high = (100 * end for end in wilson(first / len(asked), len(asked)))
    say(f"{way}: first ({low:.1f} to {high:.1f})", 100 * first / len(asked), "%", goal, at_least=True)
    say(f"{way}: among the first ten", 100 * among / len(asked), "%")
    for line in missed[:SHOWN]:
        print(f"    {line}")
