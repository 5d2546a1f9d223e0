"""What an article names, found anew and written to the base. Derived data: `RECIPE` says how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from app.models import Edition, Technology
from app.models.articles import ArticleMention, ArticleText
from app.takeaways.recognition.by_speaker import find_by_speaker, speakers_of
from app.takeaways.recognition.finding import UNSURE, Block, Finding, Person, read_blocks
from app.takeaways.recognition.people import find_people
from app.takeaways.recognition.places import find_organisations
from app.takeaways.recognition.programme import (
    accounts_named,
    earlier_blocks,
    organisations_of,
    people_of,
    speakers_by_key,
    talks_linked,
    talks_named,
    titles_of_edition,
    titles_within,
)
from app.takeaways.recognition.talks import Programme, find_titles
from app.takeaways.recognition.technologies import find_technologies
from app.takeaways.recognition.titles import Hit, TitleIndex
from app.technologies.mentions import read_vocabulary

RECIPE = "recognition/1"
_COLUMN = {"talk": "talk_id", "speaker": "speaker_id", "organisation": "organisation_id", "technology": "technology_id"}


def refresh_mentions_of_article(session: Session, article_id: int) -> int:
    """Find anew what an article names and replace its rows. Never commits. Returns how many rows there are now."""
    session.execute(delete(ArticleMention).where(col(ArticleMention.article_id) == article_id))
    article = session.get(ArticleText, article_id)
    if article is None:
        return 0
    blocks = read_blocks(article.blocks)
    texts = {block.number: block.text for block in blocks}
    rows = [_row(article_id, one, texts[one.block]) for one in recognise(session, article, blocks)]
    if rows:
        session.execute(insert(ArticleMention), rows)
    session.expire_all()
    return len(rows)


def recognise(session: Session, article: ArticleText, blocks: Sequence[Block]) -> list[Finding]:
    """Everything the article names, in its order."""
    edition = session.get(Edition, article.edition_id) if article.edition_id is not None else None
    hits, programme, earlier = _programme(session, article, edition, blocks)
    own = {key: talk for key, talk in programme.talks.items() if talk.own}
    names = programme.names
    mine = [Person(speaker, tuple(names[speaker])) for speaker in sorted(speakers_of(own) & set(names))]
    people = _with_accounts(
        find_people(blocks, mine, speakers_by_key(session, blocks)), accounts_named(session, blocks)
    )
    talks = find_titles(blocks, hits, programme, people, earlier)
    if edition is not None:
        talks += find_by_speaker(blocks, programme, people, talks)
    named = set(own) if edition is not None else {one.id for one in talks if one.certainty != UNSURE}
    technologies = find_technologies(blocks, read_vocabulary(session).matcher)
    organisations = find_organisations(blocks, organisations_of(session, named), _things(session))
    organisations = [one for one in organisations if not any(_inside(one, other) for other in technologies)]
    return sorted(
        [*talks, *people, *organisations, *technologies], key=lambda one: (one.block, one.start, one.kind, one.id)
    )


def _programme(
    session: Session, article: ArticleText, edition: Edition | None, blocks: Sequence[Block]
) -> tuple[list[list[Hit]], Programme, frozenset[int]]:
    linked = talks_linked(session, blocks)
    earlier: frozenset[int] = frozenset()
    if edition is not None:
        earlier = earlier_blocks(blocks, edition.year)
        titles = titles_of_edition(session, edition, linked, [blocks[one] for one in sorted(earlier)])
        index = TitleIndex(titles, least_head=1)
        hits = [index.find(block.words) for block in blocks]
        wanted = {talk for talk, _ in titles}
    else:
        index = TitleIndex(titles_within(session, blocks))
        hits = [index.find(block.words) for block in blocks]
        wanted = linked | {talk for some in hits for hit in some for talk, _ in hit.title.talks}
    talks = talks_named(session, wanted, article)
    names = {person.id: person.names for person in people_of(session, speakers_of(talks))}
    year = edition.year if edition is not None else None
    return hits, Programme(talks, index, names, edition is not None, frozenset(linked), year), earlier


def _with_accounts(people: Sequence[Finding], accounts: Iterable[Finding]) -> list[Finding]:
    """Names, and accounts where no name stands at the same place."""
    more = [one for one in accounts if not any(_overlap(one, other) and other.certainty != UNSURE for other in people)]
    kept = [one for one in people if not any(_overlap(one, other) for other in more)]
    return sorted([*kept, *more], key=lambda one: (one.block, one.start))


def _overlap(one: Finding, other: Finding) -> bool:
    return one.block == other.block and one.start < other.end and other.start < one.end


def _inside(one: Finding, other: Finding) -> bool:
    """Whether a name is only a part of a longer one."""
    return (
        _overlap(one, other)
        and other.start <= one.start
        and one.end <= other.end
        and (other.end - other.start > one.end - one.start)
    )


def _things(session: Session) -> set[str]:
    """Names of technologies of the vocabularies, in lower case."""
    rows = session.execute(
        select(col(Technology.name), col(Technology.aliases)).where(col(Technology.vocabulary).is_not(None))
    )
    return {name.lower() for first, aliases in rows for name in (first, *aliases)}


def _row(article_id: int, one: Finding, text: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_COLUMN.values())
    row[_COLUMN[one.kind]] = one.id
    return row | {
        "article_id": article_id, "kind": one.kind, "block": one.block, "start": one.start, "end": one.end,
        "words": text[one.start : one.end], "score": one.score, "certainty": one.certainty, "why": one.why,
        "runner_up": asdict(one.runner_up) if one.runner_up else None, "recipe": RECIPE,
    }  # fmt: skip
