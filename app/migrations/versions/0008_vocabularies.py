"""Vocabularies, each with its versions

Revision: 0008
Follows: 0007
"""

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import utc_now
from app.text.vocabulary import normal_theme, vocabulary_version

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. The vocabularies of themes that are there already get a first version; their files are read again."""

    op.create_table(
        "vocabulary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "vocabularyversion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["vocabulary_id"], ["vocabulary.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("vocabulary_id", "version"),
    )
    with op.batch_alter_table("vocabularyversion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vocabularyversion_vocabulary_id"), ["vocabulary_id"], unique=False)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(sa.text(_THEMES)).mappings():
        lists = {name: _list(row[name]) for name in ("synonyms", "cues", "examples", "counter_examples")}
        found[row["vocabulary"]].append({**row, **lists})
    now = utc_now().replace(tzinfo=None)
    for slug, themes in found.items():
        version = vocabulary_version(slug, themes)
        # Themes do not say how their vocabulary is called; the file does, and is read again at the next ingest.
        values = {"slug": slug, "name": slug.replace("-", " ").capitalize(), "version": version, "loaded_at": now}
        connection.execute(sa.insert(_VOCABULARY).values(source_id=themes[0]["source_id"], **values))
        key = connection.scalar(sa.select(_VOCABULARY.c.id).where(_VOCABULARY.c.slug == slug))
        content = [normal_theme(theme) for theme in themes]
        connection.execute(
            sa.insert(_VERSION).values(vocabulary_id=key, version=version, loaded_at=now, themes=content)
        )
    connection.execute(sa.text("UPDATE source SET content_hash = NULL WHERE id IN (SELECT source_id FROM theme)"))


def _list(value: Any) -> list[str]:
    return json.loads(value) if isinstance(value, str) else value or []


_THEMES = """
SELECT theme.*, parent.slug AS parent FROM theme LEFT JOIN theme AS parent ON parent.id = theme.parent_id
WHERE theme.withdrawn_at IS NULL ORDER BY theme.source_id, theme.position, theme.id
"""
_VOCABULARY = sa.table(
    "vocabulary",
    *(sa.column(name) for name in ("id", "slug", "name", "version", "source_id")),
    sa.column("loaded_at", sa.DateTime()),
)
_VERSION = sa.table(
    "vocabularyversion",
    *(sa.column(name) for name in ("vocabulary_id", "version")),
    sa.column("loaded_at", sa.DateTime()),
    sa.column("themes", sa.JSON()),
)


def downgrade() -> None:
    """Take back."""

    op.drop_table("vocabularyversion")
    op.drop_table("vocabulary")
