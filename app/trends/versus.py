"""Two technologies side by side: talks on each and on both, shares by year, what was said of them, and who spoke."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.catalog.takeaways import TakeawayCard, takeaway_cards
from app.catalog.talks import list_talks
from app.catalog.technologies import NamedTalks, TechnologyRow
from app.errors import UsageError
from app.models import Appearance, Organisation
from app.technologies.naming import drafts_naming, is_about, named_in_takeaways, resolve_technology, takeaways_naming
from app.trends.document import Chart, FigureRow
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.mentions import counted_share
from app.trends.scope import Scope, read_scope
from app.trends.technologies import technology_counts, technology_years, together_counts
from app.trends.wording import percent, percent_range

TALKS = 8
SPEAKING = 15
DRAFTS = 10
COMPARING = ("comparison", "limitation")
FEWEST_KNOWN = 10
"""A year with fewer known talks is in the table and not in the chart: its shares say next to nothing."""


class YearShare(BaseModel):
    """Talks that mention a technology in a year; share and 95 % limits (Wilson) 0..1, None where no talk is known."""

    model_config = ConfigDict(frozen=True)

    figure: Figure
    share: float | None
    low: float | None
    high: float | None

    @property
    def words(self) -> str:
        """“12 %, likely 8–17 %”, "" where no talk of the year is known."""
        return f"{percent(self.share)}, likely {percent_range(self.low, self.high)}" if self.share is not None else ""


class YearOfTwo(BaseModel):
    """Both technologies in one year, and the talks with both."""

    model_config = ConfigDict(frozen=True)

    year: int
    first: YearShare
    second: YearShare


class Speaking(BaseModel):
    """An organisation whose people gave talks that mention both, with their number."""

    slug: str
    name: str
    figure: Figure


class Versus(BaseModel):
    """GET /technologies/{first}/vs/{second}. The first is that whose slug comes first.

    Takeaways are of people; `drafts` are the machine’s, and nobody has read them. A limitation is of the technology it
    is about; which that is, the order of the technologies in its source says.
    """

    model_config = ConfigDict(frozen=True)

    first: TechnologyRow
    second: TechnologyRow
    first_talks: Figure
    second_talks: Figure
    both: Figure
    years: list[YearOfTwo] = Field(description="From the first year either was mentioned to the last, oldest first.")
    on_both: list[TakeawayCard] = Field(description="Takeaways that name both, limitations aside.")
    first_limits: list[TakeawayCard]
    second_limits: list[TakeawayCard]
    elsewhere: list[TakeawayCard] = Field(description="Comparisons that name only one of the two.")
    drafts: list[TakeawayCard]
    talks: list[TalkCard] = Field(description="The newest talks that mention both.")
    organisations: list[Speaking]
    snapshot: str

    @property
    def path(self) -> str:
        """Address within the site."""
        return pair_path(self.first.slug, self.second.slug)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all has the two together."""
        return not (self.both.numerator or self.on_both or self.first_limits or self.second_limits or self.drafts)


def pair_path(one: str, other: str) -> str:
    """Address of the page of two technologies by slug, in whatever order they are given."""
    first, second = sorted((one, other))
    return f"/technologies/{first}/vs/{second}"


def resolve_pair(session: Session, one: str, other: str) -> tuple[TechnologyRow, TechnologyRow]:
    """Two technologies by slug, name or alias, in the order of their slugs. NotFound; a UsageError if they are one."""
    first, second = sorted((resolve_technology(session, named) for named in (one, other)), key=lambda row: row.slug)
    if first.slug == second.slug:
        raise UsageError(f"“{one}” and “{other}” are both {first.name}; name two technologies.")
    return first, second


def versus(session: Session, first: TechnologyRow, second: TechnologyRow) -> Versus:
    """The two side by side; `first` and `second` as by `resolve_pair`. Kept while the base does not change, but for the
    drafts, which people decide about without changing it."""
    found = kept(session, ("versus", first.slug, second.slug), lambda: _read(session, first, second))
    drafts = drafts_naming(session, (first.slug, second.slug), COMPARING, DRAFTS)
    return found.model_copy(update={"drafts": drafts}) if drafts else found


