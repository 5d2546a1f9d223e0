"""Storing an article and its takeaways."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.identity import People
from app.ingest.record import FoundProblem, ReviewedRecord, TakeawayCollection, TakeawayRecord
from app.ingest.store.article_identity import same_article
from app.ingest.store.changes import Changes, record_hash
from app.models import (
    Article,
    ArticleText,
    Edition,
    Source,
    Speaker,
    Takeaway,
    TakeawayDecision,
    TakeawayEvidence,
    Talk,
)
from app.text.markup import safe_url
from app.text.slugs import slugify, unique_slug

_COPIED = (
    "text", "kind", "stance", "conditions", "said_by", "said_as", "affiliation", "occasion", "status", "claim",
)  # fmt: skip


REVIEW = "review"
"""Key of the source of takeaways that people made of drafts here (`app/takeaways/review`)."""


def store_takeaways(session: Session, source: Source, collection: TakeawayCollection, people: People) -> Changes:
    """Upsert takeaways. One whose talk, edition or speaker is not in the base is kept without it, with a problem."""
    assert source.id is not None
    changes = Changes()
    article_id = _article(session, source.id, collection)
    hint = collection.article.slug if collection.article else ""
    known = {
        takeaway.source_key: takeaway
        for takeaway in session.scalars(select(Takeaway).where(col(Takeaway.source_id) == source.id))
    }
    slugs = set(session.scalars(select(col(Takeaway.slug))))
    stored: dict[str, Takeaway] = {}
    for position, record in enumerate(collection.takeaways):
        if record.key in stored:
            changes.problems.append(FoundProblem("error", f"The id “{record.key}” is given twice.", record.position))
            continue
        references = _references(session, record, people, changes)
        digest = record_hash(record, *_named(session, references))
        takeaway = known.get(record.key) or _adopted(session, source.id, record)
        if takeaway is None:
            takeaway = Takeaway(
                slug=unique_slug(slugify(record.key), slugs, hint), source_id=source.id,
                source_key=record.key, text=record.text, kind=record.kind, content_hash="",
            )  # fmt: skip
            session.add(takeaway)
        what = "created" if not takeaway.content_hash else "unchanged"
        # By numbers of rows, as bases have it that were made before.
        former = record_hash(record, *map(str, references.values()))
        if takeaway.content_hash.partition("~")[0] == former:
            takeaway.content_hash = digest + takeaway.content_hash[len(former) :]
        # What follows a tilde is of edits that people made since; their takeaway is as the file has it otherwise.
        if takeaway.content_hash and (
            takeaway.content_hash.partition("~")[0] != digest or takeaway.withdrawn_at is not None
        ):
            what = "updated"
        if what != "unchanged":
            _write(session, takeaway, record, references)
            takeaway.content_hash = digest
            takeaway.withdrawn_at = None
        takeaway.article_id = article_id
        _keep_review(session, record.reviewed, takeaway)
        takeaway.position = position
        stored[record.key] = takeaway
        changes.count(what)
    for rejected in collection.rejected:
        _keep_review(session, rejected, None)
    _link_revised(session, collection, stored, changes)
    _withdraw(collection, known, changes)
    return changes


def _adopted(session: Session, source_id: int, record: TakeawayRecord) -> Takeaway | None:
    """The takeaway that a review made here and that this file, exported from it, brings back: it is the file's then."""
    if record.reviewed is None:
        return None
    found = session.scalars(
        select(Takeaway)
        .join(Source, col(Source.id) == col(Takeaway.source_id))
        .where(col(Takeaway.slug) == record.key, col(Source.key) == REVIEW)
    ).first()
    if found is not None:
        found.source_id, found.source_key = source_id, record.key
    return found


def _keep_review(session: Session, review: ReviewedRecord | None, takeaway: Takeaway | None) -> None:
    """Keep the decision that a file tells of, unless the base has one about this draft or takeaway."""
    if review is None:
        return
    session.flush()
    about = col(TakeawayDecision.draft_key) == review.draft if review.draft else None
    if takeaway is not None and (about is None or takeaway.id is not None):
        mine = col(TakeawayDecision.takeaway_id) == takeaway.id
        about = mine if about is None else about | mine
    if about is None or session.scalar(select(col(TakeawayDecision.id)).where(about).limit(1)) is not None:
        return
    session.add(
        TakeawayDecision(
            draft_key=review.draft, takeaway_id=takeaway.id if takeaway else None,
            action="accept" if takeaway else "reject", reviewer=review.by,
            decided_at=datetime.fromisoformat(review.on).replace(tzinfo=UTC), via="file",
        )
    )  # fmt: skip


