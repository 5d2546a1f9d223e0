"""New editions of saved reports whose vocabulary has changed: which are due, and making those that say something else.

The vocabularies that reports were last gone through for are kept beside the base, and only at the end. Whoever is
killed half way goes through them again: those issued already name the vocabularies as they are, and are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.errors import HallwayError
from app.models import IndexState, SavedReport
from app.reports.difference import Cause, compare
from app.reports.origin import read_versions, tell, versions_now
from app.reports.saved import Kept, find_saved, kept_report, report_now, save_report
from app.trends.document import Document
from app.trends.wording import counted

STATE = "reissued"
"""The row of IndexState whose fingerprint tells of those vocabularies."""


class Reissue(BaseModel):
    """A saved report that says something else, or can no longer be made, since its vocabulary changed.

    `id` and `edition` are of its new edition: no id where that is only foreseen, or where `problem` says in words why
    there is none. `changed` figures moved, came, went or have another name; `compared` are in both.
    """

    previous: str
    title: str
    edition: int
    id: str | None = None
    compared: int = 0
    changed: int = 0
    causes: list[Cause] = []
    problem: str | None = None

    @property
    def sentence(self) -> str:
        """“Themes of X (3f9a1c0b22): edition 2 is 0b1c2d3e4f; 3 figures changed, by vocabulary.”"""
        if self.problem:
            return f"{self.title} ({self.previous}): no new edition can be made. {self.problem}"
        what = f"edition {self.edition} is {self.id}" if self.id else f"edition {self.edition} would be made"
        why = f", by {', '.join(self.causes)}" if self.causes else ""
        return f"{self.title} ({self.previous}): {what}; {counted(self.changed, 'figure')} changed{why}."


@dataclass(frozen=True)
class Due:
    """Ids of the newest editions to look at, and the vocabularies, as one line, that they are looked at for."""

    reports: tuple[str, ...]
    vocabularies: str


@dataclass(frozen=True)
class Looked:
    """What has become of a saved report, and the report as it is now; None where it cannot be made."""

    told: Reissue
    now: Kept | None


def due(session: Session) -> Due | None:
    """The saved reports that a change of vocabularies may have touched; None where there was no change."""
    now = versions_now(session)
    state = session.get(IndexState, STATE)
    if state is not None and state.fingerprint == tell(now):
        return None
    held = _newest(session)
    return Due(tuple(key for key, told in held if not read_versions(told).items() <= now.items()), tell(now))


def reports_of(session: Session, vocabulary: str) -> list[str]:
    """Ids of the newest editions that are of a vocabulary, whichever version it had."""
    return [key for key, told in _newest(session) if vocabulary in read_versions(told)]


def look(session: Session, id: str) -> Looked | None:
    """What has become of a saved report; None where it would say the same."""
    found = find_saved(session, id)
    told = Reissue(previous=id, title=found.title, edition=found.edition + 1)
    try:
        now = report_now(session, id)
        difference = compare(kept_report(session, id), now)
    except HallwayError as error:
        return Looked(told.model_copy(update={"problem": str(error)}), None)
    if difference.is_same:
        return None
    counts = {"compared": difference.compared, "changed": difference.changed, "causes": difference.causes}
    return Looked(told.model_copy(update=counts), now)


def issue(
    session: Session, looked: Looked, digests: Callable[[Document], dict[str, str]], moment: datetime | None = None
) -> Reissue:
    """Save the new edition of a report that was looked at, if there can be one; the rest as of `save_report`."""
    if looked.now is None:
        return looked.told
    now = looked.now
    saved = save_report(session, now.document, digests, now.origin, moment, now.footprint).saved
    assert saved is not None
    return looked.told.model_copy(update={"id": saved.id, "edition": saved.edition})


def went_through(session: Session, looked_for: Due) -> None:
    """Remember that all that was due was looked at."""
    session.merge(IndexState(name=STATE, recipe="", fingerprint=looked_for.vocabularies, built_at=utc_now()))


def _newest(session: Session) -> list[tuple[str, str]]:
    """Ids of the newest editions with the vocabularies they are of, the first saved first."""
    newest = (
        select(func.max(col(SavedReport.edition)).label("edition"), col(SavedReport.report), col(SavedReport.query))
        .group_by(col(SavedReport.report), col(SavedReport.query))
        .subquery()
    )
    found = session.execute(
        select(col(SavedReport.id), col(SavedReport.vocabulary))
        .join(
            newest,
            (col(SavedReport.report) == newest.c.report)
            & (col(SavedReport.query) == newest.c.query)
            & (col(SavedReport.edition) == newest.c.edition),
        )
        .order_by(col(SavedReport.saved_at), col(SavedReport.id))
    )
    return [(key, told) for key, told in found]
