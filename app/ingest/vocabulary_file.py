"""A theme vocabulary straight from its file, for commands that measure one without loading it into a base."""

from __future__ import annotations

from pathlib import Path

from app.errors import InputError
from app.ingest.formats.hallway_yaml import HallwayYaml
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import Vocabulary


def read_vocabulary(file: Path) -> Vocabulary:
    """The vocabulary of a `hallway: themes/1` file. Raises InputError for any fault in it, with the line."""
    parsed = HallwayYaml().parse(file, ReadOptions())
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    if errors:
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        raise InputError(f"{errors[0].message}{more}", f"{file}, {errors[0].where}")
    if not isinstance(parsed.payload, Vocabulary):
        raise InputError("Not a vocabulary; the file must begin with “hallway: themes/1”.", str(file))
    return parsed.payload
