"""Judged questions for practices: takeaways and talks with grades, and which takeaways belong together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError
from app.search.judgements import judged_collection

NOBODY = "nobody"
"""The kind of a question that nothing in the base answers."""


@dataclass(frozen=True)
class JudgedQuestion:
    """A question; grades of takeaways and of talks by slug; groups of the takeaways that are one approach."""

    id: str
    text: str
    kind: str
    takeaways: Mapping[str, int]
    talks: Mapping[str, int]
    groups: Mapping[str, int]


def read_judged(folder: Path) -> list[JudgedQuestion]:
    """`queries.jsonl`, `qrels/test.tsv` of takeaways, `qrels/talks.tsv`, `groups.tsv`. Raises InputError."""
    takeaways = judged_collection(folder, (), with_unjudged=True)
    talks = _table(folder / "qrels" / "talks.tsv")
    groups = _table(folder / "groups.tsv")
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = {row["_id"]: row["metadata"]["kind"] for row in map(json.loads, lines)}
    return [
        JudgedQuestion(
            id=query.id,
            text=query.text,
            kind=kinds[query.id],
            takeaways=takeaways.grades[query.id],
            talks={talk: int(grade) for talk, grade in talks[query.id]},
            groups={takeaway: int(number) for number, takeaway in groups[query.id]},
        )
        for query in takeaways.queries
    ]


def _table(file: Path) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        cells = line.split("\t")
        if len(cells) != 3:
            raise InputError(f"{file.name}, line {number} is not three values apart by tabs.", f"{file.name}:{number}")
        if number > 1:
            found[cells[0]].append((cells[1], cells[2]))
    return found
