"""Saved reports: what a report said under a stable id, its editions, and whether the base would say the same today."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.errors import NotFound
from app.models import SavedReport
from app.reports.footprint import Footprint, packed, take_footprint, unpacked
from app.reports.origin import Origin, origin_now
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.reports.stored import dumped, loaded
from app.settings import get_settings
from app.trends.document import Document, SavedAs, figures_of

ID_LENGTH = 10


@dataclass(frozen=True)
class Kept:
    """A report with what it was made from and the talks behind its figures: all that a comparison needs."""

    document: Document
    origin: Origin
    footprint: Footprint


class SavedLine(BaseModel):
    """A saved report in a list."""

    id: str
    report: str
    query: str
    title: str
    edition: int
    previous: str | None
    saved_on: str
    snapshot: str

    @property
    def path(self) -> str:
        """Address within the site."""
        return f"/reports/saved/{self.id}"


def save_report(
    session: Session,
    document: Document,
    digests: Callable[[Document], dict[str, str]],
    origin: Origin | None = None,
    now: datetime | None = None,
) -> Document:
    """Keep a report as built; returns it with its id. The same again, with nothing changed, is kept once.

    With the same query as one saved before it becomes the next edition of that. `digests` gives the SHA-256 of each
    export by suffix; `origin` is what it was made from, that of now unless said otherwise.
    """
    origin = origin or origin_now(session)
    name = _id(document, origin)
    if (held := session.get(SavedReport, name)) is not None:
        return _document(held)
    before = session.scalars(
        select(SavedReport)
        .where(col(SavedReport.report) == document.report, col(SavedReport.query) == document.query)
        .order_by(col(SavedReport.edition).desc())
        .limit(1)
    ).first()
    moment = now or utc_now()
    edition = before.edition + 1 if before else 1
    document = replace(document, saved=SavedAs(name, moment.date().isoformat(), edition, before.id if before else None))
    session.add(
        SavedReport(
            id=name,
            report=document.report,
            query=document.query,
            title=document.title,
            edition=edition,
            previous_id=before.id if before else None,
            saved_at=moment,
            base_url=get_settings().base_url,
            **origin.model_dump(),
            content=zlib.compress(dumped(document).encode(), 9),
            footprint=packed(take_footprint(session, figures_of(document))),
            digests=digests(document),
        )
    )
    session.flush()
    return document


def find_saved(session: Session, id: str) -> SavedReport:
    """The saved report of this id, else NotFound."""
    found = session.get(SavedReport, id)
    if found is None:
        raise NotFound("saved report", id, "`hallway report saved` lists them.")
    return found


def open_saved(session: Session, id: str) -> Document:
    """The document of a saved report as it was. NotFound as above; an InputError where this code cannot read it."""
    return _document(find_saved(session, id))


def kept_report(session: Session, id: str) -> Kept:
    """A saved report to compare. Errors as of `open_saved`."""
    found = find_saved(session, id)
    origin = Origin(snapshot=found.snapshot, vocabulary=found.vocabulary, recipe=found.recipe, code=found.code)
    return Kept(_document(found), origin, unpacked(found.footprint))


def report_now(session: Session, id: str) -> Kept:
    """The report of the query of a saved one as the base and the code are now."""
    found = find_saved(session, id)
    document = build_report(session, found.report, ReportRequest.of(parse_qsl(found.query)))
    return Kept(document, origin_now(session), take_footprint(session, figures_of(document)))


def list_saved(session: Session) -> list[SavedLine]:
    """All saved reports, the newest first."""
    rows = session.execute(
        select(
            col(SavedReport.id), col(SavedReport.report), col(SavedReport.query), col(SavedReport.title),
            col(SavedReport.edition), col(SavedReport.previous_id), col(SavedReport.saved_at),
            col(SavedReport.snapshot),
        ).order_by(col(SavedReport.saved_at).desc(), col(SavedReport.id))
    )  # fmt: skip
    return [
        SavedLine(
            id=key, report=report, query=query, title=title, edition=edition, previous=previous,
            saved_on=saved.date().isoformat(), snapshot=snapshot,
        )
        for key, report, query, title, edition, previous, saved, snapshot in rows
    ]  # fmt: skip


def newest_edition(session: Session, found: SavedReport) -> SavedLine | None:
    """The newest edition of a saved report where that is a later one."""
    latest = session.scalar(
        select(func.max(col(SavedReport.edition))).where(
            col(SavedReport.report) == found.report, col(SavedReport.query) == found.query
        )
    )
    if latest == found.edition:
        return None
    return next(
        line
        for line in list_saved(session)
        if (line.report, line.query, line.edition) == (found.report, found.query, latest)
    )


def _document(found: SavedReport) -> Document:
    return loaded(zlib.decompress(found.content).decode(), found.id)


def _id(document: Document, origin: Origin) -> str:
    """Made from what the report says and from what, but not from the code: other code that says the same is no news."""
    told = json.dumps([document.report, document.query, dumped(document), origin.vocabulary, origin.recipe])
    return hashlib.sha256(told.encode()).hexdigest()[:ID_LENGTH]
