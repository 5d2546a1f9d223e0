"""Whether an article is one that the base has, from whatever file it came before."""

from __future__ import annotations

import re

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.models import Article, ArticleText, Takeaway
from app.text.names import name_key

_TRACKING = re.compile(r"[?&](?:utm_\w+|fbclid|gclid|ref|source)=[^&#]*")


def address_key(url: str) -> str:
    """An address for comparison: without scheme, www, fragment, marks of tracking and the slash at its end."""
    bare = _TRACKING.sub("", url.partition("#")[0])
    return re.sub(r"\Ahttps?://(?:www\.)?", "", bare.strip(), flags=re.IGNORECASE).rstrip("/?&")


def same_article(
    session: Session, *, source_id: int, title: str, url: str | None, author: str | None, publisher: str | None,
    edition_id: int | None,
) -> Article | None:  # fmt: skip
    """The article of the same source, else of the same address, else of the same title and one thing more in common.

    That is author, publisher or edition. Two with different addresses are never the same.
    """
    of_source = session.scalars(
        select(Article)
        .outerjoin(ArticleText, col(ArticleText.article_id) == col(Article.id))
        .where(or_(col(Article.source_id) == source_id, col(ArticleText.source_id) == source_id))
        .order_by(col(Article.id))
    ).first()
    if of_source is None:
        taken = session.scalar(
            select(col(Takeaway.article_id)).where(
                col(Takeaway.source_id) == source_id, col(Takeaway.article_id).is_not(None)
            )
        )
        of_source = session.get(Article, taken) if taken else None
    if of_source is not None:
        return of_source
    alike = []
    for article in session.scalars(select(Article).order_by(col(Article.id))):
        if url and article.url:
            if address_key(url) == address_key(article.url):
                return article
        elif name_key(title) == name_key(article.title):
            alike.append(article)
    for article in alike:
        people = {name_key(name) for name in (article.author, article.publisher, article.observer) if name}
        named = {name_key(name) for name in (author, publisher) if name}
        if people & named or (edition_id is not None and edition_id in _editions(session, article)):
            return article
    return None


def _editions(session: Session, article: Article) -> set[int | None]:
    """Editions that the article, or takeaways read from it, are about."""
    of_text = select(col(ArticleText.edition_id)).where(col(ArticleText.article_id) == article.id)
    of_takeaways = select(col(Takeaway.edition_id)).where(col(Takeaway.article_id) == article.id).distinct()
    return {*session.scalars(of_text), *session.scalars(of_takeaways)}
