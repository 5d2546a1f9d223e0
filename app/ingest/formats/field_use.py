"""Which fields of a source are kept and which are lost. A reader declares what it keeps; all else is lost.

So a field that nobody knew of shows as lost without being listed anywhere. A lost field that holds objects is one
field: what stands inside is lost with it. A field without a value is not counted, for there is nothing to keep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.ingest.formats.positioned_xml import Node
from app.ingest.record import FieldUse, Parsed
from app.text.language import NAMES

MOST_FIELDS = 200
"""Different fields of one file that are told apart; a file may have a million different keys."""
_OTHERS = "other fields"
_NAME_LENGTH = 60
ONLY_READ = "read for affiliation and job title, then left"


@dataclass(frozen=True)
class Shape:
    """One kind of object in a source, called `name`.

    `kept` are the fields whose value goes into a record or decides where one belongs. `inside` says what the objects in
    a field are, by a shape or by a function that tells it of each object. `each` is the shape of what stands under
    keys that are names themselves, of rooms or days. `keeps_all`: nothing of it is lost. `only_read` are fields lost
    as they stand, after a look at what they tell of other fields.
    """

    name: str
    kept: frozenset[str] = frozenset()
    inside: Mapping[str, Shape | Callable[[Any], Shape]] = field(default_factory=dict)
    each: Shape | None = None
    keeps_all: bool = False
    only_read: frozenset[str] = frozenset()
    lost_as: str | None = None
    """Of objects that are lost whole: the field that each counts as."""


Inside = Shape | Callable[[Any], Shape]


def shape(
    name: str, kept: str = "", *, only_read: str = "", each: Shape | None = None,
    also: Mapping[str, Inside] | None = None, **inside: Inside,
) -> Shape:  # fmt: skip
    """A Shape; `kept` and `only_read` are names with spaces between.

    `also` is for fields of `inside` whose names are no words. A field may be both `kept` and `inside`, where some
    sources have plain text for it.
    """
    return Shape(name, frozenset(kept.split()), {**inside, **(also or {})}, each, False, frozenset(only_read.split()))


class Tally:
    """Counts the values of each field of one source."""

    def __init__(self) -> None:
        self._kept: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self._guessed: Counter[tuple[str, str]] = Counter()
        self._notes: dict[str, str] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def read(self, value: object, within: Inside) -> Tally:
        """Count a value of JSON, YAML or XML: an object, or a list of them."""
        todo: list[tuple[object, Inside]] = [(value, within)]
        while todo:
            value, within = todo.pop()
            if isinstance(value, list):
                todo += [(item, within) for item in value if isinstance(item, (dict, list, Node))]
            elif isinstance(value, (dict, Node)):
                known = within if isinstance(within, Shape) else within(value)
                if known.lost_as is not None:
                    self.lose(known.name, known.lost_as)
                    continue
                for key, item in value.items() if isinstance(value, dict) else _parts(value):
                    if item is not None and item != "" and item != [] and item != {}:
                        todo += self._field(known, str(key), item)
        return self

    def keep(self, name: str, field_name: str, count: int = 1) -> None:
        """Count values that were kept."""
        self._count(self._kept, name, field_name, count)

    def lose(self, name: str, field_name: str, count: int = 1, note: str = "") -> None:
        """Count values that were lost."""
        label = self._count(self._lost, name, field_name, count)
        if note:
            self._notes[label] = note

    def guess(self, field_name: str, note: str, count: int = 1) -> None:
        """Count values of ours that were guessed, and say how."""
        if count:
            self._guessed[_printable(field_name), note] += count

    def on(self, parsed: Parsed) -> Parsed:
        """The same with the fields counted."""
        return replace(parsed, fields=self.uses())

    def uses(self) -> tuple[FieldUse, ...]:
        """What was counted, by field."""
        return (
            *(FieldUse(name, "kept", count) for name, count in sorted(self._kept.items())),
            *(FieldUse(name, "lost", count, self._notes.get(name, "")) for name, count in sorted(self._lost.items())),
            *(FieldUse(name, "guessed", count, note) for (name, note), count in sorted(self._guessed.items())),
        )

    def _field(self, known: Shape, key: str, item: object) -> list[tuple[object, Inside]]:
        """Count one field, and return what is still to be counted inside it."""
        deeper = known.inside.get(key) or known.each
        if deeper is not None and _holds_objects(item) and not _is_said_in_languages(item):
            return [(item, deeper)]
        if not known.keeps_all and key not in known.kept:
            self.lose(known.name, key, note=ONLY_READ if key in known.only_read else "")
            return []
        self._count(self._kept, known.name, key, 1)
        if isinstance(item, dict) and not known.keeps_all:
            # One text in several languages, of which one is kept.
            said = sum(1 for text in item.values() if isinstance(text, str) and text.strip())
            if said > 1:
                self._count(self._lost, known.name, f"{key} in other languages", said - 1)
        elif isinstance(item, Node):
            for name in (*(f"@{name}" for name in item.attributes), *(f".{child.tag}" for child in item.children)):
                self._count(self._lost, known.name, f"{key}{name}", 1)
        return []

    def _count(self, counter: Counter[str], name: str, key: str, count: int) -> str:
        label = self._labels.get((name, key))
        if label is None:
            whole = f"{name}.{key[:_NAME_LENGTH]}" if key else name
            label = _printable(whole) if len(self._labels) < MOST_FIELDS else _OTHERS
            if label != _OTHERS:
                self._labels[name, key] = label
        counter[label] += count
        return label


def _holds_objects(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, (dict, list)) for item in value)
    return isinstance(value, (dict, Node))


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _is_said_in_languages(value: object) -> bool:
    """Whether it is `{"en": "Main stage", "de": "Hauptbühne"}`: one text, not an object. ("id" is a language, too.)"""
    if not isinstance(value, dict) or not value or value.keys() == {"id"}:
        return False
    return all(str(key)[:2] in NAMES and len(str(key)) in (2, 5) for key in value) and all(
        item is None or isinstance(item, str) for item in value.values()
    )


def _parts(node: Node) -> Iterator[tuple[str, object]]:
    """Attributes as "@name", its own text as "text", and its elements; one of nothing but text as that text."""
    for name, value in node.attributes.items():
        yield f"@{name}", value.strip()
    if text := node.text.strip():
        yield "text", text
    for child in node.children:
        yield child.tag, child if child.attributes or child.children else child.text.strip()
