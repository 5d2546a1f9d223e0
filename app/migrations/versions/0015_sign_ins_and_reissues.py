"""Sign-ins that failed, counted in the base; and which vocabularies saved reports were last issued for

Revision: 0015
Follows: 0014
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
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
    # Reports saved before are of the vocabularies as they are now; the next change of one is the first to be followed.
    connection = op.get_bind()
    used = connection.execute(
        sa.text(
            "SELECT DISTINCT v.slug, v.version FROM vocabulary v JOIN theme t ON t.vocabulary = v.slug "
            "WHERE t.withdrawn_at IS NULL ORDER BY v.slug"
        )
    ).all()
    if used:
        connection.execute(
            sa.text(
                "INSERT INTO indexstate (name, recipe, fingerprint, built_at) VALUES ('reissued', '', :told, :now)"
            ),
            {
                "told": " · ".join(f"{slug} {version}" for slug, version in used),
                "now": datetime.now(UTC).replace(tzinfo=None).isoformat(" "),
            },
        )


def downgrade() -> None:
    """Take back."""

    op.execute("DELETE FROM indexstate WHERE name = 'reissued'")
    op.drop_table("signinfailures")
