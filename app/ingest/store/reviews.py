"""Keeping what a reading found out, for each file and run."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlmodel import Session, col

from app.ingest.record import Parsed
from app.ingest.review import Review
from app.models import FileReview, Source


def keep_review(session: Session, run_id: int, parsed: Parsed, review: Review) -> int | None:
    """Add the review of one reading to its source; returns its id."""
    source = session.scalars(select(Source).where(col(Source.key) == parsed.source_key)).first()
    if source is None or source.id is None:
        return None
    row = FileReview(
        run_id=run_id,
        source_id=source.id,
        path=source.path,
        format=source.format,
        edition=review.edition,
        edition_name=review.edition_name,
        talks=review.talks,
        with_text=review.with_text,
        fields=[[use.field, use.use, use.count, use.note] for use in review.fields(parsed)],
        notes=list(parsed.notes),
        placeholders=dict(review.placeholders.most_common(100)),
        dead_links=[asdict(link) for link in review.dead_links],
        dead_link_count=review.dead_link_count,
        doubled=[asdict(talk) for talk in review.doubled],
        doubled_count=review.doubled_count,
    )
    session.add(row)
    session.flush()
    return row.id


def newest_review(session: Session, source: Source) -> int | None:
    """The review of the last time a source was read; None for one read before reviews were kept."""
    return session.scalars(
        select(col(FileReview.id))
        .where(col(FileReview.source_id) == source.id)
        .order_by(col(FileReview.id).desc())
        .limit(1)
    ).first()
