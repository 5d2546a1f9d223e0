"""How far quicker ways of embedding were found to agree, as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.embeddings.runtimes import Agreement, Kind, keep_agreement, known_agreement


@contextmanager
def found_to_agree(folder: Path, kind: Kind, as_far: Agreement) -> Iterator[None]:
    """What one of this kind was found to do here is this, until the block ends."""
    kept = known_agreement(folder, kind)
    keep_agreement(folder, kind, as_far)
    try:
        yield
    finally:
        keep_agreement(folder, kind, kept) if kept else (folder / f"{kind}.json").unlink()
