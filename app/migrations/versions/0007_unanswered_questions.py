"""Unanswered questions

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "unansweredquestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("text", "mode"),
    )
    with op.batch_alter_table("unansweredquestion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unansweredquestion_last_at"), ["last_at"], unique=False)


def downgrade() -> None:
    """Take back."""

    op.drop_table("unansweredquestion")
