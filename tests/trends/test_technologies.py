"""Every count of a technology is a figure that opens exactly its talks, on the shipped data."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.catalog.talks import list_talks
from app.catalog.technologies import find_technology, list_technologies
from app.trends.behind import figure_by_id, figure_talks
from app.trends.figure import Figure
from app.trends.keys import FigureKey, parse_key
from app.trends.technologies import technology_counts, technology_editions, technology_years, together_counts


def opens_its_talks(session: Session, figure: Figure) -> None:
    """The figure by its id is the very same, and has as many talks as it says."""
    assert figure_by_id(session, figure.id) == figure
    behind = figure_talks(session, figure.id)
    assert len(behind.numerator) == figure.numerator
    assert len(behind.denominator) == figure.denominator


def test_counts_of_the_list(loaded: Engine) -> None:
    with Session(loaded) as session:
        rows = list_technologies(session, 100).items
        counts = technology_counts(session, rows)
        assert len(rows) > 60
        for row in rows:
            assert counts[row.slug].numerator == row.talks
            assert list_talks(session, TalkFilter(technology=row.slug), limit=1).total == row.talks
        for row in rows[:8]:
            opens_its_talks(session, counts[row.slug])


@pytest.mark.parametrize("slug", ["kafka", "kubernetes", "kafka-streams"])
def test_counts_by_edition_year_and_company_add_up(loaded: Engine, slug: str) -> None:
    with Session(loaded) as session:
        technology = find_technology(session, slug)
        editions = technology_editions(session, technology, 100).items
        years = technology_years(session, technology)
        assert [row.edition for row in technology_editions(session, technology, 1, 1).items] == [editions[1].edition]
        assert sum(row.figure.numerator for row in editions) == technology.talks
        assert sum(figure.numerator for _, figure in years) == technology.talks
        assert len(editions) == technology_editions(session, technology, 1).total == technology.editions
        together = together_counts(session, technology, technology.together)
        assert together
        figures = [row.figure for row in editions] + [figure for _, figure in years] + list(together.values())
        for figure in figures:
            opens_its_talks(session, figure)


def test_a_figure_of_two_technologies_has_an_id_of_its_own() -> None:
    key = FigureKey("count", TalkFilter(technology="kafka", technologies=("flink",)), snapshot="s1")
    assert key.encode() == "count~technology.kafka~with.flink~population.all~s.s1"
    assert parse_key(key.encode()) == key
    for wrong in (TalkFilter(technologies=("flink",)), TalkFilter(technology="a", technologies=("b", "c"))):
        with pytest.raises(ValueError, match="one technology"):
            FigureKey("count", wrong)
