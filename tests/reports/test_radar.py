"""The radar of a base with more technologies than are listed: what is judged, what comes first, and what is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.exports.registry import export
from app.models import Edition, Talk, Technology, TechnologyMention
from app.reports.radar import MOST
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.trends.document import Document, plain
from tests.databases import Databases
from tests.reports.years import fill_years

OLD = 120


def _mentioned(session: Session, slug: str, talks: list[Talk]) -> None:
    technology = Technology(slug=slug, name=slug.capitalize())
    session.add(technology)
    session.flush()
    session.add_all(TechnologyMention(talk_id=talk.id or 0, technology_id=technology.id or 0) for talk in talks)


@pytest.fixture(scope="module")
def crowded(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Summit, with many technologies of old, one that came in its last two years, and some that went."""
    with databases.fresh(tmp_path_factory.mktemp("crowded")) as engine:
        with Session(engine) as session:
            fill_years(session)
            of = {
                year: list(session.scalars(
                    select(Talk).join(Edition, col(Edition.id) == col(Talk.edition_id))
                    .where(col(Edition.slug) == f"summit-{year}").order_by(col(Talk.id))
                ))
                for year in (2015, 2018, 2019, 2020)
            }  # fmt: skip
            for number in range(OLD):
                _mentioned(session, f"old-{number:03}", [*of[2015][:20], of[2018][0], of[2020][number % 40]])
            _mentioned(session, "newcomer", [*of[2019][:6], *of[2020][:6]])
            for number in range(MOST + 1):
                _mentioned(session, f"gone-{number:03}", of[2015][: 3 if number else 2])
            _mentioned(session, "lately-gone", of[2018][:2])
            session.commit()
        yield engine


@pytest.fixture
def radar(crowded: Engine) -> Iterator[Document]:
    with Session(crowded) as session:
        yield build_report(session, "radar", ReportRequest(series="summit"))


def test_all_that_qualify_are_judged_and_what_comes_now_is_listed(radar: Document) -> None:
    blips = {blip["slug"]: blip for blip in radar.payload.model_dump()["blips"]}
    assert len(blips) == OLD + 3
    assert (blips["newcomer"]["ring"], blips["newcomer"]["verdict"]) == ("adopt", "rose")
    assert plain(radar.lead[0]) == f"{OLD + 3} technologies by the talks of 2019–2020: adopt 3; assess {OLD}."
    assert plain(radar.lead[1]) == "Against 2017–2018: Newcomer rose for certain; none fell for certain."
    adopt = next(table for table in radar.tables if table.name == "adopt")
    assert [row.key for row in adopt.listed] == ["newcomer", "kafka", "ksql"]


def test_what_is_left_out_of_texts_is_said_and_in_data(radar: Document) -> None:
    said = f"{MOST} of {OLD} are listed, those that rose or fell for certain first, then those with most talks;"
    for suffix in ("md", "html"):
        assert said in export(radar, suffix).decode()
    csv = export(radar, "csv").decode().splitlines()
    assert len(csv) == 1 + OLD + 3


def test_what_went_lately_comes_first_of_what_is_gone(radar: Document) -> None:
    gone = radar.payload.model_dump()["gone"]
    assert len(gone) == MOST + 2
    assert gone[0] == {"slug": "lately-gone", "name": "Lately-gone", "last": 2018}
    section = next(one for one in radar.sections if one.title == "Not mentioned in 2019–2020")
    assert len(section.items) == MOST
    assert plain(section.paragraphs[0]).startswith(f"{MOST} of {MOST + 2} are listed")
