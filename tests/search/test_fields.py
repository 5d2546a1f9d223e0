"""What fields, phrases and exclusions mean in a base, alone and together, in every mode."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.models import Resource, Talk, Technology, TechnologyMention, Transcript
from app.search.shapes import SearchRequest
from app.search.syntax import FIELDS
from tests.search.conftest import Base

MODES = ("hybrid", "lexical", "semantic")
ALL = {"keeping-it-simple", "please-upgrade", "flink-and-kafka", "ksql-in-practice", "to-be"}


def found(base: Base, query: str, **more: object) -> set[str]:
    return set(base.slugs(query, limit=100, **more))


@pytest.mark.parametrize(("query", "slugs"), [
    ("speaker:gwen-shapira", {"please-upgrade", "to-be"}),
    ('speaker:"Gwen Shapira"', {"please-upgrade", "to-be"}),
    ("speaker:gwen", {"please-upgrade", "to-be"}),
    ('speaker:"ann m"', {"ksql-in-practice", "to-be"}),
    ("speaker:gwen speaker:nikki", {"please-upgrade", "to-be", "keeping-it-simple"}),
    ("edition:london", {"ksql-in-practice", "to-be"}),
    ('edition:"San Francisco 2019"', {"keeping-it-simple", "please-upgrade", "flink-and-kafka"}),
    ("series:kafka -edition:london-2018", {"keeping-it-simple", "please-upgrade", "flink-and-kafka"}),
    ("theme:ops", {"keeping-it-simple", "please-upgrade"}),
    ("-theme:ops", {"flink-and-kafka", "ksql-in-practice", "to-be"}),
    ("company:etsy", {"keeping-it-simple"}),
    ("company:confluent year:2019", {"please-upgrade"}),
    ("year:2018..2018", {"ksql-in-practice", "to-be"}),
    ("year:2020..2019", {"keeping-it-simple", "please-upgrade", "flink-and-kafka"}),
    ("year:..2018", {"ksql-in-practice", "to-be"}),
    ("year:2019..", {"keeping-it-simple", "please-upgrade", "flink-and-kafka"}),
    ("year:2018 year:2019", ALL),
    ("lang:english", ALL),
    ("lang:de", set()),
    ("kind:talks", ALL),
    ("-kind:talk", set()),
    ("-kafka", {"ksql-in-practice", "to-be"}),
    ('-"please upgrade"', ALL - {"please-upgrade"}),
    ('"streaming sql"', {"ksql-in-practice"}),
    ('"sql streaming"', set()),
    ('"liveness probe"', {"keeping-it-simple"}),
])  # fmt: skip
def test_each_sign_narrows(base: Base, query: str, slugs: set[str]) -> None:
    result = base.ask(query, limit=100)
    assert {hit.talk.slug for hit in result.hits} == slugs
    assert result.total == len(slugs)
    assert all(part.meaning for part in result.understood)


@pytest.mark.parametrize("mode", MODES)
def test_words_rank_within_what_the_signs_allow(base: Base, mode: str) -> None:
    assert found(base, "kafka", mode=mode) >= {"flink-and-kafka", "please-upgrade"}
    for query, allowed in (
        ("kafka -flink", ALL - {"flink-and-kafka"}),
        ('kafka "on kubernetes"', {"keeping-it-simple"}),
        ("kafka theme:streams", {"flink-and-kafka", "ksql-in-practice"}),
        ("kafka -speaker:gwen-shapira -company:etsy", {"flink-and-kafka", "ksql-in-practice"}),
    ):
        assert found(base, query, mode=mode) <= allowed
        assert found(base, query, mode=mode) & {"keeping-it-simple", "please-upgrade", "flink-and-kafka"}


def test_what_a_talk_has(base: Base) -> None:
    with writing(base.engine) as session:
        ids = {slug: talk_id for slug, talk_id in session.execute(select(col(Talk.slug), col(Talk.id)))}  # noqa: C416
        session.add(Resource(talk_id=ids["please-upgrade"] or 0, kind="video", url="https://youtu.be/abcdefghijk"))
        session.add(Resource(talk_id=ids["to-be"] or 0, kind="video", url="https://youtu.be/lmnopqrstuv"))
        session.add(Resource(talk_id=ids["to-be"] or 0, kind="slides", url="https://slides.example/x"))
        session.add(Transcript(talk_id=ids["lightning"] or 0, source_id=1, cues=[]))
        part = session.get_one(Talk, ids["ksql-in-practice"])
        part.parent_id, part.start_seconds = ids["lightning"], 60.0
    assert found(base, "has:video") == {"please-upgrade", "to-be"}
    assert found(base, "has:video has:slides") == found(base, "has:video,slides") == {"to-be"}
    assert found(base, "has:takeaways") == {"keeping-it-simple"}
    assert found(base, "has:transcript") == {"ksql-in-practice"}
    assert found(base, "-has:video") == ALL - {"please-upgrade", "to-be"}


@pytest.mark.parametrize(("query", "meaning", "slugs"), [
    ("tech:c", "C", {"to-be"}),
    ("tech:c++", "C++", {"please-upgrade"}),
    ('tech:"C++"', "C++", {"please-upgrade"}),
    ("tech:cpp", "C++", {"please-upgrade"}),
    ("tech:C#", "C#", {"ksql-in-practice"}),
    ("tech:k8s", "Kubernetes", {"keeping-it-simple"}),
    ("tech:Kubectl", "Kubernetes", {"keeping-it-simple"}),
    ('tech:"c plus plus"', "C++", {"please-upgrade"}),
    ('tech:"node js"', "Node.js", {"flink-and-kafka"}),
    ("tech:kube", "Kubernetes", {"keeping-it-simple"}),
    ("tech:c -tech:c++", "C", {"to-be"}),
])  # fmt: skip
def test_a_technology_goes_by_its_whole_names_before_parts_of_them(
    base: Base, query: str, meaning: str, slugs: set[str]
) -> None:
    named: tuple[tuple[str, str, list[str], str], ...] = (
        ("c", "C", [], "to-be"), ("cpp", "C++", ["C plus plus"], "please-upgrade"),
        ("csharp", "C#", [], "ksql-in-practice"), ("kubernetes", "Kubernetes", ["k8s", "kubectl"], "keeping-it-simple"),
        ("nodejs", "Node.js", [], "flink-and-kafka"),
    )  # fmt: skip
    with writing(base.engine) as session:
        for slug, name, aliases, talk in named:
            technology = Technology(slug=slug, name=name, vocabulary="v", aliases=aliases)
            session.add(technology)
            session.flush()
            talk_id = session.scalars(select(col(Talk.id)).where(col(Talk.slug) == talk)).one()
            session.add(TechnologyMention(talk_id=talk_id or 0, technology_id=technology.id or 0))
    result = base.ask(query, limit=100)
    assert result.understood[0].meaning == meaning
    assert {hit.talk.slug for hit in result.hits} == slugs


def test_signs_alone_list_talks_newest_first_with_exact_facets(base: Base) -> None:
    result = base.ask("company:confluent")
    assert [hit.talk.year for hit in result.hits] == [2019, 2018, 2018]
    assert {value.value: value.count for value in result.facets["edition"]} == {"sf-2019": 1, "london-2018": 2}
    pages = [base.slugs("company:confluent", limit=1, offset=offset) for offset in range(4)]
    assert [slug for page in pages for slug in page] == [hit.talk.slug for hit in result.hits]
    assert result.hits[0].passage.kind == "title"


@pytest.mark.parametrize("mode", MODES)
def test_common_words_alone_leave_what_is_asked_besides(base: Base, mode: str) -> None:
    assert found(base, '"to be"', mode=mode) == {"to-be"} < found(base, '-"by the way"', mode=mode)
    for query in ("the edition:london", "edition:london what is it"):
        assert found(base, query, mode=mode) == {"ksql-in-practice", "to-be"}
    assert found(base, "the", mode=mode, filter=TalkFilter(editions=("london-2018",))) == {"ksql-in-practice", "to-be"}
    result = base.ask('"to be"', mode=mode)
    assert (result.total, result.notice) == (1, None)
    assert {value.value: value.count for value in result.facets["edition"]} == {"london-2018": 1}


def test_what_is_near_in_meaning_comes_before_the_rest_that_is_let_through(base: Base) -> None:
    base.change("ksql-in-practice", lambda talk: setattr(talk, "title", "Be the Not"))
    ordered = base.slugs("not the be series:kafka", limit=100)
    assert set(ordered) == ALL
    assert set(ordered[:2]) == {"ksql-in-practice", "to-be"}
    pages = [base.slugs("not the be series:kafka", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [slug for page in pages for slug in page] == ordered


def test_common_words_alone_are_said_to_be_too_common(base: Base) -> None:
    for mode in MODES:
        assert "too common" in (base.ask("the", mode=mode).notice or "")
    assert base.ask("the", mode="lexical").total == 0
    title = base.ask("to be or not to be")
    assert (title.hits[0].talk.slug, title.notice) == ("to-be", None)


def test_it_narrows_within_the_filter_of_the_request(base: Base) -> None:
    result = base.ask("speaker:gwen", filter=TalkFilter(editions=("sf-2019",)))
    assert [hit.talk.slug for hit in result.hits] == ["please-upgrade"]
    assert [(value.value, value.count) for value in result.beside["edition"]] == [("london-2018", 1)]


def test_what_names_nothing_is_said_and_searched_for(base: Base) -> None:
    result = base.ask("speaker:flink")
    assert [(part.field, part.typed, part.meaning, part.rest) for part in result.understood] == [
        ("speaker", "speaker:flink", None, "")
    ]
    assert result.hits[0].talk.slug == "flink-and-kafka"
    for query in ("year:20019", "year:abc", "kind:walrus", "has:walrus", "lang:klingon", "year:2019.2020"):
        said = base.ask(f"kafka {query}").understood
        assert [(part.typed, part.meaning, part.rest) for part in said] == [(query, None, "kafka")]


def test_each_part_is_said_with_the_query_without_it(base: Base) -> None:
    said = base.ask('kafka "on kubernetes" -flink theme:ops theme:streams').understood
    assert [(part.field, part.meaning, part.negated, part.rest) for part in said] == [
        ("theme", "Ops or Streams", False, 'kafka "on kubernetes" -flink'),
        ("words", "on kubernetes", False, "kafka -flink theme:ops theme:streams"),
        ("words", "flink", True, 'kafka "on kubernetes" theme:ops theme:streams'),
    ]


def test_a_title_with_signs_is_a_title(base: Base) -> None:
    base.change("to-be", lambda talk: setattr(talk, "title", "Has:Video -or Not"))
    result = base.ask("has:video -or not")
    assert result.understood == []
    assert result.hits[0].talk.slug == "to-be"


def test_lessons_follow_too(base: Base) -> None:
    assert base.ask("active database -turns").lessons == []
    assert [lesson.slug for lesson in base.ask('active database "roles of data"').lessons] == ["active-database"]
    assert base.ask("active database edition:london").lessons == []
    assert base.ask("active database -edition:london").lessons
    assert base.ask("active database theme:ops").lessons == []


def test_why_a_talk_is_left_out(base: Base) -> None:
    with reading(base.engine) as session:
        request = SearchRequest(query="kafka -upgrade theme:ops company:etsy")
        missing = base.search.why_not(session, request, "please-upgrade")
    assert missing.excluded_by == [("company", "company:etsy"), ("words", "-upgrade")]
    assert not missing.found


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(
    st.sampled_from([f"{field}:" for field in FIELDS]),
    st.sampled_from(['"', "-", "..", "2019", "2017..2020", "kafka", " ", "%", "_", "\\", "*", "NEAR(", "'", "~"]),
    st.text(max_size=8),
), max_size=12))  # fmt: skip
def test_nothing_that_is_typed_is_an_error(base: Base, pieces: list[str]) -> None:
    result = base.ask("".join(pieces))
    assert result.total >= len(result.hits)
