"""Reading one unit into the base, whole or not at all, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pydantic import BaseModel, Field
from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from app.db.types import utc_now
from app.errors import InputError
from app.ingest.article_record import ArticleContent
from app.ingest.discover import Unit
from app.ingest.formats.protocol import ReadOptions, ReadsNeighbours, read_text
from app.ingest.identity import People
from app.ingest.normalise import normalise
from app.ingest.record import (
    FoundProblem,
    Parsed,
    Programme,
    SpeakerAliases,
    TakeawayCollection,
    Technologies,
    ThemeDecisions,
    Transcript,
    Vocabulary,
)
from app.ingest.review import Review
from app.ingest.store.aliases import store_aliases
from app.ingest.store.articles import store_article
from app.ingest.store.changes import Changes
from app.ingest.store.programme import store_programme
from app.ingest.store.reviews import keep_review, newest_review
from app.ingest.store.takeaways import store_takeaways
from app.ingest.store.technologies import store_technologies
from app.ingest.store.transcripts import store_transcript
from app.ingest.store.vocabulary import store_decisions, store_vocabulary
from app.models import Problem, Source, Talk

READER_VERSION = "7"
"""Raised when parsers read the same bytes otherwise, so that unchanged files are read again."""

MOST_PROBLEMS = 1000
"""Of one file; a broken file must not fill the base."""

KINDS = {
    Programme: "talks",
    SpeakerAliases: "speakers",
    Vocabulary: "themes",
    Technologies: "technologies",
    ThemeDecisions: "decisions",
    TakeawayCollection: "takeaways",
    Transcript: "transcripts",
    ArticleContent: "articles",
}


class Counts(BaseModel):
    """How many records were created, updated, left as they are, or withdrawn."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0


class ProblemLine(BaseModel):
    """A problem as commands print it."""

    severity: str
    message: str
    where: str


