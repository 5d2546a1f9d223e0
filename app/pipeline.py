"""Ingest, passages, technologies, drafts, embeddings, themes, saved reports: each step takes up only what changed.

Every step commits in small batches and finds its work by stamps in the tables, never by what an earlier call did, so
a killed run is made up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlmodel import Session

from app import __version__
from app.catalog.sheets import forget_sheets, refresh_sheets
from app.catalog.snapshot import refresh_snapshot
from app.db.backup import throw_away_copy
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.embeddings.protocol import Embedder
from app.embeddings.store import discard, embed_missing, prune
from app.exports.registry import digests
from app.ingest import vocabulary_removal
from app.ingest.discover import Unit, discovered
from app.ingest.families import refresh_families
from app.ingest.formats.protocol import ReadOptions
from app.ingest.run import Counts, FileReport, ingest_unit
from app.ingest.store.changes import Changes
from app.ingest.store.vocabulary import record_version
from app.ingest.suspects import refresh_suspects
from app.ingest.vocabulary_file import read_vocabulary, sound_vocabulary, try_vocabulary
from app.ingest.vocabulary_removal import RemovedVocabulary
from app.models import ImportRun
from app.reports.origin import versions_now
from app.reports.reissue import Reissue, due, issue, look, reports_of, went_through
from app.search.kept_vectors import keep_vectors
from app.search.passages import forget_passages, refresh_passages
from app.takeaways.ledger.proposals import forget_proposals, refresh_proposals
from app.takeaways.quantities.claims import refresh_claims_of_article
from app.takeaways.recognition.mentions import refresh_mentions_of_article
from app.takeaways.refresh import count_drafts, forget_drafts, refresh_takeaways
from app.takeaways.review.decide import keep_edits
from app.technologies.mentions import count_mentions, forget_mentions, refresh_mentions
from app.themes.assignment import rebuild_assignments, refresh_assignments
from app.themes.vocabulary_moves import Moves, vocabulary_moves

if TYPE_CHECKING:
    from app.search.engine import SearchEngine

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much is done and how much there is (0 where unknown)."""


class Totals(BaseModel):
    """Sums over all files of an ingest."""

    talks: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    passages_embedded: int = 0
    problems: int = 0


class IngestReport(BaseModel):
    """What `hallway ingest` prints with --json."""

    files: list[FileReport] = Field(default_factory=list)
    totals: Totals = Field(default_factory=Totals)
    reissues: list[Reissue] = Field(default_factory=list)
    """Saved reports with a new edition, or that can have none, since a vocabulary changed."""
    seconds: float = 0.0

    @property
    def has_errors(self) -> bool:
        """Whether part of the input could not be read."""
        return any(problem.severity == "error" for file in self.files for problem in file.problems)


class VocabularyPreview(Moves):
    """What `hallway vocabulary diff` prints with --json: what becomes of the themes, which numbers move, and which
    saved reports would be issued anew.
    """

    vocabulary: str
    name: str
    version_before: str | None
    version_after: str
    themes: Counts
    counting: str
    reissues: list[Reissue]


class Refreshed(NamedTuple):
    """What `refresh` did that is worth telling: passages embedded, and saved reports with a new edition."""

    embedded: int
    reissues: list[Reissue]


RECOGNISE = (refresh_mentions_of_article, refresh_claims_of_article)
"""What is found in an article before takeaways are drafted from it."""


def _silent(step: str, done: int, total: int) -> None:
    """No progress shown."""


