"""What a report was made from: the state of the base, the vocabulary, the model and the code, each as a short name."""

from __future__ import annotations

import hashlib
from functools import cache

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app import __version__
from app.catalog.snapshot import current_snapshot
from app.models import Embedding, IndexState, Theme
from app.settings import PACKAGE, shipped

COUNTING_CODE = ("catalog", "embeddings", "exports", "reports", "text", "themes", "trends")
"""Folders whose code, with the templates of reports, decides what a report says."""

ASSIGNED = "themes"


class Origin(BaseModel):
    """Where the numbers of a report come from. Two reports with one origin say the same of the same query."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    vocabulary: str
    recipe: str
    code: str


def origin_now(session: Session) -> Origin:
    """What a report built now is made from."""
    return Origin(
        snapshot=current_snapshot(session),
        vocabulary=vocabulary_version(session),
        recipe=model_recipe(session),
        code=code_version(),
    )


def vocabulary_version(session: Session) -> str:
    """Twelve hex digits from all that the vocabulary says; the one place that names its version."""
    parent = aliased(Theme)
    rows = session.execute(
        select(
            col(Theme.vocabulary), col(Theme.slug), col(parent.slug), col(Theme.name), col(Theme.definition),
            col(Theme.excludes), col(Theme.synonyms), col(Theme.cues), col(Theme.examples),
            col(Theme.counter_examples),
        )
        .outerjoin(parent, col(parent.id) == col(Theme.parent_id))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.vocabulary), col(Theme.slug))
    )  # fmt: skip
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()[:12]


def model_recipe(session: Session) -> str:
    """How themes were assigned and which vectors they were assigned from; "none" before anything was."""
    assigned = session.get(IndexState, ASSIGNED)
    vectors = session.scalars(select(col(Embedding.recipe)).distinct().order_by(col(Embedding.recipe)))
    return " · ".join([*([assigned.recipe] if assigned else []), *vectors]) or "none"


@cache
def code_version() -> str:
    """The version of Hallway and eight hex digits from the code that counts and writes: “0.2.0+3f9a1c0b”."""
    digest = hashlib.sha256()
    files = [path for folder in COUNTING_CODE for path in (PACKAGE / folder).rglob("*.py")]
    files += (shipped("templates") / "reports").rglob("*.html")
    for path in sorted(files, key=lambda path: (path.parent.name, path.name)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:8]}"
