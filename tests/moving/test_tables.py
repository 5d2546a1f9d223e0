"""Every table is moved as a fact or as derived, and what is derived is told by its recipe."""

from __future__ import annotations

from sqlmodel import SQLModel

from app.catalog.sheets import STATE as SHEETS
from app.catalog.snapshot import PARTS, SNAPSHOT
from app.embeddings.store import STATE as EMBEDDINGS
from app.ingest.families import STATE as FAMILIES
from app.ingest.suspects import STATE as SUSPECTS
from app.moving.recipes import recipes_now
from app.moving.tables import DERIVED, FACTS, MOVED_STATES, STATES, STAY, moved_tables
from app.reports.reissue import STATE as REISSUED
from app.search.freshness import CHANGES, LEXICAL, PASSAGES
from app.takeaways.ledger.proposals import STATE as CLAIMS
from app.technologies.mentions import STATE as TECHNOLOGIES
from app.themes.assignment import STATE as THEMES
from tests.standins import HashingEmbedder, MissingEmbedder

DERIVED_TABLES = [table for group in DERIVED for table in group.tables]


def test_every_table_is_a_fact_or_derived_or_stays_and_only_one_of_these() -> None:
    assert sorted([*FACTS, *DERIVED_TABLES, *STAY]) == sorted(SQLModel.metadata.tables)


def test_tables_come_after_those_they_refer_to() -> None:
    before: set[str] = set()
    for table, _ in moved_tables():
        others = {key.column.table.name for column in table.columns for key in column.foreign_keys} - {table.name}
        assert others <= before, table.name
        before.add(table.name)


def test_no_fact_refers_to_a_derived_table() -> None:
    for name in FACTS:
        for key in SQLModel.metadata.tables[name].foreign_keys:
            assert key.column.table.name in FACTS, key


def test_states_of_tables_are_moved_and_that_of_the_index_is_not() -> None:
    stages = {
        SHEETS, PARTS, SNAPSHOT, EMBEDDINGS, FAMILIES, SUSPECTS, REISSUED, CHANGES, PASSAGES, CLAIMS, TECHNOLOGIES,
        THEMES,
    }  # fmt: skip
    assert set(MOVED_STATES) == stages
    assert LEXICAL not in MOVED_STATES
    assert {selection.table.name: selection.only for selection in moved_tables() if selection.only} == {
        STATES: MOVED_STATES
    }


def test_every_recipe_is_of_a_group() -> None:
    groups = {group.name for group in DERIVED}
    assert recipes_now(HashingEmbedder()).keys() == groups - {"sheets", "states"}
    assert recipes_now(MissingEmbedder()).keys() == groups - {"sheets", "states", "embeddings", "claims", "discovery"}
