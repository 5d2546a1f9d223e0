"""What the doctor looks at: what is broken, stale, suspicious or incomplete in the base, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import exists, func, or_, select, text
from sqlmodel import Session, col

from app.catalog.questions import Unanswered, count_unanswered
from app.catalog.reviews import Reviews
from app.catalog.sheets import sheets_are_fresh
from app.catalog.vocabularies import unmatched_themes
from app.db.dialect import is_sqlite
from app.models import (
    Appearance,
    Edition,
    Embedding,
    ImportRun,
    Passage,
    Problem,
    SpeakerPair,
    Takeaway,
    Talk,
    TalkOrganisation,
)

INGEST = "`hallway ingest PATH` again"


class Finding(BaseModel):
    """One thing found. `broken` needs mending; `stale` mends itself at the next ingest; the others are for curators."""

    severity: Literal["broken", "stale", "suspicious", "incomplete"]
    message: str
    mend: str = ""


class HealthReport(BaseModel):
    """Everything found, worst first.

    Where it was asked for, also what became of the fields of imported files, and the questions that search found
    nothing or little for, those asked most often first.
    """

    findings: list[Finding]
    imports: Reviews | None = None
    unanswered: list[Unanswered] = Field(default_factory=list)


def examine(session: Session, recipe: str) -> HealthReport:
    """Look the whole base over. `recipe`: of the embedder in use."""
    order = ("broken", "stale", "suspicious", "incomplete")
    found = [
        *_broken(session),
        *_stale(session, recipe),
        *_suspicious(session),
        *_doubled(session),
        *_unmatched(session),
        *_incomplete(session),
    ]
    return HealthReport(findings=sorted(found, key=lambda finding: order.index(finding.severity)))


def _broken(session: Session) -> Iterator[Finding]:
    if is_sqlite(session):
        verdict = session.execute(text("PRAGMA integrity_check")).scalar()
        if verdict != "ok":
            yield Finding(severity="broken", message=f"SQLite finds: {verdict}.", mend="`hallway restore FILE`")
        dangling = len(session.execute(text("PRAGMA foreign_key_check")).all())
        if dangling:
            yield Finding(
                severity="broken", message=f"{dangling} references lead nowhere.", mend="`hallway restore FILE`"
            )
    newest = session.scalars(select(ImportRun).order_by(col(ImportRun.id).desc())).first()
    if newest is None:
        yield Finding(severity="broken", message="The base is empty.", mend="`hallway ingest data`")
    elif newest.finished_at is None:
        yield Finding(severity="broken", message=f"Ingest {newest.id} was not finished.", mend=INGEST)
    for path, count in session.execute(
        select(col(Problem.path), func.count()).where(col(Problem.severity) == "error").group_by(col(Problem.path))
    ):
        parts = "1 part" if count == 1 else f"{count} parts"
        yield Finding(severity="broken", message=f"{path}: {parts} could not be read.", mend=f"Edit it; {INGEST}")


def _stale(session: Session, recipe: str) -> Iterator[Finding]:
    uncut = _count(
        session,
        col(Talk.withdrawn_at).is_(None),
        or_(col(Talk.passages_hash).is_(None), col(Talk.passages_hash) != col(Talk.content_hash)),
    )
    if uncut:
        yield Finding(severity="stale", message=f"{uncut} talks have passages of an older text.", mend=INGEST)
    embedded = exists().where(col(Embedding.content_hash) == col(Passage.content_hash), col(Embedding.recipe) == recipe)
    without = session.scalar(select(func.count()).select_from(Passage).where(~embedded)) or 0
    if without:
        yield Finding(
            severity="stale", message=f"{without} passages have no vector.", mend="`hallway rebuild embeddings`"
        )
    if not sheets_are_fresh(session) and _count(session, col(Talk.withdrawn_at).is_(None)):
        message = "What reports count is not packed for the base as it is, so the first of them take longer."
        yield Finding(severity="stale", message=message, mend="`hallway rebuild themes`")


def _suspicious(session: Session) -> Iterator[Finding]:
    for path, count in session.execute(
        select(col(Problem.path), func.count()).where(col(Problem.severity) == "warning").group_by(col(Problem.path))
    ):
        yield Finding(
            severity="suspicious",
            message=f"{path}: {count:,} {'warning' if count == 1 else 'warnings'}, see `hallway ingest {path}`.",
        )
    unplaced = session.scalar(
        select(func.count()).where(
            col(Takeaway.withdrawn_at).is_(None), col(Takeaway.edition_id).is_(None), col(Takeaway.occasion).is_(None)
        )
    )
    if unplaced:
        yield Finding(severity="suspicious", message=f"{unplaced} takeaways belong to no edition and no occasion.")


def _doubled(session: Session) -> Iterator[Finding]:
    """Talks of one edition with the same title and a speaker in common, and speakers who may be one person."""
    alike = (
        select(func.count(func.distinct(col(Talk.id))).label("talks"))
        .join(Appearance, col(Appearance.talk_id) == col(Talk.id))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .group_by(col(Talk.edition_id), func.lower(col(Talk.title)), col(Appearance.speaker_id))
        .having(func.count(func.distinct(col(Talk.id))) > 1)
    ).subquery()
    groups = session.scalar(select(func.count()).select_from(alike)) or 0
    if groups:
        message = f"{groups} times an edition has one title by one speaker more than once: the same talk doubled?"
        yield Finding(severity="suspicious", message=message)
    pairs = session.scalar(select(func.count()).where(col(SpeakerPair.status) == "open")) or 0
    if pairs:
        message = f"{pairs} pairs of speakers may be one person each." if pairs > 1 else "2 speakers may be one person."
        yield Finding(severity="suspicious", message=message, mend="Say so in a `hallway: speakers/1` file, as aliases")


def _unmatched(session: Session) -> Iterator[Finding]:
    """Themes that no known talk has, once there are talks."""
    if not _count(session, col(Talk.withdrawn_at).is_(None)):
        return
    for vocabulary, slugs in unmatched_themes(session).items():
        message = f"Vocabulary {vocabulary}: no known talk has {', '.join(slugs)}."
        yield Finding(severity="suspicious", message=message, mend="Give them cues, or leave them out of the file")


def _incomplete(session: Session) -> Iterator[Finding]:
    known = dict(
        session.execute(
            select(col(Talk.edition_id), func.count())
            .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
            .group_by(col(Talk.edition_id))
        ).all()
    )
    for edition in session.scalars(select(Edition).order_by(col(Edition.start_date))):
        have = known.get(edition.id, 0)
        if edition.published_sessions is not None and have < edition.published_sessions:
            message = f"{edition.name}: {have} of {edition.published_sessions} published sessions are known."
            yield Finding(severity="incomplete", message=message)
        elif edition.published_sessions is None:
            talks = "1 talk is" if have == 1 else f"{have} talks are"
            message = f"{edition.name}: {talks} known; how many were published is not."
            yield Finding(severity="incomplete", message=message)
        if not edition.dates_checked:
            yield Finding(severity="incomplete", message=f"{edition.name}: its dates were not checked.")
    untold = _count(
        session, col(Talk.withdrawn_at).is_(None), col(Talk.abstract).is_(None), col(Talk.summary).is_(None)
    )
    if untold:
        yield Finding(severity="incomplete", message=f"{untold} talks have neither abstract nor summary.")
    someone = exists().where(col(Appearance.talk_id) == col(Talk.id))
    somebody = exists().where(col(TalkOrganisation.talk_id) == col(Talk.id))
    silent = _count(session, col(Talk.withdrawn_at).is_(None), ~someone, ~somebody)
    if silent:
        yield Finding(severity="incomplete", message=f"{silent} talks name neither speaker nor organisation.")
    asked = count_unanswered(session)
    if asked:
        message = f"{asked} questions were" if asked > 1 else "1 question was"
        yield Finding(
            severity="incomplete",
            message=f"{message} asked that search found nothing or little for; `hallway doctor` lists them.",
        )


def _count(session: Session, *clauses: object) -> int:
    statement = select(func.count()).select_from(Talk).where(*clauses)  # type: ignore[arg-type]  # clauses of any kind
    return session.scalar(statement) or 0
