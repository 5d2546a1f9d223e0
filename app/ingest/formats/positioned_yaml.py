"""YAML read strictly, with the line of every value: no tags, no anchors, no duplicate keys, no implicit dates.

Built from parser events with an explicit stack, so that neither nesting nor aliases can exhaust anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.errors import InputError

MAX_DEPTH = 40
Path = tuple[str | int, ...]

_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass
class Document:
    """The value of a YAML document and the line (from 1) of each path in it."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """Words for a place: "line 12, talks[3].title"; the nearest known line above where the path is not there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return f"line {self.lines.get(known, 1)}" + (f", {spell(path)}" if path else "")


def spell(path: Path) -> str:
    """`talks[3].title` for ("talks", 3, "title")."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words


@dataclass
class _Open:
    container: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


def load(text: str) -> Document:
    """Read one document. InputError with the line for anything malformed."""
    document = Document()
    stack: list[_Open] = []
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            _take(event, stack, document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"This is not valid YAML: {error.problem}.", where) from error
    except yaml.YAMLError as error:
        raise InputError(f"This is not valid YAML: {str(error).splitlines()[0]}.") from error
    return document


def _take(event: Any, stack: list[_Open], document: Document) -> None:
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent):
        raise InputError("Anchors and aliases are not accepted here; write the value out.", f"line {line}")
    if isinstance(event, yaml.DocumentStartEvent) and document.lines:
        raise InputError("A second document begins here; put each in a file of its own.", f"line {line}")
    if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
        stack.pop()
        return
    if not isinstance(event, (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent)):
        return
    if event.tag not in (None, "!"):
        raise InputError(f"The tag {event.tag} is not accepted here; remove it.", f"line {line}")
    top = stack[-1] if stack else None
    if top is not None and isinstance(top.container, dict) and top.key is None:
        _take_key(event, top, line)
        return
    path = _path_of_next(top)
    document.lines[path] = line
    value = _value(event)
    if top is None:
        document.value = value
    elif isinstance(top.container, dict):
        top.container[str(top.key)] = value
        top.key = None
    else:
        top.container.append(value)
    if isinstance(value, (dict, list)):
        if len(stack) >= MAX_DEPTH:
            raise InputError(f"Nested more than {MAX_DEPTH} deep; no programme needs that.", f"line {line}")
        stack.append(_Open(value, path))


def _take_key(event: Any, top: _Open, line: int) -> None:
    if not isinstance(event, yaml.ScalarEvent):
        raise InputError("A key must be a plain word.", f"line {line}")
    if event.value in top.container:
        raise InputError(f"The key “{event.value}” is given twice; keep one.", f"line {line}")
    top.key = event.value


def _path_of_next(top: _Open | None) -> Path:
    if top is None:
        return ()
    if isinstance(top.container, dict):
        return (*top.path, str(top.key))
    return (*top.path, len(top.container))


def _value(event: Any) -> Any:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    text: str = event.value
    if event.style:
        return text
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
