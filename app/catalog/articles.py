"""Articles as pages, API and commands show them: what they are, and what was found in them, section by section.

An article's own words are its author's: only short quotes of them are given, and the address of the original.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from app.catalog.article_findings import ClaimLine, DraftLine, Findings, MentionLine, findings
from app.catalog.listing import Portion, portion
from app.catalog.takeaway_steps import is_decided
from app.catalog.takeaways import Place, TakeawayCard
from app.errors import NotFound
from app.models import (
    Article,
    ArticleClaim,
    ArticleMention,
    ArticleText,
    Edition,
    Problem,
    Source,
    Takeaway,
    TakeawayDraft,
)
from app.text.names import name_key


class ArticleCard(BaseModel):
    """An article with counts of what was found in it. `has_text`: whether its own words were read."""

    slug: str
    title: str
    author: str | None
    observer: str | None
    observer_affiliation: str | None
    publisher: str | None
    published_on: str | None
    url: str | None
    edition: Place | None
    edition_basis: str | None
    language: str | None
    format: str | None
    has_text: bool
    talks: int
    takeaways: int
    drafts: int
    claims: int

    @property
    def path(self) -> str:
        """Address within the site."""
        return f"/articles/{self.slug}"


class ArticleSection(BaseModel):
    """A heading of an article and what stands under it, up to the next heading; heading "" is what comes before any.

    `perhaps` are mentions that are not sure: never counted, and shown as such.
    """

    heading: str
    level: int
    talks: list[MentionLine] = []
    perhaps: list[MentionLine] = []
    takeaways: list[TakeawayCard] = []
    drafts: list[DraftLine] = []
    claims: list[ClaimLine] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found here."""
        return not (self.talks or self.perhaps or self.takeaways or self.drafts or self.claims)


class ArticleDetail(ArticleCard):
    """An article whole. `unknown` says what nobody has said or found of it, `notices` what its import met."""

    note: str | None
    unknown: list[str]
    notices: list[str] = []
    sections: list[ArticleSection]

    @property
    def claim_lines(self) -> list[ClaimLine]:
        """All quantities that it states, in its order."""
        return [claim for section in self.sections for claim in section.claims]


CheckClaims = Callable[[Session, int], Sequence[tuple[int, ClaimLine]]]
"""The quantities of the article of an id, each with the number of its block."""


class ArticleList(BaseModel):
    """Articles as `hallway articles --json` prints them."""

    total: int
    items: list[ArticleCard]


def list_articles(
    session: Session, limit: int = 25, offset: int = 0, edition: str | None = None, slug: str | None = None
) -> Portion[ArticleCard]:
    """Articles, newest first, those without a day last; of one edition, where its slug is given."""
    statement = _articles()
    if slug is not None:
        statement = statement.where(col(Article.slug) == slug)
    if edition:
        wanted = select(col(Edition.id)).where(col(Edition.slug) == edition).scalar_subquery()
        of_takeaways = select(col(Takeaway.article_id)).where(
            col(Takeaway.edition_id) == wanted, col(Takeaway.withdrawn_at).is_(None)
        )
        statement = statement.where((col(ArticleText.edition_id) == wanted) | col(Article.id).in_(of_takeaways))
    day = col(Article.published_on)
    found = portion(session, statement.order_by(day.is_(None), day.desc(), col(Article.title)), limit, offset)
    return found.carrying(_cards(session, found.items))


def find_article(session: Session, slug: str, check: CheckClaims) -> ArticleDetail:
    """The article with this slug and what was found in it, its quantities by `check`; NotFound if there is none.

    `app.trends.claimed.checked_article` has them checked against the figures.
    """
    row = session.execute(_articles().where(col(Article.slug) == slug)).first()
    if row is None:
        raise NotFound("article", slug, "The page /articles lists those there are.")
    article, text = row[0], row[1]
    card = _cards(session, [row])[0]
    blocks = text.blocks if text is not None else []
    sections = _filled(blocks, findings(session, article.id), check(session, article.id))
    return ArticleDetail(
        **card.model_dump(), note=article.note, unknown=_unknown(card), notices=_notices(session, text),
        sections=sections,
    )  # fmt: skip


def article_of_file(session: Session, path: str) -> str | None:
    """Slug of the article that was last read from the file of this name."""
    statement = select(col(Article.slug)).join(ArticleText).join(Source, col(Source.id) == col(ArticleText.source_id))
    return session.scalar(statement.where(col(Source.path) == path).order_by(col(ArticleText.read_at).desc()))


def _notices(session: Session, text: ArticleText | None) -> list[str]:
    """Problems that the last import of its words met."""
    if text is None:
        return []
    path = select(col(Source.path)).where(col(Source.id) == text.source_id).scalar_subquery()
    return list(
        session.scalars(select(col(Problem.message)).where(col(Problem.path) == path).order_by(col(Problem.id)))
    )


