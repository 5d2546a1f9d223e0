"""One file of a vocabulary: read and checked by itself, and put into a session to see what would come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.errors import InputError
from app.ingest.formats.hallway_yaml import BrokenFrame, HallwayYaml
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import FoundProblem, Vocabulary
from app.ingest.run import ProblemLine
from app.ingest.store.changes import Changes
from app.ingest.store.vocabulary import record_version, store_vocabulary, taken_slugs
from app.ingest.vocabulary_faults import Taken, entry_faults, vocabulary_faults, vocabulary_warnings
from app.models import Source


@dataclass(frozen=True)
class VocabularyFile:
    """What a file holds: its vocabulary, None where it cannot be read as one, and everything wrong with it."""

    path: Path
    source_key: str
    vocabulary: Vocabulary | None
    problems: tuple[FoundProblem, ...]

    @property
    def version(self) -> str | None:
        """The version it would have; None where it has faults."""
        return record_version(self.vocabulary) if self.vocabulary and not self.faults else None

    @property
    def faults(self) -> tuple[FoundProblem, ...]:
        """The problems for which it would not be taken up."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


class CheckedFile(BaseModel):
    """A file with its problems, faults first; `version` is None where it has faults."""

    path: str
    vocabulary: str | None
    version: str | None
    themes: int
    problems: list[ProblemLine]

    @property
    def faults(self) -> int:
        """How many problems keep it from being taken up."""
        return sum(problem.severity == "error" for problem in self.problems)


class CheckedFiles(BaseModel):
    """What `hallway vocabulary check` prints with --json."""

    files: list[CheckedFile] = Field(default_factory=list)

    @property
    def has_faults(self) -> bool:
        """Whether a file would not be taken up."""
        return any(file.faults for file in self.files)


def check_vocabularies(session: Session, paths: Sequence[Path], options: ReadOptions) -> CheckedFiles:
    """Every fault and warning of these files, beside the vocabularies of the base and beside one another."""
    answer = CheckedFiles()
    taken: dict[str, dict[str, Taken]] = {}
    for path in paths:
        others = {slug: theme for themes in taken.values() for slug, theme in themes.items()}
        read = read_vocabulary(path, options, session, others)
        held = read.vocabulary
        answer.files.append(
            CheckedFile(
                path=str(path),
                vocabulary=held.slug if held else None,
                version=read.version,
                themes=len(held.themes) if held else 0,
                problems=[ProblemLine(severity=p.severity, message=p.message, where=p.where) for p in read.problems],
            )
        )
        if held:
            taken[held.slug] = {theme.slug: Taken(held.name, str(path)) for theme in held.themes}
    return answer


def read_vocabulary(path: Path, options: ReadOptions, session: Session, also: Mapping[str, Taken]) -> VocabularyFile:
    """Read one file with its faults, then its warnings. Nothing of the file is raised, and nothing is written.

    `also` are slugs taken by other files looked at together with this one.
    """
    try:
        parsed = HallwayYaml().parse(path, options)
        if not isinstance(parsed.payload, Vocabulary):
            raise InputError("This is no vocabulary; it must begin with `hallway: themes/1`.", "line 1")
    except BrokenFrame as error:
        others = {**taken_slugs(session, error.vocabulary), **also} if error.vocabulary else {}
        faults = entry_faults(error.vocabulary, error.themes, others)
        return VocabularyFile(path, "", None, (*error.faults, *faults))
    except InputError as error:
        return VocabularyFile(path, "", None, (FoundProblem("error", str(error), error.where),))
    vocabulary = parsed.payload
    taken = {**taken_slugs(session, vocabulary.slug), **also}
    faults = vocabulary_faults(vocabulary, taken)
    return VocabularyFile(
        path, parsed.source_key, vocabulary, (*parsed.problems, *faults, *vocabulary_warnings(vocabulary))
    )


def vocabulary_alone(path: Path) -> Vocabulary:
    """The vocabulary of a file by itself, beside no base. Raises InputError for the first fault in it."""
    parsed = HallwayYaml().parse(path, ReadOptions())
    if not isinstance(parsed.payload, Vocabulary):
        raise InputError("This is no vocabulary; it must begin with `hallway: themes/1`.", f"{path}, line 1")
    found = parsed.payload
    return sound_vocabulary(
        VocabularyFile(path, parsed.source_key, found, (*parsed.problems, *vocabulary_faults(found, {})))
    )


def sound_vocabulary(file: VocabularyFile) -> Vocabulary:
    """The vocabulary of a file without faults; with any it is an InputError that says the first."""
    if file.vocabulary is None or file.faults:
        first = file.faults[0]
        more = f" {len(file.faults) - 1} more: `hallway vocabulary check`." if len(file.faults) > 1 else ""
        raise InputError(f"{file.path}{', ' + first.where if first.where else ''}: {first.message}{more}", first.where)
    return file.vocabulary


def try_vocabulary(session: Session, file: VocabularyFile) -> Changes:
    """Store a file without faults, as ingest would; the caller rolls back."""
    vocabulary = sound_vocabulary(file)
    source = session.scalar(select(Source).where(col(Source.key) == file.source_key))
    if source is None:
        source = Source(key=file.source_key, format=HallwayYaml.name, path=str(file.path))
        session.add(source)
        session.flush()
    return store_vocabulary(session, source, vocabulary)
