"""Passages follow the facts: changed ones only, in whole batches, withdrawn ones gone and back."""

from __future__ import annotations

from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from app.db.engine import reading, writing
from app.db.types import utc_now
from app.embeddings.store import missing
from app.models import IndexState, Passage, Takeaway, Talk
from app.search.freshness import PASSAGES, read_marks
from app.search.passages import forget_passages, refresh_passages
from app.search.upkeep import lexical_is_whole
from tests.search.conftest import Base, fill, refresh
from tests.standins import HashingEmbedder


def texts(session: Session) -> list[tuple[str, str, str]]:
    rows = session.execute(
        select(col(Talk.slug), col(Passage.kind), col(Passage.text))
        .outerjoin(Talk, col(Talk.id) == col(Passage.talk_id))
        .order_by(col(Passage.talk_id), col(Passage.kind), col(Passage.text))
    )
    return [(slug or "", kind, text) for slug, kind, text in rows]


def test_titles_summaries_and_takeaways_become_passages(base: Base) -> None:
    with reading(base.engine) as session:
        found = texts(session)
        assert ("please-upgrade", "title", "Please Upgrade Apache Kafka. Now!") in found
        assert ("please-upgrade", "summary", "Why old brokers are a risk.") in found
        assert ("keeping-it-simple", "takeaway", "Careless liveness probes end up killing healthy brokers.") in found
        assert ("", "takeaway", "The active database turns the roles of data and query around.") in found
        assert missing(session, base.embedder.recipe) == []
        assert lexical_is_whole(session)


def test_a_second_refresh_does_nothing(base: Base) -> None:
    with writing(base.engine) as session:
        before = read_marks(session)
        assert refresh_passages(session) == 0
        assert read_marks(session) == before


def test_small_batches_end_where_one_batch_ends(base: Base) -> None:
    with writing(base.engine) as session:
        whole = texts(session)
        forget_passages(session)
    handled: list[int] = []
    while not handled or handled[-1]:
        with writing(base.engine) as session:
            handled.append(refresh_passages(session, batch=2))
            assert lexical_is_whole(session)
    assert max(handled) == 2
    with reading(base.engine) as session:
        assert texts(session) == whole


def test_a_changed_title_reaches_the_takeaways_of_the_talk(base: Base) -> None:
    encoded = base.embedder.encoded
    base.change("keeping-it-simple", lambda talk: setattr(talk, "title", "Brokers in Containers"))
    assert base.embedder.encoded == encoded + 2  # its title and its takeaway, nothing else
    assert base.slugs("containers", mode="lexical") == ["keeping-it-simple"]
    assert base.slugs("simple", mode="lexical") == []


def test_what_is_withdrawn_goes_and_comes_back(base: Base) -> None:
    base.change("keeping-it-simple", lambda talk: setattr(talk, "withdrawn_at", utc_now()))
    assert base.slugs("liveness probes", mode="lexical") == []
    with reading(base.engine) as session:
        assert not [row for row in texts(session) if row[0] == "keeping-it-simple"]
        assert lexical_is_whole(session)
    base.change("keeping-it-simple", lambda talk: setattr(talk, "withdrawn_at", None))
    assert base.slugs("liveness probes", mode="lexical") == ["keeping-it-simple"]


def test_a_withdrawn_takeaway_goes_and_comes_back(base: Base) -> None:
    for withdrawn_at, found in ((utc_now(), []), (None, ["active-database"])):
        with writing(base.engine) as session:
            session.execute(
                update(Takeaway).where(col(Takeaway.slug) == "active-database").values(withdrawn_at=withdrawn_at)
            )
        refresh(base.engine, base.embedder)
        assert [lesson.slug for lesson in base.ask("active database").lessons] == found


def test_a_takeaway_may_move_to_another_talk(base: Base) -> None:
    with writing(base.engine) as session:
        target = session.scalars(select(Talk).where(col(Talk.slug) == "please-upgrade")).one()
        takeaway = session.scalars(select(Takeaway).where(col(Takeaway.slug) == "probes")).one()
        takeaway.talk_id, takeaway.content_hash = target.id, "moved"
    refresh(base.engine, base.embedder)
    assert base.slugs("liveness probes", mode="lexical") == ["please-upgrade"]


def test_another_way_of_cutting_cuts_everything_anew(base: Base) -> None:
    with writing(base.engine) as session:
        session.execute(update(IndexState).where(col(IndexState.name) == PASSAGES).values(recipe="older"))
    with writing(base.engine) as session:
        assert refresh_passages(session) > 0
        assert read_marks(session).passages.recipe != "older"


def test_a_batch_that_is_rolled_back_leaves_no_trace(base: Base) -> None:
    with writing(base.engine) as session:
        forget_passages(session)
    with writing(base.engine) as session:
        before = texts(session)
        refresh_passages(session, batch=3)
        session.rollback()
    with reading(base.engine) as session:
        assert texts(session) == before
        assert lexical_is_whole(session)
    refresh(base.engine, base.embedder)
    with reading(base.engine) as session:
        assert texts(session) == before


def test_an_empty_base_has_an_index(engine: Engine) -> None:
    with writing(engine) as session:
        assert refresh_passages(session) == 0
        assert lexical_is_whole(session)
    refresh(engine, HashingEmbedder())
    with writing(engine) as session:
        fill(session)
        assert refresh_passages(session) > 0
        assert len(missing(session, HashingEmbedder().recipe)) > 5
