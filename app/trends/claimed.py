"""The claims of takeaways and articles about editions, each with the figures it was checked by."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from app.catalog.article_findings import ClaimLine, short_quote
from app.catalog.articles import ArticleDetail, find_article
from app.models import ArticleClaim, ArticleText, Edition, Takeaway
from app.trends.claims import RULE, Checked, ClaimReading, Verdict, check_claims, claimed_words
from app.trends.figure import Figure
from app.trends.scope import Scope, read_scope


class CheckedClaim(BaseModel):
    """A claim beside the figures it is checked by. `article` and `article_url` say where it was written."""

    model_config = ConfigDict(frozen=True)

    slug: str
    text: str
    said_by: str | None
    said_as: str
    affiliation: str | None
    article: str | None
    article_url: str | None
    claimed: str
    measure: str
    theme: str | None
    readings: tuple[ClaimReading, ...]
    verdict: Verdict
    reason: str
    rule: str = RULE

    @property
    def any(self) -> Figure | None:
        """The figure with talks counted for each of their themes."""
        return next((reading.figure for reading in self.readings if reading.counting == "any"), None)

    @property
    def main(self) -> Figure | None:
        """The figure with talks counted for their main theme only."""
        return next((reading.figure for reading in self.readings if reading.counting == "main"), None)


class StatedQuantity(BaseModel):
    """A quantity as an article states it, and what came of checking it where it is about the talks of its edition.

    `low` and `high` are in the unit of the statement, shares 0..1. `read_as` says what was counted, in words; None
    where the quantity is about something else, which nothing here can check.
    """

    model_config = ConfigDict(frozen=True)

    block: int
    section: str | None
    words: str
    sentence: str
    form: str
    low: float
    high: float
    qualifier: str | None
    unit: str | None
    claimed: str | None
    read_as: str | None
    readings: tuple[ClaimReading, ...]
    verdict: Verdict
    reason: str
    rule: str = RULE

    @property
    def figure_url(self) -> str | None:
        """Address, within the site, of the talks behind the first figure."""
        return self.readings[0].figure.path if self.readings else None


def edition_claims(session: Session, edition: str) -> list[CheckedClaim]:
    """The claims about an edition with their verdicts, in the order of their articles; NotFound for an unknown slug."""
    facts = read_scope(session, Scope(editions=(edition,)))
    takeaways = session.scalars(
        select(Takeaway)
        .join(Edition, col(Edition.id) == col(Takeaway.edition_id))
        .where(col(Edition.slug) == edition, col(Takeaway.kind) == "claim", col(Takeaway.withdrawn_at).is_(None))
        .options(selectinload(Takeaway.article))  # type: ignore[arg-type]  # a relationship, typed as its target
        .order_by(col(Takeaway.article_id), col(Takeaway.position), col(Takeaway.id))
    )
    claimed = [(takeaway, takeaway.claim) for takeaway in takeaways if takeaway.claim]
    checked = check_claims(session, (claim for _, claim in claimed), facts)
    return [
        CheckedClaim(
            slug=takeaway.slug,
            text=takeaway.text,
            said_by=takeaway.said_by,
            said_as=takeaway.said_as,
            affiliation=takeaway.affiliation,
            article=takeaway.article.title if takeaway.article else None,
            article_url=takeaway.article.url if takeaway.article else None,
            claimed=claimed_words(claim),
            measure=str(claim.get("measure")),
            theme=claim.get("theme"),
            readings=found.readings,
            verdict=found.verdict,
            reason=found.reason,
        )
        for (takeaway, claim), found in zip(claimed, checked, strict=True)
    ]


def article_claims(session: Session, article_id: int) -> list[StatedQuantity]:
    """The quantities an article states, in its order, those about talks of its edition checked by the figures."""
    text = session.get(ArticleText, article_id)
    if text is None:
        return []
    rows = session.scalars(
        select(ArticleClaim)
        .where(col(ArticleClaim.article_id) == article_id)
        .order_by(col(ArticleClaim.block), col(ArticleClaim.start))
    ).all()
    edition = session.scalar(select(col(Edition.slug)).where(col(Edition.id) == text.edition_id))
    checked: dict[int, Checked] = {}
    claims = [(row, row.claim) for row in rows if row.claim]
    if edition is not None and claims:
        facts = read_scope(session, Scope(editions=(edition,)))
        found = check_claims(session, (claim for _, claim in claims), facts)
        checked = {row.id or 0: one for (row, _), one in zip(claims, found, strict=True)}
    sections = _sections(text)
    return [_stated(row, checked.get(row.id or 0, Checked()), sections) for row in rows]


def _sections(text: ArticleText) -> list[str | None]:
    """The heading above each block; None before the first."""
    sections: list[str | None] = []
    for block in text.blocks:
        heading = block["text"] if block["kind"] == "heading" else (sections[-1] if sections else None)
        sections.append(heading)
    return sections


def _stated(row: ArticleClaim, checked: Checked, sections: list[str | None]) -> StatedQuantity:
    return StatedQuantity(
        block=row.block,
        section=sections[row.block] if row.block < len(sections) else None,
        words=row.words,
        sentence=row.sentence,
        form=row.form,
        low=row.low,
        high=row.high,
        qualifier=row.qualifier,
        unit=row.unit,
        claimed=claimed_words(row.claim) if row.claim else None,
        read_as=_read_as(row.claim) if row.claim else None,
        readings=checked.readings,
        verdict=checked.verdict,
        reason=checked.reason,
    )


def _read_as(claim: dict[str, str]) -> str:
    of = {"theme": "with the theme", "technology": "that mention", "kind": "of kind"}
    said = next((f"talks {words} “{claim[key]}”" for key, words in of.items() if claim.get(key)), "all talks")
    return f"{said}, {claim['population'].replace('-', ' ')}" if claim.get("population") else said


def checked_article(session: Session, slug: str) -> ArticleDetail:
    """The article with this slug and what was found in it, its claims checked; NotFound if there is none."""
    return find_article(session, slug, _lines)


def _lines(session: Session, article_id: int) -> list[tuple[int, ClaimLine]]:
    return [
        (
            one.block,
            ClaimLine(
                words=one.words, sentence=short_quote(one.sentence), section=one.section, verdict=one.verdict,
                reason=one.reason, figure_url=one.figure_url, claimed=one.claimed or "", read_as=one.read_as,
            ),
        )
        for one in article_claims(session, article_id)
    ]  # fmt: skip
