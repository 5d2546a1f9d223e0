"""Keeping the quantities of an article, and which of them are claims about the talks of its edition."""

from __future__ import annotations

from sqlalchemy import Select, delete, func, select
from sqlmodel import Session, col

from app.models import ArticleClaim, ArticleText, Talk, Theme, ThemeAssignment, Vocabulary
from app.takeaways.drafting.sentences import sentences_of
from app.takeaways.quantities.aboutness import Lexicon, Subject, phrases_of, programme_claim
from app.takeaways.quantities.reading import find_quantities
from app.technologies.mentions import technologies_in

RECIPE = "quantities/1"


def refresh_claims_of_article(session: Session, article_id: int) -> int:
    """Find the quantities of an article anew; returns how many there are. Never commits."""
    session.execute(delete(ArticleClaim).where(col(ArticleClaim.article_id) == article_id))
    text = session.get(ArticleText, article_id)
    if text is None:
        return 0
    lexicon = read_lexicon(session, text.edition_id)
    found = 0
    for number, block in enumerate(text.blocks):
        if block["kind"] == "heading":
            continue
        for sentence, start, _ in sentences_of(block["text"]):
            for quantity in find_quantities(sentence):
                about = programme_claim(sentence, quantity, lexicon) if text.edition_id is not None else None
                session.add(
                    ArticleClaim(
                        article_id=article_id, block=number, start=start + quantity.start, end=start + quantity.end,
                        words=sentence[quantity.start : quantity.end], sentence=sentence, form=quantity.form,
                        low=quantity.low, high=quantity.high, qualifier=quantity.qualifier, unit=quantity.unit,
                        claim=about, recipe=RECIPE,
                    )
                )  # fmt: skip
                found += 1
    session.flush()
    return found


def read_lexicon(session: Session, edition_id: int | None) -> Lexicon:
    """Themes with the talks of the edition that have them, those of the first vocabulary preferred; technologies."""
    order = {
        slug: place
        for place, slug in enumerate(session.scalars(select(col(Vocabulary.slug)).order_by(col(Vocabulary.id))))
    }
    talks = {row[0]: row[1] for row in session.execute(_theme_counts(edition_id))}
    themes = session.scalars(select(Theme).where(col(Theme.withdrawn_at).is_(None)).order_by(col(Theme.id))).all()
    return Lexicon(
        themes=[
            Subject(
                slug=theme.slug, phrases=phrases_of(theme.name, theme.synonyms, theme.cues),
                talks=talks.get(theme.id or 0, 0), order=order.get(theme.vocabulary, len(order)),
            )
            for theme in themes
        ],
        technologies=lambda words: technologies_in(session, words),
    )  # fmt: skip


def _theme_counts(edition_id: int | None) -> Select[int, int]:
    return (
        select(col(ThemeAssignment.theme_id), func.count())
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .where(col(Talk.edition_id) == edition_id, col(ThemeAssignment.status).in_(("confirmed", "machine")))
        .group_by(col(ThemeAssignment.theme_id))
    )