class FileReport(BaseModel):
    """What became of one unit. `talks` counts talks; `records` counts whatever else the file holds."""

    path: str
    format: str | None
    kind: str | None = None
    talks: Counts = Field(default_factory=Counts)
    records: Counts | None = None
    problems: list[ProblemLine] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    """How the unit was read, where that had to be guessed and can be said otherwise."""
    fields: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Values kept, lost and guessed by field, of a file that was read anew: {"lost": {"video.slug": 12}}."""
    review_id: int | None = Field(default=None, exclude=True)


def ingest_unit(
    session: Session, run_id: int, unit: Unit, options: ReadOptions, read: dict[str, str] | None = None
) -> FileReport:
    """Read and store one unit in `session`. Problems are kept and reported; nothing of the unit's is raised.

    `read` is the path each source was read from so far in this run. A further file of one of them, such as an older
    snapshot, is left alone: else the two would take turns at each run.
    """
    read = {} if read is None else read
    report = FileReport(path=unit.label, format=unit.format.name if unit.format else None)
    if unit.problems:
        found = unit.problems
        report.problems += [ProblemLine(severity=p.severity, message=p.message, where=p.where) for p in found]
        return report
    if unit.format is None:
        severity = "error" if unit.named else "warning"
        message = "No format recognises this file; it was not read. Name one with --format if it is of a known kind."
        where = ""
        try:
            if unit.path.is_file():
                read_text(unit.path, options.limit)
        except InputError as error:
            message, where = str(error), error.where
        # Not kept: a file that is no source of the base is no concern of its health.
        report.problems.append(ProblemLine(severity=severity, message=message, where=where))
        return report
    digest = _digest(unit, options)
    source = session.scalars(
        select(Source).where(col(Source.path) == unit.label, col(Source.content_hash) == digest)
    ).first()
    if source is not None and read.setdefault(source.key, unit.label) == unit.label:
        return _unchanged(session, source, report)
    try:
        parsed = unit.format.parse(unit.path, options)
        other = read.setdefault(parsed.source_key, unit.label)
        if other != unit.label:
            _keep(session, run_id, report, [_second(other)])
            return report
        with session.begin_nested():
            changes = _store(session, parsed, unit, digest, report)
    except InputError as error:
        _keep(session, run_id, report, [FoundProblem("error", str(error), error.where)])
        # Put back as it was, the file must be read again for its problem to go.
        session.execute(update(Source).where(col(Source.path) == unit.label).values(content_hash=None))
        return report
    report.notes = list(parsed.notes)
    for use in changes.review.fields(parsed):
        by_field = report.fields.setdefault(use.use, {})
        by_field[use.field] = by_field.get(use.field, 0) + use.count
    report.review_id = keep_review(session, run_id, parsed, changes.review)
    _keep(session, run_id, report, [*parsed.problems, *changes.problems])
    return report


def _second(other: str) -> FoundProblem:
    return FoundProblem(
        "warning",
        f"This is another file of what was read from {other}, and was left alone. If it is the newer of the two, "
        "remove that one, or ingest this one by itself.",
    )


def _store(session: Session, parsed: Parsed, unit: Unit, digest: str, report: FileReport) -> Changes:
    assert unit.format is not None
    source = session.scalars(select(Source).where(col(Source.key) == parsed.source_key)).first()
    if source is None:
        source = Source(key=parsed.source_key, format=unit.format.name, path=unit.label)
        session.add(source)
        session.flush()
    found: list[FoundProblem] = []
    review = Review()
    people = People(session)
    match parsed.payload:
        case Programme() as programme:
            programme, found = normalise(programme, review)
            changes = store_programme(session, source, programme, people)
        case SpeakerAliases() as aliases:
            changes = store_aliases(aliases, people)
        case Vocabulary() as vocabulary:
            changes = store_vocabulary(session, source, vocabulary)
        case Technologies() as technologies:
            changes = store_technologies(session, technologies)
        case ThemeDecisions() as decisions:
            changes = store_decisions(session, source, decisions)
        case Transcript() as transcript:
            changes = store_transcript(session, source, transcript)
        case TakeawayCollection() as takeaways:
            changes = store_takeaways(session, source, takeaways, people)
        case ArticleContent() as article:
            changes = store_article(session, source, article)
        case None:
            changes = Changes()
    changes.review = review
    resolved = not changes.problems
    changes.problems[:0] = found
    report.kind = KINDS.get(type(parsed.payload))
    counts = Counts(
        created=changes.created, updated=changes.updated, unchanged=changes.unchanged, withdrawn=changes.withdrawn
    )
    if report.kind == "talks":
        report.talks = counts
    else:
        report.records = counts
    if changes.refused:
        source.content_hash = None
        return changes
    source.path = unit.label
    # A file with references that lead nowhere is read again each time: they may resolve.
    source.content_hash = digest if resolved else None
    source.ingested_at = utc_now()
    return changes


def _unchanged(session: Session, source: Source, report: FileReport) -> FileReport:
    talks = session.scalar(
        select(func.count()).where(col(Talk.source_id) == source.id, col(Talk.withdrawn_at).is_(None))
    )
    report.talks = Counts(unchanged=talks or 0)
    report.review_id = newest_review(session, source)
    report.kind = "talks" if talks else None
    report.problems = [
        ProblemLine(severity=problem.severity, message=problem.message, where=problem.where)
        for problem in session.scalars(
            select(Problem).where(col(Problem.path) == report.path).order_by(col(Problem.id))
        )
    ]
    return report


def _keep(session: Session, run_id: int, report: FileReport, problems: Iterable[FoundProblem]) -> None:
    session.execute(delete(Problem).where(col(Problem.path) == report.path))
    found = sorted(problems, key=lambda problem: problem.severity)  # errors first
    if len(found) > MOST_PROBLEMS:
        more = FoundProblem("warning", f"{len(found) - MOST_PROBLEMS:,} more problems of this file are not listed.")
        found = [*found[:MOST_PROBLEMS], more]
    for problem in found:
        report.problems.append(ProblemLine(severity=problem.severity, message=problem.message, where=problem.where))
        session.add(
            Problem(
                run_id=run_id,
                path=report.path,
                severity=problem.severity,
                message=problem.message,
                where=problem.where,
            )
        )


def _digest(unit: Unit, options: ReadOptions) -> str:
    """Sha-256 of every byte the unit is read from, names of a folder's files included, and of the reader's version."""
    path = unit.path
    digest = hashlib.sha256(f"{READER_VERSION}{options.fingerprint()}".encode())
    files = sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]
    if isinstance(unit.format, ReadsNeighbours):
        files += unit.format.also_reads(path)
    for file in files:
        digest.update(f"\0{file.name}\0".encode())
        try:
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            digest.update(str(error).encode())
    return digest.hexdigest()[:32]
