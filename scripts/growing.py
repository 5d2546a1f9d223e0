"""How much a base in Postgres takes, and would take at other sizes: what README says under "Growing".

    scripts/growing.py ADDRESS        of a base whose vectors and words are in the database (HALLWAY_MEMORY_PASSAGES=0)

Bytes are measured by `pg_total_relation_size` and divided by the passages that are there; other sizes are that times
their passages, as every one of these tables has a row or more for each passage. Distinct words grow slower than that,
and talks with transcripts have more passages each, so what is said of words and of all else is an upper bound.
"""

from __future__ import annotations

import sys

from sqlalchemy import func, select, text
from sqlmodel import Session

from app.db.engine import make_engine, reading
from app.models import Passage, Talk

GROUPS = {
    "texts of passages": "passage_[0-9]+",
    "vectors, fp32": "embedding_[0-9]+",
    "vectors, half, with graphs": "passage_vector_.*",
    "words": "passage_search.*",
}
"""What there is for each passage, by the names of its tables (whole, a regular expression)."""
SIZES = (100_000, 10_000_000, 100_000_000)
GIB = 2**30


def main() -> None:
    """Print the table."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    engine = make_engine(sys.argv[1])
    with reading(engine) as session:
        talks = session.scalar(select(func.count()).select_from(Talk)) or 0
        passages = session.scalar(select(func.count()).select_from(Passage)) or 0
        print(f"measured: {talks:,} talks, {passages:,} passages")
        taken = {name: _bytes(session, tables) for name, tables in GROUPS.items()}
        taken["all else"] = _all(session) - sum(taken.values())
    engine.dispose()
    print(f"{'':<28}{'bytes a passage':>16}" + "".join(f"{size:>14,}" for size in SIZES))
    for name, whole in (*taken.items(), ("together", sum(taken.values()))):
        each = whole / passages
        print(f"{name:<28}{each:>16,.0f}" + "".join(f"{each * size / GIB:>10,.1f} GiB" for size in SIZES))


def _bytes(session: Session, tables: str) -> int:
    """Bytes of tables with their indexes and what is stored beside them."""
    return int(
        session.execute(
            text(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ :tables"
            ),
            {"tables": f"^({tables})$"},
        ).scalar_one()
    )


def _all(session: Session) -> int:
    return _bytes(session, ".*")


if __name__ == "__main__":
    main()
