"""Reports: what they say, and that every number in them opens exactly the talks it counts."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from app.errors import NotFound, UsageError
from app.reports.registry import REPORTS, build_report
from app.reports.request import ReportRequest
from app.trends.behind import figure_talks
from app.trends.document import Document, figures_of, plain
from app.trends.populations import COUNTINGS, POPULATIONS
from tests.reports.years import what_it_takes

WEST = ("west-2019",)
REQUESTS = [
    ReportRequest(editions=editions, population=population.slug, counting=counting.slug)
    for editions in ((), WEST, ("east-2020",), ("empty-2021",), ("east-2020", "west-2019"))
    for population in POPULATIONS
    for counting in COUNTINGS
] + [ReportRequest(series="summit"), ReportRequest(editions=WEST, theme="operations"), ReportRequest(year_from=2020)]


def _words(document: Document) -> str:
    return " ".join(plain(words) for words in (*document.lead, *document.coverage, *document.method))


# Those that need more than a place are tried in test_change_reports.py.
ANYWHERE = [report.name for report in REPORTS if report.needs in ("", "one edition")]


@pytest.mark.parametrize("name", ANYWHERE)
def test_every_figure_of_every_report_opens_exactly_its_talks(session: Session, name: str) -> None:
    opened = 0
    for request in REQUESTS:
        if name in ("edition", "whats-new") and len(request.editions) != 1:
            continue
        document = build_report(session, name, what_it_takes(name, request))
        for figure in figures_of(document):
            found = figure_talks(session, figure.id)
            assert (len(found.numerator), len(found.denominator)) == (figure.numerator, figure.denominator)
            assert found.figure == figure
            opened += 1
    assert opened


def test_theme_report_reads_as_it_should(session: Session) -> None:
    document = build_report(session, "themes", ReportRequest(editions=WEST))
    assert document.title == "Summit West 2019, by theme"
    assert plain(document.lead[0]) == (
        "Stream *processing* leads with 5 of 10 known talks, 50\u00a0%, likely 30–70\u00a0%; Operations follows with "
        "4 of 10. A talk counts for each of its themes, so shares may add to more than one hundred."
    )
    assert plain(document.coverage[0]) == (
        "2 of the 12 published sessions are not in the base. Were none of them of the theme "
        "Stream *processing*, its share would be 42\u00a0%; were all, 58\u00a0%."
    )
    assert [row.key for row in document.tables[0].rows] == ["streaming", "operations", "kubernetes", "unused"]
    assert len(document.claims) == 3
    assert [source.label for source in document.sources] == ["Organiser’s page", "A [note]"]
    assert document.path == "/reports/themes?edition=west-2019"
    assert document.export_path("csv") == "/reports/themes.csv?edition=west-2019"
    assert [(choice.slug, choice.current) for choice in document.populations][:2] == [
        ("all", True),
        ("without-keynotes", False),
    ]
    assert document.populations[1].query == "edition=west-2019&population=without-keynotes"


def test_without_an_edition_it_says_that_it_is_over_all(session: Session) -> None:
    document = build_report(session, "themes", ReportRequest())
    assert document.title == "All editions, by theme"
    assert "over all 2 editions in the base" in _words(document)
    assert "known for 2 of 3 editions only, 1 of which has no known talks, so nothing" in _words(document)
    assert "of Summit that have" in _words(build_report(session, "themes", ReportRequest(series="summit")))


def test_nothing_to_count_is_said_in_words(session: Session) -> None:
    empty = build_report(session, "themes", ReportRequest(editions=("empty-2021",)))
    assert "No talks of Summit Empty 2021 are in the base." in _words(empty)
    assert empty.tables[0].rows == ()
    assert empty.chart is None
    left = build_report(session, "themes", ReportRequest(editions=("east-2020",), population="with-text"))
    assert "No talks are left: talks with text" in _words(left)
    unmatched = build_report(session, "themes", ReportRequest(editions=WEST, theme="unused"))
    assert "None of the 10 known talks has been given" in _words(unmatched)


def test_a_theme_narrows_to_it_and_its_parts(session: Session) -> None:
    document = build_report(session, "themes", ReportRequest(editions=WEST, theme="operations"))
    assert [row.key for row in document.tables[0].rows] == ["operations", "kubernetes"]
    assert document.title == "Summit West 2019, Operations"


def test_edition_report(session: Session) -> None:
    document = build_report(session, "edition", ReportRequest(editions=WEST))
    assert plain(document.lead[0]) == "10 known talks: 8 breakout, 1 keynote, 1 lightning."
    assert [table.name for table in document.tables] == ["organisations", "themes"]
    assert document.tables[0].rows[0].figure.fraction == "4 of 10"


def test_the_edition_report_is_of_the_population_asked_for(session: Session) -> None:
    document = build_report(session, "edition", ReportRequest(editions=WEST, population="without-keynotes"))
    assert plain(document.lead[0]) == "9 known talks (without keynotes): 8 breakout, 1 lightning."
    assert document.tables[0].rows[0].figure.fraction == "3 of 9"
    nobody = build_report(session, "edition", ReportRequest(editions=("east-2020",), population="with-text"))
    assert plain(nobody.lead[0]) == "No talks of Summit East 2020 are left: talks with text."


def test_errors_say_what_to_do(session: Session) -> None:
    with pytest.raises(NotFound, match="themes, edition"):
        build_report(session, "nothing", ReportRequest())
    with pytest.raises(NotFound):
        build_report(session, "themes", ReportRequest(editions=("nowhere",)))
    with pytest.raises(NotFound):
        build_report(session, "themes", ReportRequest(editions=WEST, theme="nothing"))
    with pytest.raises(UsageError):
        build_report(session, "edition", ReportRequest())
    with pytest.raises(UsageError, match="all, without-keynotes"):
        ReportRequest(population="nobody")
