"""XML read safely, with the line of every element: no DTD, no entities, bounded depth.

Of a document that breaks off, the elements closed before the break are kept, and `broken` says where it broke.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, XMLParser

from app.errors import InputError
from app.ingest.record import FoundProblem

MAX_DEPTH = 50

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\\d|3[01]));",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"\A\s+(?=<\?xml)")


@dataclass(slots=True)
class Node:
    """An element. `text` is what stands between its tags, without that of its children."""

    tag: str
    attributes: dict[str, str]
    line: int
    pieces: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    is_whole: bool = False
    """Whether its end tag was seen."""

    @property
    def text(self) -> str:
        """Its own text, as it stands."""
        return "".join(self.pieces)

    def child(self, tag: str) -> Node | None:
        """The first child of this name."""
        return next((node for node in self.children if node.tag == tag), None)

    def each(self, *path: str) -> Iterator[Node]:
        """The descendants reached by these names: `each("links", "link")`."""
        for node in self.children:
            if node.tag == path[0]:
                if len(path) == 1:
                    yield node
                else:
                    yield from node.each(*path[1:])

    def say(self, tag: str) -> str | None:
        """The text of the first child of this name, without white space around it; None where there is none."""
        node = self.child(tag)
        return (node.text.strip() or None) if node else None


@dataclass(frozen=True)
class Document:
    """The root of a document, and what was odd about the whole."""

    root: Node
    broken: FoundProblem | None = None
    problems: tuple[FoundProblem, ...] = ()


class _TooDeep(Exception):
    pass


class _Builder:
    """Takes what the parser meets; an explicit stack, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.root: Node | None = None
        self.open: list[Node] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise _TooDeep
        node = Node(tag.rpartition("}")[2], dict(attributes), self.parser.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self.open.append(node)

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].pieces.append(text)

    def end(self, tag: str) -> None:
        self.open.pop().is_whole = True

    def close(self) -> None:
        """Nothing is left to do."""


def load(text: str) -> Document:
    """Read one document. InputError where no element can be read, or where it is an attack."""
    problems: list[FoundProblem] = []
    text = _without_forbidden(_DECLARATION.sub("", text), problems)
    builder = _Builder()
    builder.parser = XMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    broken: FoundProblem | None = None
    try:
        builder.parser.feed(text)
        builder.parser.close()
    except ParseError as error:
        where = f"line {error.position[0]}, column {error.position[1] + 1}"
        said = str(error).split(":")[0]
        if builder.root is None:
            raise InputError(f"This is not valid XML: {said}.", where) from error
        broken = FoundProblem(
            "error", f"The XML breaks off here ({said}); what stands before is read. Fetch the file anew.", where
        )
    except DefusedXmlException as error:
        raise InputError("Document types and entities are not accepted here; remove them from the file.") from error
    except _TooDeep as error:
        line = builder.parser.parser.CurrentLineNumber
        raise InputError(f"Nested more than {MAX_DEPTH} deep; no programme needs that.", f"line {line}") from error
    if builder.root is None:
        raise InputError("The file holds no XML element.", "line 1")
    return Document(builder.root, broken, tuple(problems))


def _without_forbidden(text: str, problems: list[FoundProblem]) -> str:
    """The text without the control characters that XML forbids but that some exporters let through."""
    first = _FORBIDDEN.search(text)
    if first is None:
        return text
    cleaned, count = _FORBIDDEN.subn("", text)
    line = text.count("\n", 0, first.start()) + 1
    problems.append(
        FoundProblem("warning", f"{count} control characters that XML forbids are left out.", f"line {line}")
    )
    return cleaned