def ingest(
    engine: Engine,
    embedder: Embedder,
    paths: Sequence[Path],
    *,
    options: ReadOptions,
    format_name: str | None = None,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> IngestReport:
    """Read `paths` and bring everything derived up to date.

    With `dry_run` everything is read and checked in one transaction that is rolled back.
    """
    derive = None if dry_run else lambda: refresh(engine, embedder, progress)
    return _run(engine, paths, options, derive, format_name=format_name, dry_run=dry_run, progress=progress)


def read(
    engine: Engine, paths: Sequence[Path], options: ReadOptions, progress: Progress = _silent,
    format_name: str | None = None,
) -> IngestReport:  # fmt: skip
    """Read the facts of `paths` and derive nothing yet; the next `ingest` or `refresh` catches up."""
    return _run(engine, paths, options, None, format_name=format_name, progress=progress)


def _run(
    engine: Engine, paths: Sequence[Path], options: ReadOptions, derive: Callable[[], Refreshed] | None, *,
    format_name: str | None = None, dry_run: bool = False, progress: Progress = _silent,
) -> IngestReport:  # fmt: skip
    began = time.monotonic()
    report = IngestReport()
    # Units of archives lie in a temporary folder that goes with this block.
    with discovered(paths, format_name, limit=options.limit) as units:
        run_id = _start_run(engine)
        try:
            _read(engine, run_id, units, options, report, dry_run, progress)
            if derive:
                report.totals.passages_embedded, report.reissues = derive()
        finally:
            _finish_run(engine, run_id, report, dry_run)
    report.seconds = round(time.monotonic() - began, 2)
    return report


def _read(
    engine: Engine, run_id: int, units: Sequence[Unit], options: ReadOptions, report: IngestReport, dry_run: bool,
    progress: Progress,
) -> None:  # fmt: skip
    """Read every unit, each in a transaction of its own, or all in one that is rolled back; then add up."""
    sources: dict[str, str] = {}
    if dry_run:
        with writing(engine) as session:
            report.files = [ingest_unit(session, run_id, unit, options, sources) for unit in units]
            session.rollback()
    else:
        for number, unit in enumerate(units):
            progress("reading", number, len(units))
            with writing(engine) as session:
                report.files.append(ingest_unit(session, run_id, unit, options, sources))
        progress("reading", len(units), len(units))
    _add_up(report)


def refresh(engine: Engine, embedder: Embedder, progress: Progress = _silent) -> Refreshed:
    """Derive what is out of date, from passages to families and snapshot, and issue saved reports anew whose vocabulary
    changed.
    """
    changed = derive_texts(engine, progress)
    embedded = embed_missing(engine, embedder, progress)
    return Refreshed(embedded, settle(engine, embedder, changed, progress))


def derive_texts(engine: Engine, progress: Progress = _silent) -> bool:
    """What comes before vectors: passages, mentions of technologies, drafts. Says whether texts changed."""
    with writing(engine) as session:
        keep_edits(session)
    handled = _batches(engine, "passages", refresh_passages, progress)
    _batches(engine, "technologies", refresh_mentions, progress)
    drafted = _batches(engine, "drafts", partial(refresh_takeaways, batch=1000, recognise=RECOGNISE), progress)
    return bool(handled or drafted)


def settle(engine: Engine, embedder: Embedder, changed: bool, progress: Progress = _silent) -> list[Reissue]:
    """What follows from vectors, themes first, sheets last; then saved reports whose vocabulary changed.

    Where texts `changed`, vectors of those that are no more are thrown away.
    """

    def themes(session: Session) -> None:
        if changed:
            prune(session)
        refresh_assignments(session, embedder)

    def sheets(session: Session) -> None:
        refresh_snapshot(session)
        refresh_sheets(session)

    recipe = embedder.recipe
    proposals, families = partial(refresh_proposals, recipe=recipe), partial(refresh_families, recipe=recipe)
    steps: tuple[Callable[[Session], object], ...] = (themes, proposals, refresh_suspects, families, sheets)
    progress("what follows", 0, len(steps))
    keep_vectors(engine, recipe)
    for number, step in enumerate(steps, start=1):
        with writing(engine) as session:
            step(session)
        progress("what follows", number, len(steps))
    return _reissue(engine, progress)


def _batches(engine: Engine, step: str, take: Callable[[Session], int], progress: Progress) -> int:
    """Call `take`, each time in a transaction of its own, until it finds nothing to do; returns how much it did."""
    handled = 0
    while True:
        with writing(engine) as session:
            batch = take(session)
        if not batch:
            return handled
        handled += batch
        progress(step, handled, 0)


def _reissue(engine: Engine, progress: Progress) -> list[Reissue]:
    """Each report in a transaction of its own, made before that; that all were gone through is kept at the end."""
    with reading(engine) as session:
        waiting = due(session)
    if waiting is None:
        return []
    found = []
    for number, saved in enumerate(waiting.reports):
        progress("saved reports", number, len(waiting.reports))
        with reading(engine) as session:
            looked = look(session, saved)
        if looked is not None:
            with writing(engine) as session:
                found.append(issue(session, looked, digests))
    with writing(engine) as session:
        went_through(session, waiting)
    return found


def follow_takeaways(engine: Engine, embedder: Embedder) -> None:
    """Cut and embed the passages of takeaways that people just decided on, and propose links of their claims anew."""
    _batches(engine, "passages", refresh_passages, _silent)
    embed_missing(engine, embedder)
    keep_vectors(engine, embedder.recipe)
    with writing(engine) as session:
        refresh_proposals(session, embedder.recipe)
        refresh_sheets(session)


def rebuild(engine: Engine, embedder: Embedder, search: SearchEngine, what: str, progress: Progress = _silent) -> str:
    """Throw derived data away and make it anew: embeddings, index, technologies, themes, takeaways or all.

    Says what was made.
    """
    throw_away(engine, what)
    done = refresh(engine, embedder, progress)
    said = [f"{done.embedded} passages embedded", *(one.sentence.removesuffix(".") for one in done.reissues)]
    return ", ".join(said + made_anew(engine, embedder, search, what)) + "."


def throw_away(engine: Engine, what: str) -> None:
    """The first part of `rebuild`; `refresh` makes most of it anew, and `made_anew` the rest."""
    if what in ("embeddings", "all"):
        with writing(engine) as session:
            discard(session)
    if what in ("index", "takeaways", "all"):
        with writing(engine) as session:
            forget_passages(session)
    if what in ("takeaways", "all"):
        with writing(engine) as session:
            forget_proposals(session)
            forget_drafts(session)
    if what in ("technologies", "all"):
        with writing(engine) as session:
            forget_mentions(session)


def made_anew(engine: Engine, embedder: Embedder, search: SearchEngine, what: str) -> list[str]:
    """The last part of `rebuild`, after `refresh`: what that does not make anew by itself, and what there is now."""
    said: list[str] = []
    if what in ("technologies", "all"):
        with reading(engine) as session:
            said.append(f"{count_mentions(session):,} mentions of technologies found")
    if what in ("takeaways", "all"):
        with reading(engine) as session:
            said.append(f"{count_drafts(session):,} takeaways drafted")
    if what in ("index", "all"):
        with writing(engine) as session:
            search.rebuild(session)
        said.append("index rebuilt")
    if what in ("themes", "all"):
        with writing(engine) as session:
            said.append(f"{rebuild_assignments(session, embedder)} theme assignments made")
            forget_sheets(session)
        with writing(engine) as session:
            refresh_snapshot(session)
            refresh_sheets(session)
    return said


def preview_vocabulary(
    engine: Engine, embedder: Embedder, path: Path, options: ReadOptions, main_only: bool = False,
    progress: Progress = _silent,
) -> VocabularyPreview:  # fmt: skip
    """What loading a vocabulary would change, tried out on a copy and rolled back there too; InputError for faults."""
    with throw_away_copy(engine) as copy, writing(copy) as session:
        progress("assigning", 0, 2)
        file = read_vocabulary(path, options, session, {})
        vocabulary = sound_vocabulary(file)
        changes = Changes()

        def apply(session: Session) -> None:
            nonlocal changes
            progress("assigning", 1, 2)
            changes = try_vocabulary(session, file)

        present = versions_now(session).get(vocabulary.slug)
        moves = vocabulary_moves(session, embedder, apply, main_only)
        waiting = due(session)
        looked = [look(session, saved) for saved in (waiting.reports if waiting else ())]
        session.rollback()
    progress("assigning", 2, 2)
    counted = {name: getattr(changes, name) for name in Counts.model_fields}
    return VocabularyPreview(
        vocabulary=vocabulary.slug,
        name=vocabulary.name,
        version_before=present,
        version_after=record_version(vocabulary),
        themes=Counts(**counted),
        counting="main" if main_only else "any",
        reissues=[one.told for one in looked if one is not None],
        **moves.model_dump(),
    )


def remove_vocabulary(
    engine: Engine, embedder: Embedder, slug: str, *, with_decisions: bool = False, default_too: bool = False,
    progress: Progress = _silent,
) -> RemovedVocabulary:  # fmt: skip
    """Take a vocabulary out of the base, then derive anew what followed from it. Errors as of `vocabulary_removal`."""
    with writing(engine) as session:
        removed = vocabulary_removal.remove_vocabulary(session, slug, with_decisions, default_too)
        removed.saved_reports = reports_of(session, slug)
    refresh(engine, embedder, progress)
    return removed


def _start_run(engine: Engine) -> int:
    with writing(engine) as session:
        run = ImportRun(started_at=utc_now(), version=__version__)
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


def _finish_run(engine: Engine, run_id: int, report: IngestReport, dry_run: bool) -> None:
    with writing(engine) as session:
        run = session.get_one(ImportRun, run_id)
        run.finished_at = utc_now()
        run.totals = {**report.totals.model_dump(), "dry_run": dry_run, "files": _lines(report, dry_run)}


def _lines(report: IngestReport, dry_run: bool) -> list[dict[str, object]]:
    """What a run remembers of each file."""
    return [
        {
            "path": file.path,
            "format": file.format,
            "kind": file.kind,
            "problems": len(file.problems),
            "review": None if dry_run else file.review_id,
        }
        | (file.records or file.talks).model_dump()
        for file in report.files
    ]


def _add_up(report: IngestReport) -> None:
    for name in Counts.model_fields:
        setattr(report.totals, name, sum(getattr(file.talks, name) for file in report.files))
    report.totals.talks = report.totals.created + report.totals.updated + report.totals.unchanged
    report.totals.problems = sum(len(file.problems) for file in report.files)
