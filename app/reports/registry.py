"""The reports there are, by name. A new report is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from app.errors import NotFound
from app.reports import edition, themes
from app.reports.request import ReportRequest
from app.trends.document import Document


@dataclass(frozen=True)
class Report:
    """A report: the name in its address, a title and a sentence for lists, and what builds it."""

    name: str
    title: str
    sentence: str
    build: Callable[[Session, ReportRequest], Document]


REPORTS = (
    Report(
        "themes",
        "Themes",
        "The share of talks about each theme, for editions, a series or everything known, with intervals and coverage.",
        themes.build,
    ),
    Report(
        "edition",
        "Edition",
        "One edition in short: its talks by kind, who they came from, its leading themes and what people took away.",
        edition.build,
    ),
)


def get_report(name: str) -> Report:
    """The report of this name; an unknown one is NotFound and lists the known."""
    for report in REPORTS:
        if report.name == name:
            return report
    raise NotFound("report", name, f"The reports are {', '.join(report.name for report in REPORTS)}.")


def build_report(session: Session, name: str, request: ReportRequest) -> Document:
    """Build the report `name`. NotFound for an unknown report or slug, UsageError for a parameter it cannot use."""
    return get_report(name).build(session, request)