def _article(session: Session, source_id: int, collection: TakeawayCollection) -> int | None:
    """The row of the article, None for statements of none. Where the article's own words were read as well, what this
    file does not say stays as it is.
    """
    record = collection.article
    if record is None:
        return None
    article = same_article(
        session, source_id=source_id, title=record.title, url=record.url, author=record.author,
        publisher=record.publisher, edition_id=_one_edition(session, collection),
    )  # fmt: skip
    if article is None:
        slugs = set(session.scalars(select(col(Article.slug))))
        slug = unique_slug(record.slug, slugs, slugify(record.publisher or ""))
        article = Article(slug=slug, source_id=source_id, title=record.title)
        session.add(article)
        session.flush()
    has_text = session.get(ArticleText, article.id) is not None
    values = asdict(record) | {"url": safe_url(record.url) if record.url else None}
    for name, value in values.items():
        if name != "slug" and (value is not None or not has_text):
            setattr(article, name, value)
    article.source_id = source_id
    session.flush()
    assert article.id is not None
    return article.id


def _one_edition(session: Session, collection: TakeawayCollection) -> int | None:
    """The edition that most of the takeaways are of."""
    slugs = Counter(
        edition
        for record in collection.takeaways
        if (edition := record.edition or (record.talk or "").partition("/")[0])
    )
    if not slugs:
        return None
    return session.scalar(select(col(Edition.id)).where(col(Edition.slug) == slugs.most_common(1)[0][0]))


def _references(session: Session, record: TakeawayRecord, people: People, changes: Changes) -> dict[str, int | None]:
    found: dict[str, int | None] = {"edition_id": None, "talk_id": None, "speaker_id": None}
    if record.talk:
        edition, _, key = record.talk.partition("/")
        row = session.execute(
            select(col(Talk.id), col(Talk.edition_id))
            .join(Edition)
            .where(col(Edition.slug) == edition, col(Talk.source_key) == key)
        ).first()
        if row:
            found["talk_id"], found["edition_id"] = row[0], row[1]
        else:
            changes.problems.append(FoundProblem("error", f"“{record.talk}” is no talk of the base.", record.position))
    if record.edition and found["edition_id"] is None:
        found["edition_id"] = session.scalar(select(col(Edition.id)).where(col(Edition.slug) == record.edition))
        if found["edition_id"] is None:
            changes.problems.append(FoundProblem("error", f"“{record.edition}” is no edition here.", record.position))
    if record.said_by:
        found["speaker_id"] = people.known_speaker_id(record.said_by)
        if found["speaker_id"] is None and record.said_as == "speaker":
            changes.problems.append(
                FoundProblem("warning", f"“{record.said_by}” is no speaker of the base.", record.position)
            )
    return found


def _named(session: Session, references: dict[str, int | None]) -> list[str]:
    """The slugs of what is referred to, “None” for nothing: the same in every base, as the numbers of rows are not."""
    slugs = {
        "edition_id": select(col(Edition.slug)).where(col(Edition.id) == references["edition_id"]),
        "talk_id": select(col(Talk.slug)).where(col(Talk.id) == references["talk_id"]),
        "speaker_id": select(col(Speaker.slug)).where(col(Speaker.id) == references["speaker_id"]),
    }
    return [str(session.scalar(slugs[name]) if value else None) for name, value in references.items()]


def _write(session: Session, takeaway: Takeaway, record: TakeawayRecord, references: dict[str, int | None]) -> None:
    for name in _COPIED:
        setattr(takeaway, name, getattr(record, name))
    takeaway.claim = dict(record.claim) if record.claim else None
    takeaway.technologies = list(record.technologies)
    takeaway.themes = list(record.themes)
    for name, value in references.items():
        setattr(takeaway, name, value)
    session.flush()
    assert takeaway.id is not None
    session.execute(delete(TakeawayEvidence).where(col(TakeawayEvidence.takeaway_id) == takeaway.id))
    for position, piece in enumerate(record.evidence):
        values: dict[str, Any] = asdict(piece)
        values["url"] = safe_url(piece.url) if piece.url else None
        session.add(TakeawayEvidence(takeaway_id=takeaway.id, position=position, **values))


def _link_revised(
    session: Session, collection: TakeawayCollection, stored: dict[str, Takeaway], changes: Changes
) -> None:
    session.flush()
    for record in collection.takeaways:
        earlier = stored.get(record.revises) if record.revises else None
        if record.revises and earlier is None:
            changes.problems.append(FoundProblem("error", f"“{record.revises}” is no takeaway here.", record.position))
        wanted = earlier.id if earlier else None
        if stored[record.key].revises_id != wanted:
            stored[record.key].revises_id = wanted


def _withdraw(collection: TakeawayCollection, known: dict[str, Takeaway], changes: Changes) -> None:
    listed = {record.key for record in collection.takeaways} | collection.unreadable
    if not collection.is_whole:
        return
    for key, takeaway in known.items():
        if key not in listed and takeaway.withdrawn_at is None:
            takeaway.withdrawn_at = utc_now()
            changes.count("withdrawn")
