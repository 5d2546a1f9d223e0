"""Committed measurements of ourselves: JSON that a script made, which pages show."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from app.errors import InputError

M = TypeVar("M", bound=BaseModel)


def read_measurement(kind: type[M], file: Path, of: str, command: str) -> M | None:
    """The measurement in `file`, None where nothing was measured yet; read again when the file changes.

    Raises InputError for a damaged file: that it is no measurement `of` something, and by which `command` to make it.
    """
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return None
    return cast(M, _read(kind, file, of, command, changed))


@lru_cache(maxsize=16)
def _read(kind: type[BaseModel], file: Path, of: str, command: str, _changed: int) -> BaseModel:
    try:
        return kind.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{file} is no measurement of {of}; run `{command}`.", str(file)) from error
