"""Drafting takeaways from articles and talks that changed, a batch at a time, into the tables. Derived data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import and_, delete, func, insert, literal, or_, select
from sqlmodel import Session, col

from app.catalog.spoken import cues_of
from app.embeddings.recipe import text_hash
from app.models import Article, ArticleText, DraftReading, IndexState, TakeawayDraft, Talk
from app.takeaways.drafting.abstracts import statements_of_abstract
from app.takeaways.drafting.article import statements_of_article
from app.takeaways.drafting.spoken import statements_of_speech
from app.takeaways.drafting.statement import Person, Statement
from app.takeaways.material import (
    NamedTechnology,
    article_to_draft,
    fingerprint,
    held_against,
    mentions_of_article,
    speakers_of_talks,
    technologies_of_talks,
    videos_of_talks,
)
from app.text.moments import first_moment

RECIPE = "drafts/2"
"""Changes whenever drafting does: then everything is drafted anew."""
TECHNOLOGIES = "technologies"
"""The row of IndexState that names the vocabulary technologies were found by."""
MOST_NAMED = 3
"""Speakers of one talk that are named as those who say something."""
_LINE = ("kind", "section", "number", "url", "start_seconds", "quote")

Recognise = Callable[[Session, int], object]
"""Finds anew what an article names, given its id."""


def refresh_takeaways(session: Session, batch: int = 200, recognise: Sequence[Recognise] = ()) -> int:
    """Draft takeaways from the next articles and talks that changed. Never commits.

    Returns how many were read, at most `batch`, and 0 when all is done: call and commit until then. Drafts and the
    stamps of what they were read from change in one transaction, so a killed run leaves whole batches only. A
    withdrawn talk loses its drafts. An article whose words are new, or the programme it is held against, is first given
    to each of `recognise`.
    """
    read = _draft_articles(session, batch, recognise)
    return read + (_draft_talks(session, batch - read) if read < batch else 0)


def forget_drafts(session: Session) -> None:
    """Mark every article and talk as to be drafted anew by the next `refresh_takeaways`. Never commits."""
    session.execute(delete(DraftReading))
    session.expire_all()


def count_drafts(session: Session) -> int:
    """Drafts there are, decided about or not."""
    return session.scalar(select(func.count()).select_from(TakeawayDraft)) or 0


def draft_key(origin: str, slug: str, text: str) -> str:
    """The name of a draft: of where it was found and its words alone, so that it outlives a rebuild."""
    words = " ".join(text.lower().split())
    return hashlib.sha256(f"{origin}\n{slug}\n{words}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _draft_articles(session: Session, batch: int, recognise: Sequence[Recognise]) -> int:
    of_articles = select(col(DraftReading.article_id), col(DraftReading.stamp))
    rows_of = session.execute(of_articles.where(col(DraftReading.article_id).is_not(None)))
    stamps = {article_id: stamp for article_id, stamp in rows_of}  # noqa: C416 (rows are no pairs to mypy)
    ids = session.execute(
        select(col(ArticleText.article_id), col(ArticleText.content_hash), col(ArticleText.edition_id)).order_by(
            col(ArticleText.article_id)
        )
    ).all()
    read = 0
    worlds: dict[int | None, str] = {}
    for article_id, content_hash, edition_id in ids:
        if read == batch:
            break
        if edition_id not in worlds:
            worlds[edition_id] = held_against(session, edition_id)
        words = f"{content_hash}/{RECIPE}/{worlds[edition_id]}/"
        if not (stamps.get(article_id) or "").startswith(words):
            for find in recognise:
                find(session, article_id)
        stored = session.get_one(Article, article_id)
        rows = mentions_of_article(session, article_id)
        stamp = words + fingerprint(stored, rows)
        if stamps.get(article_id) == stamp:
            continue
        text = session.get_one(ArticleText, article_id)
        found = statements_of_article(article_to_draft(session, stored, text, rows))
        titles = _talks(session, {one.talk_id for one in found if one.talk_id is not None})
        session.execute(delete(TakeawayDraft).where(col(TakeawayDraft.article_id) == article_id))
        _add(session, [_of_article(stored, text, one, place, titles) for place, one in enumerate(found)])
        session.execute(delete(DraftReading).where(col(DraftReading.article_id) == article_id))
        session.execute(insert(DraftReading), [{"article_id": article_id, "stamp": stamp}])
        read += 1
    session.flush()
    return read


def _talks(session: Session, ids: Iterable[int]) -> dict[int, Talk]:
    return {talk.id or 0: talk for talk in session.scalars(select(Talk).where(col(Talk.id).in_(list(ids))))}


def _of_article(
    article: Article, text: ArticleText, one: Statement, position: int, talks: dict[int, Talk]
) -> dict[str, Any]:
    talk = talks.get(one.talk_id or 0)
    person = one.person
    return _row("article", article.slug, one, talk, position) | {
        "article_id": article.id,
        "edition_id": talk.edition_id if talk else text.edition_id,
        "speaker_id": person.speaker_id if person and one.said_as == "speaker" else None,
        "said_by": person.name if person else None,
        "affiliation": person.affiliation if person else None,
        "technologies": one.technologies,
    }


def _draft_talks(session: Session, batch: int) -> int:
    suffix = "/" + _suffix(session)
    talks = session.scalars(
        select(Talk)
        .outerjoin(DraftReading, col(DraftReading.talk_id) == col(Talk.id))
        .where(
            or_(
                and_(
                    col(Talk.withdrawn_at).is_(None),
                    or_(
                        col(DraftReading.id).is_(None),
                        col(DraftReading.stamp) != col(Talk.content_hash) + literal(suffix),
                    ),
                ),
                and_(col(Talk.withdrawn_at).is_not(None), col(DraftReading.id).is_not(None)),
            )
        )
        .order_by(col(Talk.id))
        .limit(batch)
    ).all()
    ids = [talk.id for talk in talks if talk.id is not None]
    if not ids:
        return 0
    there = [talk for talk in talks if talk.withdrawn_at is None]
    session.execute(
        delete(TakeawayDraft).where(col(TakeawayDraft.talk_id).in_(ids), col(TakeawayDraft.article_id).is_(None))
    )
    _add(session, _of_talks(session, [talk for talk in there if not talk.is_container]))
    session.execute(delete(DraftReading).where(col(DraftReading.talk_id).in_(ids)))
    if there:
        session.execute(
            insert(DraftReading), [{"talk_id": talk.id, "stamp": talk.content_hash + suffix} for talk in there]
        )
    session.flush()
    return len(ids)


def _suffix(session: Session) -> str:
    """What a talk's drafts rest on beside its words: how they are made, and the vocabulary of technologies."""
    state = session.get(IndexState, TECHNOLOGIES)
    return f"{RECIPE}/{state.fingerprint[:8] if state else ''}"


