"""How well related claims are told from others, on the labelled pairs of tests/takeaways/claims or a file like it.

Prints precision and recall of proposals and how often the relation is right, for the pairs that thresholds were set on
and for those held back. The pairs are made up, in the manner of takeaways; real ones are harder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.bootstrap import open_knowledge_base
from app.settings import CHECKOUT, get_settings
from app.takeaways.ledger.cues import Statement, relation_of

PAIRS = CHECKOUT / "tests" / "takeaways" / "claims" / "pairs.jsonl"


@dataclass(frozen=True)
class Measured:
    """Counts over some pairs; `confused` by (label, what was said)."""

    pairs: int
    proposed: int
    related: int
    hits: int
    right: int
    confused: Counter[tuple[str, str]]

    @property
    def precision(self) -> float:
        """Share of the proposed pairs that are related."""
        return self.hits / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """Share of the related pairs that were proposed."""
        return self.hits / self.related if self.related else 0.0

    @property
    def relation_accuracy(self) -> float:
        """Share of the related pairs that were proposed whose relation is right."""
        return self.right / self.hits if self.hits else 0.0


def read_pairs(path: Path = PAIRS) -> list[dict[str, Any]]:
    """The labelled pairs, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said_of(pairs: list[dict[str, Any]], encode: Any) -> list[str]:
    """What is said of each pair: its relation, or "unrelated". `encode` turns texts (n,) into unit vectors (n, d)."""
    vectors = encode([pair[side]["text"] for pair in pairs for side in ("earlier", "later")])
    found = []
    for number, pair in enumerate(pairs):
        cosine = float(vectors[2 * number] @ vectors[2 * number + 1])
        earlier, later = (
            Statement(one["text"], one["stance"], frozenset(one["technologies"]))
            for one in (pair["earlier"], pair["later"])
        )
        relation = relation_of(earlier, later, cosine, pair["same_edition"])
        found.append(relation.relation if relation else "unrelated")
    return found


def measure(pairs: list[dict[str, Any]], said: list[str]) -> Measured:
    """Counts over these pairs."""
    both = [(pair["label"], word) for pair, word in zip(pairs, said, strict=True)]
    related = [(label, word) for label, word in both if label != "unrelated"]
    hits = [(label, word) for label, word in related if word != "unrelated"]
    return Measured(
        pairs=len(both),
        proposed=sum(word != "unrelated" for _, word in both),
        related=len(related),
        hits=len(hits),
        right=sum(label == word for label, word in hits),
        confused=Counter(both),
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=PAIRS)
    parser.add_argument("--wrong", action="store_true", help="Also print the pairs that came out wrong.")
    asked = parser.parse_args()
    pairs = read_pairs(asked.file)
    said = said_of(pairs, open_knowledge_base(get_settings()).embedder.encode)
    for part in sorted({pair["part"] for pair in pairs}):
        chosen = [number for number, pair in enumerate(pairs) if pair["part"] == part]
        found = measure([pairs[n] for n in chosen], [said[n] for n in chosen])
        print(
            f"{part}: {found.pairs} pairs, {found.related} related, {found.proposed} proposed; precision "
            f"{found.precision:.2f}, recall {found.recall:.2f}, relation right {found.relation_accuracy:.2f}"
        )
        for (label, word), count in sorted(found.confused.items()):
            print(f"  {label} taken as {word}: {count}")
    if asked.wrong:
        for pair, word in zip(pairs, said, strict=True):
            if pair["label"] != word:
                texts = f"{pair['earlier']['text']} / {pair['later']['text']}"
                print(f"{pair['part']}: {pair['label']} as {word}: {texts}", file=sys.stderr)


if __name__ == "__main__":
    main()
