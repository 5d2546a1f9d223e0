"""Fidelity of imports

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "speakerlink",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"]),
        sa.PrimaryKeyConstraint("url"),
    )
    with op.batch_alter_table("speakerlink", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speakerlink_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "speakerpair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["speaker.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_id"], ["speaker.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("first_id", "second_id"),
    )
    with op.batch_alter_table("speakerpair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speakerpair_first_id"), ["first_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speakerpair_second_id"), ["second_id"], unique=False)

    op.create_table(
        "transcript",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("cues", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    with op.batch_alter_table("transcript", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transcript_talk_id"), ["talk_id"], unique=False)

    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("affiliation_evidence", sa.String(), nullable=True))

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("markup", sa.String(), nullable=False, server_default="plain"))
        batch_op.add_column(sa.Column("slots", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("family", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_talk_family"), ["family"], unique=False)


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_family"))
        batch_op.drop_column("family")
        batch_op.drop_column("slots")
        batch_op.drop_column("markup")

    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.drop_column("affiliation_evidence")

    with op.batch_alter_table("transcript", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transcript_talk_id"))

    op.drop_table("transcript")
    with op.batch_alter_table("speakerpair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speakerpair_second_id"))
        batch_op.drop_index(batch_op.f("ix_speakerpair_first_id"))

    op.drop_table("speakerpair")
    with op.batch_alter_table("speakerlink", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speakerlink_speaker_id"))

    op.drop_table("speakerlink")
