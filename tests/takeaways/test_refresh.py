"""Drafts in the tables: of what changed only, with who and where, and out of the way of search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.drafts import DraftFilter, drafts_of_talk, list_drafts
from app.db.engine import writing
from app.db.types import utc_now
from app.embeddings.store import missing_of_drafts, prune, vectors_of, vectors_of_drafts
from app.ingest.formats.protocol import ReadOptions
from app.models import (
    Article,
    ArticleMention,
    ArticleText,
    DraftReading,
    Edition,
    Source,
    Speaker,
    TakeawayDecision,
    TakeawayDraft,
    Talk,
)
from app.takeaways.refresh import count_drafts, draft_key, forget_drafts, refresh_takeaways
from tests.standins import HashingEmbedder

PROGRAMME = """hallway: programme/1
series: {slug: s, name: S}
edition: {slug: s-1, name: S 1, start_date: "2020-01-01"}
talks:
  - id: one
    title: Queues at low tide
    abstract: >-
      We found that two out of three restores failed because nobody had kept the Kafka keys. Come and see.
    speakers: [{name: Ines Aldana, affiliation: Tidewater}]
    technologies: [Kafka]
    resources: [{kind: video, url: "https://youtu.be/abcdefghijk"}]
  - id: two
    title: Nothing to say
    abstract: We will talk about this and that.
    speakers: [{name: Per Lindqvist}, {name: Ada Brandt}]
