"""Indexes of long lists

Revision: 0004
Follows: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_withdrawn_at"))
        batch_op.create_index(
            "ix_talk_known",
            ["is_container", "withdrawn_at", "edition_id", "kind", "language", "date", "position"],
            unique=False,
        )
        batch_op.create_index("ix_talk_by_title", ["is_container", "withdrawn_at", "title"], unique=False)
    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appearance_speaker_id"))
        batch_op.create_index("ix_appearance_speaker_talk", ["speaker_id", "talk_id"], unique=False)
    with op.batch_alter_table("themeassignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_themeassignment_status"))
        batch_op.drop_index(batch_op.f("ix_themeassignment_talk_id"))
        batch_op.drop_index(batch_op.f("ix_themeassignment_theme_id"))
        batch_op.create_index(
            "ix_themeassignment_of_theme", ["theme_id", "status", "is_main", "talk_id", "probability"], unique=False
        )
        batch_op.create_index(
            "ix_themeassignment_of_talk", ["talk_id", "theme_id", "status", "is_main", "probability"], unique=False
        )


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("themeassignment", schema=None) as batch_op:
        batch_op.drop_index("ix_themeassignment_of_talk")
        batch_op.drop_index("ix_themeassignment_of_theme")
        batch_op.create_index(batch_op.f("ix_themeassignment_theme_id"), ["theme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_themeassignment_talk_id"), ["talk_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_themeassignment_status"), ["status"], unique=False)
    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.drop_index("ix_appearance_speaker_talk")
        batch_op.create_index(batch_op.f("ix_appearance_speaker_id"), ["speaker_id"], unique=False)
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index("ix_talk_by_title")
        batch_op.drop_index("ix_talk_known")
        batch_op.create_index(batch_op.f("ix_talk_withdrawn_at"), ["withdrawn_at"], unique=False)
