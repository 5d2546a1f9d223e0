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
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.vocabularies import vocabulary_names
from app.db.types import utc_now
from app.errors import NotFound
from app.models import SavedReport
from app.reports.footprint import Footprint, packed, take_footprint, unpacked
from app.reports.origin import Origin, origin_of, read_versions
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
    newest: str | None = None
    """Id of the newest edition, where that is a later one."""

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
    footprint: Footprint | None = None,
) -> Document:
    """Keep a report as built; returns it with its id. The same again, with nothing changed, is kept once.

    With the same query as one saved before it becomes the next edition of that, also where it says again what an
    edition before the newest said. `digests` gives the SHA-256 of each export by suffix; `origin` is what it was made
    from and `footprint` the talks behind it, those of now unless said otherwise.
    """
    origin = origin or origin_of(session, document)
    before = _newest(session, document.report, document.query)
    if before is not None and before.id == _id(document, origin, before.previous_id):
        return _document(before)
    name = _id(document, origin, before.id if before else None)
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
            footprint=packed(footprint or take_footprint(session, figures_of(document))),
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
    """The report of the query of a saved one, and of its vocabulary, as the base and the code are now.

    NotFound, or another HallwayError, where the base cannot give it any more.
    """
    found = find_saved(session, id)
    request = ReportRequest.of(parse_qsl(found.query))
    wanted = replace(request, vocabulary=_vocabulary(session, found, request))
    document = build_report(session, found.report, wanted)
    if wanted != request:
        document = replace(document, parameters=request.parameters())
    return Kept(document, origin_of(session, document), take_footprint(session, figures_of(document)))


def _vocabulary(session: Session, found: SavedReport, request: ReportRequest) -> str | None:
    """The vocabulary to ask for. Saved while there was only one, a query names none, and the one that most talks have
    by now may be another.
    """
    held = read_versions(found.vocabulary)
    if request.vocabulary or request.theme or len(held) != 1 or not all(held.values()):
        return request.vocabulary
    (slug,) = held
    return None if [name.slug for name in vocabulary_names(session)] == [slug] else slug


def vocabularies_gone(session: Session, found: SavedReport) -> list[str]:
    """Slugs of the vocabularies that a saved report is of and the base has no more."""
    used = {name.slug for name in vocabulary_names(session)}
    return [slug for slug, version in read_versions(found.vocabulary).items() if version and slug not in used]


def list_saved(session: Session) -> list[SavedLine]:
    """All saved reports, the newest first."""
    rows = session.execute(
        select(
            col(SavedReport.id), col(SavedReport.report), col(SavedReport.query), col(SavedReport.title),
            col(SavedReport.edition), col(SavedReport.previous_id), col(SavedReport.saved_at),
            col(SavedReport.snapshot),
        ).order_by(col(SavedReport.saved_at).desc(), col(SavedReport.id))
    )  # fmt: skip
    lines = [
        SavedLine(
            id=key, report=report, query=query, title=title, edition=edition, previous=previous,
            saved_on=saved.date().isoformat(), snapshot=snapshot,
        )
        for key, report, query, title, edition, previous, saved, snapshot in rows
    ]  # fmt: skip
    newest = {(line.report, line.query): line.id for line in sorted(lines, key=lambda line: line.edition)}
    for line in lines:
        if line.id != newest[line.report, line.query]:
            line.newest = newest[line.report, line.query]
    return lines


def newest_edition(session: Session, found: SavedReport) -> SavedReport | None:
    """The newest edition of a saved report where that is a later one."""
    latest = _newest(session, found.report, found.query)
    return None if latest is None or latest.id == found.id else latest


def _newest(session: Session, report: str, query: str) -> SavedReport | None:
    return session.scalars(
        select(SavedReport)
        .where(col(SavedReport.report) == report, col(SavedReport.query) == query)
        .order_by(col(SavedReport.edition).desc())
        .limit(1)
    ).first()


def _document(found: SavedReport) -> Document:
    return loaded(zlib.decompress(found.content).decode(), found.id)


def _id(document: Document, origin: Origin, previous: str | None) -> str:
    """Made from what the report says and from what, but not from the code: other code that says the same is no news.

    An edition is another than the one before it, so one that says again what an earlier one said is not that one.
    """
    said = [document.report, document.query, dumped(document), origin.vocabulary, origin.recipe]
    told = json.dumps([*said, previous] if previous else said)
    return hashlib.sha256(told.encode()).hexdigest()[:ID_LENGTH]
