"""schema.org nodes of JSON-LD documents and HTML pages: types, references by @id, and values of many shapes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json
from app.ingest.formats.careful_json import mapping, word
from app.ingest.record import FoundProblem

Node = Mapping[str, Any]

MAX_NODES, MAX_DEPTH = 200_000, 60
_SCRIPT = re.compile(r"<script\b([^<>]{0,1000})>", re.IGNORECASE)
_TYPE = re.compile(r"type\s*=\s*[\"']?\s*application/ld\+json", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]{0,300}>([^<]{0,500})</title", re.IGNORECASE)
_PREFIX = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
_WRAPPING = re.compile(r"\A\s*(?:<!--|<!\[CDATA\[|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*\Z")
_NO_EVENTS = frozenset({"PublicationEvent", "BroadcastEvent", "OnDemandEvent", "SaleEvent"})
_EVENTS = frozenset({"Hackathon", "Festival", "CourseInstance", "ConferenceEvent"})


@dataclass(frozen=True)
class Page:
    """The nodes of a file, in reading order with their places, and those that have an @id."""

    nodes: tuple[tuple[str, Node], ...]
    by_id: Mapping[str, Node]
    title: str | None = None

    def resolve(self, value: Any) -> Any:
        """The node that `{"@id": …}` or its bare address stands for, where the file has it; else the value itself."""
        address = value.get("@id") if isinstance(value, dict) and len(value) <= 2 else value
        if isinstance(address, str) and address in self.by_id and not (isinstance(value, dict) and _has_more(value)):
            return self.by_id[address]
        return value

    def each(self, node: Node, *names: str) -> Iterator[Any]:
        """Values of these properties, one by one, references resolved."""
        for name in names:
            found = node.get(name, node.get(f"schema:{name}", node.get(f"http://schema.org/{name}")))
            for value in found if isinstance(found, list) else [found]:
                listed = value.get("@list", value.get("@set")) if isinstance(value, dict) else None
                if isinstance(listed, list):
                    yield from (self.resolve(item) for item in listed)
                elif value is not None:
                    yield self.resolve(value)

    def nodes_of(self, node: Node, *names: str) -> Iterator[Node]:
        """Those values that are nodes."""
        yield from (value for value in self.each(node, *names) if isinstance(value, dict))

    def text(self, node: Node, *names: str) -> str | None:
        """The first text among these properties; of a node its name, of `{"@value": …}` the value."""
        for value in self.each(node, *names):
            found = word(value.get("@value", value.get("name")) if isinstance(value, dict) else value)
            if found:
                return html.unescape(found)
        return None


def _has_more(value: Mapping[str, Any]) -> bool:
    return any(key not in ("@id", "@type") for key in value)


def types(node: Node) -> frozenset[str]:
    """Names of the node's types without the vocabulary's address."""
    found = node.get("@type", node.get("type"))
    return frozenset(
        _PREFIX.sub("", item) for item in (found if isinstance(found, list) else [found]) if isinstance(item, str)
    )


def is_event(node: Node) -> bool:
    """Whether the node is an event that people go to."""
    return any((name.endswith("Event") and name not in _NO_EVENTS) or name in _EVENTS for name in types(node))


def is_video(node: Node) -> bool:
    """Whether the node is a recording."""
    return bool(types(node) & {"VideoObject", "Clip", "AudioObject"})


def read_page(text: str, is_html: bool, problems: list[FoundProblem]) -> Page:
    """Every node of a document. Of a page, a script that is no JSON costs only itself. InputError for none at all."""
    roots: list[tuple[str, Any]] = []
    if is_html:
        for number, (line, script) in enumerate(_scripts(text), start=1):
            where = f"line {line}, script {number}"
            found: list[FoundProblem] = []
            try:
                roots.append((where, careful_json.load(_WRAPPING.sub("", script), found)))
            except InputError as error:
                problems.append(FoundProblem("error", f"{error} This script is left out.", f"{where}, {error.where}"))
            problems += [FoundProblem(one.severity, one.message, where) for one in found]
        if not roots:
            raise InputError("The page holds no JSON-LD that can be read.", problems[0].where if problems else "")
    else:
        roots.append(("", careful_json.load(text, problems)))
    nodes = list(_nodes(roots, problems))
    if not nodes:
        raise InputError("A JSON object is expected here.", "line 1")
    by_id: dict[str, Node] = {}
    for _, node in nodes:
        address = node.get("@id")
        if isinstance(address, str) and _has_more(node) and len(node) > len(by_id.get(address, {})):
            by_id[address] = node
    title = _TITLE.search(text[:200_000]) if is_html else None
    return Page(tuple(nodes), by_id, html.unescape(title[1]).strip() or None if title else None)


def _scripts(text: str) -> Iterator[tuple[int, str]]:
    """(line, content) of each JSON-LD script. Found by its tags alone, in one pass, so that no page takes long."""
    line, seen, start = 1, 0, 0
    while found := _SCRIPT.search(text, start):
        end = _END.search(text, found.end())
        start = end.end() if end else len(text)
        if _TYPE.search(found[1]):
            line += text.count("\n", seen, found.end())
            seen = found.end()
            yield line, text[found.end() : end.start() if end else len(text)]


def _nodes(roots: list[tuple[str, Any]], problems: list[FoundProblem]) -> Iterator[tuple[str, Node]]:
    """Nodes with their places, outer before inner, in the order of the file."""
    todo = [(place, value, 0) for place, value in reversed(roots)]
    count = 0
    while todo:
        place, value, depth = todo.pop()
        if depth > MAX_DEPTH:
            problems.append(FoundProblem("error", f"Nested more than {MAX_DEPTH} deep; not read further.", place[:200]))
            continue
        inner: list[tuple[str, Any, int]] = []
        if isinstance(value, dict):
            count += 1
            if count > MAX_NODES:
                problems.append(FoundProblem("error", f"Only the first {MAX_NODES:,} objects are read.", place[:200]))
                return
            yield place or "the document", mapping(value)
            inner = [
                (f"{place}{'.' if place else ''}{key}"[:300], item, depth + 1)
                for key, item in value.items()
                if isinstance(item, (dict, list)) and key != "@context"
            ]
        elif isinstance(value, list):
            inner = [(f"{place}[{at}]", item, depth + 1) for at, item in enumerate(value)]
        todo += reversed(inner)