def _articles() -> Select[*tuple[Any, ...]]:
    def count(table: Any, *conditions: Any) -> Any:
        return (
            select(func.count()).where(table.article_id == Article.id, *conditions).correlate(Article).scalar_subquery()
        )

    talks = (
        select(func.count(func.distinct(col(ArticleMention.talk_id))))
        .where(
            col(ArticleMention.article_id) == col(Article.id),
            col(ArticleMention.kind) == "talk",
            col(ArticleMention.certainty).in_(["certain", "likely"]),
        )
        .correlate(Article)
        .scalar_subquery()
    )
    return select(
        Article,
        ArticleText,
        talks,
        count(Takeaway, col(Takeaway.withdrawn_at).is_(None)),
        count(TakeawayDraft, ~is_decided()),
        count(ArticleClaim),
    ).outerjoin(ArticleText, col(ArticleText.article_id) == col(Article.id))


def _cards(session: Session, rows: Sequence[Any]) -> list[ArticleCard]:
    """Cards of rows of `_articles`, in two queries more."""
    by_takeaways = _editions_of_takeaways(session, [row[0].id for row in rows if not row[1] or not row[1].edition_id])
    wanted = {row[1].edition_id for row in rows if row[1] and row[1].edition_id} | set(by_takeaways.values())
    names = session.execute(
        select(col(Edition.id), col(Edition.slug), col(Edition.name)).where(col(Edition.id).in_(wanted))
    )
    places = {row[0]: Place(slug=row[1], name=row[2]) for row in names} if wanted else {}
    cards = []
    for article, text, talks, takeaways, drafts, claims in rows:
        place, basis = places.get(text.edition_id if text else None), text.edition_basis if text else None
        if place is None and article.id in by_takeaways:
            place, basis = places.get(by_takeaways[article.id]), "the edition that its takeaways are of"
        facts = {name: getattr(article, name) for name in _PLAIN}
        cards.append(
            ArticleCard(
                **facts, edition=place, edition_basis=basis, language=text.language if text else None,
                format=text.format if text else None, has_text=text is not None, talks=talks, takeaways=takeaways,
                drafts=drafts, claims=claims,
            )
        )  # fmt: skip
    return cards


_PLAIN = ("slug", "title", "author", "observer", "observer_affiliation", "publisher", "published_on", "url")


def _editions_of_takeaways(session: Session, articles: Sequence[int]) -> dict[int, int]:
    """The edition that the takeaways of an article are of, where they are of one only."""
    if not articles:
        return {}
    statement = select(col(Takeaway.article_id), col(Takeaway.edition_id)).where(
        col(Takeaway.article_id).in_(articles),
        col(Takeaway.withdrawn_at).is_(None),
        col(Takeaway.edition_id).is_not(None),
    )
    found: dict[int, set[int]] = {}
    for article_id, edition_id in session.execute(statement.distinct()):
        found.setdefault(article_id, set()).add(edition_id)
    return {article_id: editions.pop() for article_id, editions in found.items() if len(editions) == 1}


def _unknown(card: ArticleCard) -> list[str]:
    missing = [
        ("who wrote it", card.author),
        ("whose observations it reports", card.observer),
        ("who published it", card.publisher),
        ("when it was published", card.published_on),
        ("the address of the original", card.url),
        ("which edition it is about", card.edition),
        ("its own words, which were not read", card.has_text or None),
    ]
    return [words for words, value in missing if value is None]


def _filled(
    blocks: Sequence[dict[str, Any]], found: Findings, claims: Sequence[tuple[int, ClaimLine]]
) -> list[ArticleSection]:
    """Sections by the headings of the text; those that takeaways alone name come after them, in their order."""
    sections = [ArticleSection(heading="", level=1)]
    of_block: list[int] = []
    for block in blocks:
        if block["kind"] == "heading":
            sections.append(ArticleSection(heading=block["text"], level=block["level"] or 2))
        of_block.append(len(sections) - 1)
    by_name = {name_key(section.heading): at for at, section in enumerate(sections) if section.heading}

    def named(name: str | None) -> ArticleSection:
        key = name_key(name or "")
        if key and key not in by_name:
            # "Use cases: Brokers in space" may be the section "Brokers in space (Ann Lee)", else "Use cases".
            parts = [key, *(name_key(part) for part in reversed((name or "").split(":")))]
            near = [[at for other, at in by_name.items() if part and other.startswith(part)] for part in parts]
            by_name[key] = next((places[0] for places in near if len(places) == 1), len(sections))
            if by_name[key] == len(sections):
                sections.append(ArticleSection(heading=name or "", level=2))
        return sections[by_name[key]] if key else sections[0]

    def at(block: int) -> ArticleSection:
        return sections[of_block[block] if 0 <= block < len(of_block) else 0]

    for mention in found.mentions:
        section = at(mention.block)
        listed = section.perhaps if mention.certainty == "unsure" else section.talks
        if mention.talk.slug not in {one.talk.slug for one in listed}:
            listed.append(mention)
    for section_name, takeaway in found.takeaways:
        named(section_name).takeaways.append(takeaway)
    for section_name, draft in found.drafts:
        named(section_name).drafts.append(draft)
    for place, claim in claims:
        section = at(place)
        section.claims.append(claim.model_copy(update={"section": section.heading or None}))
    return [section for section in sections if section.heading or not section.is_empty]