def _read(session: Session, first: TechnologyRow, second: TechnologyRow) -> Versus:
    both = TalkFilter(technology=first.slug, technologies=(second.slug,))
    counts = technology_counts(session, (first, second))
    portion = list_talks(session, both, "newest", TALKS)
    other = NamedTalks(slug=second.slug, name=second.name, talks=portion.total)
    on_both, first_limits, second_limits, elsewhere = _takeaways(session, first.slug, second.slug)
    return Versus(
        first=first,
        second=second,
        first_talks=counts[first.slug],
        second_talks=counts[second.slug],
        both=together_counts(session, first, (other,))[second.slug],
        years=_years(session, first, second),
        on_both=on_both,
        first_limits=first_limits,
        second_limits=second_limits,
        elsewhere=elsewhere,
        drafts=[],
        talks=portion.items,
        organisations=_speaking(session, both, {first.slug: first.name, second.slug: second.name}),
        snapshot=current_snapshot(session),
    )


def comparisons_of(session: Session, technology: str) -> list[TakeawayCard]:
    """The comparisons and limitations that name a technology, in the order of their sources."""
    return [card for card in takeaways_naming(session, technology) if card.kind in COMPARING]


def _takeaways(session: Session, first: str, second: str) -> tuple[list[TakeawayCard], ...]:
    """Those on both, the limitations of the first and of the second, and comparisons that name one of the two."""
    naming = named_in_takeaways(session)
    one, other = naming.get(first, ()), naming.get(second, ())
    cards = takeaway_cards(session, list(dict.fromkeys((*one, *other))))
    two = set(one) & set(other)
    limits: dict[str, list[TakeawayCard]] = {first: [], second: []}
    on_both, elsewhere = [], []
    for card in cards:
        if card.kind == "limitation":
            sides = [side for side, named in ((first, one), (second, other)) if card.slug in named]
            about = [side for side in sides if is_about(session, card, side)] if len(sides) > 1 else sides
            for side in about or sides:
                limits[side].append(card)
        elif card.slug in two:
            on_both.append(card)
        elif card.kind == "comparison":
            elsewhere.append(card)
    return on_both, limits[first], limits[second], elsewhere


def _years(session: Session, first: TechnologyRow, second: TechnologyRow) -> list[YearOfTwo]:
    held = [year for row in (first, second) for year in (row.first_year, row.last_year) if year is not None]
    if not held:
        return []
    years = range(min(held), max(held) + 1)
    two = zip(technology_years(session, first, years), technology_years(session, second, years), strict=True)
    return [YearOfTwo(year=year, first=_share(one), second=_share(other)) for (year, one), (_, other) in two]


def _share(figure: Figure) -> YearShare:
    seen = counted_share(figure.numerator, figure.denominator)
    if seen is None:
        return YearShare(figure=figure, share=None, low=None, high=None)
    return YearShare(figure=figure, share=seen.share, low=seen.low, high=seen.high)


def _speaking(session: Session, both: TalkFilter, names: dict[str, str]) -> list[Speaking]:
    count = func.count(func.distinct(col(Appearance.talk_id)))
    rows = session.execute(
        select(col(Organisation.slug), col(Organisation.name), count)
        .join(Appearance, col(Appearance.organisation_id) == col(Organisation.id))
        .where(col(Appearance.talk_id).in_(allowed_talks(both)))
        .group_by(col(Organisation.id))
        .order_by(count.desc(), col(Organisation.name), col(Organisation.slug))
        .limit(SPEAKING)
    )
    facts, snapshot = read_scope(session, Scope()), current_snapshot(session)
    found = []
    for slug, name, talks in rows:
        key = FigureKey("count", both.but(organisation=slug), snapshot=snapshot)
        figure = count_figure(key, facts, talks, facts.known, {**names, slug: name})
        found.append(Speaking(slug=slug, name=name, figure=figure))
    return found


def versus_chart(found: Versus) -> Chart | None:
    """Shares of both by year as two lines; None where fewer than two years have enough talks to tell."""
    shown = [year for year in found.years if year.first.figure.denominator >= FEWEST_KNOWN]
    if len(shown) < 2:
        return None
    rows = [
        _row(side, year.year, share)
        for side, shares in (
            (found.first, [year.first for year in shown]),
            (found.second, [year.second for year in shown]),
        )
        for year, share in zip(shown, shares, strict=True)
    ]
    told = "; ".join(f"{row.line} {row.label} {row.figure.fraction}" for row in rows)
    title = f"{found.first.name} and {found.second.name}: share of known talks that mention each, by year"
    return Chart(title, f"{title}: {told}.", tuple(rows), kind="lines")


def _row(side: TechnologyRow, year: int, share: YearShare) -> FigureRow:
    # Of a count a figure has no limits; those of the plain share are drawn. Names are found by machine: a hollow point.
    limits = {"share": share.share, "low": share.low, "high": share.high, "undecided": share.figure.denominator}
    figure = share.figure.model_copy(update=limits)
    return FigureRow(f"{side.slug}-{year}", str(year), None, figure, at=str(year), line=side.name)
