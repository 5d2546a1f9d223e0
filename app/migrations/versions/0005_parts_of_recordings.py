"""Parts of recordings

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("start_seconds", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("end_seconds", sa.Float(), nullable=True))


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_column("end_seconds")
        batch_op.drop_column("start_seconds")
