"""What people decided about drafts as files of the form takeaways/1, that `hallway ingest` reads again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from app.catalog.takeaway_steps import holds
from app.models import Article, Edition, Source, Takeaway, TakeawayDecision, TakeawayEvidence, Talk
from app.takeaways.review.decide import SOURCE

_PLAIN = ("kind", "stance", "conditions")
_OF_ARTICLE = ("title", "author", "observer", "observer_affiliation", "publisher", "url")


def takeaway_files(session: Session, edition: str | None = None, reviewer: str | None = None) -> dict[str, str]:
    """YAML by file name, one for each article, and for each edition where drafts were of no article.

    They hold what was accepted and is not withdrawn, with who accepted it, and which drafts were rejected.
    """
    groups: dict[tuple[int | None, int | None], dict[str, list[Any]]] = defaultdict(lambda: {"made": [], "no": []})
    for takeaway, step in _accepted(session):
        if reviewer is None or step.reviewer == reviewer:
            groups[takeaway.article_id, None if takeaway.article_id else takeaway.edition_id]["made"].append(
                (takeaway, step)
            )
    for step in _rejected(session, reviewer):
        article = step.draft.get("article_id")
        groups[article, None if article else step.draft.get("edition_id")]["no"].append(step)
    files: dict[str, str] = {}
    for (article_id, edition_id), held in groups.items():
        article = session.get(Article, article_id) if article_id else None
        at = session.get(Edition, edition_id) if edition_id else None
        if edition is not None and not _is_of(session, edition, at, held):
            continue
        name = f"reviewed-{article.slug if article else at.slug if at else 'elsewhere'}"
        files[f"{name}.yaml"] = _file(session, name, article, held)
    return files


def _accepted(session: Session) -> list[tuple[Takeaway, TakeawayDecision]]:
    """Takeaways that reviews made, each with the step that made it."""
    rows = session.execute(
        select(Takeaway, TakeawayDecision)
        .join(Source, col(Source.id) == col(Takeaway.source_id))
        .join(TakeawayDecision, col(TakeawayDecision.takeaway_id) == col(Takeaway.id))
        .where(
            holds(), col(TakeawayDecision.draft_key) == col(Takeaway.source_key), col(Source.key) == SOURCE,
            col(Takeaway.withdrawn_at).is_(None),
        )
        .options(selectinload(Takeaway.evidence))  # type: ignore[arg-type]  # a relation, typed as what it holds
        .order_by(col(Takeaway.position), col(Takeaway.id))
    )  # fmt: skip
    return [(takeaway, step) for takeaway, step in rows]


def _rejected(session: Session, reviewer: str | None) -> list[TakeawayDecision]:
    rows = session.scalars(
        select(TakeawayDecision)
        .where(holds(), col(TakeawayDecision.action) == "reject")
        .order_by(col(TakeawayDecision.id))
    )
    return [row for row in rows if reviewer is None or row.reviewer == reviewer]


def _is_of(session: Session, edition: str, at: Edition | None, held: dict[str, list[Any]]) -> bool:
    if at is not None:
        return at.slug == edition
    wanted = session.scalar(select(col(Edition.id)).where(col(Edition.slug) == edition))
    of = {one.edition_id for one, _ in held["made"]} | {step.draft.get("edition_id") for step in held["no"]}
    return wanted is not None and wanted in of


def _file(session: Session, name: str, article: Article | None, held: dict[str, list[Any]]) -> str:
    document: dict[str, Any] = {"hallway": "takeaways/1", "list": name}
    if article is not None:
        about = {"id": article.slug} | {key: getattr(article, key) for key in _OF_ARTICLE if getattr(article, key)}
        about.setdefault("observer", article.author or article.publisher or "not named")
        document["article"] = about
    document["takeaways"] = [_item(session, takeaway, step) for takeaway, step in held["made"]]
    if held["no"]:
        document["rejected"] = [
            {"draft": step.draft_key, "text": step.draft.get("text") or "?", "by": step.reviewer, "on": _day(step)}
            for step in held["no"]
        ]
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _item(session: Session, takeaway: Takeaway, step: TakeawayDecision) -> dict[str, Any]:
    item: dict[str, Any] = {"id": takeaway.slug, "text": takeaway.text}
    item |= {name: getattr(takeaway, name) for name in _PLAIN if getattr(takeaway, name)}
    who = {"name": takeaway.said_by, "as": takeaway.said_as, "affiliation": takeaway.affiliation}
    item["said_by"] = {name: value for name, value in who.items() if value}
    edition = session.get(Edition, takeaway.edition_id) if takeaway.edition_id else None
    talk = session.get(Talk, takeaway.talk_id) if takeaway.talk_id else None
    if edition is not None:
        item["edition"] = edition.slug
        if talk is not None:
            item["talk"] = f"{edition.slug}/{talk.source_key}"
    elif takeaway.occasion:
        item["occasion"] = takeaway.occasion
    item["status"] = takeaway.status
    item |= {name: getattr(takeaway, name) for name in ("technologies", "themes") if getattr(takeaway, name)}
    if takeaway.evidence:
        item["evidence"] = [_line(line) for line in takeaway.evidence]
    item["reviewed"] = {"by": step.reviewer, "on": _day(step), "draft": step.draft_key}
    return item


def _line(line: TakeawayEvidence) -> dict[str, Any]:
    told = {
        "kind": line.kind, "section": line.section, "number": line.number, "url": line.url,
        "start": line.start_seconds, "quote": line.quote,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _day(step: TakeawayDecision) -> str:
    return step.decided_at.date().isoformat()
