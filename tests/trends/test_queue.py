"""The review queue: ranked by what a review does for published shares, on an example worked out by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.errors import NotFound
from app.themes.decide import Choice, decide
from app.themes.draws import draw, drawn_talks
from app.trends.board import effects
from app.trends.counts import theme_figure
from app.trends.queue import queue_part, review_queue, settlings
from app.trends.scope import Scope
from tests.trends.sample import Builder

OPEN = [0.5, 0.9, 0.9]


@pytest.fixture
def base(engine: Engine) -> Engine:
    """Two complete editions of 40 talks and one of 5. west: test_effect's THREE_OPEN for operations; TEN_OPEN for
    streaming. east: like THREE_OPEN for operations, and 27 % of it claimed in print."""
    with Session(engine) as session:
        build = Builder(session)
        build.theme("operations", "Operations")
        build.theme("streaming", "Streaming")
        build.theme("unused", "Unused")
        for slug in ("east", "west"):
            build.edition(slug, f"Summit {slug.title()}", "2019-09-30", 40)
            for number in range(40):
                confirmed, rejected, machine = [], [], {}
                if number < 8:
                    confirmed.append("operations")
                elif number < 37:
                    rejected.append("operations")
                else:
                    machine["operations"] = OPEN[number - 37]
                if slug == "west":
                    if number < 5:
                        confirmed.append("streaming")
                    elif number < 30:
                        rejected.append("streaming")
                    else:
                        machine["streaming"] = 0.5
                else:
                    rejected.append("streaming")
                rejected.append("unused")
                build.talk(slug, confirmed=tuple(confirmed), rejected=tuple(rejected), machine=machine)
        build.edition("tiny", "Tiny", "2020-01-01", 5)
        for _ in range(5):
            build.talk("tiny", machine={"operations": 0.5})
        claim = {"measure": "theme-share", "theme": "operations", "value": 0.27, "qualifier": "exactly"}
        build.claim("east", "27 % of the talks were about operations.", claim)
        # The builder counts every guess; that of operations at p = .5 and every other one of streaming are not to be.
        session.flush()
        session.execute(
            text(
                "UPDATE themeassignment SET status = 'unlikely' WHERE status = 'machine' AND probability = 0.5 AND "
                "(talk_id % 2 = 0 OR theme_id = 1) AND talk_id <= 80"
            )
        )
        refresh_snapshot(session)
        session.commit()
    return engine


def test_questions_are_ranked_by_what_reviews_do(base: Engine) -> None:
    with reading(base) as session:
        found = [(one.theme, one.edition, one.question) for one in effects(session)]
        assert [(theme, edition) for theme, edition, _ in found] == [
            ("operations", "east"), ("operations", "west"), ("streaming", "west"),
        ]  # fmt: skip
        asked = [(question.threshold, question.claimed, question.reviews) for _, _, question in found if question]
        # The claim in print first, though it takes as many reviews as none other; see test_effect for the numbers.
        assert asked == [(0.27, True, 2), (0.25, False, 3), (0.25, False, 10)]
        sentences = [one.sentence for one in settlings(session, None, None, 5)]
    assert sentences[0] == (
        "2 reviews would settle, in expectation, whether Operations is above 27\u00a0%, as has been claimed, at Summit "
        "East. Now 10 of 40 known talks (25\u00a0%, likely 22–28\u00a0%)."
    )


def test_the_talk_that_removes_most_comes_first_and_no_more_than_are_needed(base: Engine) -> None:
    with reading(base) as session:
        items = queue_part(session, "settle", None, None, "Ada", 20)
        assert [(item.talk, item.theme, item.machine) for item in items[:5]] == [
            ("talk-38", "operations", 0.5), ("talk-39", "operations", 0.9),
            ("talk-78", "operations", 0.5), ("talk-79", "operations", 0.9), ("talk-80", "operations", 0.9),
        ]  # fmt: skip
        assert {item.theme for item in items[5:]} == {"streaming"}
        assert all(item.probability is None for item in items)
        skipped = queue_part(session, "settle", None, None, "Ada", 1, [items[0].key])
        assert skipped[0].key == items[1].key
        narrow = queue_part(session, "settle", "west", "streaming", "Ada", 3)
        assert [item.edition for item in narrow] == ["west"] * 3
        with pytest.raises(NotFound):
            queue_part(session, "settle", "atlantis", None, "Ada", 3)


def test_a_small_edition_is_ranked_only_where_it_is_asked_for(base: Engine) -> None:
    with reading(base) as session:
        assert "tiny" not in {one.edition for one in effects(session)}
        assert [one.edition for one in effects(session, "tiny")] == ["tiny"]


def test_after_a_decision_only_its_edition_is_read_anew_and_the_queue_is_right(base: Engine) -> None:
    with reading(base) as session:
        effects(session)
    with writing(base) as session:
        decide(session, Choice("talk-38", "operations", "reject", "Ada", "page", "settle"))
    seen: list[object] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        if "FROM themeassignment" in statement:
            seen.append(values)

    event.listen(base, "before_cursor_execute", note)
    with reading(base) as session:
        mended = effects(session)
    event.remove(base, "before_cursor_execute", note)
    assert len(seen) == 1
    with Session(base) as session:
        assert mended == effects(session), "as if it had been made anew"
    # 30 of 40 are rejected at east now, so 10 at most are about it: not above 27 %, nor above 25 %.
    assert (mended[-1].edition, mended[-1].question) == ("east", None)


def test_a_sample_waits_in_its_own_part_and_a_second_reading_hides_nothing_decided(base: Engine) -> None:
    with writing(base) as session:
        draw(session, "west", "streaming", 6, seed="s")
        offered = [one for one in drawn_talks(session, "west", "streaming") if one.offered]
    with reading(base) as session:
        queue = review_queue(session, reviewer="Bo", limit=200)
        assert [item.probability for item in queue.sample] == [one.probability for one in offered]
        # Everything in the base was decided by Ada.
        assert len(queue.second) == 200
        assert review_queue(session, reviewer="Ada").second == []
    with writing(base) as session:
        decide(session, Choice(queue.sample[0].talk, "streaming", "accept", "Bo", "page", "sample"))
    with reading(base) as session:
        left = queue_part(session, "sample", "west", "streaming", "Bo", 50)
        assert [item.talk for item in left] == [item.talk for item in queue.sample[1:]]
        assert queue_part(session, "sample", "east", None, "Bo", 50) == []


def test_an_empty_base_has_an_empty_queue(engine: Engine) -> None:
    with reading(engine) as session:
        queue = review_queue(session)
        assert (queue.settle, queue.sample, queue.second) == ([], [], [])


def test_counts_are_those_of_the_figure_and_its_sentence_is_told(loaded: Engine) -> None:
    with reading(loaded) as session:
        found = effects(session)
        assert len(found) > 50
        for one in found[::7]:
            figure = theme_figure(session, one.theme, Scope(editions=(one.edition,)))
            assert (one.numerator, one.denominator) == (figure.numerator, figure.denominator)
        for told in settlings(session, None, None, 5):
            figure = theme_figure(session, told.theme, Scope(editions=(told.edition,)))
            assert told.sentence.endswith(f"Now {figure.sentence}.")
            assert told.figure == figure.id
