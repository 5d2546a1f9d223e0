"""A figure: a number with its numerator, its denominator, the rules of both, its interval and an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, computed_field

from app.catalog.cards import TalkCard
from app.settings import get_settings
from app.trends.estimate import Estimate, Ground, estimate_share, method_sentence
from app.trends.estimate.planning import plan_reviews
from app.trends.keys import FigureKey
from app.trends.populations import get_population
from app.trends.scope import Coverage, ScopeFacts, exceeding_words
from app.trends.tally import Tally
from app.trends.wording import counted, likely, percent, percent_range


class FigureLink(BaseModel):
    """A figure by id and address."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str


class Figure(BaseModel):
    """A number that can be followed to its talks. Shares and bounds are 0..1; None where there is nothing to count.

    Of a count of talks (kind `count`) share and bounds are None. `confirmed` and `machine` are the parts of the
    numerator that people decided and that the machine assigned; a count is all confirmed, for it takes no judgement.
    `share` is that of the talks counted, which can be listed; `estimate` allows for wrong labels, and `low` to `high`
    is its interval, which a reviewed sample may put beside the share.
    `if_none` and `if_all` are the shares if none or all of the unknown sessions were in the numerator; None where their
    number is unknown.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    label: str
    numerator_rule: str
    denominator_rule: str
    population: str
    counting: str
    numerator: int
    denominator: int
    share: float | None
    low: float | None
    high: float | None
    method: str
    confirmed: int
    machine: int
    undecided: int = Field(description="talks of the denominator that no person decided for this theme")
    if_none: float | None = None
    if_all: float | None = None
    estimate: float | None = Field(default=None, description="the share with labels corrected; the interval is of this")
    method_slug: str = Field(default="counted", description="what the labels rest on; see /methods#labels")
    reviewed: int = Field(default=0, description="talks that people drew and reviewed as a sample")
    half_labelling: float | None = Field(default=None, description="half the width from labelling error alone, 0..1")
    half_unseen: float | None = Field(default=None, description="half the width from unknown talks alone, 0..1")
    variance: float = Field(default=0.0, description="labelling error of the talks, in talks squared")
    coverage: Coverage
    snapshot: str

    @property
    def path(self) -> str:
        """Address of its talks within the site."""
        return f"/figures/{self.id}"

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot see through the pair of decorators
    @property
    def url(self) -> str:
        """Address of its talks from anywhere."""
        return get_settings().base_url + self.path

    @computed_field  # type: ignore[prop-decorator]  # as in catalog/cards
    @property
    def rule(self) -> str:
        """What is counted and of what, in one or two sentences."""
        return " ".join(dict.fromkeys((self.numerator_rule, self.denominator_rule)))

    @property
    def link(self) -> FigureLink:
        """Id and address."""
        return FigureLink(id=self.id, url=self.url)

    @property
    def fraction(self) -> str:
        """“19 of 47”."""
        return f"{self.numerator:,} of {self.denominator:,}"

    @property
    def percent(self) -> str:
        """“40 %”, “–” where there is no share."""
        return percent(self.share)

    @property
    def range(self) -> str:
        """“34–47 %”, “–” where there is no interval."""
        return percent_range(self.low, self.high)

    @property
    def between(self) -> str:
        """`range` for a table: “corrected 38 %, 34–47 %” where labels were corrected and that shows."""
        return f"corrected {percent(self.estimate)}, {self.range}" if self.is_corrected else self.range

    @property
    def likely(self) -> str:
        """“likely 34–47 %”, “exactly” where the interval is a point, "" where there is none.

        Where labels were corrected and that shows: “corrected 38 %, likely 34–47 %”.
        """
        words = likely(self.low, self.high)
        return f"corrected {percent(self.estimate)}, {words}" if self.is_corrected else words

    @property
    def is_corrected(self) -> bool:
        """Whether the estimate reads differently from the share counted."""
        return self.estimate is not None and self.denominator > 0 and percent(self.estimate) != percent(self.share)

    @property
    def advice(self) -> str | None:
        """“Reviewing 12 more talks would bring it to about ± 5 points.”; None where there is nothing to review."""
        if self.estimate is None or self.undecided == 0:
            return None
        published = self.coverage.published if self.population == "all" and not self.coverage.surplus else None
        if self.coverage.is_complete:
            published = self.denominator
        plan = plan_reviews(self.estimate, self.denominator, self.undecided, self.variance, published)
        if plan is None:
            return None
        points = f"±\u00a0{plan.within * 100:.0f} points"
        if plan.reviews is None:
            undecided = counted(self.undecided, "undecided talk")
            return f"Reviewing all {undecided} would leave about {points}; the rest is of talks that are not known."
        return f"Reviewing {counted(plan.reviews, 'more talk')}, drawn at random, would bring it to about {points}."

    @property
    def sentence(self) -> str:
        """“19 of 47 known talks (40 %, likely 34–47 %)”, or the count in words."""
        if self.share is None:
            return counted(self.numerator, "known talk")
        return f"{self.fraction} known talks ({self.percent}, {self.likely})"


class FigureTalks(BaseModel):
    """GET /figures/{id}: exactly the talks a figure counts, in programme order, oldest edition first.

    Long lists come in parts: `figure` says how many talks there are, `next` where the next part of both lists is.
    `snapshot` is the base the talks were read from; `stale` says that the id was made from another one.
    """

    id: str
    url: str
    label: str
    rule: str
    population: str
    counting: str
    numerator: list[TalkCard]
    denominator: list[TalkCard]
    snapshot: str
    stale: bool
    note: str | None
    figure: Figure
    next: str | None = Field(default=None, description="Address of the next part, null at the end.")


def share_estimate(population: str, facts: ScopeFacts, tally: Tally) -> Estimate:
    """The share of a theme among the talks of a population, with its interval."""
    # Of a programme that is known whole, so is every population.
    whole = facts.coverage.is_complete
    return estimate_share(
        tally.numerator,
        tally.denominator,
        confirmed=tally.confirmed,
        rejected=tally.rejected,
        variance=tally.variance,
        published=tally.denominator if whole else facts.published,
        surplus=facts.surplus,
        of_population=population != "all" and not whole,
        expected=tally.expected,
        keeps_count=tally.ground.labels != "reviewed-sample",
        skew=tally.skew,
    )


def share_figure(
    key: FigureKey, theme: str, facts: ScopeFacts, tally: Tally, estimate: Estimate | None = None
) -> Figure:
    """The figure of a share; `theme` is the theme's name, `estimate` that of `share_estimate` if it is at hand."""
    estimate = estimate or share_estimate(key.population, facts, tally)
    ground = tally.ground if tally.denominator else Ground("nothing")
    about = "with the main theme" if key.counting == "main" else "with the theme"
    return Figure(
        id=key.encode(),
        kind="share",
        label=f"{theme}: {facts.title}",
        numerator_rule=f"Counted: known talks {about} “{theme}”, by people’s decision or else the machine’s.",
        denominator_rule=_of_which(key, facts),
        population=key.population,
        counting=key.counting,
        numerator=tally.numerator,
        denominator=tally.denominator,
        share=estimate.share,
        low=estimate.low,
        high=estimate.high,
        method=method_sentence(
            estimate.basis,
            tally.denominator,
            tally.undecided,
            tally.machine,
            facts.published,
            ground,
            exceeding=exceeding_words(facts),
        ),
        confirmed=tally.confirmed,
        machine=tally.machine,
        undecided=tally.undecided,
        if_none=estimate.if_none,
        if_all=estimate.if_all,
        estimate=estimate.estimate,
        method_slug="exact" if estimate.basis == "exact" else ground.labels,
        reviewed=ground.sampled,
        half_labelling=estimate.labelling,
        half_unseen=estimate.unseen,
        variance=tally.variance,
        coverage=facts.coverage,
        snapshot=key.snapshot,
    )


