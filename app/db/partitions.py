"""Tables of Postgres that are split by hash, so that a cluster can spread them. What is split alike lies together."""

from __future__ import annotations

from sqlalchemy import Connection, text

PARTITIONS = 4
"""Into how many parts passages, embeddings and vectors are split: so many servers can share them. Each part has a graph
of its own, and every search asks all."""


def partitioned(connection: Connection, table: str) -> list[str]:
    """Make the parts of a table that is PARTITION BY HASH; returns their names."""
    names = [f"{table}_{number}" for number in range(PARTITIONS)]
    for number, name in enumerate(names):
        connection.execute(
            text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})")
        )
    return names
