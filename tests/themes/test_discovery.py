"""Discovery: subjects without a theme are found with all a curator needs; what has a theme, and chance, is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.discovered import Drafts, kept_drafts
from app.catalog.filters import TalkFilter
from app.errors import NotFound
from app.exports.theme_drafts import write_drafts
from app.ingest.formats.protocol import ReadOptions
from app.ingest.vocabulary_file import vocabulary_alone
from app.models import Discovery, Talk, Theme
from app.themes.discovery import discover, keep
from tests.databases import Databases
from tests.standins import HashingEmbedder
from tests.themes.planted import EACH, LONERS, YEARS, plant

WITHOUT = sum(EACH["collect"]) + sum(EACH["scrape"]) + LONERS * len(YEARS)


@pytest.fixture(scope="module")
def planted(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Tests only read it."""
    folder = tmp_path_factory.mktemp("planted")
    with databases.fresh(folder) as made:
        plant(made, folder / "data")
        yield made


def found_in(engine: Engine, filter: TalkFilter | None = None, **asked: object) -> Drafts:
    with Session(engine) as session:
        return discover(session, HashingEmbedder(), filter or TalkFilter(), **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found(planted: Engine) -> Drafts:
    return found_in(planted)


def test_the_two_subjects_are_found_and_nothing_else(found: Drafts) -> None:
    assert [draft.talks for draft in found.drafts] == [sum(EACH["collect"]), sum(EACH["scrape"])]
    words = [{word for term in draft.terms for word in term.text.split()} for draft in found.drafts]
    assert words[0] <= {"garbage", "collector", "heap", "memory", "generations", "pauses", "tracing"}
    assert words[1] <= {"scraping", "crawler", "pages", "html", "selectors", "robots", "spider"}
    assert all(draft.stability >= 0.6 and draft.coherence > 0.3 for draft in found.drafts)


def test_counts_add_up(found: Drafts) -> None:
    assert found.themed == sum(EACH["themed"])
    assert found.known == found.themed + found.unread + found.read
    assert (found.read, found.placed) == (WITHOUT, sum(EACH["collect"]) + sum(EACH["scrape"]))


def test_years_have_their_denominator_and_tell_growth(found: Drafts) -> None:
    grown, level = found.drafts
    assert [(one.year, one.talks) for one in grown.years] == list(zip(YEARS, EACH["collect"], strict=True))
    assert [one.of for one in grown.years] == [sum(EACH[name][n] for name in EACH) + LONERS for n in range(len(YEARS))]
    assert (grown.change, level.change) == ("grows", "unclear")
    assert (grown.editions, grown.largest_editions[0].name) == (5, "TreeConf 2021")


def test_the_same_base_gives_the_same_drafts(planted: Engine, found: Drafts) -> None:
    assert found_in(planted) == found


def test_with_all_talks_the_subject_that_has_a_theme_is_found_too_and_is_said_to_be_nearly_it(planted: Engine) -> None:
    everything = found_in(planted, everything=True)
    assert len(everything.drafts) == 3
    near = next(draft for draft in everything.drafts if any("kubernetes" in term.text for term in draft.terms))
    assert near.nearest is not None
    assert (near.nearest.slug, near.nearest.is_nearly) == ("kubernetes", True)
    others = [draft.nearest for draft in everything.drafts if draft is not near]
    assert not any(one.is_nearly for one in others if one)


def test_a_filter_narrows_and_what_is_too_few_gives_none(planted: Engine) -> None:
    late = found_in(planted, TalkFilter(year_from=2020))
    assert late.known < 2 * (25 + LONERS)
    assert late.scope == {"from": "2020"}
    assert found_in(planted, TalkFilter(year_from=1990, year_to=1991)).drafts == []


def test_an_unknown_vocabulary_is_named(planted: Engine) -> None:
    with pytest.raises(NotFound, match="no-such"):
        found_in(planted, vocabulary="no-such")


def test_an_empty_base_gives_none_in_words_and_not_an_error(engine: Engine) -> None:
    assert found_in(engine).drafts == []
    assert found_in(engine).read == 0


def test_what_is_kept_says_when_the_base_has_changed(planted: Engine, found: Drafts) -> None:
    with Session(planted) as session:
        keep(session, found)
        keep(session, found)
        session.flush()
        assert len(session.scalars(select(Discovery)).all()) == 1
        kept = kept_drafts(session)
        assert kept is not None
        assert kept.found == found
        assert kept.is_current
        gone = found.drafts[0].central[0].slug
        session.scalars(select(Talk).where(col(Talk.slug) == gone)).one().withdrawn_at = kept.made_at
        session.scalars(select(Discovery)).one().snapshot = "another"
        session.flush()
        later = kept_drafts(session)
        assert later is not None
        assert not later.is_current
        assert gone not in {talk.slug for talk in later.found.drafts[0].central}
        session.rollback()


def test_a_draft_reads_in_again_as_a_vocabulary_and_never_touches_another(engine: Engine, tmp_path: Path) -> None:
    made = engine
    plant(made, tmp_path / "data")
    found = found_in(made)
    file = tmp_path / "drafts.yaml"
    file.write_text(write_drafts(found), encoding="utf-8")
    read = vocabulary_alone(file)
    assert [theme.slug for theme in read.themes] == [draft.slug for draft in found.drafts]
    assert all("Draft by a machine" in theme.definition for theme in read.themes)
    assert read.themes[0].examples == tuple(talk.reference for talk in found.drafts[0].central)
    assert "garbage" in " ".join(read.themes[0].cues)
    with Session(made) as session:
        assert session.scalars(select(col(Theme.slug))).all() == ["kubernetes"]
    report = pipeline.ingest(made, HashingEmbedder(), [file], options=ReadOptions())
    assert not report.has_errors
    with Session(made) as session:
        standing = session.scalars(select(col(Theme.slug)).where(col(Theme.withdrawn_at).is_(None))).all()
    assert set(standing) == {"kubernetes", *(draft.slug for draft in found.drafts)}
    again = found_in(made)
    assert not {draft.slug for draft in again.drafts} & set(standing)
