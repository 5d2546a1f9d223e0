"""Tables of Postgres that are split by hash, so that several servers can share them. What is split alike lies together.

Each part is a table of its own: another server can hold it (as a foreign table), and an index, a graph and a vacuum are
of one part. The columns they are split by are those that a cluster of another make, such as Citus, distributes by.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

PARTITIONS = 4
"""Into how many parts passages, embeddings and vectors are split: so many servers can share them. Each part has a graph
of its own, and every search asks all: of 200,000 vectors four took 1.6 times the work of one, and eight twice."""


def partitioned(connection: Connection, table: str) -> list[str]:
    """Make the parts of a table that is PARTITION BY HASH; returns their names."""
    names = [f"{table}_{number}" for number in range(PARTITIONS)]
    for number, name in enumerate(names):
        connection.execute(
            text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})")
        )
    return names


def split(connection: Connection, table: str, by: str, rules: tuple[str, ...]) -> None:
    """Put a table that has an `id` by sequence in the place of the same whole one, split by a column; rows stay.

    `rules` are what is added to it after that, its indexes among them, for those of the whole table go with it.
    """
    _replace(connection, table, f"PARTITION BY HASH ({by})", rules)


def join(connection: Connection, table: str, rules: tuple[str, ...]) -> None:
    """Take `split` back."""
    _replace(connection, table, "", rules)


def _replace(connection: Connection, table: str, how: str, rules: tuple[str, ...]) -> None:
    before = f"{table}_before"
    sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table}).scalar_one()
    parts = connection.scalars(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:table AS regclass)"),
        {"table": table},
    ).all()
    connection.execute(text(f"ALTER TABLE {table} RENAME TO {before}"))
    for number, part in enumerate(parts):
        connection.execute(text(f"ALTER TABLE {part} RENAME TO {before}_{number}"))
    connection.execute(text(f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS) {how}"))
    if how:
        partitioned(connection, table)
    connection.execute(text(f"INSERT INTO {table} SELECT * FROM {before}"))
    connection.execute(text(f"ALTER SEQUENCE {sequence} OWNED BY {table}.id"))
    connection.execute(text(f"DROP TABLE {before}"))
    for rule in rules:
        connection.execute(text(rule))
    connection.execute(text(f"ANALYZE {table}"))
