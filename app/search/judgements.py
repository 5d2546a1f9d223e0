"""Reading a test collection in the layout of BEIR: documents, queries, and who judged which document how good."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import InputError


@dataclass(frozen=True)
class Text:
    """A document or, without a title, a query."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Collection:
    """Documents, queries that were judged, and grades by query and document."""

    name: str
    documents: tuple[Text, ...]
    queries: tuple[Text, ...]
    grades: dict[str, dict[str, int]]


def read_collection(folder: Path) -> Collection:
    """`corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` of `folder`; queries nobody judged are left out.

    Raises InputError with file and line.
    """
    documents = tuple(_texts(folder / "corpus.jsonl"))
    if not documents:
        raise InputError(f"{folder} holds no documents.", str(folder))
    return judged_collection(folder, documents)


def judged_collection(folder: Path, documents: tuple[Text, ...], *, with_unjudged: bool = False) -> Collection:
    """`queries.jsonl` and `qrels/test.tsv` of `folder`, judged against `documents` that come from elsewhere.

    `with_unjudged` keeps the queries for which nothing was judged. Raises InputError with file and line.
    """
    grades = _grades(folder / "qrels" / "test.tsv")
    queries = tuple(query for query in _texts(folder / "queries.jsonl") if with_unjudged or grades.get(query.id))
    if not any(grades.get(query.id) for query in queries):
        raise InputError(f"{folder} holds no judged queries.", str(folder))
    return Collection(folder.name, documents, queries, {query.id: grades.get(query.id, {}) for query in queries})


def _texts(file: Path) -> Iterator[Text]:
    seen: set[str] = set()
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        where = f"{file.name}, line {number}"
        try:
            row: Any = json.loads(line)
            found = Text(str(row["_id"]), str(row.get("title") or ""), str(row["text"] or ""))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"{where} is no JSON object with _id and text.", where) from error
        if found.id in seen:
            raise InputError(f"{where} repeats the _id {found.id}.", where)
        seen.add(found.id)
        yield found


def _grades(file: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for number, line in enumerate(_lines(file), start=1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[-1].strip() == "score"):
            continue
        where = f"{file.name}, line {number}"
        try:
            query, document, written = cells
            grade = int(written)
        except ValueError as error:
            raise InputError(f"{where} is not query, document and a whole grade, apart by tabs.", where) from error
        if document in grades[query]:
            raise InputError(f"{where} judges {document} for {query} a second time.", where)
        grades[query][document] = grade
    return dict(grades)


def _lines(file: Path) -> list[str]:
    try:
        # Not splitlines(), which also cuts at characters that may stand within a JSON text, such as U+2028.
        return file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as UTF-8 text: {error}.", str(file)) from error
