"""Deciding on drafts of takeaways: what each step leaves, the way back, and what no rebuild or re-import loses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select
from sqlmodel import Session, col

from app.catalog import draft_cards
from app.catalog.snapshot import current_snapshot, refresh_snapshot
from app.catalog.takeaways import takeaway_cards
from app.db.engine import make_engine, reading, writing
from app.errors import NotFound, UsageError
from app.models import Source, Takeaway, TakeawayDecision, TakeawayDraft, TakeawayEvidence
from app.takeaways.review.decide import accept, edit, keep_edits, merge, reject, undo
from app.takeaways.review.queue import Scope, alike, newest_steps, open_drafts, progress
from tests.takeaways.drafts import HOSTILE, add_draft, draft_key, fill_with_drafts

SIMPLE = draft_key("article", "Begin with a simple set-up on Kubernetes.")
PROBE = draft_key("article", "Never let a probe restart a broker.")


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with writing(engine) as opened:
        fill_with_drafts(opened)
        yield opened


def slug_of(session: Session, step: TakeawayDecision) -> str:
    return session.get_one(Takeaway, step.takeaway_id).slug


def test_the_queue_is_in_the_order_it_says(session: Session) -> None:
    found = open_drafts(session, Scope(), 10)
    assert [(one.origin, one.score) for one in found] == [
        ("article", 0.9), ("article", 0.7), ("article", 0.2), ("abstract", 0.95),
    ]  # fmt: skip
    assert found[0].recognised is not None
    assert "Next came" in found[0].recognised
    assert found[0].alike[0].slug == "simple"
    assert progress(session, Scope(origin="article")).model_dump() == {"drafts": 3, "decided": 0}
    assert [one.key for one in open_drafts(session, Scope(talk="probes", origin="article"), 9)] == [SIMPLE]
    with pytest.raises(NotFound):
        open_drafts(session, Scope(edition="atlantis"), 1)


def test_accepting_makes_a_reviewed_takeaway_with_its_evidence(session: Session) -> None:
    before = current_snapshot(session)
    step = accept(session, SIMPLE, "Ada", "page")
    (card,) = takeaway_cards(session, [slug_of(session, step)])
    assert (card.status, card.said_by, card.affiliation) == ("reviewed", "Nikki Example", "Etsy")
    assert card.talk is not None
    assert card.article is not None
    assert card.evidence[0].section == "Lessons"
    made = session.get_one(Takeaway, step.takeaway_id)
    assert made.source_key == SIMPLE
    assert session.get_one(Source, made.source_id).key == "review"
    after = current_snapshot(session)
    assert after != before
    assert refresh_snapshot(session) == after, "the name that reading the whole base gives"
    assert SIMPLE not in {one.key for one in open_drafts(session, Scope(), 10)}
    assert progress(session, Scope()).decided == 1


def test_accepting_with_edits_is_an_edit(session: Session) -> None:
    same = {"text": "Never let a probe restart a broker.", "kind": "lesson", "conditions": ""}
    step = accept(session, PROBE, "Ada", "page", {**same, "stance": "warns", "talk": "probes", "themes": "operations"})
    made = session.get_one(Takeaway, step.takeaway_id)
    assert step.action == "edit"
    assert (made.stance, made.talk_id, made.themes, made.conditions) == ("warns", 1, ["operations"], None)
    assert step.draft["text"] == made.text
    undo(session, step.id or 0, "Ada", "page")
    assert accept(session, PROBE, "Ada", "page", same).action == "accept", "a form that changes nothing is no edit"


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", " "), ("text", "x" * 2001), ("kind", "poem"), ("stance", "sings"), ("said_as", "nobody"),
     ("talk", "no-such"), ("themes", "no-such"), ("affiliation", "x" * 201), ("technologies", ["x" * 101]),
     ("status", "true"), ("colour", "red")],
)  # fmt: skip
def test_an_error_names_the_field_and_keeps_nothing(session: Session, field: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"^{field}: ") as raised:
        accept(session, PROBE, "Ada", "page", {field: value})
    assert raised.value.parameter == field
    assert session.scalars(select(TakeawayDecision)).all() == []
    assert session.scalars(select(Takeaway).where(col(Takeaway.source_key) == PROBE)).all() == []


def test_undo_withdraws_and_accepting_again_brings_the_same_row_back(session: Session) -> None:
    before = current_snapshot(session)
    step = accept(session, SIMPLE, "Ada", "page")
    with pytest.raises(NotFound):
        undo(session, step.id or 0, "Bo", "page")
    undo(session, step.id or 0, "Ada", "page")
    assert takeaway_cards(session, [slug_of(session, step)]) == []
    assert SIMPLE in {one.key for one in open_drafts(session, Scope(), 10)}
    with pytest.raises(UsageError, match="already"):
        undo(session, step.id or 0, "Ada", "page")
    again = accept(session, SIMPLE, "Bo", "page")
    assert again.takeaway_id == step.takeaway_id
    undo(session, again.id or 0, "Bo", "page")
    assert [one.action for one in session.scalars(select(TakeawayDecision))] == ["accept", "undo", "accept", "undo"]
    shown = session.scalars(select(Takeaway).where(col(Takeaway.withdrawn_at).is_(None))).all()
    assert {row.slug for row in shown} == {"simple", "thirty", "doubt", "settled"}
    assert current_snapshot(session) == before == refresh_snapshot(session)


def test_rejecting_hides_and_is_taken_back(session: Session) -> None:
    step = reject(session, PROBE, "Ada", "command line")
    assert PROBE not in {one.key for one in open_drafts(session, Scope(), 10)}
    undo(session, step.id or 0, "Ada", "command line")
    assert PROBE in {one.key for one in open_drafts(session, Scope(), 10)}
    assert [(one.action, one.undone) for one in newest_steps(session, 5)] == [("undo", True), ("reject", True)]


def test_merging_adds_evidence_once_and_is_taken_back(session: Session) -> None:
    hash_before = session.scalars(select(Takeaway).where(col(Takeaway.slug) == "simple")).one().content_hash
    step = merge(session, SIMPLE, "simple", "Ada", "page")
    lines = session.scalars(select(TakeawayEvidence).where(col(TakeawayEvidence.takeaway_id) == step.takeaway_id)).all()
    assert [line.kind for line in lines] == ["slide", "article"]
    twin = add_draft(session, "Begin with a simple set-up.", evidence=step.draft["evidence"])
    merge(session, twin.key, "simple", "Ada", "page")
    assert len(takeaway_cards(session, ["simple"])[0].evidence) == 2
    with pytest.raises(UsageError, match="newer step back first"):
        undo(session, step.id or 0, "Ada", "page")
    for one in newest_steps(session, 2):
        undo(session, one.id, "Ada", "page")
    assert [line.kind for line in takeaway_cards(session, ["simple"])[0].evidence] == ["slide"]
    restored = session.scalars(select(Takeaway).where(col(Takeaway.slug) == "simple")).one()
    assert restored.content_hash == hash_before
    with pytest.raises(NotFound):
        merge(session, PROBE, "no-such", "Ada", "page")


def test_the_second_of_two_who_decide_is_told_of_the_first(tmp_path: Any, engine: Engine) -> None:
    with writing(engine) as session:
        fill_with_drafts(session)
    other = make_engine(engine.url.render_as_string(hide_password=False))
    with writing(engine) as session:
        accept(session, SIMPLE, "Ada", "page")
    with writing(other) as session, pytest.raises(UsageError, match="Ada accepted this draft already"):
        reject(session, SIMPLE, "Bo", "page")
    with reading(other) as session:
        assert [one.action for one in session.scalars(select(TakeawayDecision))] == ["accept"]
        seen = session.scalars(select(Takeaway).where(col(Takeaway.slug) == "simple")).one().content_hash
    with writing(engine) as session:
        edit(session, "simple", {"status": "checked"}, "Ada", "page", seen)
    with writing(other) as session, pytest.raises(UsageError, match="changed since you opened it"):
        edit(session, "simple", {"status": "disputed"}, "Bo", "page", seen)
    other.dispose()


def test_an_attendees_note_can_be_edited_and_marked(session: Session) -> None:
    edit(session, "simple", {"status": "checked", "text": "Begin with a plain set-up, then grow."}, "Ada", "page")
    (card,) = takeaway_cards(session, ["simple"])
    assert (card.status, card.text) == ("checked", "Begin with a plain set-up, then grow.")
    with pytest.raises(UsageError, match="Nothing is different"):
        edit(session, "simple", {"status": "checked"}, "Ada", "page")


def test_what_a_file_writes_anew_gets_its_edit_back(session: Session) -> None:
    edit(session, "simple", {"status": "checked"}, "Ada", "page")
    row = session.scalars(select(Takeaway).where(col(Takeaway.slug) == "simple")).one()
    assert row.content_hash.startswith("simple~")
    row.status, row.text, row.content_hash = "attendee-note", "The file says it otherwise.", "new"
    assert keep_edits(session) == 1
    assert (row.status, row.text) == ("checked", "The file says it otherwise.")
    assert keep_edits(session) == 0


def test_decisions_find_drafts_made_anew_and_outlive_them(session: Session) -> None:
    accepted = accept(session, SIMPLE, "Ada", "page")
    reject(session, PROBE, "Ada", "page")
    session.execute(delete(TakeawayDraft))
    session.flush()
    assert takeaway_cards(session, [slug_of(session, accepted)]), "the takeaway stays without its draft"
    add_draft(session, "Begin with a simple set-up on Kubernetes.")
    add_draft(session, "Never let a probe restart a broker.")
    assert open_drafts(session, Scope(), 10) == []
    with pytest.raises(NotFound):
        accept(session, "gone", "Ada", "page")


def test_hostile_words_are_kept_as_words_and_their_links_dropped(session: Session) -> None:
    bad = add_draft(session, HOSTILE + "!", evidence=[{"kind": "article", "url": "javascript:alert(1)"}])
    step = accept(session, bad.key, "Ada", "page")
    (card,) = takeaway_cards(session, [slug_of(session, step)])
    assert card.text == HOSTILE + "!"
    assert card.evidence[0].url is None
    assert "<" not in card.slug


def test_what_says_the_same_comes_by_words_and_technologies(session: Session) -> None:
    near = add_draft(session, "The new YARN is what it is", technologies=[])
    assert [one.slug for one in alike(session, near)][:1] == ["settled"]
    far = add_draft(session, "Zebras graze at dusk")
    assert alike(session, far) == []


def test_what_was_taken_back_is_an_open_draft_for_posts_and_comparisons_too(session: Session) -> None:
    def keys() -> set[str]:
        return {card.slug for card in draft_cards.draft_cards(session, draft_cards.open_drafts())}

    step = reject(session, SIMPLE, "Ada", "page")
    assert SIMPLE not in keys()
    undo(session, step.id or 0, "Ada", "page")
    assert SIMPLE in keys()
