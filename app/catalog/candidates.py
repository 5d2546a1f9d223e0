"""Names in talks that look like technologies and are in no vocabulary: guesses, for people to add or to leave."""

from __future__ import annotations

from collections import defaultdict

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.models import Edition, Organisation, Series, SpeakerAlias, Talk, Technology, TechnologyGuess

EXAMPLES = 3
LEAST = 2
"""Talks a name must be in; what one talk alone names is its own."""
MORE = 4
"""Times as many are read as asked for, as some turn out to be people, companies or conferences."""


class ExampleTalk(BaseModel):
    """A talk that names the candidate."""

    slug: str
    title: str
    language: str | None = Field(default=None, exclude=True)


class Candidate(BaseModel):
    """A guess: a name with how many talks of how many editions have it, and some of these talks."""

    name: str
    talks: int
    editions: int
    examples: list[ExampleTalk]


def technology_candidates(session: Session, limit: int = 25) -> list[Candidate]:
    """Guesses, those in most talks of most editions first. Names of known people, companies and conferences are not."""
    return kept(session, ("technology-candidates", limit), lambda: _candidates(session, limit))


def _candidates(session: Session, limit: int) -> list[Candidate]:
    others = _names_of_others(session)
    talks, editions = func.count(), func.count(func.distinct(col(Talk.edition_id)))
    rows = session.execute(
        allowed_talks(TalkFilter())
        .join(TechnologyGuess, col(TechnologyGuess.talk_id) == col(Talk.id))
        .with_only_columns(col(TechnologyGuess.key), func.min(col(TechnologyGuess.name)), talks, editions)
        .group_by(col(TechnologyGuess.key))
        .having(talks >= LEAST)
        .order_by((talks * editions).desc(), col(TechnologyGuess.key))
        .limit(limit * MORE)
    ).all()
    shown = [row for row in rows if row[0] not in others][:limit]
    examples = _examples(session, [key for key, *_ in shown])
    return [
        Candidate(name=name, talks=count, editions=held, examples=examples[key]) for key, name, count, held in shown
    ]


def _names_of_others(session: Session) -> set[str]:
    """Names of people, companies, series and editions, whole and word by word, and names programmes list as well."""
    found: set[str] = set()
    for column in (SpeakerAlias.name, Organisation.name, Series.name, Edition.name):
        for name in session.scalars(select(col(column))):
            lower = name.casefold()
            found |= {lower, lower.replace(" ", ""), *lower.split()}
    listed = select(col(Technology.name)).where(col(Technology.vocabulary).is_(None))
    return found | {name.casefold() for name in session.scalars(listed)}


def _examples(session: Session, keys: list[str]) -> dict[str, list[ExampleTalk]]:
    """The newest talks of each."""
    # Said once more, so that SQLite goes from the few keys to their talks; of itself it goes through all talks.
    having = select(col(TechnologyGuess.talk_id)).where(col(TechnologyGuess.key).in_(keys))
    rows = session.execute(
        allowed_talks(TalkFilter())
        .where(col(Talk.id).in_(having))
        .join(TechnologyGuess, col(TechnologyGuess.talk_id) == col(Talk.id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(TechnologyGuess.key).in_(keys))
        .with_only_columns(col(TechnologyGuess.key), col(Talk.slug), col(Talk.title), col(Talk.language))
        .order_by(col(Edition.start_date).desc(), col(Talk.id))
    )
    found: dict[str, list[ExampleTalk]] = defaultdict(list)
    for key, slug, title, language in rows:
        if len(found[key]) < EXAMPLES:
            found[key].append(ExampleTalk(slug=slug, title=title, language=language))
    return found
