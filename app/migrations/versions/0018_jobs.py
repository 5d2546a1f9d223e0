"""Jobs, files handed over to them, and on Postgres the queue of procrastinate

Revision: 0018
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op

from app.db.dialect import is_sqlite
from app.db.job_queue import drop_job_queue, make_job_queue

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "jobrecord",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("noted_at", sa.DateTime(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("queue_id"),
    )
    for name in ("parent_id", "kind", "finished_at", "outcome"):
        op.create_index(op.f(f"ix_jobrecord_{name}"), "jobrecord", [name], unique=False)
    op.create_table(
        "jobfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobrecord.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_jobfile_job_id"), "jobfile", ["job_id"], unique=False)
    if not is_sqlite(op.get_bind()):
        make_job_queue(op.get_bind())


def downgrade() -> None:
    """Take back."""

    if not is_sqlite(op.get_bind()):
        drop_job_queue(op.get_bind())
    op.drop_table("jobfile")
    op.drop_table("jobrecord")
