"""The recipes that this code makes derived tables by, held against those that a base was made with."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from app.embeddings.protocol import Embedder
from app.errors import ModelError
from app.moving.tables import DERIVED, STATES, Derived
from app.search.passages import RECIPE as PASSAGES
from app.takeaways.ledger.proposals import RECIPE as CLAIMS
from app.takeaways.quantities.claims import RECIPE as QUANTITIES
from app.takeaways.recognition.mentions import RECIPE as MENTIONS
from app.takeaways.refresh import RECIPE as DRAFTS
from app.technologies.mentions import RECIPE as TECHNOLOGIES
from app.themes.assignment import RECIPE as THEMES
from app.themes.discovery import RECIPE as DISCOVERY

OF_ARTICLES = frozenset({"drafts", "mentions", "quantities"})
"""Made in one go: where one is of another recipe, all are made anew."""


def recipes_now(embedder: Embedder) -> dict[str, str]:
    """The recipe of each derived group as this code makes it. Without those of vectors where there is no model."""
    known = {
        "passages": PASSAGES, "themes": THEMES, "technologies": TECHNOLOGIES, "drafts": DRAFTS, "mentions": MENTIONS,
        "quantities": QUANTITIES,
    }  # fmt: skip
    try:
        vectors = embedder.recipe
    except ModelError:
        return known
    return known | {"embeddings": vectors, "claims": f"{CLAIMS}/{vectors}", "discovery": f"{DISCOVERY} {vectors}"}


def left_out(base: Connection, recipes: Mapping[str, str]) -> dict[str, str]:
    """Derived tables of this base that were made by another recipe than this code's, each with that said in words.

    A group whose recipe the base does not tell, or `recipes` does not name, is not among them.
    """
    others: dict[str, str] = {}
    for group in DERIVED:
        found = _found(base, group)
        own = recipes.get(group.name)
        if own is not None and found - {own}:
            others[group.name] = f"made by {', '.join(sorted(found - {own}))}, this code has {own}"
    reason = next((others[name] for name in sorted(OF_ARTICLES & others.keys())), None)
    if reason is not None:
        others |= {name: others.get(name, reason) for name in OF_ARTICLES}
    return {
        table: f"{others[group.name]}: `{group.mend}` makes it anew"
        for group in DERIVED
        if group.name in others
        for table in group.tables
    }


def _found(base: Connection, group: Derived) -> set[str]:
    """The recipes that a base tells of a group."""
    states = SQLModel.metadata.tables[STATES]
    if group.state is not None:
        told = base.execute(select(states.c.recipe).where(states.c.name == group.state))
        return {recipe for (recipe,) in told if recipe}
    tables = [SQLModel.metadata.tables[name] for name in group.tables]
    table = next((one for one in tables if "recipe" in one.c), None)
    if table is None:
        return set()
    return {recipe for (recipe,) in base.execute(select(table.c.recipe).distinct())}
