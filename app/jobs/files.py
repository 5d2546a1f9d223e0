"""Files on their way to a job: their bytes travel in the database, so that a worker anywhere can read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.errors import InputError, TooLarge, UsageError
from app.ingest.archives import FILES_OF_LIMIT_SIZE
from app.ingest.discover import discovered
from app.ingest.formats.protocol import ReadsNeighbours
from app.models import JobFile
from app.settings import local_folder

PART = 4_000_000
"""Bytes kept in one row."""
_ABOVE = 3
"""How many folders above a path keep their names; as far away files may lie that its format reads besides."""
_ARCHIVE = ".zip"


class Handed(NamedTuple):
    """Files to hand over, as (file, its place below the job's folder); `roots` to read there; what was refused."""

    files: list[tuple[Path, str]]
    roots: list[str]
    refused: list[str]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file, _ in self.files)


def gather(paths: Sequence[Path], format_name: str | None, limit: int) -> Handed:
    """What a worker needs to read `paths` as this machine would: every file of each unit, and those its format reads
    besides, at the same places beside one another. UsageError for a path that does not exist.

    A file of more than `limit` bytes is refused, and costs only itself. TooLarge where all together are more than 16
    times that.
    """
    files: dict[str, Path] = {}
    roots: list[str] = []
    refused: list[str] = []
    for number, path in enumerate(paths):
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.", "PATH")
        root = path.resolve()
        # The folders above keep their names, which some formats read, and what is beside the path finds its place.
        top = [root, *root.parents][: _ABOVE + 1][-1]
        roots.append((PurePosixPath(str(number)) / root.relative_to(top).as_posix()).as_posix())
        for file in sorted(set(_wanted(root, format_name, limit, refused))):
            size = file.stat().st_size
            if size > limit:
                refused.append(f"{file} is {size / 1e6:,.0f} MB; more than {limit / 1e6:,.0f} MB is not read.")
            elif file.is_relative_to(top):
                files[f"{number}/{file.relative_to(top).as_posix()}"] = file
    handed = Handed([(file, place) for place, file in files.items()], roots, refused)
    most = limit * FILES_OF_LIMIT_SIZE
    if handed.size > most:
        raise TooLarge(
            f"These files are {handed.size / 1e6:,.0f} MB together, and {most / 1e6:,.0f} MB are handed over at once; "
            "hand over fewer, or raise HALLWAY_MAX_FILE_MEGABYTES.",
            "PATH",
        )
    return handed


def _wanted(root: Path, format_name: str | None, limit: int, refused: list[str]) -> Iterator[Path]:
    """Files that reading `root` looks at. An archive is one file, and what is in it is told where it is read."""
    yield from _archives(root)
    if root.suffix.lower() == _ARCHIVE:
        return
    with discovered([root], format_name, limit=limit) as units:
        for unit in units:
            if not unit.path.is_relative_to(root):
                continue  # unpacked from an archive
            refused += [f"{unit.label}: {problem.message}" for problem in unit.problems if unit.path.is_dir()]
            inside = unit.path.rglob("*") if unit.path.is_dir() else [unit.path]
            yield from (file for file in inside if file.is_file())
            if isinstance(unit.format, ReadsNeighbours):
                yield from (file.resolve() for file in unit.format.also_reads(unit.path) if file.is_file())


def _archives(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield from [root] if root.suffix.lower() == _ARCHIVE else []
        return
    own = local_folder().resolve()
    for file in root.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        if file.suffix.lower() == _ARCHIVE and file.is_file() and not hidden and own not in file.parents:
            yield file


def keep(session: Session, job_id: int, handed: Handed) -> None:
    """Put the bytes into the database, in parts. InputError for a file that cannot be opened."""
    for file, place in handed.files:
        try:
            with file.open("rb") as content:
                part = 0
                while (block := content.read(PART)) or part == 0:
                    session.add(JobFile(job_id=job_id, path=place, part=part, content=block))
                    session.flush()
                    session.expunge_all()
                    part += 1
        except OSError as error:
            raise InputError(f"{file} cannot be opened: {error.strerror}.") from error


def unpacked(session: Session, job_id: int, folder: Path) -> int:
    """Write the files of a job below `folder`; how many there were. InputError for a place that leads out of it."""
    written: set[str] = set()
    parts = session.scalars(select(col(JobFile.id)).where(col(JobFile.job_id) == job_id).order_by(col(JobFile.id)))
    for part_id in parts.all():
        part = session.get_one(JobFile, part_id)
        place = PurePosixPath(part.path)
        if place.is_absolute() or ".." in place.parts:
            raise InputError(f"A file handed over would be written outside its folder ({part.path}).")
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab" if part.path in written else "wb") as file:
            file.write(part.content)
        written.add(part.path)
        session.expunge(part)
    return len(written)
