"""The reports there are, by name. A new report is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from app.catalog.kept import kept
from app.errors import NotFound, UsageError
from app.reports import (
    companies,
    compare_conferences,
    compare_editions,
    edition,
    emerging,
    radar,
    theme_over_time,
    themes,
    together,
    whats_new,
)
from app.reports.request import ReportRequest
from app.trends.document import Document
from app.trends.wording import listed

PLACE = ("edition", "series", "year_from", "year_to")
THEMES = ("population", "counting", "vocabulary")
"""What says where talks are counted, and what says which of them and how for themes."""


@dataclass(frozen=True)
class Report:
    """A report: the name in its address, a title and a sentence for lists, and what builds it.

    `takes` names the parameters that it goes by, and any other is refused; `needs` says in words what must be chosen
    for it, "" if nothing must; `takes_edition` whether one edition will do.
    """

    name: str
    title: str
    sentence: str
    build: Callable[[Session, ReportRequest], Document]
    takes: tuple[str, ...]
    needs: str = ""
    takes_edition: bool = True


REPORTS = (
    Report(
        "themes",
        "Themes",
        "The share of talks about each theme, for editions, a series or everything known, with intervals and coverage.",
        themes.build,
        (*PLACE, "theme", *THEMES),
    ),
    Report(
        "edition",
        "Edition",
        "One edition in short: its talks by kind, who they came from, its leading themes and what people took away.",
        edition.build,
        ("edition", *THEMES),
        needs="one edition",
    ),
    Report(
        "theme-over-time",
        "A theme over time",
        "The share of one theme at each edition of a series, or in each year, with what rose, fell or is not settled.",
        theme_over_time.build,
        (*PLACE, "theme", *THEMES),
        needs="a theme; of one series, or of everything by year",
        takes_edition=False,
    ),
    Report(
        "compare-editions",
        "Two editions compared",
        "Which themes rose or fell from one edition to another, and what would settle those that are not settled.",
        compare_editions.build,
        ("edition", *THEMES),
        needs="two editions",
        takes_edition=False,
    ),
    Report(
        "emerging",
        "Emerging and declining",
        "Themes and technologies that rise or fall over the years, by their whole line, judged together.",
        emerging.build,
        (*PLACE, *THEMES),
        takes_edition=False,
    ),
    Report(
        "compare-conferences",
        "Conferences compared",
        "Shares of themes at two or more series side by side, also as they would be with one mix of kinds and years.",
        compare_conferences.build,
        ("series", "against", "year_from", "year_to", *THEMES),
        needs="a series and another",
        takes_edition=False,
    ),
    Report(
        "radar",
        "Technology radar",
        "Technologies by share of talks and by what people say of them, with how they moved of late.",
        radar.build,
        (*PLACE, "population"),
    ),
    Report(
        "companies",
        "Companies",
        "Whom speakers were with at the time of their talks: vendors, users and what is not known, and who came most.",
        companies.build,
        (*PLACE, "population"),
    ),
    Report(
        "whats-new",
        "What is new",
        "An edition against the one before it: new speakers and companies, themes that moved, talks given before.",
        whats_new.build,
        ("edition", *THEMES),
        needs="one edition",
    ),
    Report(
        "together",
        "Themes together",
        "Which themes meet in one talk more often, or less, than by chance.",
        together.build,
        (*PLACE, "theme", "population", "vocabulary"),
    ),
)


def get_report(name: str) -> Report:
    """The report of this name; an unknown one is NotFound and lists the known."""
    for report in REPORTS:
        if report.name == name:
            return report
    raise NotFound("report", name, f"The reports are {', '.join(report.name for report in REPORTS)}.")


def build_report(session: Session, name: str, request: ReportRequest) -> Document:
    """The report `name`, kept while the base does not change; it is shared, and nothing in it can be changed.

    NotFound for an unknown report or slug, UsageError for a parameter it cannot use.
    """
    report = get_report(name)
    for parameter, _ in request.parameters():
        if parameter not in report.takes:
            words = f"The report “{name}” takes no {parameter}; it takes {listed(report.takes)}."
            raise UsageError(words, parameter)
    return kept(session, ("report", name, request), lambda: report.build(session, request))
