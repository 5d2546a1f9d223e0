"""Reviews of files

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "filereview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=True),
        sa.Column("edition_name", sa.String(), nullable=True),
        sa.Column("talks", sa.Integer(), nullable=False),
        sa.Column("with_text", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("placeholders", sa.JSON(), nullable=False),
        sa.Column("dead_links", sa.JSON(), nullable=False),
        sa.Column("dead_link_count", sa.Integer(), nullable=False),
        sa.Column("doubled", sa.JSON(), nullable=False),
        sa.Column("doubled_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["importrun.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("filereview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filereview_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filereview_source_id"), ["source_id"], unique=False)


def downgrade() -> None:
    """Take back."""

    op.drop_table("filereview")
