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


def foresee(session: Session, id: str) -> Reissue | None:
    """What a new edition of a saved report would be; None where it would say the same."""
    return _look(session, id)[0]


def reissue(
    session: Session, id: str, digests: Callable[[Document], dict[str, str]], now: datetime | None = None
) -> Reissue | None:
    """Issue a saved report anew if it says something else; `digests` and `now` as of `save_report`."""
    found, after = _look(session, id)
    if found is None or after is None:
        return found
    saved = save_report(session, after.document, digests, after.origin, now).saved
    assert saved is not None
    return found.model_copy(update={"id": saved.id, "edition": saved.edition})


def went_through(session: Session, looked_for: Due) -> None:
    """Remember that all that was due was looked at."""
    session.merge(IndexState(name=STATE, recipe="", fingerprint=looked_for.vocabularies, built_at=utc_now()))


def _look(session: Session, id: str) -> tuple[Reissue | None, Kept | None]:
    """What has become of a saved report, with the report as it is now where that says something else."""
    found = find_saved(session, id)
    outlook = Reissue(previous=id, title=found.title, edition=found.edition + 1)
    try:
        after = report_now(session, id)
        difference = compare(kept_report(session, id), after)
    except HallwayError as error:
        return outlook.model_copy(update={"problem": str(error)}), None
    if difference.is_same:
        return None, None
    told = {"compared": difference.compared, "changed": difference.changed, "causes": difference.causes}
    return outlook.model_copy(update=told), after


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
