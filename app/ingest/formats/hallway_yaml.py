"""Hallway's own YAML: programmes, speakers, themes, technologies, decisions and takeaways, each with a JSON schema.

A talk or takeaway that breaks the schema is left out with a problem that names line and field; the others are read.
A vocabulary is taken up whole or not at all, for a theme left out would look like one that was withdrawn.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from app.errors import InputError
from app.ingest.formats import positioned_yaml
from app.ingest.formats.field_use import Shape, Tally
from app.ingest.formats.hallway_records import READERS, RECORD_LISTS, theme_entries
from app.ingest.formats.positioned_yaml import Document, spell
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schema_words import is_told_already, words
from app.ingest.record import FoundProblem, Parsed, ThemeRecord
from app.settings import shipped

_HEADER = re.compile(r"\ufeff?(?:(?:[ \t]*#[^\n]*|---[ \t]*|[ \t]*)\r?\n)*hallway:[ \t]*[\"']?([a-z-]+)/(\d+)")
MOST_TOLD = 5
"""Faults of a frame that an error message names."""

_RANKS = {
    "themes": 0,
    "technologies": 0,
    "speakers": 0,
    "programme": 1,
    "theme-decisions": 2,
    "technology-judgements": 2,
    "takeaways": 2,
}


class BrokenFrame(InputError):
    """What stands around the records breaks the schema, so none is read. `faults` are all that were found, those of
    records too; `vocabulary` is the slug of a vocabulary, "" if it has none, `themes` what could be read of its themes.
    """

    vocabulary: str = ""
    themes: tuple[ThemeRecord, ...] = ()

    def __init__(self, frame: list[FoundProblem], of_records: list[FoundProblem]) -> None:
        first, *rest = frame[:MOST_TOLD]
        super().__init__(" ".join([first.message, *(f"{one.where}: {one.message}" for one in rest)]), first.where or "")
        self.faults = (*frame, *of_records)


class HallwayYaml:
    """Recognised by its first key, such as `hallway: programme/1`."""

    name = "hallway"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """A YAML file whose first key is `hallway`."""
        return path.suffix in (".yaml", ".yml") and bool(_HEADER.match(head))

    def rank(self, path: Path, head: str) -> int:
        """Vocabularies and people, then programmes, then what refers to them."""
        header = _HEADER.match(head)
        return _RANKS.get(header[1], 1) if header else 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """Records of one file of any of the seven kinds."""
        document = positioned_yaml.load(read_text(path, options.limit))
        kind = _kind(document)
        problems: list[FoundProblem] = []
        bad = _validate(document, kind, problems)
        payload = READERS[kind](document, bad)
        tally = _count(document.value, RECORD_LISTS[kind], bad)
        return tally.on(Parsed(_source_key(kind, document.value), payload, tuple(problems)))


def _count(value: dict[str, Any], listed: str, bad: frozenset[int]) -> Tally:
    """The schema names every field. All are kept but notes on people, and what is in records that are left out."""
    tally = Tally().read({name: item for name, item in value.items() if name != listed}, Shape("file", keeps_all=True))
    for index, item in enumerate(value[listed]):
        if listed == "speakers" and index not in bad:
            tally.read(item, Shape(listed, frozenset(["name", "aliases"])))
        else:
            tally.read(item, Shape(listed, keeps_all=index not in bad))
    return tally


def _kind(document: Document) -> str:
    if not isinstance(document.value, dict):
        raise InputError("The file must be a mapping that begins with, say, `hallway: programme/1`.", "line 1")
    kind, _, version = str(document.value.get("hallway", "")).partition("/")
    if kind not in READERS:
        raise InputError(
            f"`hallway:` must name one of {', '.join(f'{name}/1' for name in READERS)}.",
            document.where(("hallway",)),
        )
    if version != "1":
        raise InputError(f"Version {version} of {kind} is newer than this Hallway; update it.", "line 1")
    return kind


def _validate(document: Document, kind: str, problems: list[FoundProblem]) -> frozenset[int]:
    """Positions of records that break the schema; BrokenFrame where the frame around them does."""
    listed = RECORD_LISTS[kind]
    bad: set[int] = set()
    frame: list[FoundProblem] = []
    for error in _validator(kind).iter_errors(document.value):
        if is_told_already(error):
            continue
        path = tuple(error.absolute_path)
        where = document.where(path)
        if len(path) >= 2 and path[0] == listed and isinstance(path[1], int):
            bad.add(path[1])
            left_out = "" if len(path) == 2 or kind == "themes" else f" {spell(path[:2])} is left out."
            problems.append(FoundProblem("error", words(error) + left_out, where))
        else:
            frame.append(FoundProblem("error", words(error), where))
    if frame:
        broken = BrokenFrame(frame, problems)
        if kind == "themes":
            slug = document.value.get("vocabulary")
            broken.vocabulary = slug if isinstance(slug, str) else ""
            broken.themes = theme_entries(document, bad)
        raise broken
    return frozenset(bad)


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads((shipped("data") / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _source_key(kind: str, value: dict[str, Any]) -> str:
    match kind:
        case "programme":
            return f"hallway:programme:{value['edition']['slug']}"
        case "themes":
            return f"hallway:themes:{value['vocabulary']}"
        case "technologies":
            return f"hallway:technologies:{value['vocabulary']}"
        case "technology-judgements":
            return f"hallway:{kind}:{value['vocabulary']}:{value['judge']}"
        case "theme-decisions":
            return f"hallway:theme-decisions:{value['edition']}:{value['reviewer']}"
        case "takeaways":
            return f"hallway:takeaways:{value.get('list') or value['article']['id']}"
        case _:
            return f"hallway:{kind}"
