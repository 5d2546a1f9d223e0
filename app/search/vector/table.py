"""The table of vectors in Postgres: made beside the passages, one for each model, and kept in step with them.

It has a row for each passage; one that is not embedded yet has no vector. Numbers are those that `exact` keeps,
-127..127, which half precision holds without loss, so that the database's cosines are those of `exact`. It is split by
passage as the passages are, and each part has a graph of its own.

A table is never emptied: it is made anew under another name and taken into use by its mark, so that those who search
meanwhile go on, and a run that was killed leaves nothing that is believed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.db.binary import copy_in
from app.db.extensions import require_vector
from app.db.partitions import PARTITIONS, partitioned
from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK, era, vectors_in_batches, vectors_of
from app.models import IndexState
from app.search.freshness import VECTORS, Marks, changes_since, read_marks, set_mark
from app.search.vector.exact import as_bytes

Ids = NDArray[np.int64]
Batch = tuple[Ids, Ids, Vectors]
M, EF_CONSTRUCTION = 16, 64
"""Neighbours of a vector in the graph, and how many are looked at to choose them."""
RECIPE = f"int8-in-half/hnsw-{M}-{EF_CONSTRUCTION}/{PARTITIONS}/1"
LEAST_PUT, SHARE_PUT = 2_000, 0.05
"""More new vectors than this, and than this share, are not put into the graph one by one: it is made anew."""
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
"""What a binary COPY begins and ends with."""
_MOST_MEMORY = 2_048
"""MiB that the making of a graph may take in the database."""


class Table(NamedTuple):
    """A table, the length of its vectors (0 without any), and the state of passages and embeddings that it shows."""

    name: str
    dimensions: int
    passages: str = ""
    embeddings: str = ""


def find(session: Session, recipe: str) -> Table | None:
    """The table in use for this embedding recipe; None where there is none, or one that was made in another way."""
    state = session.get(IndexState, _mark(recipe), populate_existing=True)
    if state is None or state.recipe != f"{RECIPE}|{recipe}":
        return None
    name, dimensions, passages, embeddings = state.fingerprint.split("/")
    found = session.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar()
    return None if found is None else Table(name, int(dimensions), passages, embeddings)


def use(session: Session, recipe: str, table: Table) -> None:
    """Take a table into use, or say that it changed. Never commits."""
    set_mark(session, _mark(recipe), f"{RECIPE}|{recipe}", "/".join(map(str, table)))
    set_mark(session, VECTORS, "")


def make(session: Session, recipe: str) -> Table:
    """A new table of all that this session sees, not yet in use. Never commits. Raises ExtensionError.

    Vectors are read and copied in batches, and the graph is made after that, which takes a third of putting them in
    one by one.
    """
    require_vector(session.connection())
    marks = read_marks(session)
    batches = vectors_in_batches(session, recipe)
    first = next(batches, None)
    table = Table(
        f"passage_vector_{secrets.token_hex(6)}",
        0 if first is None else first[2].shape[1],
        marks.passages.fingerprint,
        marks.embeddings.fingerprint,
    )
    create(session, table, [] if first is None else chain([first], batches))
    _add_missing(session, table.name)
    index(session, table)
    return table


def create(session: Session, table: Table, batches: Iterable[Batch]) -> None:
    """Create a table with these rows, of talks, passages and vectors, without an index."""
    dimensions = table.dimensions or 1
    session.execute(
        text(
            f"CREATE TABLE {table.name} (passage_id integer PRIMARY KEY, talk_id integer NOT NULL, "
            f"half halfvec({dimensions}), "
            f"code bit({dimensions}) GENERATED ALWAYS AS (binary_quantize(half)::bit({dimensions})) STORED"
            ") PARTITION BY HASH (passage_id)"
        )
    )
    for part in partitioned(session.connection(), table.name):
        # Beside the row even where it is long: to fetch each from another place took most of a search.
        session.execute(text(f"ALTER TABLE {part} ALTER COLUMN half SET STORAGE PLAIN"))
    _copy(session, table, batches)


def index(session: Session, table: Table) -> None:
    """Make the graphs and the other indexes of a table."""
    memory = _memory(count(session, table.name), table.dimensions)
    session.execute(text(f"SET LOCAL maintenance_work_mem = '{memory}MB'"))
    for what in (
        f"USING hnsw (half halfvec_cosine_ops) WITH (m = {M}, ef_construction = {EF_CONSTRUCTION})",
        "(talk_id, passage_id) INCLUDE (code)",
        "(passage_id) WHERE half IS NULL",
    ):
        session.execute(text(f"CREATE INDEX ON {table.name} {what}"))
    session.execute(text(f"ANALYZE {table.name}"))


def vacuum(engine: Engine, name: str) -> None:
    """Note which rows everybody sees, so that signs are compared in the index alone. Not within a transaction."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM (ANALYZE) {name}"))


