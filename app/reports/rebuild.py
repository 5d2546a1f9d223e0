"""Whether a saved report can be written again as it was, and whether the base would say the same today."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel
from sqlmodel import Session

from app.catalog.snapshot import current_snapshot
from app.errors import HallwayError
from app.reports.difference import compare
from app.reports.origin import code_version
from app.reports.saved import find_saved, kept_report, report_now
from app.trends.document import Document

DRAWN = ("html", "svg", "png")


class RebuiltFormat(BaseModel):
    """An export written again; `as_saved` says whether its bytes are those of the day it was saved."""

    format: str
    sha256: str
    as_saved: bool


class Rebuilt(BaseModel):
    """What `hallway report rebuild` answers.

    `same_snapshot` says whether the base is the one it was saved from, `same_now` whether it gives the same figures;
    `problem` says in words why the base cannot give the report any more.
    """

    id: str
    title: str
    saved_with: str
    code: str
    formats: list[RebuiltFormat]
    same_snapshot: bool
    same_now: bool
    moved: int
    problem: str | None = None

    @property
    def as_saved(self) -> bool:
        """Whether every format is, byte for byte."""
        return all(one.as_saved for one in self.formats)

    @property
    def lines(self) -> list[str]:
        """The same in words."""
        others = [one.format for one in self.formats if not one.as_saved]
        told = f"{len(self.formats)} formats written again from what was saved, each byte for byte as it was."
        if others:
            why = f" It was saved with {self.saved_with}, this is {self.code}."
            if self.code == self.saved_with:
                why = " Pictures depend on the fonts of the machine." if set(others) <= set(DRAWN) else ""
            told = f"Not as saved: {', '.join(others)}.{why}"
        if self.problem:
            return [told, f"The present base cannot give it: {self.problem}"]
        if self.same_snapshot and self.same_now:
            return [told, "The base has not changed since."]
        if self.same_now:
            return [told, "The base has changed since, and gives the same figures."]
        why = f"`hallway report diff {self.id} now` says why."
        return [told, f"The present base gives other figures ({self.moved} moved, came or went); {why}"]


def rebuild(session: Session, id: str, digests: Callable[[Document], dict[str, str]]) -> Rebuilt:
    """Write a saved report again from what was kept alone, and compare it with the base as it is.

    `digests` gives the SHA-256 of each export of a document by suffix. Errors as of `open_saved`.
    """
    found = find_saved(session, id)
    before = kept_report(session, id)
    made = digests(before.document)
    rebuilt = Rebuilt(
        id=id,
        title=found.title,
        saved_with=found.code,
        code=code_version(),
        formats=[
            RebuiltFormat(format=suffix, sha256=made.get(suffix, ""), as_saved=made.get(suffix) == digest)
            for suffix, digest in sorted(found.digests.items())
        ],
        same_snapshot=current_snapshot(session) == found.snapshot,
        same_now=False,
        moved=0,
    )
    try:
        difference = compare(before, report_now(session, id))
    except HallwayError as error:
        return rebuilt.model_copy(update={"problem": str(error)})
    return rebuilt.model_copy(update={"same_now": difference.is_same, "moved": difference.changed})