def _of_talks(session: Session, talks: Sequence[Talk]) -> list[dict[str, Any]]:
    """Rows for what the abstracts and transcripts of these talks say."""
    heard = cues_of(session, talks)
    found: list[tuple[Talk, str, Statement]] = []
    for talk in talks:
        found += [(talk, "abstract", one) for one in statements_of_abstract(talk.abstract or "")]
        for cues in heard.get(talk.id or 0, [])[:1]:
            found += [(talk, "transcript", one) for one in statements_of_speech(cues)]
    ids = {talk.id for talk, _, _ in found if talk.id is not None}
    people, technologies = speakers_of_talks(session, ids), technologies_of_talks(session, ids)
    videos = videos_of_talks(session, ids)
    rows = []
    for position, (talk, origin, one) in enumerate(found):
        at = talk.id or 0
        for line in one.evidence:
            second = line.get("start_seconds")
            line["url"] = talk.reference if second is None else first_moment(videos.get(at, []), second)
        row = _row(origin, talk.slug, one, talk, position) | {"edition_id": talk.edition_id}
        named = technologies_in(one.text, technologies.get(at, []))
        rows.append(row | _said_by(people.get(at, [])) | {"technologies": named})
    return rows


def _said_by(people: Sequence[Person]) -> dict[str, Any]:
    """Who says what an abstract says: the one speaker, or all of a few."""
    names = [person.name for person in people][:MOST_NAMED]
    more = " and others" if len(people) > MOST_NAMED else ""
    joined = (
        " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 and not more else ", ".join(names) + more
    )
    affiliations = {person.affiliation for person in people}
    return {
        "said_by": joined or None,
        "speaker_id": people[0].speaker_id if len(people) == 1 else None,
        "affiliation": affiliations.pop() if len(affiliations) == 1 else None,
    }


def technologies_in(text: str, technologies: Iterable[NamedTechnology]) -> list[str]:
    """Names of those technologies of a talk that a sentence of it mentions."""
    lower = text.lower()
    return [
        one.name
        for one in technologies
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lower) for word in one.words if word in lower)
    ]


def _row(origin: str, slug: str, one: Statement, talk: Talk | None, position: int) -> dict[str, Any]:
    return {
        "key": draft_key(origin, slug, one.text),
        "origin": origin,
        "article_id": None,
        "talk_id": talk.id if talk else None,
        "position": position,
        "text": one.text,
        "kind": one.kind,
        "stance": one.stance,
        "conditions": one.conditions,
        "said_as": one.said_as,
        "evidence": [{name: line.get(name) for name in _LINE} for line in one.evidence],
        "score": one.score,
        "why": one.why,
        "content_hash": text_hash(one.text.strip()),
        "recipe": RECIPE,
    }


def _add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store rows; of two with the same words of the same place the first."""
    distinct = {row["key"]: row for row in reversed(rows)}
    if distinct:
        session.execute(insert(TakeawayDraft), [row for row in rows if distinct[row["key"]] is row])
