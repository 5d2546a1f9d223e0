"""A judged collection of a few documents, written as a folder in the layout of BEIR."""

from __future__ import annotations

import json
from pathlib import Path

DOCUMENTS = {
    "d1": ("Storms at the harbour", "Heavy storms damaged the harbour and its boats."),
    "d2": ("History", "The harbour was built two hundred years ago."),
    "d3": ("Bread", "Bread needs flour, water, salt and time."),
    "d4": ("", "Gardens in winter: what to plant before the frost."),
    "d5": ("Frost", "Frost kills what was planted too early in the garden."),
}
QUERIES = {"q1": "harbour storms", "q2": "bread flour", "q3": "garden frost", "q4": "never judged"}
GRADES = (("q1", "d1", 2), ("q1", "d2", 1), ("q2", "d3", 1), ("q3", "d5", 2), ("q3", "d4", 1), ("q3", "d3", 0))


def write_collection(folder: Path) -> Path:
    """`folder` with the three files."""
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": key, "title": title, "text": text} for key, (title, text) in DOCUMENTS.items()]
    _write(folder / "corpus.jsonl", rows)
    _write(folder / "queries.jsonl", [{"_id": key, "text": text} for key, text in QUERIES.items()])
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in GRADES)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
