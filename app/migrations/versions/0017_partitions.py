"""Passages and embeddings in parts, on Postgres

Revision: 0017
Follows: 0016
"""

from alembic import op

from app.db.dialect import is_sqlite, sort_by_code_points
from app.db.partitions import join, split

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PASSAGE = (
    "ALTER TABLE passage ADD PRIMARY KEY (id)",
    "ALTER TABLE passage ADD FOREIGN KEY (talk_id) REFERENCES talk (id) ON DELETE CASCADE",
    "ALTER TABLE passage ADD FOREIGN KEY (takeaway_id) REFERENCES takeaway (id) ON DELETE CASCADE",
    "CREATE INDEX ix_passage_content_hash ON passage (content_hash)",
    "CREATE INDEX ix_passage_takeaway_id ON passage (takeaway_id)",
    "CREATE INDEX ix_passage_talk_id ON passage (talk_id)",
)
EMBEDDING = (
    "ALTER TABLE embedding ADD UNIQUE (content_hash, recipe)",
    "CREATE INDEX ix_embedding_recipe ON embedding (recipe)",
)


def upgrade() -> None:
    """Apply. Nothing to do on SQLite, which is one file."""

    connection = op.get_bind()
    if is_sqlite(connection):
        return
    # A column that a table is split by keeps the collation that it has.
    sort_by_code_points(connection)
    split(connection, "passage", "id", PASSAGE)
    # What is split by the hash of a text has no key that leaves it out; ids stay as they are given.
    split(connection, "embedding", "content_hash", ("ALTER TABLE embedding ADD PRIMARY KEY (id, content_hash)", *EMBEDDING))


def downgrade() -> None:
    """Take back."""

    connection = op.get_bind()
    if is_sqlite(connection):
        return
    join(connection, "passage", PASSAGE)
    join(connection, "embedding", ("ALTER TABLE embedding ADD PRIMARY KEY (id)", *EMBEDDING))
