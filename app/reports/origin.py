"""What a report was made from: the state of the base, vocabularies, model and code, each as a short name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import Session, col

from app import __version__
from app.catalog.snapshot import current_snapshot
from app.catalog.vocabularies import vocabulary_names
from app.models import Embedding, IndexState, Theme
from app.settings import PACKAGE, shipped
from app.trends.document import Document, figures_of
from app.trends.keys import parse_key

COUNTING_CODE = ("catalog", "embeddings", "exports", "reports", "text", "themes", "trends")
"""Folders whose code, with the templates of reports, decides what a report says."""

ASSIGNED = "themes"
SEPARATOR = " · "
NONE = "none"


class Origin(BaseModel):
    """Where the numbers of a report come from. Two reports with one origin say the same of the same query."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    vocabulary: str
    recipe: str
    code: str


def origin_of(session: Session, document: Document) -> Origin:
    """What a document that was built now is made from."""
    return Origin(
        snapshot=current_snapshot(session),
        vocabulary=tell(vocabularies_of(session, document)),
        recipe=model_recipe(session),
        code=code_version(),
    )


def vocabularies_of(session: Session, document: Document) -> dict[str, str]:
    """Versions, by slug, of the vocabularies that a report depends on: of the themes its figures count, and the one it
    was asked for.
    """
    keys = [parse_key(figure.id) for figure in figures_of(document)]
    themes = {theme for key in keys for theme in (key.theme, *key.filter.both) if theme}
    slugs = set(session.scalars(select(col(Theme.vocabulary)).where(col(Theme.slug).in_(themes))))
    slugs |= {value for name, value in document.parameters if name == "vocabulary"}
    return {slug: version for slug, version in versions_now(session).items() if slug in slugs}


def versions_now(session: Session) -> dict[str, str]:
    """Versions, by slug, of all vocabularies in use."""
    return {name.slug: name.version for name in vocabulary_names(session)}


def tell(versions: Mapping[str, str]) -> str:
    """Vocabularies in one line: “data-streaming 0b1c… · software 4f2a…”; "none" for none."""
    return SEPARATOR.join(f"{slug} {version}".strip() for slug, version in sorted(versions.items())) or NONE


def read_versions(told: str) -> dict[str, str]:
    """The versions that `tell` told."""
    parts = (part.partition(" ") for part in told.split(SEPARATOR) if part != NONE)
    return {slug: version for slug, _, version in parts}


def model_recipe(session: Session) -> str:
    """How themes were assigned and which vectors they were assigned from; "none" before anything was."""
    assigned = session.get(IndexState, ASSIGNED)
    vectors = session.scalars(select(col(Embedding.recipe)).distinct().order_by(col(Embedding.recipe)))
    return SEPARATOR.join([*([assigned.recipe] if assigned else []), *vectors]) or NONE


@cache
def code_version() -> str:
    """The version of Hallway and eight hex digits from the code that counts and writes: “0.2.0+3f9a1c0b”."""
    digest = hashlib.sha256()
    files = [path for folder in COUNTING_CODE for path in (PACKAGE / folder).rglob("*.py")]
    files += (shipped("templates") / "reports").rglob("*.html")
    for path in sorted(files, key=lambda path: (path.parent.name, path.name)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:8]}"
