"""Speakers, organisations and technologies named in texts of our own."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.models import Article, ArticleMention, ArticleText, Source
from app.takeaways.recognition.finding import Person, read_blocks
from app.takeaways.recognition.mentions import RECIPE, refresh_mentions_of_article
from app.takeaways.recognition.people import find_people
from app.takeaways.recognition.places import find_organisations
from tests.takeaways.recognition.conftest import Recognise

PINKY = Person(1, ("Priyanka Ravi",))
NOLL = Person(2, ("Michael G. Noll",))
LOPEZ = Person(3, ("Iago López Galeiras",))
MAX = Person(4, ("Max Jonas Werner",))


def people(*texts: str) -> list[tuple[int, str, bool]]:
    blocks = read_blocks([{"kind": "paragraph", "text": text} for text in texts])
    return [(one.id, one.certainty, one.is_full) for one in find_people(blocks, [PINKY, NOLL, LOPEZ, MAX], {})]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ('Here Priyanka "Pinky" Ravi spoke.', 1),
        ("Here Priyanka 'Pinky' Ravi spoke.", 1),
        ("With Michael Noll, of course.", 2),
        ("PRIYANKA RAVI's session", 1),
        ("Iago Lopez Galeiras, Microsoft", 3),
    ],
)
def test_a_name_written_otherwise_is_the_person(text: str, person: int) -> None:
    assert people(text) == [(person, "certain", True)]


def test_a_part_of_a_name_is_the_one_last_named_in_full() -> None:
    found = people("Max Jonas Werner gave a talk.", "Max showed clusters. After Max’s demo Werner took questions.")
    assert found == [(4, "certain", True), (4, "likely", False), (4, "likely", False), (4, "likely", False)]


@pytest.mark.parametrize("text", ["Max Mustermann was there.", "The max was ten.", "Ravi alone.", "Ask Max-Planck."])
def test_others_of_one_name_are_not_the_person(text: str) -> None:
    assert people(text) == []


def organisations(text: str, *names: str) -> list[tuple[str, str]]:
    blocks = read_blocks([{"kind": "paragraph", "text": text}])
    found = find_organisations(blocks, list(enumerate(names)), {"docker"})
    return [(names[one.id], one.certainty) for one in found]


@pytest.mark.parametrize(
    ("text", "name", "certainty"),
    [
        ("The team at Line moved on.", "LINE", None),
        ("The team at LINE moved on.", "LINE", "certain"),
        ("Line by line we read it.", "Line", "unsure"),
        ("An elastic cluster in a square box.", "Elastic", None),
        ("Jane Roe (Elastic) spoke.", "Elastic", "certain"),
        ("We build with Docker daily.", "Docker", "unsure"),
        ("Michael Irwin from Docker spoke.", "Docker", "certain"),
        ("Confluent’s cloud is large.", "Confluent, Inc.", "certain"),
        ("They use state farm data.", "State Farm", "unsure"),
        ("Russ Palmer (State Farm) spoke.", "State Farm", "certain"),
    ],
)
def test_a_company_that_is_a_word_needs_its_place(text: str, name: str, certainty: str | None) -> None:
    assert organisations(text, name) == ([] if certainty is None else [(name, certainty)])


def test_technologies_are_found_where_they_stand(recognise: Recognise) -> None:
    text = "We compared Flink with Kafka  Streams."
    found = {one.name: text[one.start : one.end] for one in recognise(text, "technology")}
    assert found["Kafka Streams"] == "Kafka Streams" or "Kafka" in found["Kafka Streams"]
    assert any("Flink" in name for name in found)


def test_rows_are_replaced_and_carry_the_recipe(summit: Engine) -> None:
    with Session(summit) as session:
        source = Source(key="rows", format="article", path="rows")
        session.add(source)
        session.flush()
        article = Article(slug="rows", source_id=source.id or 0, title="Rows")
        session.add(article)
        session.flush()
        key = article.id or 0
        assert refresh_mentions_of_article(session, key) == 0
        text = "Gwen Shapira of Confluent spoke."
        blocks = [{"kind": "paragraph", "level": 0, "text": text, "line": 1, "links": []}]
        session.add(
            ArticleText(article_id=key, source_id=source.id or 0, format="text", blocks=blocks, content_hash="",
                        read_at=utc_now())
        )  # fmt: skip
        session.flush()
        first = refresh_mentions_of_article(session, key)
        assert first == refresh_mentions_of_article(session, key) > 0
        rows = session.scalars(select(ArticleMention).where(col(ArticleMention.article_id) == key)).all()
        assert [row.recipe for row in rows] == [RECIPE] * first
        assert all(row.words == text[row.start : row.end] for row in rows)
        session.rollback()


def test_hostile_and_empty_texts_do_no_harm(recognise: Recognise) -> None:
    assert recognise("") == []
    assert recognise("((((((" * 5000 + " - " * 5000) == []
    assert recognise("日本語の講演 🎉 \u202e \x00 " * 200) == []
    assert recognise("A " * 60_000) == []
