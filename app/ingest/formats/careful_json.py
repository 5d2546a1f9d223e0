"""JSON read carefully: positions of errors, keys given twice, text that no database can keep; and typed access.

Readers ask for what they expect; a value of another type is as good as none, so that no wrong type raises.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import InputError
from app.ingest.record import FoundProblem

_ESCAPED = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def load(text: str, problems: list[FoundProblem]) -> Any:
    """The value of a JSON document. InputError with line and column where it cannot be read."""
    doubled: dict[str, None] = {}

    def keep_last(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen and len(doubled) < 5:
                    doubled[key] = None
                seen.add(key)
        return found

    try:
        value = json.loads(text, object_pairs_hook=keep_last, parse_constant=lambda _: None)
        value = _storable(value) if _ESCAPED.search(text) else value
    except json.JSONDecodeError as error:
        what = (
            "an HTML page, not JSON; fetch the file anew"
            if text.lstrip()[:1] == "<"
            else f"not valid JSON: {error.msg}"
        )
        raise InputError(f"This is {what}.", f"line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise InputError("The JSON is nested too deep to be a programme.") from error
    except ValueError as error:
        raise InputError("The JSON holds a number too long to be one.") from error
    problems += [FoundProblem("warning", f"The key “{key[:60]}” is given twice; the last is read.") for key in doubled]
    return value


def _storable(value: Any) -> Any:
    """The value with NUL and halves of surrogate pairs replaced, which no database can keep."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("\ufffd", key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> Sequence[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else ()


def word(value: object) -> str | None:
    """Text or a whole number as text, without white space around it; None for anything else and for nothing."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return None


def text_of(value: object, language: str | None = None) -> str | None:
    """Text, or of `{"en": …, "de": …}` that in `language`, else the English, else the first by code."""
    if isinstance(value, dict):
        wanted = (language or "").lower().split("-")[0]
        said = {str(key).lower(): item for key, item in value.items() if isinstance(item, str) and item.strip()}
        for code in (wanted, "en", *sorted(said)):
            if code in said:
                return said[code].strip()
        return None
    return (value.strip() or None) if isinstance(value, str) else None


def number(value: object) -> float | None:
    """A finite number, also where it is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value) if not isinstance(value, str) or len(value) <= 20 else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
