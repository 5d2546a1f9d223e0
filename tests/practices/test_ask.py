from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlmodel import Session, col, update

from app.bootstrap import KnowledgeBase
from app.db.engine import reading
from app.db.types import utc_now
from app.embeddings.recipe import text_hash
from app.embeddings.store import embed_missing
from app.models import Takeaway, TakeawayDraft, Talk
from app.practices.markdown import as_markdown
from app.search.engine import SearchEngine
from app.search.shapes import SearchRequest
from app.settings import Settings
from tests.practices.conftest import VIDEO, Asking
from tests.standins import HashingEmbedder, MissingEmbedder


def test_a_practice_has_who_where_the_moment_and_the_warning_beside_it(ask: Asking) -> None:
    answer = ask("liveness probes")
    practice = next(one for one in answer.practices if any(said.slug == "gentle" for said in one.statements))
    said = next(one for one in practice.statements if one.slug == "gentle")
    assert [(who.name, who.slug, who.affiliation) for who in said.who] == [("Nikki Example", "nikki", "Etsy")]
    assert said.moment is not None
    assert (said.moment.kind, said.moment.number, said.moment.url) == ("slide", 7, "https://s.example/7")
    assert (said.conditions, said.date, said.path) == ("ships", "2019-05-13", "/talks/ships#takeaway-gentle")
    assert said.edition is not None
    assert said.edition.slug == "west-2019"
    warning = next(one for each in answer.practices for one in each.warnings if one.slug == "killing")
    assert warning.moment is not None
    assert warning.moment.url == f"{VIDEO}&t=65"
    assert warning in practice.warnings
    assert "Etsy" in practice.companies
    assert practice.people >= 1


def test_a_draft_is_one_wherever_it_stands_and_a_rejected_one_nowhere(ask: Asking) -> None:
    answer = ask("liveness probes")
    shown = [one for each in answer.practices for one in (*each.statements, *each.warnings)]
    drafts = {one.key for one in shown if one.is_draft}
    assert drafts == {"kept", "undone"}
    assert {one.status for one in shown if one.key} == {"machine-draft"}
    assert all(one.parts is not None and one.parts.draft < 0 for one in shown if one.is_draft)
    alone = ask("slack trains")
    assert alone.practices[0].label_is_draft
    assert "## Machine draft: Liveness probes need slack on trains" in as_markdown(alone, "https://h.example")


def test_nobody_said_is_said_and_talks_still_come(ask: Asking) -> None:
    answer = ask("sourdough bread needs patience overnight")
    assert (answer.total, answer.groups, answer.practices) == (0, 0, [])
    unnamed = ask("liveness probes for Nomad")
    assert unnamed.unnamed == ["Nomad"]
    assert not unnamed.practices
    assert [card.slug for card in unnamed.talks]


def test_filters_narrow_talks_and_what_belongs_to_none(ask: Asking) -> None:
    assert set(ask.said("liveness probes", editions=("east-2020",))) == {"kept", "undone"}
    assert "overall" in ask.said("Kubernetes everywhere")
    assert ask.said("Kubernetes everywhere", years=(2020,)) == []
    assert "overall" in ask.said("Kubernetes everywhere", series="summit", year_from=2019, year_to=2019)
    assert "overall" in ask.said("Kubernetes everywhere", technologies=("kubernetes",))
    assert ask.said("Kubernetes everywhere", technologies=("flink",)) == []
    assert ask.said("Kubernetes everywhere", themes=("streaming",)) == []
    assert "overall" not in ask.said("Kubernetes everywhere", speaker="nikki")


def test_talks_are_those_of_search_and_a_limit_cuts_practices_alone(ask: Asking) -> None:
    with reading(ask.base.engine) as session:
        found = ask.base.search.search(session, SearchRequest(query="liveness probes", limit=5))
    assert [card.slug for card in ask("liveness probes").talks] == [hit.talk.slug for hit in found.hits]
    whole, one = ask("liveness probes sails"), ask("liveness probes sails", limit=1)
    assert len(one.practices) == 1 <= one.groups == whole.groups
    assert one.total == whole.total


def test_a_withdrawn_takeaway_is_not_shown(ask: Asking) -> None:
    with Session(ask.base.engine) as session:
        session.execute(update(Takeaway).where(col(Takeaway.slug) == "sails").values(withdrawn_at=utc_now()))
        session.commit()
    assert "sails" not in ask.said("reef sails storms")


@pytest.mark.parametrize("query", ["", "  ", "how", "?!", "’" * 600, "\x00", "bread " * 400])
def test_whatever_is_typed_is_answered(ask: Asking, query: str) -> None:
    assert json.loads(ask(query).model_dump_json())["practices"] == [] or query == "how"


def test_without_a_model_words_answer_and_it_is_said(ask: Asking) -> None:
    base = KnowledgeBase(
        Settings(), ask.base.engine, MissingEmbedder(), SearchEngine(ask.base.engine, MissingEmbedder())
    )
    answer = Asking(base)("reef sails storms")
    assert answer.practices[0].statements[0].slug == "sails"
    assert answer.notice
    assert "words alone" in answer.notice


def test_what_was_embedded_while_somebody_waited_is_embedded_once(ask: Asking) -> None:
    embedder = ask.base.embedder
    assert isinstance(embedder, HashingEmbedder)
    before = embedder.encoded
    first = ask("liveness probes")
    made = embedder.encoded - before
    assert made == 3, "three takeaways of talks; drafts and that of no talk are embedded by themselves"
    assert ask("liveness probes").practices == first.practices
    assert embedder.encoded - before == made


def test_markdown_takes_no_marks_from_the_text_and_no_odd_address(ask: Asking) -> None:
    with Session(ask.base.engine) as session:
        session.execute(update(Takeaway).where(col(Takeaway.slug) == "sails").values(text="Reef *sails* [x](y) <b>"))
        session.commit()
    text = as_markdown(ask("reef sails"), "https://h.example")
    assert "Reef \\*sails\\* \\[x\\](y) \\<b\\>" in text
    assert "https://h.example/talks/ships#takeaway-sails" in text
    assert "javascript:" not in text


def test_a_draft_is_found_though_search_does_not_find_its_talk(ask: Asking) -> None:
    engine, embedder = ask.base.engine, ask.base.embedder
    said = "Anchor the quorum in granite"
    with Session(engine) as session:
        ships = session.scalars(select(Talk).where(col(Talk.slug) == "ships")).one()
        session.add(
            TakeawayDraft(
                key="granite", origin="article", talk_id=ships.id, edition_id=ships.edition_id, text=said,
                kind="lesson", score=0.5, content_hash=text_hash(said), recipe="r", evidence=[],
            )
        )  # fmt: skip
        session.commit()
    embed_missing(engine, embedder)
    assert ask.said("how to anchor the quorum in granite") == ["granite"]
    assert ask.said("how to anchor the quorum in granite", editions=("east-2020",)) == []
