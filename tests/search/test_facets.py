"""Facets over the whole result set, several values together, orders, and pages that join deep down."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.catalog.filters import ASSIGNED, TalkFilter
from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.models import Edition, Source, Talk, Technology, TechnologyMention, Theme, ThemeAssignment
from app.search import facts as facts_module
from app.search import retrieval
from app.search.facets import FIELDS, MOST_VALUES, Facets, narrowed_facets
from app.search.facts import FactsFile, load_facts
from app.search.freshness import Mark, Marks, read_marks
from app.search.shapes import FacetValue, SearchResult
from app.themes.decide import Choice, decide
from tests.search.conftest import Base, refresh

QUERY = "kafka upgrade streams sql"
MANY = 300


def fill_many(session: Session) -> None:
    """Talks alike but for a number, over ten years, three kinds and two technologies."""
    source = session.exec(select(Source)).first()
    series = session.exec(select(Edition.series_id)).first()
    assert source is not None
    assert source.id is not None
    editions = [Edition(slug=f"many-{year}", name=f"Many {year}", year=year, series_id=series or 0,
                        source_id=source.id, start_date=f"{year}-03-01") for year in range(2010, 2020)]  # fmt: skip
    technologies = [Technology(slug=name, name=name.title()) for name in ("kafka", "flink")]
    session.add_all([*editions, *technologies])
    session.flush()
    for number in range(MANY):
        edition = editions[number % len(editions)]
        talk = Talk(
            slug=f"many-{number}", edition_id=edition.id or 0, source_id=source.id, source_key=f"many-{number}",
            title=f"Walrus number {number}", raw_title="", content_hash=f"many-{number}", created_at=utc_now(),
            updated_at=utc_now(), kind=("talk", "keynote", "workshop")[number % 3],
            language="en" if number % 4 else "de",
            date=f"{edition.year}-03-0{1 + number % 2}" if number % 5 else None,
        )  # fmt: skip
        session.add(talk)
        session.flush()
        for at, technology in enumerate(technologies):
            if number % (at + 2) == 0:
                session.add(TechnologyMention(talk_id=talk.id or 0, technology_id=technology.id or 0, position=at))


@pytest.fixture
def many(base: Base) -> Base:
    with writing(base.engine) as session:
        fill_many(session)
    refresh(base.engine, base.embedder)
    return base


def whole(base: Base, step: int = 100, **more: Any) -> list[str]:
    """Every slug of an answer, page after page."""
    slugs: list[str] = []
    total = base.ask("walrus number", limit=1, **more).total
    for offset in range(0, total, step):
        slugs += [hit.talk.slug for hit in base.ask("walrus number", limit=step, offset=offset, **more).hits]
    return slugs


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_deep_pages_neither_overlap_nor_miss(many: Base, mode: str, sort: str) -> None:
    first = whole(many, mode=mode, sort=sort)
    assert len(first) == len(set(first)) == many.ask("walrus number", mode=mode).total
    if mode != "semantic":
        assert len(first) == MANY
    assert whole(many, 37, mode=mode, sort=sort) == first
    assert many.ask("walrus number", mode=mode, sort=sort, offset=len(first)).hits == []


def test_by_date_the_newest_come_first_and_equal_days_by_rank(many: Base) -> None:
    slugs = whole(many, mode="lexical", sort="date")
    ranked = {slug: place for place, slug in enumerate(whole(many, mode="lexical"))}
    dates = {}
    with Session(many.engine) as session:
        rows = session.exec(
            select(Talk.slug, Talk.date, Edition.start_date).join(Edition, col(Edition.id) == Talk.edition_id)
        )
        for slug, date, start in rows:
            dates[slug] = date or start or ""
    keys = [(dates[slug], -ranked[slug]) for slug in slugs]
    assert keys == sorted(keys, reverse=True)


def counted(result: SearchResult) -> dict[str, dict[str, int]]:
    return {name: {value.value: value.count for value in values} for name, values in result.facets.items()}


def test_counts_are_those_of_all_that_was_found(many: Base) -> None:
    found = counted(many.ask("walrus number", mode="lexical", limit=1))
    assert found["year"] == {str(year): MANY // 10 for year in range(2010, 2020)}
    assert found["kind"] == dict(Counter(("talk", "keynote", "workshop")[number % 3] for number in range(MANY)))
    assert found["technology"] == {"kafka": MANY // 2, "flink": (MANY + 2) // 3}
    assert found["language"] == {"en": MANY * 3 // 4, "de": MANY // 4}


@pytest.mark.parametrize("chosen", [
    {"kinds": ("talk", "keynote")}, {"years": (2012, 2017)}, {"technologies": ("flink", "kafka")},
    {"editions": ("many-2011", "many-2012"), "languages": ("de",)}, {"kinds": ("talk",), "years": (2010, 2011, 2013)},
])  # fmt: skip
def test_values_of_a_facet_add_up_and_facets_narrow_each_other(many: Base, chosen: dict[str, Any]) -> None:
    narrowed = TalkFilter(**chosen)
    result = many.ask("walrus number", mode="lexical", limit=1, filter=narrowed)
    facets = {field: name for name, field in FIELDS.items()}
    for field, values in chosen.items():
        name = facets[field]
        wider = next(one.wider for one in narrowed_facets(narrowed) if one.facet == name)
        without = counted(many.ask("walrus number", mode="lexical", limit=1, filter=wider))[name]
        beside = {value.value: value.count for value in result.beside[name]}
        assert beside == {value: count for value, count in without.items() if value not in map(str, values)}
        for value, count in beside.items():
            alone = many.ask("walrus number", mode="lexical", limit=1, filter=narrowed.but(
                **{field: (int(value) if field == "years" else value,)}))  # fmt: skip
            assert alone.total == count
    assert set(result.beside) == {facets[field] for field in chosen}


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
@pytest.mark.parametrize("query", [QUERY, "sql", "kubernetes upgrades", "who runs brokers"])
def test_every_facet_agrees_with_its_filter(base: Base, query: str, mode: str) -> None:
    """What is near in meaning too: a filter narrows what was found, and finds nothing besides."""
    result = base.ask(query, mode=mode, limit=1)
    assert set(result.facets) == set(FIELDS)
    found = {hit.talk.slug for hit in base.ask(query, mode=mode, limit=100).hits}
    for name, field in FIELDS.items():
        for value in result.facets[name]:
            chosen = (int(value.value) if name == "year" else value.value,)
            narrowed = base.ask(query, mode=mode, limit=100, filter=TalkFilter(**{field: chosen}))  # type: ignore[arg-type]
            assert narrowed.total == value.count, (name, value)
            assert {hit.talk.slug for hit in narrowed.hits} <= found
            assert [one.count for one in narrowed.facets[name] if one.value == value.value] == [value.count]
            for other in narrowed.beside[name]:
                assert other.count == next(one.count for one in result.facets[name] if one.value == other.value)


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_what_is_not_ranked_is_counted_and_listed_too(
    many: Base, mode: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300 talks alike twenty passages of either side are ranked."""
    all_ranked = whole(many, mode=mode, sort=sort)
    facets = counted(many.ask("walrus number", mode=mode, limit=1))
    monkeypatch.setattr(retrieval, "MOST_PASSAGES", 20)
    monkeypatch.setattr(retrieval, "DEPTH", 5)
    listed = whole(many, 37, mode=mode, sort=sort)
    assert len(listed) == len(set(listed)) == MANY
    assert set(listed) == set(all_ranked)
    assert whole(many, mode=mode, sort=sort) == listed
    assert counted(many.ask("walrus number", mode=mode, limit=1)) == facets
    assert facets["kind"]["keynote"] == MANY // 3
    if sort == "date":
        assert listed[0] in {f"many-{number}" for number in range(9, MANY, 10)}


