"""Who has given this talk before? And speakers and themes that are near."""

from __future__ import annotations

import pytest

from app.db.engine import reading
from app.errors import NotFound
from app.search.engine import SearchEngine
from app.search.pasted import MOST_CHARACTERS, NearText, nearness, read_pasted
from tests.search.conftest import Base
from tests.search.test_facets import fill_many
from tests.standins import MissingEmbedder

ABSTRACT = (
    "Everybody knows that a consumer group rebalances when a member leaves. In this talk we follow one rebalance from "
    "the first missed heartbeat to the last revoked partition, and measure what sticky assignors and static membership "
    "save. You will leave with a checklist for your own deployment, and with the courage to turn the knobs."
)


def paste(base: Base, text: str, limit: int = 10) -> NearText:
    with reading(base.engine) as session:
        return base.search.like_text(session, text, limit)


def give(base: Base, slug: str = "to-be") -> None:
    base.change(slug, lambda talk: setattr(talk, "abstract", ABSTRACT))


def test_the_same_abstract_is_almost_the_same(base: Base) -> None:
    give(base)
    near = paste(base, ABSTRACT)
    assert (near.title, near.notice) == (None, None)
    first = near.hits[0]
    assert (first.talk.slug, first.nearness, first.shared) == ("to-be", "almost the same", 1.0)
    assert first.passage is not None
    assert first.passage.kind == "abstract"
    assert any("100% of the wording" in one for one in first.evidence)
    assert all(hit.nearness != "almost the same" for hit in near.hits[1:])


def test_a_part_of_it_reworded_is_still_found(base: Base) -> None:
    give(base)
    first = paste(base, "Rebalancing in depth\n\nWe look at " + " ".join(ABSTRACT.split()[12:40]) + " and more.").hits[
        0
    ]
    assert first.talk.slug == "to-be"
    assert first.shared > 0.5


def test_the_title_alone_finds_its_talk(base: Base) -> None:
    near = paste(base, "Please upgrade Apache Kafka, now!\n\nCome and see something else entirely, about gardens.")
    assert near.title == "Please upgrade Apache Kafka, now!"
    assert near.hits[0].talk.slug == "please-upgrade"
    assert "the same title" in near.hits[0].evidence


def test_without_a_model_the_wording_decides(base: Base) -> None:
    give(base)
    base.search = SearchEngine(base.engine, MissingEmbedder())
    near = paste(base, ABSTRACT)
    assert near.notice == "The embedding model is not available: compared by wording alone."
    assert near.hits[0].talk.slug == "to-be"
    assert near.hits[0].cosine is None


@pytest.mark.parametrize("text", ["", " \n ", "???", "\0", "a " * 100_000, "\u202e" + ABSTRACT, "x" * 300_000])
def test_anything_pasted_gets_an_answer(base: Base, text: str) -> None:
    near = paste(base, text)
    near.model_dump_json()
    assert (near.notice is None) == (len(text) < MOST_CHARACTERS and bool(near.words))


def test_the_work_for_a_long_text_is_bounded(base: Base) -> None:
    before = base.embedder.encoded
    near = paste(base, "kafka " * 100_000)
    assert near.passages == base.embedder.encoded - before <= 15
    assert near.notice == f"Only the first {MOST_CHARACTERS:,} characters were compared."


def test_what_is_taken_for_a_title() -> None:
    assert read_pasted("A title\nAnd a body.")[:2] == ("A title", "And a body.")
    assert read_pasted("A title")[:2] == ("A title", "")
    assert read_pasted("One sentence. And another one.")[0] == ""
    assert read_pasted("word " * 30 + "\nbody")[0] == ""


def test_nearness_in_words() -> None:
    assert nearness(0.6, 0.8, 0.0) == nearness(0.95, 0.0, 0.0) == nearness(0.7, 0.0, 1.0) == "almost the same"
    assert nearness(None, 0.8, 0.0) == nearness(None, 0.0, 1.0) == "almost the same"
    assert nearness(0.75, 0.0, 0.0) == nearness(0.5, 0.2, 0.0) == nearness(0.3, 0.0, 0.95) == "near"
    assert nearness(0.55, 0.0, 0.0) == nearness(0.3, 0.8, 0.0) == "related"
    assert nearness(None, 0.0, 0.0) == nearness(0.2, 0.0, 0.0) == "some way off"


def test_speakers_near_a_speaker(base: Base) -> None:
    with reading(base.engine) as session:
        near = base.search.near_speakers(session, "nikki-thean")
        assert near
        assert "nikki-thean" not in [one.slug for one in near]
        assert all(one.nearest.speakers for one in near)
        # Of a talk they gave together nobody is near for that alone.
        shared = base.search.near_speakers(session, "gwen-shapira")
        assert "to-be" not in [one.nearest.slug for one in shared]
        with pytest.raises(NotFound):
            base.search.near_speakers(session, "nobody")
        assert SearchEngine(base.engine, MissingEmbedder()).near_speakers(session, "nikki-thean") == []


def test_talks_and_themes_near_a_theme(base: Base) -> None:
    with reading(base.engine) as session:
        near = base.search.near_theme(session, "streams")
        assert near.talks
        assert "streams" not in [theme.slug for theme in near.themes]
        assert base.search.near_theme(session, "no-such").talks == []
        lame = SearchEngine(base.engine, MissingEmbedder())
        assert lame.near_theme(session, "streams").talks == []


def test_themes_near_the_query_are_said_of_hits_that_have_them(base: Base) -> None:
    result = base.ask("streams")
    assert [theme.slug for theme in result.themes][:1] == ["streams"]
    for hit in result.hits:
        assert ("Streams" in hit.why.themes) == any(mark.slug == "streams" for mark in hit.talk.themes)


def test_the_parts_of_a_score_add_up(base: Base) -> None:
    for mode in ("hybrid", "lexical", "semantic"):
        for hit in base.ask("Please upgrade Apache Kafka. Now!", mode=mode).hits:
            parts = hit.why.parts
            assert parts is not None
            assert parts.words + parts.meaning + parts.named + parts.other == pytest.approx(hit.score, abs=3e-6)
            assert (parts.other > 0) == (mode == "hybrid" and hit.why.cosine is not None)
            assert (hit.why.nearest is None) == (hit.why.cosine is None) == (mode == "lexical")


def test_many_talks_are_compared_within_bounds(base: Base) -> None:
    from app.db.engine import writing
    from tests.search.conftest import refresh

    with writing(base.engine) as session:
        fill_many(session)
    refresh(base.engine, base.embedder)
    assert len(paste(base, "Walrus number 17\n\nA walrus and a number.", limit=50).hits) == 50
