"""How complete programmes are, told edition by edition, and what figures make of that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.trends.counts import theme_figure
from app.trends.document import Number, plain
from app.trends.panel import theme_panel
from app.trends.queue import queue_part
from app.trends.scope import Scope, read_scope
from tests.databases import Databases
from tests.trends.sample import Builder


@pytest.fixture(scope="module")
def session(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """4 of 4 published sessions known, 3 of 2 and 1 of 2, decided for operations and guessed for guessed; one alone."""
    with databases.fresh(tmp_path_factory.mktemp("complete")) as engine, Session(engine) as opened:
        build = Builder(opened)
        build.theme("operations", "Operations")
        build.theme("guessed", "Guessed")
        for year, known, published in ((2021, 4, 4), (2022, 3, 2), (2023, 1, 2)):
            build.edition(f"tiny-{year}", f"Tiny {year}", f"{year}-05-01", published, series="tiny")
            for number in range(known):
                build.talk(
                    f"tiny-{year}",
                    kind="keynote" if number == 3 else "breakout",
                    confirmed=("operations",) if number == 0 else (),
                    rejected=("operations",) if number else (),
                    machine={"guessed": 0.8} if number == 1 else {},
                )
        build.edition("tiny-2020", "Tiny 2020", "2020-05-01", series="sole")
        build.talk("tiny-2020")
        opened.commit()
        yield opened


def test_more_than_one_edition_published_fills_no_gap_of_another(session: Session) -> None:
    facts = read_scope(session, Scope(series="tiny"))
    assert (facts.known, facts.published, facts.missing, facts.surplus) == (8, 8, 1, 1)
    assert not facts.coverage.is_complete
    assert facts.whole is None
    figure = theme_figure(session, "operations", facts.scope)
    assert figure.method_slug != "exact"
    assert "more than the 2 sessions published" in figure.method
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 3 / 8 < figure.high
    assert (figure.coverage.missing, figure.coverage.surplus) == (1, 1)


def test_words_say_which_edition_lacks_sessions_and_which_has_too_many(session: Session) -> None:
    document = build_report(session, "themes", ReportRequest(series="tiny"))
    assert [plain(words) for words in document.coverage] == [
        "1 of the 8 published sessions is not in the base: Tiny 2023 lacks 1 of 2.",
        "3 talks of Tiny 2022 are known, more than the 2 sessions published.",
    ]
    alone = build_report(session, "themes", ReportRequest(editions=("tiny-2022",)))
    assert [plain(words) for words in alone.coverage] == ["3 talks are known, more than the 2 sessions published."]
    two = build_report(session, "themes", ReportRequest(editions=("tiny-2021", "tiny-2023")))
    assert plain(two.coverage[0]).startswith("1 of the 6 published sessions is not in the base: Tiny 2023 lacks 1 of 2")
    whole = build_report(session, "themes", ReportRequest(editions=("tiny-2021",)))
    assert [plain(words) for words in whole.coverage] == ["All 4 published sessions are in the base."]


def test_populations_of_a_complete_programme_are_known_whole(session: Session) -> None:
    whole = Scope(editions=("tiny-2021",))
    figure = theme_figure(session, "operations", whole, "without-keynotes")
    assert (figure.numerator, figure.denominator) == (1, 3)
    assert figure.low == figure.share == figure.high == 1 / 3
    assert figure.method_slug == "exact"
    assert (
        figure.method
        == "Exact: all 4 published sessions are known and people decided each of the 3 of this population."
    )


@pytest.mark.parametrize(("population", "missing"), [("all", [0, 0, 1]), ("without-keynotes", [0, None, None])])
def test_evidence_of_an_edition_tells_what_is_missing_where_that_is_known(
    session: Session, population: str, missing: list[int | None]
) -> None:
    panel = theme_panel(session, read_scope(session, Scope(series="tiny")), "edition", population)
    for theme in panel.themes:
        cells = panel.line(theme.slug)
        assert [cell.seen.missing for cell in cells] == missing
        figures = [cell.figure for cell in cells]
        assert [cell.seen.talks for cell in cells] == [one.denominator for one in figures]
        assert [cell.seen.undecided for cell in cells] == [one.undecided for one in figures]
        assert [(cell.seen.share, cell.seen.low) for cell in cells] == [(one.estimate, one.low) for one in figures]
        assert figures == [
            theme_figure(session, theme.slug, column.facts.scope, population) for column in panel.columns
        ]


@pytest.mark.parametrize("edition", ["tiny-2022", "tiny-2023"])
def test_populations_of_other_programmes_stay_estimates(session: Session, edition: str) -> None:
    figure = theme_figure(session, "operations", Scope(editions=(edition,)), "without-keynotes")
    assert figure.method_slug != "exact"
    assert "not of this population" in figure.method


def test_words_where_a_choice_leaves_nothing(session: Session) -> None:
    none = build_report(session, "themes", ReportRequest(editions=("tiny-2021",), year_from=2022))
    assert none.title == "No edition, since 2022, by theme"
    assert plain(none.coverage[0]) == (
        "The base holds no edition here; none of those chosen is of the series and the years asked for."
    )
    two = ReportRequest(editions=("tiny-2021", "tiny-2022"), population="with-text")
    left = build_report(session, "compare-editions", two)
    assert plain(left.lead[0]).startswith(
        "Tiny 2021 and Tiny 2022 have no known talks left (talks with text) to compare"
    )


def test_one_talk_is_told_as_one(session: Session) -> None:
    alone = build_report(session, "themes", ReportRequest(editions=("tiny-2020",)))
    assert plain(alone.coverage[0]) == "How many sessions Tiny 2020 published is not known; 1 talk is."


@pytest.mark.parametrize(
    ("edition", "why"),
    [
        ("tiny-2021", "for 3 more talks, which the machine gives next to no chance, are undecided too"),
        ("tiny-2022", "for more talks are known than sessions were published"),
    ],
)
def test_the_queue_says_why_reviews_would_not_settle_a_share(session: Session, edition: str, why: str) -> None:
    (first, *_) = queue_part(session, "settle", edition, "guessed", None, 1)
    assert why in first.why
    assert "sessions are missing" not in first.why


def test_themes_of_as_many_talks_each_have_their_own_range_and_link(session: Session) -> None:
    document = build_report(session, "themes", ReportRequest(editions=("tiny-2021",)))
    lead = document.lead[0]
    first = "2 themes lead with as many known talks each: Operations 1 of 4, 25\u00a0%, exactly; "
    assert plain(lead).startswith(f"{first}Guessed 1 of 4, 25\u00a0%, likely ")
    linked = [piece.figure for piece in lead if isinstance(piece, Number)]
    assert [figure.label.split(":")[0] for figure in linked] == ["Operations", "Guessed"]