def test_leaving_something_out_never_finds_more(many: Base) -> None:
    every = many.ask("walrus", limit=1).total
    assert many.ask("walrus -keynote", limit=1).total == every
    assert many.ask("walrus -kind:keynote", limit=1).total == every - MANY // 3


def test_any_of_several_values_and_one_that_names_nothing(base: Base) -> None:
    both = base.ask(QUERY, mode="lexical", filter=TalkFilter(themes=("ops", "streams"))).total
    each = [base.ask(QUERY, mode="lexical", filter=TalkFilter(themes=(one,))).total for one in ("ops", "streams")]
    assert both == sum(each)
    assert base.ask(QUERY, filter=TalkFilter(theme="ops", themes=("streams",))).total == 0
    assert base.ask(QUERY, filter=TalkFilter(organisations=("no-such",))).hits == []


def test_values_are_counted_most_first_and_then_by_label() -> None:
    facets = Facets(
        {
            "kind": [(1, "talk", "Talk"), (2, "talk", "Talk"), (3, "keynote", "Keynote"), (1, "talk", "Talk")],
            "none": [],
            "place": [(talk, f"p{talk:03}", f"Place {talk:03}") for talk in range(1, 101)],
        }
    )
    counted = facets.counts(np.array([3, 2, 1, 100, 101, 999]))
    assert counted["kind"] == [FacetValue("talk", "Talk", 2), FacetValue("keynote", "Keynote", 1)]
    assert counted["none"] == []
    assert [value.label for value in counted["place"]] == ["Place 001", "Place 002", "Place 003", "Place 100"]
    every = facets.counts(np.arange(1, 101), "place")
    assert list(every) == ["place"]
    assert [value.value for value in every["place"]] == [f"p{talk:03}" for talk in range(1, MOST_VALUES + 1)]
    assert facets.counts(np.zeros(0, dtype=np.int64)) == {"kind": [], "none": [], "place": []}


