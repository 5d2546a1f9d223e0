"""From scored statements to what people see: who says so, when, on what conditions, and the moment to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import EditionName, TalkCard, talk_cards
from app.catalog.takeaways import EvidenceLine, Place, TakeawayCard, takeaway_cards
from app.models import Article, Edition, Takeaway, TakeawayDraft
from app.takeaways.practices.candidates import Candidate
from app.takeaways.practices.shapes import DRAFT, Moment, Statement, Who
from app.text.moments import first_moment


def statements(session: Session, rows: Sequence[Candidate]) -> list[Statement | None]:
    """These statements in their order, each with score 0; None for one that vanished meanwhile."""
    talks = {card.id: card for card in talk_cards(session, sorted({row.talk_id for row in rows if row.talk_id}))}
    takeaways = _takeaways(session, [row.id for row in rows if not row.is_draft])
    drafts = _drafts(session, [row.id for row in rows if row.is_draft])
    editions = _editions(session, list(drafts.values()), list(takeaways.values()))
    articles = _articles(session, list(drafts.values()))
    shown: list[Statement | None] = []
    for row in rows:
        talk = talks.get(row.talk_id) if row.talk_id else None
        draft, card = drafts.get(row.id), takeaways.get(row.id)
        if row.is_draft:
            shown.append(_of_draft(draft, talk, editions, articles) if draft else None)
        else:
            shown.append(_of_takeaway(card, talk, editions) if card else None)
    return shown


def _takeaways(session: Session, ids: Sequence[int]) -> dict[int, TakeawayCard]:
    slugs = {
        key: slug
        for key, slug in session.execute(select(col(Takeaway.id), col(Takeaway.slug)).where(col(Takeaway.id).in_(ids)))
        if key is not None
    }
    cards = {card.slug: card for card in takeaway_cards(session, list(slugs.values()))}
    return {key: cards[slug] for key, slug in slugs.items() if slug in cards}


def _drafts(session: Session, ids: Sequence[int]) -> dict[int, TakeawayDraft]:
    rows = session.scalars(select(TakeawayDraft).where(col(TakeawayDraft.id).in_(ids)))
    return {row.id: row for row in rows if row.id is not None}


Editions = Mapping[int | str, tuple[EditionName, str | None]]
"""Editions by id and by slug, with the day they began or their year."""


def _editions(session: Session, drafts: Sequence[TakeawayDraft], takeaways: Sequence[TakeawayCard]) -> Editions:
    ids = {draft.edition_id for draft in drafts if draft.edition_id}
    slugs = {card.edition.slug for card in takeaways if card.edition}
    found: dict[int | str, tuple[EditionName, str | None]] = {}
    rows = session.execute(
        select(col(Edition.id), col(Edition.slug), col(Edition.name), col(Edition.start_date), col(Edition.year)).where(
            col(Edition.id).in_(ids) | col(Edition.slug).in_(slugs)
        )
    )
    for key, slug, name, start, year in rows:
        assert key is not None
        found[key] = found[slug] = EditionName(slug=slug, name=name), start or (str(year) if year else None)
    return found


def _articles(session: Session, drafts: Sequence[TakeawayDraft]) -> dict[int, Place]:
    ids = {draft.article_id for draft in drafts if draft.article_id}
    rows = session.execute(
        select(col(Article.id), col(Article.slug), col(Article.title), col(Article.url)).where(col(Article.id).in_(ids))
    )
    return {key: Place(slug=slug, name=title, url=url) for key, slug, title, url in rows if key is not None}


def _of_takeaway(card: TakeawayCard, talk: TalkCard | None, editions: Editions) -> Statement:
    edition, date = editions.get(card.edition.slug, (None, None)) if card.edition else (None, None)
    by_speaker = card.said_as == "speaker" and card.said_by is not None
    return Statement(
        slug=card.slug,
        key=None,
        text=card.text,
        kind=card.kind,
        stance=card.stance,
        conditions=card.conditions,
        status=card.status,
        who=_who(card.said_by if by_speaker else None, card.affiliation, talk),
        noted_by=None if by_speaker and not card.observer else (card.observer or card.said_by),
        talk=Place(slug=talk.slug, name=talk.title) if talk else None,
        edition=edition or (talk.edition if talk else None),
        article=card.article,
        occasion=card.occasion,
        date=(talk.date if talk else None) or date,
        moment=_moment(card.evidence, talk, card.article),
        evidence=card.evidence,
        score=0.0,
        parts=None,
    )


def _of_draft(
    draft: TakeawayDraft, talk: TalkCard | None, editions: Editions, articles: Mapping[int, Place]
) -> Statement:
    edition, date = editions.get(draft.edition_id, (None, None)) if draft.edition_id else (None, None)
    article = articles.get(draft.article_id) if draft.article_id else None
    evidence = [EvidenceLine(**{name: line.get(name) for name in EvidenceLine.model_fields}) for line in _lines(draft)]
    return Statement(
        slug=None,
        key=draft.key,
        text=draft.text,
        kind=draft.kind,
        stance=draft.stance,
        conditions=draft.conditions,
        status=DRAFT,
        who=_who(draft.said_by if draft.said_as == "speaker" else None, draft.affiliation, talk),
        noted_by=article.name if article else None,
        talk=Place(slug=talk.slug, name=talk.title) if talk else None,
        edition=edition or (talk.edition if talk else None),
        article=article,
        occasion=None,
        date=(talk.date if talk else None) or date,
        moment=_moment(evidence, talk, article),
        evidence=evidence,
        score=0.0,
        parts=None,
    )


def _lines(draft: TakeawayDraft) -> list[dict[str, object]]:
    return [line for line in draft.evidence if isinstance(line.get("kind"), str)]


def _who(said_by: str | None, affiliation: str | None, talk: TalkCard | None) -> list[Who]:
    """The speaker who says so; where it is not known which, the speakers of the talk."""
    speakers = talk.speakers if talk else []
    if said_by:
        slug = next((one.slug for one in speakers if one.name == said_by), None)
        with_whom = affiliation or next((one.affiliation for one in speakers if one.name == said_by), None)
        return [Who(name=said_by, slug=slug, affiliation=with_whom)]
    return [Who(name=one.name, slug=one.slug, affiliation=one.affiliation) for one in speakers]


def _moment(evidence: Sequence[EvidenceLine], talk: TalkCard | None, article: Place | None) -> Moment | None:
    """The most exact place to look: a second, a slide, then the recording, the slides or the article."""
    links = (
        {kind: [link.url for link in talk.links if link.kind == kind] for kind in ("video", "slides")} if talk else {}
    )
    for line in evidence:
        if line.start_seconds is not None:
            videos = [line.url] if line.url else links.get("video", [])
            address = first_moment(videos, line.start_seconds)
            return Moment(
                kind="video", url=address or (videos[0] if videos else None), start_seconds=line.start_seconds
            )
    slides = [line.url for line in evidence if line.kind == "slides" and line.url] or links.get("slides", [])
    for line in evidence:
        if line.number is not None:
            return Moment(kind="slide", url=line.url or (slides[0] if slides else None), number=line.number)
    for kind in ("video", "slides"):
        addresses = [line.url for line in evidence if line.kind == kind and line.url] or links.get(kind, [])
        if addresses:
            return Moment(kind=kind, url=addresses[0])
    if article:
        return Moment(kind="article", url=article.url)
    return None