"""
SPOKEN = "WEBVTT\n\n00:05.000 --> 00:09.000\nWhat we found is that small disks fail before the large ones.\n"


@pytest.fixture
def base(engine: Engine, tmp_path: Path) -> Engine:
    """One programme, ingested."""
    (tmp_path / "programme.yaml").write_text(PROGRAMME)
    ingest(engine, tmp_path / "programme.yaml")
    return engine


def ingest(engine: Engine, *paths: Path) -> None:
    report = pipeline.ingest(engine, HashingEmbedder(), paths, options=ReadOptions())
    assert not report.has_errors, report


def drafts(engine: Engine) -> list[TakeawayDraft]:
    with Session(engine) as session:
        return list(session.scalars(select(TakeawayDraft).order_by(col(TakeawayDraft.id))))


def add_article(engine: Engine, blocks: list[dict[str, Any]]) -> int:
    """An article about the edition, which names the first talk and its speaker for certain in its first block."""
    with writing(engine) as session:
        source = Source(key="recap", path="recap.md", format="article", content_hash="x", ingested_at=utc_now())
        session.add(source)
        session.flush()
        talk = session.scalars(select(Talk).where(col(Talk.source_key) == "one")).one()
        speaker = session.scalars(select(Speaker).where(col(Speaker.name) == "Ines Aldana")).one()
        article = Article(
            slug="recap", source_id=source.id or 0, title="Recap", observer="Wout Claes", observer_affiliation="Quay",
            url="https://blog.example.org/recap",
        )  # fmt: skip
        session.add(article)
        session.flush()
        assert article.id is not None
        session.add(
            ArticleText(
                article_id=article.id, source_id=source.id or 0, edition_id=talk.edition_id, format="text",
                blocks=blocks, content_hash="one", read_at=utc_now(),
            )
        )  # fmt: skip
        named: list[tuple[str, dict[str, Any], str]] = [
            ("talk", {"talk_id": talk.id}, "Queues at low tide"),
            ("speaker", {"speaker_id": speaker.id}, "Ines Aldana"),
        ]
        for kind, ids, words in named:
            start = str(blocks[0]["text"]).index(words)
            session.add(
                ArticleMention(
                    article_id=article.id, kind=kind, block=0, start=start, end=start + len(words), words=words,
                    score=1.0, certainty="certain", why="by hand", recipe="test", **ids,
                )
            )  # fmt: skip
        return article.id


def block(kind: str, text: str) -> dict[str, Any]:
    return {"kind": kind, "level": 1, "text": text, "line": 1, "links": []}


BLOCKS = [
    block("heading", "Queues at low tide (Ines Aldana)"),
    block("paragraph", "She recommended to keep one zone cold. Wout says: “We saw that disks should be small.”"),
]


def test_ingest_drafts_from_abstracts_with_who_and_where(base: Engine) -> None:
    (draft,) = drafts(base)
    assert (draft.origin, draft.kind, draft.said_as, draft.said_by) == ("abstract", "lesson", "speaker", "Ines Aldana")
    assert (draft.affiliation, draft.technologies) == ("Tidewater", ["Kafka"])
    assert draft.speaker_id is not None
    assert draft.edition_id is not None
    with Session(base) as session:
        slug = session.get_one(Talk, draft.talk_id).slug
    assert draft.key == draft_key("abstract", slug, draft.text.upper())
    assert set(draft.evidence[0]) == {"kind", "section", "number", "url", "start_seconds", "quote"}


def test_only_what_changed_is_drafted_again(base: Engine, tmp_path: Path) -> None:
    before = [(draft.id, draft.key) for draft in drafts(base)]
    with writing(base) as session:
        assert refresh_takeaways(session) == 0
        forget_drafts(session)
        assert refresh_takeaways(session, batch=1) == 1
        assert refresh_takeaways(session, batch=5) == 1
        assert refresh_takeaways(session) == 0
    assert [key for _, key in before] == [draft.key for draft in drafts(base)]
    (tmp_path / "programme.yaml").write_text(PROGRAMME.replace("We found that two", "We found that one"))
    ingest(base, tmp_path / "programme.yaml")
    assert [draft.text[:18] for draft in drafts(base)] == ["We found that one "]


def test_a_withdrawn_talk_loses_its_drafts(base: Engine) -> None:
    with writing(base) as session:
        talk = session.scalars(select(Talk).where(col(Talk.source_key) == "one")).one()
        talk.withdrawn_at = utc_now()
        session.flush()
        assert refresh_takeaways(session) == 1
        assert count_drafts(session) == 0
        assert session.scalar(select(col(DraftReading.id)).where(col(DraftReading.talk_id) == talk.id)) is None
        assert refresh_takeaways(session) == 0


def test_a_transcript_that_comes_later_is_drafted_with_its_second(base: Engine, tmp_path: Path) -> None:
    (tmp_path / "abcdefghijk.vtt").write_text(SPOKEN)
    ingest(base, tmp_path / "abcdefghijk.vtt")
    said = [draft for draft in drafts(base) if draft.origin == "transcript"]
    assert [draft.evidence[0]["start_seconds"] for draft in said] == [5.0]
    assert said[0].evidence[0]["url"] == "https://youtu.be/abcdefghijk?t=5"


def test_an_article_is_drafted_and_drafted_anew_when_what_it_names_changes(base: Engine) -> None:
    article = add_article(base, BLOCKS)
    asked: list[int] = []
    with writing(base) as session:
        assert refresh_takeaways(session, recognise=[lambda _, article_id: asked.append(article_id)]) == 1
        assert refresh_takeaways(session, recognise=[lambda _, article_id: asked.append(article_id)]) == 0
    assert asked == [article]
    found = [draft for draft in drafts(base) if draft.origin == "article"]
    assert [(draft.said_as, draft.said_by, draft.speaker_id is not None) for draft in found] == [
        ("speaker", "Ines Aldana", True),
        ("observer", "Wout Claes", False),
    ]
    assert all(draft.talk_id is not None and draft.article_id == article for draft in found)
    assert found[1].evidence[0]["section"] == "Queues at low tide (Ines Aldana)"
    with writing(base) as session:
        for row in session.scalars(select(ArticleMention)):
            row.certainty = "unsure"
        session.flush()
        assert refresh_takeaways(session) == 1
    found = [draft for draft in drafts(base) if draft.origin == "article"]
    assert {draft.talk_id for draft in found} == {None}
    assert len({draft.edition_id for draft in found} - {None}) == 1


def test_drafts_are_listed_until_someone_decides_and_again_when_that_is_undone(base: Engine) -> None:
    add_article(base, BLOCKS)
    with writing(base) as session:
        refresh_takeaways(session)
        listed = list_drafts(session, DraftFilter(article="recap"))
        assert [card.said_by for card in listed.items] == ["Ines Aldana", "Wout Claes"]
        assert {card.status for card in listed.items} == {"machine draft"}
        key = listed.items[0].key
        rejected = TakeawayDecision(draft_key=key, action="reject", reviewer="r", decided_at=utc_now(), via="page")
        session.add(rejected)
        session.flush()
        assert [card.said_by for card in list_drafts(session, DraftFilter(article="recap")).items] == ["Wout Claes"]
        assert list_drafts(session, DraftFilter(article="recap", undecided=False)).total == 2
        talk = session.scalars(select(Talk).where(col(Talk.source_key) == "one")).one()
        assert key not in {card.key for card in drafts_of_talk(session, talk.id or 0)}
        session.add(
            TakeawayDecision(
                draft_key=key, action="undo", reviewer="r", decided_at=utc_now(), via="page", undoes_id=rejected.id
            )
        )
        session.flush()
        assert list_drafts(session, DraftFilter(article="recap")).total == 2
        assert list_drafts(session, DraftFilter(edition="s-1", origin="abstract")).total == 1
        assert list_drafts(session, DraftFilter(talk=talk.slug, kind="lesson")).total == 3
        assert list_drafts(session, DraftFilter(stance="withdraws")).total == 0
        assert list_drafts(session, DraftFilter(theme="none-such")).total == 0


def test_drafts_have_vectors_that_search_never_sees(base: Engine) -> None:
    recipe = HashingEmbedder().recipe
    with writing(base) as session:
        before = vectors_of(session, recipe)
        ids = [draft.id or 0 for draft in session.scalars(select(TakeawayDraft))]
        found, vectors = vectors_of_drafts(session, recipe, [*ids, 9_999])
        assert list(found) == ids
        assert vectors.shape == (len(ids), 96)
        assert vectors_of_drafts(session, recipe, [])[1].shape == (0, 0)
        assert missing_of_drafts(session, recipe) == []
        assert prune(session) == 0
        for draft in session.scalars(select(TakeawayDraft)):
            session.delete(draft)
        session.flush()
        assert prune(session) == len(ids)
        after = vectors_of(session, recipe)
        assert np.array_equal(before[1], after[1])
        assert np.array_equal(before[2], after[2])


def test_rebuild_drafts_anew_and_says_how_many(base: Engine) -> None:
    from app.search.engine import SearchEngine

    embedder = HashingEmbedder()
    said = pipeline.rebuild(base, embedder, SearchEngine(base, embedder), "takeaways")
    assert "1 takeaways drafted" in said
    with Session(base) as session:
        assert session.scalars(select(Edition)).one().slug == "s-1"
