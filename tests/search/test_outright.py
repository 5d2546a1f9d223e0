"""Talks named outright: which are raised by how much, on facts small enough to work out by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from app.db.engine import reading
from app.search.facts import Facts, load_facts
from app.search.outright import BY_TITLE, obvious
from app.search.query import Query, fold_phrase, read_query
from tests.search.conftest import Base

TALKS = {
    1: ("Bokeh: Interactive Plots in the Browser", ("Bryan Van de Ven",)),
    2: ("Basic Bokeh", ("Bryan Van de Ven", "Sarah Bird")),
    3: ("Interactive Bokeh", ("Bryan Van de Ven",)),
    4: ("Bokeh from R", ("Sarah Bird",)),
    5: ("Hands-on Intro to aiohttp", ("Mariatta", "Andrew Svetlov")),
    6: ("Panel: the State of Python", ("Panel", "Sarah Bird")),
    7: ("A welcome", ("Mariatta",)),
}


@pytest.fixture
def facts(base: Base) -> Facts:
    """Those of TALKS in place of the titles and names of the small base."""
    titled = {talk_id: fold_phrase(title) for talk_id, (title, _) in TALKS.items()}
    titles, names = defaultdict(list), defaultdict(list)
    for talk_id, title in titled.items():
        titles[title].append(talk_id)
        for name in TALKS[talk_id][1]:
            names[fold_phrase(name)].append(talk_id)
    with reading(base.engine) as session:
        return replace(load_facts(session), titles=titles, titled=titled, names=names)


def nothing(query: Query, talks: Sequence[int] | None) -> Mapping[int, float]:
    return {}


def raised(facts: Facts, text: str) -> dict[int, float]:
    return obvious(read_query(text), facts, nothing)


def order(facts: Facts, text: str) -> list[int]:
    found = raised(facts, text)
    return sorted(found, key=lambda talk_id: (-found[talk_id], talk_id))


def test_a_name_alone_raises_all_talks_of_the_speaker_alike(facts: Facts) -> None:
    assert raised(facts, "Bryan van de Ven") == {1: 1.0, 2: 1.0, 3: 1.0}
    assert raised(facts, "mariatta") == {5: 1.0, 7: 1.0}


def test_beside_a_name_words_in_the_title_count_and_then_how_much_of_the_title_they_tell(facts: Facts) -> None:
    assert order(facts, "bryan van de ven interactive bokeh") == [3, 1, 2]
    assert raised(facts, "bryan van de ven interactive bokeh") == pytest.approx(
        {3: 1 + 2 / 2 + 2 / 2, 1: 1 + 2 / 2 + 2 / 4, 2: 1 + 1 / 2 + 1 / 2}
    )


def test_words_elsewhere_in_a_talk_decide_among_equals(facts: Facts) -> None:
    asked: list[tuple[tuple[str, ...], list[int]]] = []

    def holding(query: Query, talks: Sequence[int] | None) -> Mapping[int, float]:
        assert talks is not None
        asked.append((query.terms, sorted(talks)))
        return {2: 1.0, 3: 4.0}

    found = obvious(read_query("Bryan Van de Ven servers"), facts, holding)
    assert asked == [(("servers",), [1, 2, 3])]
    assert found == pytest.approx({1: 1.0, 2: 1.25, 3: 2.0})


def test_with_two_names_a_talk_of_both_speakers_comes_first(facts: Facts) -> None:
    assert order(facts, "bryan van de ven sarah bird bokeh")[0] == 2


def test_a_single_word_beside_others_is_a_name_only_for_talks_with_the_others_in_their_title(facts: Facts) -> None:
    assert order(facts, "mariatta intro hands") == [5]
    assert order(facts, "mariatta hands on workshop") == []
    assert order(facts, "sarah bird panel python") == [6, 2, 4]
    assert order(facts, "what is mariatta") == []


def test_a_whole_title_comes_before_every_name(facts: Facts) -> None:
    assert raised(facts, "interactive bokeh") == {3: BY_TITLE}
    most = obvious(read_query("sarah bird bokeh from r"), facts, lambda _, talks: dict.fromkeys(talks or (), 1.0))
    assert max(most.values()) <= BY_TITLE - 1, "fused scores end at 1"


@pytest.mark.parametrize(
    ("word", "held", "meant"),
    [
        ("svetlov", [5], [5]),
        ("Bird", [2, 4, 6], [2, 4, 6]),
        ("bird", [2, 4, 6, 1, -1, -2], [2, 4, 6]),
        ("bird", [2, 4, 6, 1, 3], []),
        ("svetlov", [5, 1], []),
        ("svet", [5], []),
        ("svetlov", [], []),
        ("the bird", [2, 4, 6], []),
    ],
)
def test_a_word_of_a_name_alone_means_its_bearers_if_hardly_another_talk_holds_it(
    facts: Facts, word: str, held: list[int], meant: list[int]
) -> None:
    def holding(_: Query, talks: Sequence[int] | None) -> Mapping[int, float]:
        assert talks is None
        return dict.fromkeys(held, 0.5)

    assert obvious(read_query(word), facts, holding) == dict.fromkeys(meant, 1.0)


def test_a_surname_puts_the_talks_of_its_speaker_first(base: Base) -> None:
    answer = base.ask("thean")
    assert answer.hits[0].talk.slug == "keeping-it-simple"
    assert answer.hits[0].why.parts is not None
    assert answer.hits[0].why.parts.named == 1
    assert {*base.slugs("shapira")[:2]} == {"please-upgrade", "to-be"}
