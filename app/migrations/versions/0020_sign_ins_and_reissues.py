"""Sign-ins that failed, counted in the base; and which vocabularies saved reports were last issued for

Revision: 0020
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "signinfailures",
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("network"),
    )


def downgrade() -> None:
    """Take back."""

    op.drop_table("signinfailures")
