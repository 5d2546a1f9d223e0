"""Storing an article's words with what is known of it: its edition, and the article that takeaways were read from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.article_editions import FoundEdition, KnownEdition, find_edition, fold, skeleton
from app.ingest.article_record import ArticleContent
from app.ingest.record import FoundProblem
from app.ingest.store.article_identity import same_article
from app.ingest.store.changes import Changes, record_hash
from app.models import (
    Article,
    ArticleClaim,
    ArticleMention,
    ArticleText,
    DraftReading,
    Edition,
    Series,
    Source,
    Talk,
)
from app.text.markup import safe_url
from app.text.slugs import slugify, unique_slug

GIVEN = "given"
_OWN = ("title", "author", "observer", "observer_affiliation", "publisher", "published_on", "url")
_LEAST_WORDS, _LEAST_LETTERS = 3, 14
_MOST_LISTED = 6


def store_article(session: Session, source: Source, content: ArticleContent) -> Changes:
    """Upsert the article and its words; the same words again change nothing.

    One whose edition is not sure is kept without it, with a warning that says what to do.
    """
    assert source.id is not None
    changes = Changes()
    found = _edition(session, content, changes)
    edition_id = found.edition.id if found.edition else None
    article, is_other = _article(session, source.id, content, edition_id)
    text = session.get(ArticleText, article.id)
    if text is not None and text.edition_basis == GIVEN and found.basis != GIVEN:
        # Somebody said it once; that this import does not say it again takes nothing back.
        edition_id, found.basis = text.edition_id, GIVEN
        changes.problems = [problem for problem in changes.problems if problem.severity == "error"]
    digest = record_hash(replace(content, edition=None, event=""))
    is_same = text is not None and text.content_hash == digest
    if is_other and text is not None and not is_same:
        changes.problems.append(
            FoundProblem(
                "warning",
                f"“{article.title}” was read from another file before; these words took the place of those. If they "
                "are two articles, give each its own title or address.",
            )
        )
    before = None if text is None else (text.edition_id, text.edition_basis)
    if text is None:
        assert article.id is not None
        text = ArticleText(
            article_id=article.id, source_id=source.id, format=content.format, content_hash="", read_at=utc_now()
        )  # fmt: skip
        session.add(text)
        changes.count("created")
    elif is_same and before == (edition_id, found.basis) and not session.is_modified(article):
        changes.count("unchanged")
        return changes
    else:
        changes.count("updated")
    text.source_id, text.edition_id, text.edition_basis = source.id, edition_id, found.basis
    text.format, text.language = content.format, content.language
    if not is_same:
        text.blocks = [asdict(block) | {"links": [asdict(link) for link in block.links]} for block in content.blocks]
        text.content_hash, text.read_at = digest, utc_now()
        session.flush()
        _forget(session, text.article_id)
    return changes


def _forget(session: Session, article_id: int) -> None:
    """What was found in the words as they were, so that it is found anew."""
    for table in (ArticleMention, ArticleClaim, DraftReading):
        session.execute(delete(table).where(col(table.article_id) == article_id))


def _article(session: Session, source_id: int, content: ArticleContent, edition_id: int | None) -> tuple[Article, bool]:
    """The row of the article, made or completed, and whether its words came from another source before.

    What people wrote about it in a file of takeaways stands; only what is missing there is filled in.
    """
    article = same_article(
        session, source_id=source_id, title=content.title, url=content.url, author=content.author,
        publisher=content.publisher, edition_id=edition_id,
    )  # fmt: skip
    if article is None:
        slugs = {"new", *session.scalars(select(col(Article.slug)))}  # /articles/new is a form
        hints = (slugify(content.author or ""), (content.published_on or "")[:4])
        article = Article(
            slug=unique_slug(slugify(content.title) or "article", slugs, *hints), source_id=source_id,
            title=content.title,
        )  # fmt: skip
        session.add(article)
    is_own = article.source_id == source_id
    for name in _OWN:
        value = getattr(content, name)
        if name == "url":
            value = safe_url(value) if value else None
        if is_own or getattr(article, name) is None:
            if value is None and not is_own:
                continue
            setattr(article, name, value)
    session.flush()
    known = session.scalar(select(col(ArticleText.source_id)).where(col(ArticleText.article_id) == article.id))
    return article, known is not None and known != source_id


def _edition(session: Session, content: ArticleContent, changes: Changes) -> FoundEdition:
    rows = session.execute(
        select(
            col(Edition.id), col(Edition.slug), col(Edition.name), col(Series.name), col(Edition.city),
            col(Edition.country), col(Edition.year), col(Edition.start_date), col(Edition.end_date),
        )
        .join(Series, col(Series.id) == col(Edition.series_id))
        .where(col(Edition.withdrawn_at).is_(None))
        .order_by(col(Edition.start_date), col(Edition.slug))
    )  # fmt: skip
    editions = [KnownEdition(*row) for row in rows]
    if content.edition:
        wanted = content.edition.strip()
        given = next((one for one in editions if wanted == one.slug or fold(wanted) == fold(one.name)), None)
        if given:
            return FoundEdition(given, GIVEN)
        changes.problems.append(
            FoundProblem("error", f"“{wanted[:200]}” is no edition here; the page /editions lists them all.")
        )
    found = find_edition(content, editions, lambda among: _talks_named(session, content, among))
    if found.edition is None:
        changes.problems.append(FoundProblem("warning", _unknown(content, found.candidates)))
    return found


def _unknown(content: ArticleContent, candidates: Sequence[KnownEdition]) -> str:
    if candidates:
        listed = ", ".join(f"--edition {one.slug}" for one in candidates[:_MOST_LISTED])
        more = f" or one of {len(candidates) - _MOST_LISTED} more" if len(candidates) > _MOST_LISTED else ""
        return f"The article is kept, but which edition it is about is not sure. Say it with {listed}{more}."
    return (
        "The article is kept, but the edition it is about is not in the base. Ingest its programme with hallway ingest "
        "PROGRAMME, then the article again. Or begin one: write this into a file EDITION-SLUG.yaml, beside your "
        "other programmes, complete it, ingest it, then the article again:\n" + skeleton(content)
    )


def _talks_named(session: Session, content: ArticleContent, among: Sequence[int] | None) -> Mapping[int, int]:
    """How many talks of each edition stand in the article with their whole title, of those long enough to tell."""
    words = " ".join(fold(block.text) for block in content.blocks).split()
    text = f" {' '.join(words)} "
    starts = {tuple(words[at : at + _LEAST_WORDS]) for at in range(len(words))}
    statement = select(col(Talk.edition_id), col(Talk.title)).where(col(Talk.withdrawn_at).is_(None))
    if among is not None:
        statement = statement.where(col(Talk.edition_id).in_(list(among)))
    counts: Counter[int] = Counter()
    for edition_id, title in session.execute(statement.distinct()):
        folded = fold(title)
        first = tuple(folded.split()[:_LEAST_WORDS])
        if len(first) == _LEAST_WORDS and first in starts and len(folded) >= _LEAST_LETTERS and f" {folded} " in text:
            counts[edition_id] += 1
    return counts
