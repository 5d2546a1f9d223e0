"""Saved reports are issued anew when their vocabulary changes: those that say something else, once, even if killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading, writing
from app.exports.registry import digests, export
from app.ingest.formats.protocol import ReadOptions
from app.models import IndexState, SavedReport
from app.reports.difference import compare
from app.reports.origin import versions_now
from app.reports.registry import build_report
from app.reports.reissue import STATE, Reissue, due
from app.reports.request import ReportRequest
from app.reports.saved import kept_report, list_saved, open_saved, save_report
from tests.standins import HashingEmbedder

PROGRAMME = """\
hallway: programme/1
series: {{slug: tiny, name: Tiny}}
edition: {{slug: tiny-{year}, name: Tiny {year}, city: Oslo, start_date: "{year}-01-02", end_date: "{year}-01-03"}}
talks:
"""
TALK = """\
  - {{id: t{0}, title: "{1}", kind: breakout, language: en, summary: "{1}.", summary_basis: title only, source: a page}}
"""
TITLES = {2020: ["Brokers and brokers", "Ledger after ledger", "Pods of pods"], 2021: ["Brokers again, brokers"]}
HEAD = "hallway: themes/1\nvocabulary: {0}\nname: Streams\nthemes:\n"
THEME = "  - {{slug: {0}, name: {1}, definition: {2}, cues: [{3}]}}\n"
PODS = THEME.format("pods", "Pods", "Little houses.", "pods")
OLD = HEAD.format("streams") + THEME.format("brokers", "Messaging", "All about them.", "brokers") + PODS
NEW = HEAD.format("streams") + THEME.format("brokers", "Messaging", "All about them.", "ledgers, ledger") + PODS
SAME = OLD.replace("cues: [pods]", "excludes: Peas., cues: [pods]")
RENAMED = OLD.replace("name: Pods", "name: Little pods").replace("Little houses.", "Little pods.")
OTHERS = HEAD.format("others").replace("Streams", "Others") + THEME.format(
    "talking", "Talking", "Any talk.", "brokers, ledger, pods, again"
)  # fmt: skip


def ingest(engine: Engine, file: Path, text: str) -> list[Reissue]:
    file.write_text(text, encoding="utf-8")
    report = pipeline.ingest(engine, HashingEmbedder(), [file], options=ReadOptions())
    assert not report.has_errors, report
    return report.reissues


@pytest.fixture
def base(engine: Engine, tmp_path: Path) -> Engine:
    for year, named in TITLES.items():
        talks = "".join(TALK.format(number, title) for number, title in enumerate(named))
        assert ingest(engine, tmp_path / f"tiny-{year}.yaml", PROGRAMME.format(year=year) + talks) == []
    assert ingest(engine, tmp_path / "streams.yaml", OLD) == []
    return engine


def save(engine: Engine, name: str = "themes", **asked: object) -> str:
    with writing(engine) as session:
        request = ReportRequest(**asked)  # type: ignore[arg-type]
        saved = save_report(session, build_report(session, name, request), digests).saved
    assert saved is not None
    return saved.id


def exports(engine: Engine, id: str) -> dict[str, bytes]:
    with reading(engine) as session:
        document = open_saved(session, id)
        return {suffix: export(document, suffix) for suffix in ("md", "html", "csv", "json")}


def held(engine: Engine) -> list[tuple[str, int]]:
    with reading(engine) as session:
        return sorted((line.id, line.edition) for line in list_saved(session))


def test_a_changed_vocabulary_issues_a_saved_report_anew_and_leaves_the_old_one_as_it_was(
    base: Engine, tmp_path: Path
) -> None:
    first = save(base, editions=("tiny-2020",))
    before = exports(base, first)
    (made,) = ingest(base, tmp_path / "streams.yaml", NEW)
    assert (made.previous, made.edition, made.problem) == (first, 2, None)
    assert made.id is not None
    assert "vocabulary" in made.causes
    assert made.sentence.startswith(f"Tiny 2020, by theme ({first}): edition 2 is {made.id}; ")
    assert exports(base, first) == before
    after = exports(base, made.id)
    assert f"edition 2, after {first}" in after["md"].decode()
    assert f"edition 2, after {first}" in after["html"].decode()
    with reading(base) as session:
        found = compare(kept_report(session, first), kept_report(session, made.id))
        assert (len(found.moved) + len(found.new), found.causes) == (made.changed, made.causes)
        brokers = next(one for one in found.moved if "~theme.brokers~" in one.figure)
        assert [(reason.cause, sorted(reason.talks)) for reason in brokers.reasons] == [
            ("vocabulary", ["brokers-and-brokers", "ledger-after-ledger"])
        ]
        newest = {line.id: line.newest for line in list_saved(session)}
        assert newest == {first: made.id, made.id: None}


def test_nothing_is_issued_where_no_figure_and_no_name_changed(base: Engine, tmp_path: Path) -> None:
    save(base, editions=("tiny-2020",))
    before = held(base)
    with reading(base) as session:
        assert due(session) is None
    with reading(base) as session:
        version = versions_now(session)
    assert ingest(base, tmp_path / "streams.yaml", SAME) == []
    with reading(base) as session:
        assert versions_now(session) != version
    assert ingest(base, tmp_path / "streams.yaml", SAME + "# A note.\n") == []
    assert held(base) == before
    with reading(base) as session:
        assert due(session) is None, "and it is not looked at again"


def test_new_talks_alone_issue_nothing(base: Engine, tmp_path: Path) -> None:
    save(base, editions=("tiny-2021",))
    before = held(base)
    text = PROGRAMME.format(year=2021) + TALK.format(0, "Brokers again, brokers") + TALK.format(1, "Pods, pods, pods")
    assert ingest(base, tmp_path / "tiny-2021.yaml", text) == []
    assert held(base) == before


def test_another_name_of_a_theme_is_a_change(base: Engine, tmp_path: Path) -> None:
    first = save(base, editions=("tiny-2020",), theme="pods")
    (made,) = ingest(base, tmp_path / "streams.yaml", RENAMED)
    assert made.id is not None
    with reading(base) as session:
        found = compare(kept_report(session, first), kept_report(session, made.id))
    said = [*found.renamed, *(one.label for one in found.moved)]
    assert any(line.startswith("Pods") for line in said)
    assert "Little pods" in exports(base, made.id)["md"].decode()


def test_only_reports_of_that_vocabulary_are_issued(base: Engine, tmp_path: Path) -> None:
    assert ingest(base, tmp_path / "others.yaml", OTHERS) == []
    of_streams = save(base, editions=("tiny-2020",), vocabulary="streams")
    save(base, editions=("tiny-2020",), vocabulary="others")
    save(base, "companies", editions=("tiny-2020",))
    with reading(base) as session:
        told = {row.report: row.vocabulary for row in session.scalars(select(SavedReport))}
    assert told["companies"] == "none"
    made = ingest(base, tmp_path / "streams.yaml", NEW)
    assert [one.previous for one in made] == [of_streams]


def test_a_report_saved_while_there_was_one_vocabulary_stays_of_it(base: Engine, tmp_path: Path) -> None:
    first = save(base, editions=("tiny-2020",))
    assert ingest(base, tmp_path / "others.yaml", OTHERS) == [], "most talks have a theme of the others now"
    (made,) = ingest(base, tmp_path / "streams.yaml", NEW)
    assert made.id is not None
    with reading(base) as session:
        rows = {row.id: row for row in session.scalars(select(SavedReport))}
    assert rows[made.id].query == rows[first].query == "edition=tiny-2020"
    assert rows[made.id].vocabulary.startswith("streams ")


def test_going_back_is_a_third_edition_with_the_figures_of_the_first(base: Engine, tmp_path: Path) -> None:
    first = save(base, editions=("tiny-2020",))
    (second,) = ingest(base, tmp_path / "streams.yaml", NEW)
    (third,) = ingest(base, tmp_path / "streams.yaml", OLD)
    assert (third.previous, third.edition) == (second.id, 3)
    assert third.id not in (None, first, second.id)
    with reading(base) as session:
        assert compare(kept_report(session, first), kept_report(session, third.id or "")).is_same
    assert save(base, editions=("tiny-2020",)) == third.id, "the same again is kept once"
    assert len(held(base)) == 3


def test_whoever_is_killed_half_way_is_made_up_for_and_nothing_is_doubled(base: Engine, tmp_path: Path) -> None:
    saved = [save(base, editions=("tiny-2020",)), save(base, series="tiny"), save(base, editions=("tiny-2021",))]
    (tmp_path / "streams.yaml").write_text(NEW, encoding="utf-8")

    def killed(step: str, done: int, total: int) -> None:
        if step == "saved reports" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.ingest(base, HashingEmbedder(), [tmp_path / "streams.yaml"], options=ReadOptions(), progress=killed)
    assert len(held(base)) == 4
    done = pipeline.ingest(base, HashingEmbedder(), [tmp_path / "streams.yaml"], options=ReadOptions())
    assert [one.previous for one in done.reissues] == saved[1:]
    assert sorted(edition for _, edition in held(base)) == [1, 1, 1, 2, 2, 2]
    assert ingest(base, tmp_path / "streams.yaml", NEW) == []
    assert len(held(base)) == 6


def test_where_no_new_edition_can_be_made_it_says_why(base: Engine, tmp_path: Path) -> None:
    first = save(base, editions=("tiny-2020",), theme="pods")
    before = exports(base, first)
    (made,) = ingest(base, tmp_path / "streams.yaml", OLD.replace(PODS, ""))
    assert made.id is None
    assert made.problem == "There is no theme “pods” in this knowledge base."
    assert "no new edition can be made" in made.sentence
    assert exports(base, first) == before


def test_the_preview_foresees_what_is_then_issued_and_keeps_nothing(base: Engine, tmp_path: Path) -> None:
    for asked in ({"editions": ("tiny-2020",)}, {"series": "tiny"}):
        save(base, **asked)
    before = held(base)
    file = tmp_path / "next.yaml"
    file.write_text(NEW, encoding="utf-8")
    preview = pipeline.preview_vocabulary(base, HashingEmbedder(), file, ReadOptions())
    assert held(base) == before
    assert "edition 2 would be made" in preview.reissues[0].sentence
    made = ingest(base, tmp_path / "streams.yaml", NEW)
    assert [one.model_copy(update={"id": None}) for one in made] == preview.reissues


def test_a_base_from_before_follows_its_next_change_and_no_earlier_one(base: Engine, tmp_path: Path) -> None:
    """As an upgrade leaves it: reports that name their vocabulary in the old way, and the row of the migration."""
    first = save(base, editions=("tiny-2020",))
    with writing(base) as session:
        row = session.get_one(SavedReport, first)
        row.vocabulary = "0123456789ab"
        assert session.scalar(select(col(IndexState.fingerprint)).where(col(IndexState.name) == STATE))
    assert pipeline.refresh(base, HashingEmbedder()).reissues == []
    (made,) = ingest(base, tmp_path / "streams.yaml", NEW)
    assert (made.previous, made.edition) == (first, 2)
