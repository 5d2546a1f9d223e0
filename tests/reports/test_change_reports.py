"""Reports of change, on a base whose course is known: what they say, their figures, and their words where nothing is.

Golden files: UPDATE_GOLDEN=1 .venv/bin/pytest tests/reports, then read the difference before committing it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.errors import NotFound, UsageError
from app.exports.registry import FORMATS, export
from app.reports import emerging, theme_over_time
from app.reports.movements import AMONG
from app.reports.registry import REPORTS, build_report, get_report
from app.reports.request import ReportRequest
from app.settings import get_settings
from app.trends.behind import figure_talks
from app.trends.document import Document, figures_of, plain
from app.trends.movement import LEAST_WITH_TEXT
from app.trends.populations import COUNTINGS, POPULATIONS
from tests.databases import Databases
from tests.reports.years import YEARS, fill_years, what_it_takes

GOLDEN = Path(__file__).parents[1] / "golden"
EDITIONS = ("summit-2014", "summit-2020")
ASKED: dict[str, dict[str, Any]] = {
    "theme-over-time": {"series": "summit", "theme": "operations"},
    "compare-editions": {"editions": EDITIONS},
    "compare-conferences": {"series": "summit", "against": ("camp",)},
    "radar": {"series": "summit"},
    "companies": {"series": "summit"},
    "whats-new": {"editions": ("summit-2019",)},
    "emerging": {"series": "summit"},
    "together": {"series": "summit"},
}


@pytest.fixture(scope="module")
def years_engine(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with databases.fresh(tmp_path_factory.mktemp("years")) as engine:
        with Session(engine) as session:
            fill_years(session)
        yield engine


@pytest.fixture
def base(years_engine: Engine) -> Iterator[Session]:
    with Session(years_engine) as opened:
        yield opened


def built(base: Session, name: str, **changes: Any) -> Document:
    return build_report(base, name, ReportRequest(**{**ASKED[name], **changes}))


def words(document: Document) -> str:
    return " ".join(plain(told) for told in (*document.lead, *document.coverage))


@pytest.mark.parametrize("name", ASKED)
def test_golden(base: Session, name: str) -> None:
    content = export(built(base, name), "md").decode().replace(get_settings().base_url, "http://127.0.0.1:8000")
    path = GOLDEN / f"{name}-report.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(content, encoding="utf-8")
    assert content == path.read_text(encoding="utf-8"), f"{path.name} differs; see the top of this file"


@pytest.mark.parametrize("name", ASKED)
def test_every_figure_opens_exactly_its_talks(base: Session, name: str) -> None:
    for population in POPULATIONS:
        for counting in COUNTINGS if "counting" in get_report(name).takes else COUNTINGS[:1]:
            document = built(base, name, population=population.slug, counting=counting.slug)
            for figure in figures_of(document):
                found = figure_talks(base, figure.id)
                assert (len(found.numerator), len(found.denominator)) == (figure.numerator, figure.denominator)
                assert found.figure == figure


@pytest.mark.parametrize("name", ["theme-over-time", "emerging", "radar", "companies", "together"])
def test_over_everything_by_year_the_figures_hold_too(base: Session, name: str) -> None:
    document = built(base, name, series=None)
    assert document.tables
    for figure in figures_of(document):
        assert figure_talks(base, figure.id).figure == figure


@pytest.mark.parametrize("name", ASKED)
def test_it_is_exported_in_every_format_it_can(base: Session, name: str) -> None:
    document = built(base, name)
    for known in FORMATS:
        if document.chart is None and known.draws:
            continue
        content = export(document, known.suffix)
        assert content == export(document, known.suffix)
        if known.suffix == "csv":
            heads, *rows = content.decode().splitlines()
            assert heads.endswith(",more")
            assert rows
        if known.suffix == "html":
            for table in document.tables:
                assert all(f'<th scope="col">{heading}</th>' in content.decode() for heading in table.more)


def test_a_theme_that_rises_and_one_that_does_not(base: Session) -> None:
    rising = built(base, "theme-over-time").payload.model_dump()
    assert rising["trend"]["verdict"] == "rising"
    assert len(rising["points"]) == len(YEARS)
    assert rising["points"][0]["change"] is None
    flat = built(base, "theme-over-time", theme="streaming").payload.model_dump()
    assert flat["trend"]["verdict"] == "not settled"
    ends = {row["theme"]["slug"]: row["change"] for row in built(base, "compare-editions").payload.model_dump()["rows"]}
    assert set(ends) == {"operations", "kubernetes", "streaming"}
    assert ends["operations"]["verdict"] == "rose"
    assert ends["operations"]["settle"] is None
    assert ends["streaming"]["verdict"] == "not settled"
    assert ends["streaming"]["settle"].startswith("The shares are equal")


def test_a_jump_of_text_coverage_is_marked_and_taken_among_talks_with_text(base: Session) -> None:
    document = built(base, "theme-over-time", theme="streaming")
    points = {point["key"]: point for point in document.payload.model_dump()["points"]}
    jumped = points["summit-2019"]
    assert (jumped["change"]["text_before"], jumped["change"]["text_after"]) == (0.5, 1.0)
    assert jumped["change"]["basis"] == "with-text"
    among = points["summit-2018"]["among_text"], jumped["among_text"]
    assert jumped["change"]["change"] == pytest.approx(among[1]["share"] - among[0]["share"])
    assert points["summit-2018"]["change"]["basis"] == "all"
    assert "Where the text coverage jumps" in [section.title for section in document.sections]
    assert document.payload.model_dump()["trend"]["basis"] == "with-text"
    narrowed = built(base, "theme-over-time", theme="streaming", population="with-text")
    assert "Share among them" not in narrowed.tables[0].more


def test_it_does_not_matter_where_people_decided_every_talk(base: Session) -> None:
    found = built(base, "theme-over-time").payload.model_dump()
    assert {point["change"]["basis"] for point in found["points"] if point["change"]} == {"all"}
    assert found["trend"]["basis"] == "all"


def test_where_a_side_has_no_text_nothing_is_compared(base: Session, years_engine: Engine) -> None:
    with Session(years_engine) as session:
        for talk in session.exec(_talks_of("summit-2018")):
            talk.abstract = None
        session.flush()
        document = build_report(session, "theme-over-time", ReportRequest(series="summit", theme="streaming"))
        session.rollback()
    points = {point["key"]: point for point in document.payload.model_dump()["points"]}
    for edition in ("summit-2018", "summit-2019"):
        assert points[edition]["change"]["verdict"] == "not settled"
        assert points[edition]["change"]["change"] is None


def _talks_of(edition: str) -> Any:
    from sqlmodel import col, select

    from app.models import Edition, Talk

    return select(Talk).join(Edition, col(Edition.id) == col(Talk.edition_id)).where(col(Edition.slug) == edition)


def test_conferences_of_another_mix(base: Session) -> None:
    document = built(base, "compare-conferences")
    other = document.payload.model_dump()["others"][0]
    rows = {row["theme"]["slug"]: row for row in other["rows"]}
    assert rows["streaming"]["verdict"] == "more there"
    assert rows["operations"]["verdict"] == "less there"
    assert other["common_there"] == pytest.approx(20 / 60)
    assert "a larger share than Summit of Streaming" in words(document)


def test_companies_count_the_unknown_as_unknown(base: Session) -> None:
    sides = {side["affiliation"]: side for side in built(base, "companies").payload.model_dump()["sides"]}
    years = len(YEARS)
    assert {name: side["figure"]["numerator"] for name, side in sides.items()} == {
        "vendor": years,
        "user": 2 * years,
        "unknown": 37 * years,
    }
    assert sides["vendor"]["share"] == pytest.approx(1 / 3)
    assert sides["unknown"]["share"] is None


def test_what_is_new_is_told_against_the_edition_before(base: Session) -> None:
    found = built(base, "whats-new").payload.model_dump()
    assert found["before"] == "Summit 2018"
    assert found["newcomers"]["numerator"] == 20
    assert found["repeated"]["numerator"] == 1
    assert [one["slug"] for one in found["companies"]] == ["newcomer-2019"]
    assert [(one["slug"], one["figure"]["numerator"]) for one in found["languages"]] == [("en", 39), ("fr", 1)]
    first = built(base, "whats-new", editions=("summit-2014",))
    assert "all of it is new" in words(first)


def test_emerging_judges_all_technologies_and_lists_the_first(base: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = built(base, "emerging")
    monkeypatch.setattr(emerging, "LISTED", 1)
    monkeypatch.setattr(emerging, "SETTLING", 0)
    short = built(base, "emerging")
    assert short.payload == whole.payload
    assert short.lead == whole.lead
    for table in short.tables:
        assert len(table.rows) > len(table.listed) == 1
        assert table.cut.startswith(f"1 of {len(table.rows)} are listed, settled trends first")


def test_a_long_line_says_which_part_of_it_is_listed(base: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = built(base, "theme-over-time")
    rows = whole.tables[0].rows
    assert "newest" not in words(whole)
    monkeypatch.setattr(theme_over_time, "LISTED", 2)
    cut = built(base, "theme-over-time")
    assert cut.payload == whole.payload
    assert cut.tables[0].rows == rows[-2:]
    assert f"of all {len(rows)} editions; the table and the chart have the newest 2" in words(cut)


def test_emerging_judges_themes_and_technologies_together(base: Session) -> None:
    found = built(base, "emerging").payload.model_dump()
    verdicts = {one["slug"]: one["trend"]["verdict"] for one in found["themes"] + found["technologies"]}
    assert verdicts == {
        "operations": "rising",
        "kubernetes": "not settled",
        "streaming": "not settled",
        "kafka": "not settled",
        "ksql": "rising",
    }


def test_radar_has_rings_and_movement(base: Session) -> None:
    blips = {blip["slug"]: blip for blip in built(base, "radar").payload.model_dump()["blips"]}
    assert (blips["kafka"]["ring"], blips["ksql"]["ring"]) == ("adopt", "adopt")
    assert blips["kafka"]["change"] == 0
    assert blips["ksql"]["change"] == pytest.approx((10 + 12) / 80 - (6 + 8) / 80)


def test_themes_that_meet(base: Session) -> None:
    rows = built(base, "together").payload.model_dump()["rows"]
    pairs = {(row["first"]["slug"], row["second"]["slug"]): row for row in rows}
    assert ("operations", "kubernetes") not in pairs
    assert pairs["operations", "streaming"]["both"]["numerator"] == sum(
        sum(1 for number in range(4 + 4 * place) if number % 4 == 0) for place in range(len(YEARS))
    )


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("theme-over-time", {"theme": None}, "name it with theme"),
        ("compare-editions", {"editions": ()}, "was given 0"),
        ("compare-editions", {"editions": ("summit-2014",)}, "was given 1"),
        ("compare-editions", {"editions": ("summit-2014", "summit-2015", "summit-2016")}, "was given 3"),
        ("compare-conferences", {"series": None}, "with series"),
        ("compare-conferences", {"against": ()}, "with against"),
        ("compare-conferences", {"against": ("summit",)}, "with against"),
        ("compare-conferences", {"against": tuple(f"s{number}" for number in range(7))}, "At most 6"),
        ("whats-new", {"editions": ()}, "exactly one edition"),
        ("emerging", {"year_from": 2020, "year_to": 2019}, "swap them"),
        ("radar", {"year_from": 2020, "year_to": 2019}, "swap them"),
    ],
)
def test_what_is_missing_is_named(base: Session, name: str, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        built(base, name, **changes)
    assert caught.value.parameter


@pytest.mark.parametrize("name", ASKED)
def test_unknown_names_are_not_found(base: Session, name: str) -> None:
    changes = {"editions": ("summit-2014", "nowhere")} if name == "compare-editions" else (
        {"editions": ("nowhere",)} if name == "whats-new" else {"series": "nowhere"}
    )  # fmt: skip
    with pytest.raises(NotFound):
        built(base, name, **changes)
    if name == "theme-over-time":
        with pytest.raises(NotFound):
            built(base, name, theme="nothing")


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("theme-over-time", {"series": None, "editions": ("camp-2021",)}, "No talks are known here"),
        ("theme-over-time", {"series": "lone"}, "nothing before it to compare with"),
        ("theme-over-time", {"theme": "unused"}, "A trend takes 4"),
        ("theme-over-time", {"series": "camp", "theme": "operations"}, "A trend takes 4"),
        ("compare-editions", {"editions": ("camp-2019", "camp-2021")}, "Camp 2021 has no known talks"),
        ("compare-conferences", {"against": ("lone",)}, "have no kind of talk in a year in common"),
        ("compare-conferences", {"year_from": 2021}, "No talks of Summit, since 2021 and Camp, since 2021"),
        ("radar", {"series": "camp"}, "No talk here is known to mention a technology"),
        ("radar", {"year_from": 2021}, "No talks are known here"),
        ("companies", {"year_from": 2021}, "No talks are known here"),
        ("companies", {"series": "camp"}, "it is not known whom their speakers were with"),
        ("whats-new", {"editions": ("camp-2021",)}, "No talks of Camp 2021 are in the base yet"),
        ("whats-new", {"editions": ("lone-2020",)}, "all of it is new"),
        ("emerging", {"series": "camp"}, "a trend takes 4"),
        ("emerging", {"year_from": 2021}, "nothing emerges"),
        ("together", {"series": "lone"}, "Fewer than two themes"),
        ("together", {"year_from": 2021}, "no themes meet"),
    ],
)
def test_where_there_is_nothing_it_says_so(base: Session, name: str, changes: dict[str, Any], told: str) -> None:
    document = built(base, name, **changes)
    assert told in words(document)
    for suffix in ("md", "html", "csv", "json"):
        assert export(document, suffix)


def test_no_report_fails_on_any_population_of_little(base: Session) -> None:
    for name in ASKED:
        for population in POPULATIONS:
            for where in ({"editions": ("lone-2020",)}, {"series": "lone"}, {"series": "camp", "year_from": 2019}):
                asked = ReportRequest(theme="operations", against=("camp",), population=population.slug, **where)
                request = what_it_takes(name, asked)
                with contextlib.suppress(UsageError):
                    assert build_report(base, name, request).lead


@pytest.mark.parametrize("name", [report.name for report in REPORTS])
def test_what_a_report_does_not_take_is_refused_and_never_left_out_in_silence(base: Session, name: str) -> None:
    everything = {
        "edition": ("editions", ("summit-2019",)), "series": ("series", "summit"), "theme": ("theme", "operations"),
        "against": ("against", ("camp",)), "population": ("population", "with-text"), "counting": ("counting", "main"),
        "year_from": ("year_from", 2014), "year_to": ("year_to", 2020), "vocabulary": ("vocabulary", "v"),
    }  # fmt: skip
    takes = get_report(name).takes
    assert set(takes) < set(everything)
    for parameter in set(everything) - set(takes):
        field, value = everything[parameter]
        asked = {**ASKED.get(name, {"editions": ("summit-2019",)}), field: value}
        with pytest.raises(UsageError, match=f"{name}” takes no {parameter}; it takes {takes[0]}, ") as caught:
            build_report(base, name, ReportRequest(**asked))
        assert caught.value.parameter == parameter


def test_a_change_among_talks_with_text_has_its_shares_beside_it(base: Session) -> None:
    both = {"editions": ("summit-2018", "summit-2019")}
    for name, changes in (("compare-editions", both), ("whats-new", {})):
        document = built(base, name, **changes)
        found = document.payload.model_dump()
        row = next(one for one in (found.get("themes") or found)["rows"] if one["theme"]["slug"] == "streaming")
        before, after = row["among_text_before"], row["among_text_after"]
        assert (before["denominator"], after["denominator"]) == (20, 40)
        assert row["change"]["change"] == pytest.approx(after["share"] - before["share"])
        assert (row["change"]["before"]["id"], row["change"]["after"]["id"]) == (before["id"], after["id"])
        table = next(table for table in document.tables if table.name == "themes")
        cell = next(one for one in table.rows if one.key == "streaming").more[table.more.index(AMONG)]
        assert f"{after['numerator']} of 40, " in plain(cell)
        assert f", after {before['numerator']} of 20, " in plain(cell)
        for suffix in ("md", "html", "csv"):
            assert AMONG in export(document, suffix).decode()
    assert AMONG not in built(base, "compare-editions", editions=("summit-2016", "summit-2017")).tables[0].more


def test_a_few_talks_with_text_do_not_stand_for_an_edition(years_engine: Engine) -> None:
    with Session(years_engine) as session:
        held = [talk for talk in session.exec(_talks_of("summit-2018")) if talk.abstract]
        for talk in held[LEAST_WITH_TEXT - 1 :]:
            talk.abstract = None
        session.flush()
        document = build_report(session, "whats-new", ReportRequest(editions=("summit-2019",)))
        session.rollback()
    row = next(one for one in document.payload.model_dump()["themes"]["rows"] if one["theme"]["slug"] == "streaming")
    assert row["among_text_before"]["denominator"] == LEAST_WITH_TEXT - 1
    assert (row["change"]["change"], row["change"]["verdict"]) == (None, "not settled")
    assert row["change"]["before"]["id"] == row["before"]["id"]
    assert f"fewer than {LEAST_WITH_TEXT} talks have text" in row["change"]["settle"]
