"""Sheets of what is counted

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "countsheet",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("talks", sa.LargeBinary(), nullable=False),
        sa.Column("assignments", sa.LargeBinary(), nullable=False),
        sa.Column("mentions", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("edition_id"),
    )


def downgrade() -> None:
    """Take back."""

    op.drop_table("countsheet")
