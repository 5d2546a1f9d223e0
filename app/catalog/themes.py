"""A theme vocabulary as readers see it: names in a tree, and one theme with its words and examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.counted import ordered
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import keeps, kept
from app.catalog.listing import Portion, portion
from app.catalog.sheets import counted_talks
from app.errors import NotFound
from app.models import Edition, Talk, Theme, ThemeAssignment, Vocabulary


class ThemeName(BaseModel):
    """A theme by name."""

    slug: str
    name: str


class ThemeNode(BaseModel):
    """A theme of the vocabulary with the themes below it."""

    slug: str
    name: str
    vocabulary: str
    definition: str
    parent: str | None
    children: list[ThemeNode]

    @property
    def gist(self) -> str:
        """The first sentence of the definition."""
        head, stop, _ = self.definition.partition(". ")
        return head + "." if stop else head


class Example(BaseModel):
    """A talk the vocabulary gives as an example; slug is None where it is not in the base."""

    reference: str
    slug: str | None
    title: str | None
    language: str | None = Field(default=None, exclude=True)


class ThemeDetail(BaseModel):
    """One theme with everything the vocabulary says of it."""

    slug: str
    name: str
    vocabulary: str
    definition: str
    excludes: str
    synonyms: list[str]
    cues: list[str]
    examples: list[Example]
    counter_examples: list[Example]
    parent: ThemeName | None
    children: list[ThemeName]
    withdrawn_on: str | None


def theme_tree(session: Session, vocabulary: str) -> list[ThemeNode]:
    """Top themes in the vocabulary's order, each with those below it. One query."""
    rows = session.scalars(
        select(Theme)
        .where(col(Theme.withdrawn_at).is_(None), col(Theme.vocabulary) == vocabulary)
        .order_by(col(Theme.position), col(Theme.id))
    ).all()
    slugs = {row.id: row.slug for row in rows}
    nodes = {
        row.slug: ThemeNode(
            slug=row.slug,
            name=row.name,
            vocabulary=row.vocabulary,
            definition=row.definition,
            parent=slugs.get(row.parent_id),
            children=[],
        )
        for row in rows
    }
    for node in nodes.values():
        if node.parent:
            nodes[node.parent].children.append(node)
    return [node for node in nodes.values() if node.parent is None]


def find_theme(session: Session, slug: str) -> ThemeDetail:
    """The theme with this slug, withdrawn ones included; NotFound if there is none. Kept while nothing changes."""
    return kept(session, ("theme", slug), lambda: _find_theme(session, slug))


def _find_theme(session: Session, slug: str) -> ThemeDetail:
    theme = session.scalars(select(Theme).where(col(Theme.slug) == slug)).first()
    if theme is None:
        raise NotFound("theme", slug)
    return _details(session, [theme])[0]


def _details(session: Session, themes: Sequence[Theme]) -> list[ThemeDetail]:
    """Everything the vocabulary says of each. Two queries, however many."""
    ordered = select(col(Theme.id), col(Theme.parent_id), col(Theme.slug), col(Theme.name), col(Theme.withdrawn_at))
    rows = session.execute(ordered.order_by(col(Theme.position), col(Theme.id))).all()
    names = {key: ThemeName(slug=slug, name=name) for key, _, slug, name, _ in rows}
    below: dict[int | None, list[ThemeName]] = defaultdict(list)
    for key, parent, _, _, withdrawn in rows:
        if withdrawn is None:
            below[parent].append(names[key])
    examples = _examples(session, [name for theme in themes for name in theme.examples + theme.counter_examples])
    return [
        ThemeDetail(
            slug=theme.slug,
            name=theme.name,
            vocabulary=theme.vocabulary,
            definition=theme.definition,
            excludes=theme.excludes,
            synonyms=theme.synonyms,
            cues=theme.cues,
            examples=[examples[name] for name in theme.examples],
            counter_examples=[examples[name] for name in theme.counter_examples],
            parent=names.get(theme.parent_id) if theme.parent_id else None,
            children=below.get(theme.id, []),
            withdrawn_on=theme.withdrawn_at.date().isoformat() if theme.withdrawn_at else None,
        )
        for theme in themes
    ]


def list_themes(
    session: Session, vocabulary: str | None = None, limit: int = 25, offset: int = 0
) -> Portion[ThemeDetail]:
    """Themes with everything their vocabulary says of them, one vocabulary after the other unless one is named."""
    statement = select(Theme).where(col(Theme.withdrawn_at).is_(None))
    if vocabulary is not None:
        statement = statement.where(col(Theme.vocabulary) == vocabulary)
    came = select(col(Vocabulary.id)).where(col(Vocabulary.slug) == col(Theme.vocabulary)).scalar_subquery()
    ordered = statement.order_by(came, col(Theme.vocabulary), col(Theme.position), col(Theme.id))
    found = portion(session, ordered, limit, offset)
    return found.carrying(_details(session, [row[0] for row in found.items]))


def theme_talks(session: Session, slug: str, status: str, limit: int, offset: int = 0) -> Portion[TalkCard]:
    """Known talks that have the theme by people (`confirmed`) or by machine (`machine`), newest edition first."""
    newest = col(Edition.start_date).desc(), col(Edition.slug)
    if keeps(session):
        ids = kept(session, ("talks of theme", slug, status), lambda: _ids(session, slug, status, newest))
        return Portion(len(ids), talk_cards(session, ids[offset : offset + limit].tolist()), limit, offset)
    allowed = (
        allowed_talks(TalkFilter())
        .join(ThemeAssignment, col(ThemeAssignment.talk_id) == col(Talk.id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(Theme.slug) == slug, col(ThemeAssignment.status) == status)
    )
    statement = allowed.join(Edition, col(Edition.id) == col(Talk.edition_id)).order_by(
        *newest, col(Talk.position), col(Talk.id)
    )
    found = portion(session, statement, limit, offset, rows_of=allowed)
    return found.carrying(talk_cards(session, [row[0] for row in found.items]))


def _ids(session: Session, slug: str, status: str, editions: Sequence[Any]) -> NDArray[Any]:
    theme = session.scalar(select(col(Theme.id)).where(col(Theme.slug) == slug))
    return ordered(session, counted_talks(session, TalkFilter()).having(theme or 0, status), *editions)


def _examples(session: Session, references: Sequence[str]) -> dict[str, Example]:
    """Examples by how the vocabulary writes them: edition-slug/talk-key, the source's own names."""
    editions, keys = {name.partition("/")[0] for name in references}, {name.partition("/")[2] for name in references}
    held = select(col(Edition.id)).where(col(Edition.slug).in_(editions))
    rows = session.execute(
        select(col(Edition.slug), col(Talk.source_key), col(Talk.slug), col(Talk.title), col(Talk.language))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Talk.edition_id).in_(held), col(Talk.source_key).in_(keys), col(Talk.withdrawn_at).is_(None))
    )
    found = {f"{edition}/{key}": (slug, title, language) for edition, key, slug, title, language in rows}
    examples = {}
    for reference in references:
        slug, title, language = found.get(reference, (None, None, None))
        examples[reference] = Example(reference=reference, slug=slug, title=title, language=language)
    return examples
