"""Technologies of texts

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LISTS = ("aliases", "ambiguous", "needs", "beside", "not_in")


def upgrade() -> None:
    """Apply. Columns are added one by one: a table that others refer to cannot be made anew under foreign keys."""

    for name in ("vocabulary", "kind", "url"):
        op.add_column("technology", sa.Column(name, sa.String(), nullable=True))
    for name in LISTS:
        op.add_column("technology", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("technology", sa.Column("exact_case", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("technologymention", sa.Column("listed_as", sa.String(), nullable=True))
    op.add_column("technologymention", sa.Column("found", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("technologymention", sa.Column("recipe", sa.String(), nullable=True))
    # The first is the beginning of the unique one, the second of the new one.
    op.drop_index("ix_technologymention_talk_id", "technologymention")
    op.drop_index("ix_technologymention_technology_id", "technologymention")
    op.create_index("ix_technologymention_of_technology", "technologymention", ["technology_id", "talk_id"], unique=False)
    op.create_table(
        "technologyguess",
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("talk_id", "key"),
    )
    op.create_index("ix_technologyguess_key", "technologyguess", ["key", "talk_id"], unique=False)
    op.add_column("talk", sa.Column("technologies_hash", sa.String(), nullable=True))


def downgrade() -> None:
    """Take back."""

    op.drop_column("talk", "technologies_hash")
    op.drop_table("technologyguess")
    op.execute(sa.text("DELETE FROM technologymention WHERE origin != 'source'"))
    op.drop_index("ix_technologymention_of_technology", "technologymention")
    op.create_index("ix_technologymention_technology_id", "technologymention", ["technology_id"], unique=False)
    op.create_index("ix_technologymention_talk_id", "technologymention", ["talk_id"], unique=False)
    for name in ("recipe", "found", "listed_as"):
        op.drop_column("technologymention", name)
    for name in ("exact_case", *reversed(LISTS), "url", "kind", "vocabulary"):
        op.drop_column("technology", name)
