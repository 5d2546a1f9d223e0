"""Saved reports: written again byte for byte, told apart by what moved them, and issued anew as editions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.catalog.snapshot import refresh_snapshot
from app.db.types import utc_now
from app.errors import InputError, NotFound, UsageError
from app.exports.registry import FORMATS, digests, export
from app.models import Edition, SavedReport, Series, Talk, Theme, ThemeAssignment, ThemeDecision
from app.reports.difference import Reason, ReportDifference, compare
from app.reports.footprint import packed, take_footprint, unpacked
from app.reports.origin import Origin, code_version, origin_of
from app.reports.rebuild import rebuild
from app.reports.registry import REPORTS, build_report
from app.reports.request import ReportRequest
from app.reports.saved import Kept, kept_report, list_saved, open_saved, report_now, save_report
from app.reports.stored import dumped, loaded
from app.trends.behind import figure_talks
from app.trends.document import Document, figures_of
from tests.reports.years import what_it_takes
from tests.trends.sample import fill_sample

WEST = ReportRequest(editions=("west-2019",))
ASKED = {
    "theme-over-time": ReportRequest(series="summit", theme="operations"),
    "compare-editions": ReportRequest(editions=("east-2020", "west-2019")),
    "compare-conferences": ReportRequest(series="summit", against=("camp",)),
}
"""What reports are asked for that are not of one edition."""

DAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def base(engine: Engine) -> Iterator[Session]:
    """The sample base, to be changed."""
    with Session(engine) as opened:
        fill_sample(opened)
        refresh_snapshot(opened)
        yield opened


def _asked(base: Session, name: str) -> ReportRequest:
    """What a report is asked for here. To compare conferences one edition goes to another series."""
    if name == "compare-conferences":
        camp = Series(slug="camp", name="Camp")
        base.add(camp)
        base.flush()
        base.scalars(select(Edition).where(col(Edition.slug) == "east-2020")).one().series_id = camp.id or 0
        base.flush()
        refresh_snapshot(base)
    return ASKED.get(name, WEST)


def _saved(base: Session, request: ReportRequest = WEST, origin: Origin | None = None) -> str:
    document = save_report(base, build_report(base, "themes", request), digests, origin, DAY)
    assert document.saved is not None
    return document.saved.id


def _since(base: Session, before: str) -> ReportDifference:
    refresh_snapshot(base)
    base.expire_all()
    return compare(kept_report(base, before), report_now(base, before))


def _reasons(found: ReportDifference, theme: str) -> list[Reason]:
    return next(moved.reasons for moved in found.moved if f"~theme.{theme}~" in moved.figure)


def _assignment(base: Session, talk: str, theme: str) -> ThemeAssignment:
    return base.scalars(
        select(ThemeAssignment)
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(Talk.slug) == talk, col(Theme.slug) == theme)
    ).one()


@pytest.mark.parametrize("name", [report.name for report in REPORTS])
def test_a_document_read_back_writes_the_same_bytes_in_every_format(base: Session, name: str) -> None:
    document = build_report(base, name, _asked(base, name))
    again = loaded(dumped(document), "x")
    assert again == replace(document, payload=again.payload)
    for known in FORMATS:
        if known.draws and document.chart is None:
            continue
        assert export(again, known.suffix) == export(document, known.suffix), known.suffix


@pytest.mark.parametrize("name", [report.name for report in REPORTS])
def test_a_request_is_read_back_from_its_parameters(base: Session, name: str) -> None:
    of_it = _asked(base, name)
    asked = (
        of_it,
        what_it_takes(name, replace(of_it, population="full-length", counting="main")),
        ReportRequest(series="summit", year_to=2020),
    )
    for request in asked if name == "themes" else asked[:2]:
        parameters = build_report(base, name, request).parameters
        assert ReportRequest.of(parameters).parameters() == parameters
    assert ReportRequest.of(parse_qsl(asked[1].query())) == asked[1]
    with pytest.raises(UsageError, match="horoscope"):
        ReportRequest.of([("horoscope", "x")])


def test_saving_twice_with_nothing_changed_keeps_one(base: Session) -> None:
    first, second = _saved(base), _saved(base)
    assert first == second
    assert [(line.id, line.edition, line.previous, line.path) for line in list_saved(base)] == [
        (first, 1, None, f"/reports/saved/{first}")
    ]
    document = open_saved(base, first)
    assert document.path == f"/reports/saved/{first}"
    assert document.export_path("csv") == f"/reports/saved/{first}.csv"
    assert f"saved on 2026-11-25 as {first}" in export(document, "md").decode()


def test_it_is_written_again_byte_for_byte_whatever_became_of_the_base(base: Session) -> None:
    saved = _saved(base)
    before = {known.suffix: export(open_saved(base, saved), known.suffix) for known in FORMATS}
    found = rebuild(base, saved, digests)
    assert found.as_saved
    assert found.same_now
    assert found.lines[1] == "The base has not changed since."
    for talk in base.scalars(select(Talk)):
        talk.withdrawn_at = utc_now()
    refresh_snapshot(base)
    assert {known.suffix: export(open_saved(base, saved), known.suffix) for known in FORMATS} == before
    found = rebuild(base, saved, digests)
    assert found.as_saved
    assert not found.same_now
    assert "gives other figures" in found.lines[1]


def test_it_says_where_bytes_differ_and_where_the_base_cannot_answer(base: Session) -> None:
    saved = _saved(base)
    held = base.get(SavedReport, saved)
    assert held is not None
    held.digests = held.digests | {"csv": "0" * 64}
    edition = base.scalars(select(Edition).where(col(Edition.slug) == "west-2019")).one()
    edition.slug = "elsewhere"
    found = rebuild(base, saved, digests)
    assert [one.format for one in found.formats if not one.as_saved] == ["csv"]
    assert found.lines[0].startswith("Not as saved: csv.")
    assert "west-2019" in found.lines[1]
    with pytest.raises(NotFound, match="hallway report saved"):
        open_saved(base, "nothing")
    with pytest.raises(InputError, match="other code"):
        loaded('{"payload": {}}', saved)


def test_data_moved_it(base: Session) -> None:
    before = _saved(base)
    talk = base.scalars(select(Talk).where(col(Talk.slug) == "talk-1")).one()
    talk.withdrawn_at = utc_now()
    edition = base.scalars(select(Edition).where(col(Edition.slug) == "west-2019")).one()
    edition.published_sessions = 13
    found = _since(base, before)
    assert found.causes == ["data"]
    moved = next(moved for moved in found.moved if "~theme.operations~" in moved.figure)
    assert moved.before.startswith("4 of 10 known talks (40")
    assert moved.after.startswith("3 of 9 known talks (33")
    assert [reason.talks for reason in moved.reasons] == [["talk-1"], []]
    assert moved.reasons[1].words == "Published sessions: 12, then 13."


def test_a_talk_whose_text_changed_is_data_too(base: Session) -> None:
    before = _saved(base)
    talk = base.scalars(select(Talk).where(col(Talk.slug) == "talk-7")).one()
    talk.content_hash = "rewritten"
    _assignment(base, "talk-7", "streaming").status = "unlikely"
    (reason,) = _reasons(_since(base, before), "streaming")
    assert (reason.cause, reason.talks) == ("data", ["talk-7"])
    assert "changed in the source" in reason.words


def test_labels_moved_it(base: Session) -> None:
    before = _saved(base)
    by_person, by_machine = (_assignment(base, talk, "streaming") for talk in ("talk-7", "talk-8"))
    by_person.status = "rejected"
    base.add(
        ThemeDecision(
            talk_id=by_person.talk_id,
            theme_id=by_person.theme_id,
            accepted=False,
            reviewer="Bo",
            decided_on="2026-11-25",
        )
    )
    by_machine.status, by_machine.probability = "unlikely", 0.2
    found = _since(base, before)
    assert found.causes == ["labels"]
    assert [(reason.cause, reason.talks) for reason in _reasons(found, "streaming")] == [
        ("labels", ["talk-7"]),
        ("labels", ["talk-8"]),
    ]
    assert "decided otherwise by people" in _reasons(found, "streaming")[0].words
    assert not any("~theme.operations~" in moved.figure for moved in found.moved)


def test_probabilities_alone_are_labels(base: Session) -> None:
    before = _saved(base)
    _assignment(base, "talk-7", "streaming").probability = 0.95
    (reason,) = _reasons(_since(base, before), "streaming")
    assert reason.cause == "labels"
    assert "How sure the machine is" in reason.words


@pytest.mark.parametrize("cause", ["model", "vocabulary"])
def test_the_model_or_the_vocabulary_moved_it(base: Session, cause: str) -> None:
    now = origin_of(base, build_report(base, "themes", WEST))
    made_by = {"model": {"recipe": "cues/0"}, "vocabulary": {"vocabulary": "000000000000"}}[cause]
    before = _saved(base, origin=now.model_copy(update=made_by))
    _assignment(base, "talk-8", "streaming").status = "unlikely"
    found = _since(base, before)
    assert found.causes == [cause]
    assert _reasons(found, "streaming")[0].talks == ["talk-8"]


def test_what_changed_elsewhere_moved_it(base: Session) -> None:
    """A figure printed with another interval, whose own talks and labels are as they were."""
    document = build_report(base, "themes", WEST)
    (table,) = document.tables
    wider = replace(table.rows[0], figure=table.rows[0].figure.model_copy(update={"low": 0.01, "high": 0.99}))
    document = replace(document, lead=(), tables=(replace(table, rows=(wider, *table.rows[1:])),), chart=None)
    now = origin_of(base, document)
    for changed, cause in (
        ({"vocabulary": "v 000000000000"}, "vocabulary"),
        ({"recipe": "cues/0"}, "model"),
        ({"snapshot": "000000000000"}, "labels"),
        ({}, "unknown"),
    ):
        before = Kept(document, now.model_copy(update=changed), take_footprint(base, figures_of(document)))
        after = replace(before, document=build_report(base, "themes", WEST), origin=now)
        (moved,) = compare(before, after).moved
        assert [reason.cause for reason in moved.reasons] == [cause]


def test_code_moved_it(base: Session) -> None:
    """A report as older code printed it: the same talks and labels, another interval."""
    document = build_report(base, "themes", WEST)
    (table,) = document.tables
    first = table.rows[0]
    wider = replace(first, figure=first.figure.model_copy(update={"low": 0.01, "high": 0.99}))
    document = replace(document, lead=(), tables=(replace(table, rows=(wider, *table.rows[1:])),), chart=None)
    old = origin_of(base, build_report(base, "themes", WEST)).model_copy(update={"code": "0.0.1+00000000"})
    saved = save_report(base, document, digests, old, DAY).saved
    assert saved is not None
    found = compare(kept_report(base, saved.id), report_now(base, saved.id))
    assert found.causes == ["code"]
    assert [moved.label for moved in found.moved] == ["Stream *processing*: Summit West 2019"]
    assert code_version() in found.moved[0].reasons[0].words
    assert found.made_otherwise == [("code", "0.0.1+00000000", code_version())]


def test_saved_again_it_is_the_next_edition(base: Session) -> None:
    first = _saved(base)
    assert _since(base, first).is_same
    _assignment(base, "talk-8", "streaming").status = "unlikely"
    refresh_snapshot(base)
    second = _saved(base)
    document = open_saved(base, second)
    assert document.saved is not None
    assert (document.saved.edition, document.saved.previous) == (2, first)
    assert "edition 2" in export(document, "html").decode()
    found = compare(kept_report(base, first), kept_report(base, second))
    assert (found.before.id, found.after.id) == (first, second)
    assert found.causes == ["labels"]
    other = _saved(base, ReportRequest(editions=("east-2020",)))
    found = compare(kept_report(base, first), kept_report(base, other))
    assert found.gone
    assert found.new


def test_the_footprint_of_a_report_is_the_talks_its_figures_open(base: Session) -> None:
    document: Document = build_report(base, "themes", WEST)
    footprint = take_footprint(base, figures_of(document))
    assert unpacked(packed(footprint)) == footprint
    for figure in figures_of(document):
        found, trace = figure_talks(base, figure.id), footprint.figures[figure.id.rpartition("~")[0]]
        assert trace.numerator == {card.slug for card in found.numerator}
        assert trace.denominator == {card.slug for card in found.denominator}
        if figure.kind == "share" and figure.counting == "any":
            assert len(trace.confirmed) == figure.confirmed
            assert figure.denominator - len(trace.confirmed) - len(trace.rejected) == figure.undecided
