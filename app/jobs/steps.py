"""What each kind of job does. Each ends with one transaction that holds its effect, its end and what follows from it.

All find their work by what is in the tables, so that one that was killed on the way is made up by another try.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.db.engine import reading, writing
from app.embeddings.store import missing, missing_in_batches, missing_of_drafts, save
from app.errors import ModelError
from app.ingest.formats.protocol import ReadOptions
from app.jobs.files import unpacked
from app.jobs.kinds import DERIVE, EMBED, FOLLOW, INGEST, REBUILD, SETTLE, WRITE_WAIT_MS
from app.jobs.records import close, forget_old, make, make_once
from app.jobs.telling import Telling
from app.models import JobFile, JobRecord

AFTER = "after"
"""In `args`: which derived data a rebuild makes anew, for what follows embedding."""


@dataclass(frozen=True)
class Work:
    """A job at hand."""

    base: KnowledgeBase
    job_id: int
    args: Mapping[str, Any]
    progress: Telling


Step = Callable[[Work], None]


def ingest(work: Work) -> None:
    """Read the files handed over; deriving follows."""
    engine = work.base.engine
    given = dict(work.args["options"])
    with TemporaryDirectory(prefix="hallway-") as folder:
        with reading(engine) as session:
            unpacked(session, work.job_id, Path(folder))
        paths = [path for path in (Path(folder) / root for root in work.args["roots"]) if path.exists()]
        report = pipeline.read(engine, paths, ReadOptions(**given), work.progress, work.args.get("format"))
    totals = report.totals
    said = (
        f"{totals.talks} talks: {totals.created} created, {totals.updated} updated, {totals.unchanged} unchanged, "
        f"{totals.withdrawn} withdrawn; {totals.problems} problems in {len(report.files)} files"
    )
    with writing(engine, WRITE_WAIT_MS) as session:
        session.execute(delete(JobFile).where(col(JobFile.job_id) == work.job_id))
        make_once(session, DERIVE, "after reading files")
        close(session, work.job_id, said)


def derive(work: Work) -> None:
    """Cut passages, find technologies and drafts, and part what is to be embedded into jobs."""
    engine, after = work.base.engine, work.args.get(AFTER)
    changed = pipeline.derive_texts(engine, work.progress)
    recipe = work.base.embedder.recipe
    then: dict[str, Any] = {"changed": changed} | ({AFTER: after} if after else {})
    with reading(engine) as session:
        batches = list(missing_in_batches(session, recipe))
    with writing(engine, WRITE_WAIT_MS) as session:
        waiting = _waiting(session, recipe)
        # Cut as one process would, for what else is in a batch shows in the last digits of a vector.
        parts = [[one for one, _ in batch.texts if one not in waiting] for batch in batches]
        parts = [part for part in parts if part]
        for number, part in enumerate(parts, start=1):
            args = {"hashes": part, "recipe": recipe, "then": then}
            make(session, EMBED, f"batch {number} of {len(parts)}, {len(part)} texts", args, work.job_id)
        if not parts:
            make_once(session, SETTLE, "nothing to embed", then, work.job_id)
        close(session, work.job_id, f"{sum(map(len, parts))} texts to embed in {len(parts)} batches")


def _waiting(session: Session, recipe: str) -> set[str]:
    """Hashes of texts that jobs already wait to embed."""
    rows = session.scalars(
        select(col(JobRecord.args)).where(col(JobRecord.kind) == EMBED, col(JobRecord.finished_at).is_(None))
    )
    return {one for args in rows for one in args["hashes"] if args["recipe"] == recipe}


def embed(work: Work) -> None:
    """Embed those texts of a batch that have no vector yet. Computed before the right to write is taken."""
    engine, embedder, recipe = work.base.engine, work.base.embedder, work.args["recipe"]
    if embedder.recipe != recipe:
        raise ModelError(
            f"This worker embeds by {embedder.recipe} and the job is for {recipe}; set HALLWAY_EMBEDDING_MODEL alike "
            "on all machines."
        )
    among = list(work.args["hashes"])
    with reading(engine) as session:
        texts = dict(missing_of_drafts(session, recipe, among)) | dict(missing(session, recipe, among))
    hashes = [one for one in among if one in texts]
    work.progress("embedding", 0, len(hashes))
    vectors = embedder.encode([texts[one] for one in hashes])
    work.progress.check()
    with writing(engine, WRITE_WAIT_MS) as session:
        save(session, recipe, hashes, vectors)
        close(session, work.job_id, f"{len(hashes)} texts embedded")


def settle(work: Work) -> None:
    """Themes, families, sheets and saved reports; and the rest of a rebuild."""
    base, after = work.base, work.args.get(AFTER)
    reissues = pipeline.settle(base.engine, base.embedder, bool(work.args.get("changed")), work.progress)
    said = ["themes, families and sheets are up to date", *(one.sentence.removesuffix(".") for one in reissues)]
    if after:
        work.progress("rebuild", 0, 0)
        said += pipeline.made_anew(base.engine, base.embedder, base.search, after)
    with writing(base.engine, WRITE_WAIT_MS) as session:
        forget_old(session)
        close(session, work.job_id, "; ".join(said))


def rebuild(work: Work) -> None:
    """Throw derived data away; deriving follows."""
    what = work.args["what"]
    work.progress("throwing away", 0, 0)
    pipeline.throw_away(work.base.engine, what)
    with writing(work.base.engine, WRITE_WAIT_MS) as session:
        make(session, DERIVE, f"after throwing away: {what}", {AFTER: what})
        close(session, work.job_id, f"thrown away: {what}")


def follow(work: Work) -> None:
    """Embed takeaways that people just decided on, and what hangs on them."""
    pipeline.follow_takeaways(work.base.engine, work.base.embedder)
    with writing(work.base.engine, WRITE_WAIT_MS) as session:
        close(session, work.job_id, "passages and links of takeaways are up to date")


STEPS: Mapping[str, Step] = {
    INGEST: ingest, DERIVE: derive, EMBED: embed, SETTLE: settle, REBUILD: rebuild, FOLLOW: follow,
}  # fmt: skip