def follow(session: Session, recipe: str, table: Table, most: int | None = None) -> Table | None:
    """Bring a table up to date; None where to make it anew is better, or it takes more than `most` vectors.

    Never commits.
    """
    marks = read_marks(session)
    if shows(table, marks):
        return table if is_whole(session, table) else None
    if table.embeddings and era(table.embeddings) != era(marks.embeddings.fingerprint):
        return None
    changes = changes_since(session, table.passages, marks.passages.fingerprint)
    if changes is not None:
        _remove(session, table.name, changes.removed)
        _add_missing(session, table.name, changes.added)
    if changes is None or not is_whole(session, table):
        session.execute(
            text(f"DELETE FROM {table.name} WHERE NOT EXISTS (SELECT FROM passage WHERE passage.id = passage_id)")
        )
        _add_missing(session, table.name)
    if not _fill(session, recipe, table, most):
        return None
    return table._replace(passages=marks.passages.fingerprint, embeddings=marks.embeddings.fingerprint)


def shows(table: Table, marks: Marks) -> bool:
    """Whether a table shows the state of these marks."""
    return (table.passages, table.embeddings) == (marks.passages.fingerprint, marks.embeddings.fingerprint)


def count(session: Session, name: str, which: str = "TRUE") -> int:
    """How many rows a table has. Raises a database error where it is missing."""
    return int(session.execute(text(f"SELECT count(*) FROM {name} WHERE {which}")).scalar_one())


def drop_unused(session: Session) -> None:
    """Drop tables that no mark names. Waits a fifth of a second for each, for who searches one: then it stays."""
    used = {
        state.split("/")[0]
        for state in session.scalars(text("SELECT fingerprint FROM indexstate WHERE name LIKE 'vectors-%'"))
    }
    names = session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relname LIKE 'passage\\_vector\\_%' "
            "AND relnamespace = current_schema()::regnamespace"
        )
    ).all()
    for name in sorted(set(names) - used):
        with suppress(OperationalError), session.begin_nested():
            session.execute(text("SET LOCAL lock_timeout = 200"))
            session.execute(text(f"DROP TABLE {name}"))


def put(session: Session, table: Table, talk_ids: Ids, passage_ids: Ids, vectors: Vectors) -> None:
    """Put vectors in the place of these passages' rows."""
    _remove(session, table.name, passage_ids.tolist())
    _copy(session, table, [(talk_ids, passage_ids, vectors)])


def _mark(recipe: str) -> str:
    return f"vectors-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def _memory(rows: int, dimensions: int) -> int:
    """MiB that hold the graph of one part, so that it is made in memory."""
    return min(_MOST_MEMORY, 64 + int(1.3 * rows / PARTITIONS * (2 * dimensions + 20 * M) / 2**20))


def _copy(session: Session, table: Table, batches: Iterable[Batch]) -> None:
    dimensions = table.dimensions
    # A row of a binary COPY: how many fields, then each with its length; a halfvec begins with how many numbers it has.
    layout = np.dtype(
        [
            ("fields", ">i2"), ("l1", ">i4"), ("passage", ">i4"), ("l2", ">i4"), ("talk", ">i4"), ("l3", ">i4"),
            ("length", ">i2"), ("unused", ">i2"), ("numbers", ">f2", (dimensions,)),
        ]
    )  # fmt: skip

    for talks, passages, vectors in batches:
        rows = np.zeros(len(passages), dtype=layout)
        rows["fields"], rows["l1"], rows["l2"], rows["l3"] = 3, 4, 4, 4 + 2 * dimensions
        rows["passage"], rows["talk"] = passages, talks
        rows["length"], rows["numbers"] = dimensions, as_bytes(vectors)
        # Each batch is a COPY of its own, as it may be read from the same connection.
        statement = f"COPY {table.name} (passage_id, talk_id, half) FROM STDIN (FORMAT binary)"
        copy_in(session, statement, [_BEGIN, rows.tobytes(), _END])


def _remove(session: Session, name: str, ids: Iterable[int]) -> None:
    session.execute(text(f"DELETE FROM {name} WHERE passage_id = ANY(:ids)"), {"ids": sorted(ids)})


def _add_missing(session: Session, name: str, ids: Iterable[int] | None = None) -> None:
    """Rows without a vector for passages that have none, of these or of all."""
    which = "" if ids is None else "AND id = ANY(:ids)"
    session.execute(
        text(
            f"INSERT INTO {name} (passage_id, talk_id) SELECT id, coalesce(talk_id, {NO_TALK}) FROM passage "
            f"WHERE NOT EXISTS (SELECT FROM {name} WHERE passage_id = id) {which}"
        ),
        {} if ids is None else {"ids": sorted(ids)},
    )


def is_whole(session: Session, table: Table) -> bool:
    """Whether it has as many rows as there are passages."""
    return count(session, table.name) == count(session, "passage")


def _fill(session: Session, recipe: str, table: Table, most: int | None) -> bool:
    """Put in the vectors of passages that were embedded since; False where they are too many for that, or too long."""
    if most is None:
        most = max(LEAST_PUT, int(SHARE_PUT * count(session, table.name)))
    ready: Sequence[int] = session.scalars(
        text(
            f"SELECT passage_id FROM {table.name} JOIN passage ON passage.id = passage_id JOIN embedding "
            "ON embedding.content_hash = passage.content_hash AND embedding.recipe = :recipe "
            "WHERE half IS NULL ORDER BY passage_id LIMIT :most"
        ),
        {"recipe": recipe, "most": most + 1},
    ).all()
    if len(ready) > most:
        return False
    talks, passages, vectors = vectors_of(session, recipe, ready)
    if len(passages) and vectors.shape[1] != table.dimensions:
        return False
    if len(passages):
        put(session, table, talks, passages, vectors)
    return True
