"""Decisions about drafts as files: ingested again, here or into another base, they give the same takeaways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.takeaways import TakeawayCard, takeaway_cards
from app.db.engine import reading, writing
from app.ingest.formats.protocol import ReadOptions
from app.models import Takeaway
from app.takeaways.review.decide import accept, edit, reject, undo
from app.takeaways.review.files import takeaway_files
from app.takeaways.review.queue import Scope, open_drafts
from tests.databases import Databases
from tests.standins import HashingEmbedder
from tests.takeaways.drafts import add_draft, draft_key, fill_with_drafts
from tests.web.facts import fill

SIMPLE = draft_key("article", "Begin with a simple set-up on Kubernetes.")
PROBE = draft_key("article", "Never let a probe restart a broker.")
ABSTRACT = draft_key("abstract", "Attendees learn to tune brokers.")


@pytest.fixture
def exported(engine: Engine, tmp_path: Path) -> Path:
    """A folder with what was exported of a base where two drafts were accepted and one rejected."""
    with writing(engine) as session:
        fill_with_drafts(session)
        accept(session, SIMPLE, "Ada", "page", {"themes": "operations", "conditions": "small clusters"})
        accept(session, ABSTRACT, "Ada", "page")
        reject(session, PROBE, "Bo", "page")
        files = takeaway_files(session)
    assert set(files) == {"reviewed-report.yaml", "reviewed-west-2019.yaml"}
    folder = tmp_path / "exported"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def made(session: Session) -> list[TakeawayCard]:
    slugs = list(session.scalars(select(col(Takeaway.slug)).order_by(col(Takeaway.slug))))
    return [card for card in takeaway_cards(session, slugs) if card.status == "reviewed"]


def told(card: TakeawayCard) -> dict[str, object]:
    return card.model_dump(exclude={"article": {"name"}})


def ingest(engine: Engine, folder: Path) -> None:
    report = pipeline.ingest(engine, HashingEmbedder(), [folder], options=ReadOptions())
    assert [problem.message for file in report.files for problem in file.problems] == []


@pytest.fixture
def other(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    with databases.fresh(tmp_path / "other") as made:
        with writing(made) as session:
            fill(session)
        yield made


def test_another_base_gets_the_same_takeaways_and_decisions(engine: Engine, other: Engine, exported: Path) -> None:
    ingest(other, exported)
    with reading(engine) as session:
        wanted = [told(card) for card in made(session)]
    with writing(other) as session:
        assert [told(card) for card in made(session)] == wanted
        assert len(wanted) == 2
        assert wanted[0]["reviewed_by"] == "Ada"
        for text, origin in (
            ("Begin with a simple set-up on Kubernetes.", "article"),
            ("Never let a probe restart a broker.", "article"),
            ("Attendees learn to tune brokers.", "abstract"),
        ):  # fmt: skip
            add_draft(session, text, origin=origin)
        assert open_drafts(session, Scope(), 9) == [], "nothing that was decided is asked again"


def test_the_same_base_takes_them_over_and_doubles_nothing(engine: Engine, exported: Path) -> None:
    with reading(engine) as session:
        before = [told(card) for card in made(session)]
    ingest(engine, exported)
    with writing(engine) as session:
        assert [told(card) for card in made(session)] == before
        slug = made(session)[0].slug
        edit(session, slug, {"status": "checked", "text": "Said better."}, "Bo", "page")
    file = next(path for path in exported.iterdir() if slug in path.read_text())
    file.write_text(file.read_text().replace("kind: lesson", "kind: claim"), encoding="utf-8")
    ingest(engine, exported)
    with reading(engine) as session:
        (card,) = takeaway_cards(session, [slug])
        assert (card.text, card.status, card.kind) == ("Said better.", "checked", "claim"), "no re-import loses an edit"


def test_what_was_taken_back_is_not_exported(engine: Engine) -> None:
    with writing(engine) as session:
        fill_with_drafts(session)
        for step in (accept(session, SIMPLE, "Ada", "page"), reject(session, PROBE, "Ada", "page")):
            undo(session, step.id or 0, "Ada", "page")
        assert takeaway_files(session) == {}
        accept(session, SIMPLE, "Ada", "page")
        assert takeaway_files(session, edition="east-2020") == takeaway_files(session, reviewer="Bo") == {}
        assert set(takeaway_files(session, edition="west-2019")) == {"reviewed-report.yaml"}
