"""A small base whose every passage is known, made directly in the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.db.engine import reading, writing
from app.db.types import utc_now
from app.embeddings.store import missing, save
from app.models import (
    Appearance,
    Edition,
    Organisation,
    Series,
    Source,
    Speaker,
    SpeakerAlias,
    Takeaway,
    Talk,
    Theme,
    ThemeAssignment,
)
from app.search.engine import SearchEngine
from app.search.passages import refresh_passages
from app.search.shapes import SearchRequest, SearchResult
from app.search.vector.pgvector import PgvectorIndex
from tests.postgres import fresh_engine
from tests.search.vectors import KINDS, Kind, in_memory, in_postgres
from tests.standins import HashingEmbedder

TALKS = (
    # slug, edition, title, summary, speakers, organisation, theme
    ("keeping-it-simple", "sf-2019", "Kafka on Kubernetes: Keeping It Simple", None, ("Nikki Thean",), "Etsy", "ops"),
    ("please-upgrade", "sf-2019", "Please Upgrade Apache Kafka. Now!", "Why old brokers are a risk.",
     ("Gwen Shapira",), "Confluent", "ops"),
    ("flink-and-kafka", "sf-2019", "Cross the Streams thanks to Kafka and Flink", "Which API to choose when.",
     ("Christophe Philemotte",), "digazu", "streams"),
    ("ksql-in-practice", "london-2018", "KSQL in Practice", "Streaming SQL for analysts.", ("Ann Müller",), "Confluent",
     "streams"),
    ("to-be", "london-2018", "To Be or Not to Be", None, ("Ann Müller", "Gwen Shapira"), "Confluent", None),
    ("lightning", "london-2018", "Lightning session on Kubernetes", None, (), None, None),
)  # fmt: skip
LESSONS = (
    ("probes", "keeping-it-simple", "sf-2019", "Careless liveness probes end up killing healthy brokers."),
    ("active-database", None, "sf-2019", "The active database turns the roles of data and query around."),
)


@dataclass
class Base:
    """The small base with an engine that searches it."""

    engine: Engine
    embedder: HashingEmbedder
    search: SearchEngine

    def ask(self, query: str, **more: object) -> SearchResult:
        with reading(self.engine) as session:
            return self.search.search(session, SearchRequest.model_validate({"query": query, **more}))

    def slugs(self, query: str, **more: object) -> list[str]:
        return [hit.talk.slug for hit in self.ask(query, **more).hits]

    def change(self, slug: str, alter: Callable[[Talk], None]) -> None:
        """Change a talk as an ingest would, and bring passages and vectors up to date."""
        with writing(self.engine) as session:
            talk = session.scalars(select(Talk).where(col(Talk.slug) == slug)).one()
            alter(talk)
            talk.content_hash += "+"
        refresh(self.engine, self.embedder)


def refresh(engine: Engine, embedder: HashingEmbedder, batch: int = 200) -> None:
    """What the pipeline does for search."""
    handled = 1
    while handled:
        with writing(engine) as session:
            handled = refresh_passages(session, batch)
    with writing(engine) as session:
        todo = missing(session, embedder.recipe)
        save(session, embedder.recipe, [key for key, _ in todo], embedder.encode([text for _, text in todo]))


def fill(session: Session) -> None:
    """The facts."""
    source = Source(key="test", format="test", path="test")
    series = Series(slug="kafka-summit", name="Kafka Summit")
    session.add_all([source, series])
    session.flush()
    assert source.id is not None
    assert series.id is not None
    editions = {
        slug: Edition(slug=slug, name=name, series_id=series.id, source_id=source.id, year=year)
        for slug, name, year in (("sf-2019", "San Francisco 2019", 2019), ("london-2018", "London 2018", 2018))
    }
    themes = {
        name: Theme(slug=name, vocabulary="v", source_id=source.id, name=name.title(), definition=name)
        for name in ("ops", "streams")
    }
    session.add_all([*editions.values(), *themes.values()])
    session.flush()
    talks = _talks(session, editions, themes, source.id)
    for slug, talk, edition, text in LESSONS:
        session.add(
            Takeaway(
                slug=slug, source_id=source.id, source_key=slug, edition_id=editions[edition].id,
                talk_id=talks[talk].id if talk else None, text=text, kind="lesson", content_hash=slug,
            )
        )  # fmt: skip


def _talks(session: Session, editions: dict[str, Edition], themes: dict[str, Theme], source_id: int) -> dict[str, Talk]:
    talks: dict[str, Talk] = {}
    people: dict[str, Speaker] = {}
    firms: dict[str, Organisation] = {}
    for slug, edition, title, summary, speakers, firm, theme in TALKS:
        talk = talks[slug] = Talk(
            slug=slug, edition_id=editions[edition].id or 0, source_id=source_id, source_key=slug, title=title,
            raw_title=title, summary=summary, content_hash=slug, created_at=utc_now(), updated_at=utc_now(),
            language="en", is_container=slug == "lightning",
        )  # fmt: skip
        session.add(talk)
        session.flush()
        if firm and firm not in firms:
            firms[firm] = Organisation(slug=firm.lower(), name=firm, key=firm.lower())
            session.add(firms[firm])
        for position, name in enumerate(speakers):
            if name not in people:
                people[name] = Speaker(slug=name.lower().replace(" ", "-"), name=name)
                session.add(people[name])
                session.flush()
                alias = f"Dr. {name}"
                session.add(SpeakerAlias(speaker_id=people[name].id or 0, name=alias, key=alias.lower()))
            session.flush()
            session.add(
                Appearance(
                    talk_id=talk.id or 0, speaker_id=people[name].id or 0, position=position, name_as_listed=name,
                    organisation_id=firms[firm].id if firm else None,
                )
            )  # fmt: skip
        if theme:
            session.add(
                ThemeAssignment(
                    talk_id=talk.id or 0, theme_id=themes[theme].id or 0, status="machine", probability=0.8, recipe="t"
                )
            )
    return talks


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    """Every kind of vector index."""
    if request.param != PgvectorIndex.name:
        yield in_memory(request.param)
        return
    with fresh_engine(request.getfixturevalue("postgres")) as engine, in_postgres(engine) as made:
        yield made


@pytest.fixture
def base(engine: Engine) -> Base:
    """The small base, cut, indexed and embedded by the stand-in."""
    embedder = HashingEmbedder()
    with writing(engine) as session:
        fill(session)
    refresh(engine, embedder)
    return Base(engine, embedder, SearchEngine(engine, embedder))
