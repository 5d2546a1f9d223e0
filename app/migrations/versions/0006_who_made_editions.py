"""Who made editions

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("involved", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_column("involved")
