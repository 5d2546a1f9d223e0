"""Report “companies”: whom speakers were with at the time of their talks, vendors against users, and who came most."""

from __future__ import annotations

from pydantic import BaseModel
from sqlmodel import Session

from app.catalog.vendors import AFFILIATIONS, vendors_version
from app.reports.movements import sources
from app.reports.pieces import coverage_lines, population_choices
from app.reports.request import ReportRequest
from app.trends.attendance import organisations
from app.trends.counts import talk_count
from app.trends.document import Document, FigureRow, FigureTable, Line, Number, line
from app.trends.figure import Figure
from app.trends.mentions import counted_share
from app.trends.populations import get_population
from app.trends.scope import read_scope
from app.trends.wording import counted, likely, percent

ORGANISATIONS = 50
LABELS = {"vendor": "By people of a vendor", "user": "By people of no vendor", "unknown": "Affiliation not known"}


class Side(BaseModel):
    """Talks of vendors, of users, or of whom nothing is known. `share` and limits are among talks whose affiliation is
    known, 0..1; None for the unknown and where nothing is known."""

    affiliation: str
    figure: Figure
    share: float | None = None
    low: float | None = None
    high: float | None = None


class Company(BaseModel):
    """An organisation and its talks."""

    slug: str
    name: str
    vendor: bool
    figure: Figure


class Companies(BaseModel):
    """The JSON of this report. `vendors` names the list of vendors that was used, by its content."""

    scope: str
    population: str
    sides: list[Side]
    companies: list[Company]
    total: int
    vendors: str
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report for `request`; unknown slugs are NotFound."""
    facts = read_scope(session, request.scope)
    here = request.scope.filter()
    counts = {side: talk_count(session, here.but(affiliation=side), request.population) for side in AFFILIATIONS}
    known = counts["vendor"].numerator + counts["user"].numerator
    sides = []
    for side, figure in counts.items():
        share = counted_share(figure.numerator, known) if side != "unknown" else None
        limits = {"share": share.share, "low": share.low, "high": share.high} if share else {}
        sides.append(Side(affiliation=side, figure=figure, **limits))
    held = organisations(session, facts, request.population)
    found = Companies(
        scope=facts.title,
        population=request.population,
        sides=sides,
        companies=[
            Company(slug=one.slug, name=one.name, vendor=one.is_vendor, figure=one.figure)
            for one in held[:ORGANISATIONS]
        ],
        total=len(held),
        vendors=vendors_version(),
        snapshot=counts["vendor"].snapshot,
    )
    return Document(
        report="companies",
        title=f"Companies: {facts.title}",
        payload=found,
        snapshot=found.snapshot,
        parameters=request.parameters(),
        lead=_lead(found, known),
        coverage=coverage_lines(facts, request.population, None),
        populations=population_choices(session, request, facts),
        tables=_tables(found) if facts.known else (),
        method=_method(request, found),
        sources=sources(facts),
    )


def _lead(found: Companies, known: int) -> tuple[Line, ...]:
    sides = {side.affiliation: side for side in found.sides}
    whole = sides["unknown"].figure
    if whole.denominator == 0:
        return (line("No talks are known here, so nobody’s affiliation is."),)
    unknown = line("For ", Number(whole, whole.fraction), " talks it is not known whom their speakers were with.")
    if known == 0:
        return (unknown,)
    vendor = sides["vendor"]
    share = f"{percent(vendor.share)}, {likely(vendor.low, vendor.high)}"
    return (
        line(
            "Of the talks whose speakers’ affiliation is known, ",
            Number(vendor.figure, f"{vendor.figure.numerator:,}"),
            f" of {known:,} are by people of a vendor ({share}), ",
            Number(sides["user"].figure, f"{sides['user'].figure.numerator:,}"),
            " by people of none.",
        ),
        unknown,
    )


def _tables(found: Companies) -> tuple[FigureTable, ...]:
    rows = tuple(
        FigureRow(
            side.affiliation,
            LABELS[side.affiliation],
            None,
            side.figure,
            more=(
                line(percent(side.figure.numerator / side.figure.denominator) if side.figure.denominator else ""),
                line(f"{percent(side.share)}, {likely(side.low, side.high)}") if side.share is not None else (),
            ),
        )
        for side in found.sides
    )
    tables = [
        FigureTable("affiliations", "Vendors and users", "Whose", rows, shares=False, more=("Of all", "Of those known"))
    ]
    if found.companies:
        companies = tuple(
            FigureRow(
                one.slug, one.name, f"/talks?organisation={one.slug}", one.figure,
                more=(line("vendor" if one.vendor else "user"),),
            )
            for one in found.companies
        )  # fmt: skip
        first = f"the first {len(companies)} " if len(companies) < found.total else ""
        title = f"Who came most, {first}of {counted(found.total, 'organisation')}"
        tables.append(FigureTable("companies", title, "Organisation", companies, shares=False, more=("Side",)))
    return tuple(tables)


def _method(request: ReportRequest, found: Companies) -> tuple[Line, ...]:
    return (
        line(get_population(request.population).sentence),
        line(
            "An affiliation is that of the time of the talk, as its programme has it. A talk is a vendor’s if one of "
            "its speakers was with a vendor, a user’s if affiliations are known and none is a vendor’s. A vendor is an "
            "organisation that sells technology, a cloud or services for it, by the list in data/vendors.yaml "
            f"({found.vendors}), which gives a reason for each; any other organisation is a user."
        ),
        line(
            "The interval is Wilson’s (1927): it takes the talks whose affiliation is known for a random part of all, "
            "which nobody drew. What is not known is counted as not known."
        ),
    )
