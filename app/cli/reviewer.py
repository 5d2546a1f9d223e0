"""Who decides on the command line, and in which base."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.bootstrap import KnowledgeBase


def knowledge_base() -> KnowledgeBase:
    """The knowledge base that the settings name."""
    from app.bootstrap import open_knowledge_base
    from app.settings import get_settings

    return open_knowledge_base(get_settings())


def known_reviewer(base: KnowledgeBase, named: str | None) -> str | None:
    """The name given, else the curator's; None without either."""
    from app.curators.account import find_curator
    from app.db.engine import reading

    if named is not None:
        return " ".join(named.split()) or None
    with reading(base.engine) as session:
        curator = find_curator(session)
        return curator.name if curator else None


def reviewer_named(base: KnowledgeBase, named: str | None) -> str:
    """Who decides: the name given, else the curator's; UsageError without either."""
    from app.errors import UsageError

    found = known_reviewer(base, named)
    if found is None:
        raise UsageError("Say who decides, with --reviewer NAME; a decision carries that name.", "--reviewer")
    return found
