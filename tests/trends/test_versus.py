"""Two technologies side by side: what is counted opens its talks, and takeaways stand on the side they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.bootstrap import KnowledgeBase
from app.db.engine import reading
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import Takeaway, TakeawayDecision, TakeawayDraft, Technology, TechnologyMention
from app.technologies.naming import drafts_naming, resolve_technology
from app.trends.behind import figure_talks
from app.trends.pairs import list_pairs, pair_counts, pairs_of
from app.trends.versus import Versus, comparisons_of, pair_path, resolve_pair, versus, versus_chart
from tests.databases import Databases
from tests.trends.sample import Builder


@pytest.fixture(scope="module")
def engine_of_two(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with databases.fresh(tmp_path_factory.mktemp("versus")) as engine:
        with Session(engine) as session:
            _fill(Builder(session))
            session.commit()
        yield engine


def _fill(build: Builder) -> None:
    """Ten talks a year; Alpha in 2, then 4; Beta in 1, then 3; both in the first talk of each year; Gamma in none."""
    known: dict[str, Technology] = {}
    for slug, name, aliases in (("alpha", "Alpha", ["Old Alpha"]), ("beta", "Beta", []), ("gamma", "Gamma", [])):
        known[slug] = Technology(slug=slug, name=name, aliases=aliases, vocabulary="software", kind="framework")
        build.add(known[slug])
    for year, alphas, betas in ((2018, 2, 1), (2019, 4, 3)):
        build.edition(f"summit-{year}", f"Summit {year}", f"{year}-05-01")
        for number in range(10):
            talk = build.talk(f"summit-{year}", organisation="acme" if number < 2 else "other")
            for slug, many in (("alpha", alphas), ("beta", betas)):
                if number < many:
                    build.add(TechnologyMention(talk_id=talk.id or 0, technology_id=known[slug].id or 0))
    for slug, kind, listed, text in (
        ("limit-of-beta", "limitation", ["Beta", "Alpha"], "No savepoints, other than there."),
        ("limit-of-alpha", "limitation", ["Alpha"], "It is slow."),
        ("by-words", "limitation", [], "Beta loses messages."),
        ("both", "comparison", ["Old Alpha", "BETA"], "They differ."),
        ("alone", "comparison", ["Alpha"], "It beats what came before."),
        ("lesson", "lesson", ["Alpha"], "Begin small."),
        ("gone", "comparison", ["Alpha", "Beta"], "Withdrawn."),
    ):
        build.add(
            Takeaway(
                slug=slug, source_id=build.source.id or 0, source_key=slug, text=text, kind=kind, technologies=listed,
                content_hash=slug, withdrawn_at=utc_now() if slug == "gone" else None, position=build.talks,
            )
        )  # fmt: skip
    for key, kind, listed in (
        ("d1", "comparison", ["Alpha", "beta"]),
        ("d2", "limitation", ["Beta"]),
        ("d3", "lesson", ["Alpha", "Beta"]),
        ("d4", "comparison", ["Alpha", "Beta"]),
    ):
        draft: dict[str, Any] = {"origin": "abstract", "text": f"Draft {key}.", "content_hash": key, "recipe": "r"}
        build.add(TakeawayDraft(key=key, kind=kind, technologies=listed, score=0.5, talk_id=1, **draft))
    build.add(TakeawayDecision(draft_key="d4", action="reject", reviewer="Ada", decided_at=utc_now(), via="page"))


@pytest.fixture
def base(engine_of_two: Engine) -> Iterator[Session]:
    with Session(engine_of_two) as session:
        yield session


def pair(base: Session, one: str = "beta", other: str = "alpha") -> Versus:
    return versus(base, *resolve_pair(base, one, other))


def slugs(cards: list[Any]) -> list[str]:
    return [card.slug for card in cards]


def test_takeaways_stand_on_the_side_they_are_about(base: Session) -> None:
    found = pair(base)
    assert (found.first.slug, found.second.slug) == ("alpha", "beta")
    assert slugs(found.on_both) == ["both"]
    assert slugs(found.first_limits) == ["limit-of-alpha"]
    assert slugs(found.second_limits) == ["limit-of-beta", "by-words"]
    assert slugs(found.elsewhere) == ["alone"]
    assert slugs(comparisons_of(base, "alpha")) == ["limit-of-beta", "limit-of-alpha", "both", "alone"]


def test_drafts_are_apart_and_decided_ones_are_gone(base: Session) -> None:
    assert slugs(pair(base).drafts) == ["d1"]
    assert {card.status for card in pair(base).drafts} == {"machine-draft"}
    assert slugs(drafts_naming(base, ("beta",), ("limitation",), 5)) == ["d2"]


def test_every_figure_opens_exactly_its_talks(base: Session) -> None:
    found = pair(base)
    assert (found.first_talks.fraction, found.second_talks.fraction, found.both.fraction) == (
        "6 of 20",
        "4 of 20",
        "4 of 20",
    )
    figures = [found.first_talks, found.second_talks, found.both, *(who.figure for who in found.organisations)]
    figures += [side.figure for year in found.years for side in (year.first, year.second)]
    for figure in figures:
        behind = figure_talks(base, figure.id)
        assert (len(behind.numerator), len(behind.denominator)) == (figure.numerator, figure.denominator), figure.id
    assert [(who.slug, who.figure.numerator) for who in found.organisations] == [("acme", 3), ("other", 1)]
    assert len(found.talks) == 4


def test_shares_of_years_have_wilsons_limits_and_a_chart(base: Session) -> None:
    found = pair(base)
    assert [(year.year, year.first.figure.numerator, year.second.figure.numerator) for year in found.years] == [
        (2018, 2, 1),
        (2019, 4, 3),
    ]
    first = found.years[0].first
    # Wilson's interval of 2 of 10.
    assert (first.share, round(first.low or 0, 4), round(first.high or 0, 4)) == (0.2, 0.0567, 0.5098)
    assert first.words == "20\u00a0%, likely 6–51\u00a0%"
    chart = versus_chart(found)
    assert chart is not None
    assert [(row.line, row.at, row.figure.low == first.low) for row in chart.rows][:1] == [("Alpha", "2018", True)]
    assert len(chart.rows) == 4


def test_a_pair_with_nothing_says_so(base: Session) -> None:
    found = pair(base, "gamma", "beta")
    assert not found.both.numerator
    assert [*found.on_both, *found.talks, *found.organisations] == []
    assert not found.is_empty
    assert slugs(found.first_limits) == ["limit-of-beta", "by-words"]


def test_names_aliases_and_case_lead_to_the_same(base: Session) -> None:
    for named in ("alpha", "Alpha", "ALPHA", "old alpha", "Old-Alpha"):
        assert resolve_technology(base, named).slug == "alpha"
    assert pair_path("beta", "alpha") == "/technologies/alpha/vs/beta"
    with pytest.raises(NotFound, match="Did you mean alpha"):
        resolve_technology(base, "alpa")
    for nothing in ("", "*", "zzzzzz", "<script>"):
        with pytest.raises(NotFound, match="/technologies"):
            resolve_technology(base, nothing)
    with pytest.raises(UsageError, match="both Alpha"):
        resolve_pair(base, "alpha", "Old Alpha")


def test_pairs_are_listed_by_takeaways_then_talks(base: Session) -> None:
    rows = list_pairs(base).items
    assert [(row.first, row.second, row.kind, row.talks, row.takeaways) for row in rows] == [
        ("alpha", "beta", "framework", 4, 2)
    ]
    figure = pair_counts(base, rows)[rows[0].path]
    assert len(figure_talks(base, figure.id).numerator) == 4
    assert pairs_of(base, "gamma", 5) == []


def test_flink_and_ksql_on_the_shipped_data(knowledge_base: KnowledgeBase) -> None:
    with reading(knowledge_base.engine) as session:
        found = versus(session, *resolve_pair(session, "KSQL", "Flink"))
        assert found.path == "/technologies/flink/vs/ksqldb"
        assert len(found.second_limits) == 4
        assert all("KSQL" in card.text for card in found.second_limits)
        assert found.first_limits == []
        assert any(card.kind == "comparison" for card in found.on_both)
        assert versus(session, *resolve_pair(session, "flink", "ksqldb")) == found
