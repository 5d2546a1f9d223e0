"""Which tables are facts and which are derived, and by what a derived one tells the recipe it was made with.

Only tables of the models are moved. Search indexes lie in tables of their own and are made anew; queues of jobs stay.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Table
from sqlmodel import SQLModel

import app.models  # noqa: F401  registers the tables
from app.db.row_forms import Selection

FACTS = frozenset(
    {
        "appearance", "article", "articletext", "claimlink", "curator", "edition", "filereview", "importrun",
        "organisation", "problem", "resource", "reviewdraw", "reviewentry", "saved_report", "series", "signinfailures",
        "source", "speaker", "speakeralias", "speakerlink", "takeaway", "takeawaydecision", "takeawayevidence", "talk",
        "talkorganisation", "technology", "theme", "themedecision", "transcript", "unansweredquestion", "vocabulary",
        "vocabularyversion",
        # Proposed by the machine, but what people decided about a pair is kept in it.
        "speakerpair",
        # Those that a programme lists are facts, and what was found in texts stands beside them in the same rows.
        "technologymention",
    }
)  # fmt: skip
"""Tables that are always moved."""

STAY = frozenset({"jobfile", "jobrecord"})
"""Tables of the models that belong to one database and are not moved, such as those of a queue or of an index."""

STATES = "indexstate"
MOVED_STATES = (
    "claims", "embeddings", "families", "passage-changes", "passages", "reissued", "sheets", "snapshot",
    "snapshot-parts", "speaker-pairs", "technologies", "themes",
)  # fmt: skip
"""Rows of IndexState that tell of tables. All others tell of an index that lies in one database, and stay there."""


class Derived(NamedTuple):
    """Tables that are made together; `name` is that of their recipe.

    They tell it by the recipe of the row `state` of IndexState, else by the column `recipe` of the first of them that
    has one. `mend` is the command that makes them anew.
    """

    name: str
    tables: tuple[str, ...]
    mend: str
    state: str | None = None


DERIVED = (
    Derived("passages", ("passage",), "hallway rebuild index", "passages"),
    Derived("embeddings", ("embedding",), "hallway rebuild embeddings", "embeddings"),
    Derived("themes", ("themeassignment", "themereading"), "hallway rebuild themes", "themes"),
    Derived("technologies", ("technologyguess",), "hallway rebuild technologies", "technologies"),
    Derived("claims", ("claimproposal",), "hallway rebuild takeaways", "claims"),
    Derived("drafts", ("takeawaydraft", "draftreading"), "hallway rebuild takeaways"),
    Derived("mentions", ("articlemention",), "hallway rebuild takeaways"),
    Derived("quantities", ("articleclaim",), "hallway rebuild takeaways"),
    Derived("discovery", ("discovery",), "hallway themes discover"),
    # These tell by themselves whether they can be read, and are packed anew where not.
    Derived("sheets", ("countsheet",), "hallway rebuild themes"),
    Derived("states", (STATES,), "hallway rebuild all"),
)


def moved_tables() -> list[Selection]:
    """Every table that is moved, those that others refer to first."""
    return [
        Selection(table, MOVED_STATES if table.name == STATES else ())
        for table in SQLModel.metadata.sorted_tables
        if table.name not in STAY
    ]


def group_of(table: Table) -> Derived | None:
    """The derived tables that it is made with; None for facts."""
    return next((group for group in DERIVED if table.name in group.tables), None)