def test_processes_share_the_facts_of_one_state(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = FactsFile(base.engine, tmp_path / "indexes")
    with writing(base.engine) as session:
        refresh_snapshot(session)
    with reading(base.engine) as session:
        marks, made = read_marks(session), load_facts(session)
        kept.load(session, marks)
        monkeypatch.setattr(facts_module, "load_facts", lambda _: pytest.fail("they are read although they are kept"))
        found = FactsFile(base.engine, tmp_path / "indexes").load(session, marks)
        for name in ("titles", "titled", "names", "highest_id", "dates", "themes"):
            assert getattr(found, name) == getattr(made, name), name
        everything = np.array(sorted(made.titled))
        assert found.facets.counts(everything) == made.facets.counts(everything)
        assert found.facets.counts(everything[:2], "edition") == made.facets.counts(everything[:2], "edition")
        assert "no such title" not in found.titles
        monkeypatch.undo()
        other = marks._replace(passages=Mark("another", "state"))
        file = next((tmp_path / "indexes").glob("*-facts.index"))
        before = file.read_bytes()
        assert kept.load(session, other).titles == made.titles
        assert file.read_bytes() != before, "facts of another state are read anew"
        assert kept.load(session, Marks(*[Mark()] * 5)).titles == made.titles
        file.write_bytes(before[:-70])
        assert kept.load(session, marks).titles == made.titles


def test_after_a_decision_only_assignments_are_read(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(base.engine) as session:
        refresh_snapshot(session)
    file = FactsFile(base.engine, tmp_path / "indexes")
    with reading(base.engine) as session:
        file.load(session, read_marks(session))
    before = {one.value: one.count for one in base.ask(QUERY).facets["theme"]}
    assert before["streams"] < base.ask(QUERY).total
    monkeypatch.setattr(facts_module, "load_facts", lambda _: pytest.fail("all facts are read anew"))
    other = next(hit.talk.slug for hit in base.ask(QUERY).hits if "streams" not in themes_of(base, hit.talk.slug))
    with writing(base.engine) as session:
        decide(session, Choice(other, "streams", "accept", "me", "page"))
    after = {one.value: one.count for one in base.ask(QUERY).facets["theme"]}
    assert after == {**before, "streams": before["streams"] + 1}
    with reading(base.engine) as session:
        kept = file.load(session, read_marks(session))
        monkeypatch.undo()
        talks = np.array(sorted(kept.titled))
        assert kept.facets.counts(talks) == load_facts(session).facets.counts(talks)
    with writing(base.engine) as session:
        session.scalars(select(Edition)).first().name = "Elsewhere"  # type: ignore[union-attr]  # there is one
        refresh_snapshot(session)
    names = {value.label for value in base.ask(QUERY).facets["edition"]}
    assert "Elsewhere" in names, "another digest"


def themes_of(base: Base, talk: str) -> set[str]:
    with reading(base.engine) as session:
        found = select(Theme.slug).join(ThemeAssignment).join(Talk).where(col(Talk.slug) == talk)
        return set(session.exec(found.where(col(ThemeAssignment.status).in_(ASSIGNED))))


@given(st.lists(st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc")), max_size=8), min_size=4, max_size=4))
def test_a_facet_replaced_is_as_one_made_so(pairs: list[list[tuple[int, str]]]) -> None:
    *facets, other = ([(talk, value, value.upper()) for talk, value in rows] for rows in pairs)
    made = dict(zip(("one", "two", "three"), facets, strict=True))
    for name in made:
        replaced = Facets(made).replacing(name, Facets({name: other}).values_of(name))
        wanted = Facets({**made, name: other})
        for one, two in zip(replaced.packed(), wanted.packed(), strict=True):
            assert np.array_equal(one, two)