@dataclass(frozen=True)
class PlainCount:
    """Talks counted by a rule; `names` are the names of slugs that its filter holds."""

    key: FigureKey
    numerator: int
    names: Mapping[str, str] = field(default_factory=dict)


def count_figure(
    key: FigureKey, facts: ScopeFacts, numerator: int, denominator: int, names: Mapping[str, str] | None = None
) -> Figure:
    """The figure of a plain count of talks; `names` as of `PlainCount`."""
    return count_figures([PlainCount(key, numerator, names or {})], facts, denominator)[0]


def count_figures(counts: Sequence[PlainCount], facts: ScopeFacts, denominator: int) -> list[Figure]:
    """The figures of counts that are taken of the same talks, of one population: what they share is made once."""
    figures: list[Figure] = []
    for one in counts:
        what = _described(one.key, one.names)
        own = {
            "id": one.key.encode(),
            "label": f"{what[:1].upper()}{what[1:]}: {facts.title}",
            "numerator_rule": f"Counted: known {what}.",
            "numerator": one.numerator,
            "confirmed": one.numerator,
        }
        figures.append(figures[0].model_copy(update=own) if figures else _count(one.key, facts, denominator, own))
    return figures


def _count(key: FigureKey, facts: ScopeFacts, denominator: int, own: Mapping[str, Any]) -> Figure:
    return Figure(
        **own,
        kind="count",
        denominator_rule=_of_which(key, facts),
        population=key.population,
        counting=key.counting,
        denominator=denominator,
        share=None,
        low=None,
        high=None,
        method="Counted in the base; not an estimate.",
        machine=0,
        undecided=0,
        coverage=facts.coverage,
        snapshot=key.snapshot,
    )


_NARROWED = (
    ("kind", "of kind"),
    ("language", "in language"),
    ("speaker", "by"),
    ("organisation", "by people of"),
    ("technology", "that mention"),
)
_AFFILIATED = {"vendor": "by people of a vendor", "user": "by people of no vendor"}


def _described(key: FigureKey, names: Mapping[str, str]) -> str:
    """What a count counts, without where: “talks of kind keynote”."""
    talks = key.filter
    words = ["talks"]
    if key.population != "all":
        words.append(f"({get_population(key.population).name})")
    if talks.both:
        words.append(f"with {' and '.join(f'“{names.get(theme, theme)}”' for theme in talks.both)}")
    for narrowed, how in _NARROWED:
        if value := getattr(talks, narrowed):
            words.append(f"{how} {names.get(value, value)}")
    words += [f"with {names.get(one, one)}" for one in talks.technologies[:1]]
    if talks.affiliation:
        words.append(_AFFILIATED.get(talks.affiliation, "by people of whom it is not known where they work"))
    if talks.newcomers:
        words.append("with a speaker who is new to the series")
    if talks.repeated:
        words.append("given at another edition before")
    return " ".join(words)


def _of_which(key: FigureKey, facts: ScopeFacts) -> str:
    return f"Of: {facts.title}. {get_population(key.population).sentence}"
