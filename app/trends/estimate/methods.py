"""The methods by which labels become shares, and how a figure says in words which one made it. No arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.trends.estimate.interval import UNASSIGNED, Basis

Labels = Literal["nothing", "decided", "reviewed-sample", "measured-elsewhere", "machine-probabilities", "mixed"]


@dataclass(frozen=True)
class Method:
    """How labels are turned into a share: its name in JSON, a name and a sentence for readers, and its sources."""

    slug: Labels
    name: str
    sentence: str
    source: str


METHODS = (
    Method(
        "decided",
        "decided by people",
        "People decided every known talk, so labels are not in doubt.",
        "Unknown talks: Wilson 1927 with finite population correction (Cochran 1977).",
    ),
    Method(
        "reviewed-sample",
        "reviewed sample",
        "People reviewed a sample of the talks. The machine’s mean probability over all talks is corrected by its mean "
        "error on the sample, so the estimate holds however wrong the machine is; a good machine makes it narrower.",
        "Prediction-powered inference: Angelopoulos et al. 2023 (arXiv:2301.09633), PPI++ (arXiv:2311.01453); unequal "
        "draws: Zrnic and Candès 2024 (arXiv:2403.03208). Limits reach further towards one half, as missed labels "
        "are few and whole, and go by whole talks, after Yates 1934.",
    ),
    Method(
        "measured-elsewhere",
        "error rates measured elsewhere",
        "Nobody reviewed these talks. The machine’s labels are counted with the rates at which people agreed with such "
        "labels at other editions. Weaker than a review of these talks: the machine may be better or worse here.",
        "Adjusted counting: Gart and Buck 1966, Forman 2008; the likeliest share, Saerens et al. 2002.",
    ),
    Method(
        "machine-probabilities",
        "the machine’s own probabilities",
        "Nobody reviewed enough talks, here or elsewhere, to say how often the machine is right. Its probabilities are "
        "taken at their word, which nothing has tested.",
        "Labelling error as the sum of p(1-p); Wilson 1927, Korn and Graubard 1998.",
    ),
    Method(
        "mixed",
        "several methods",
        "The editions counted here are known in different ways; each is estimated by its own method.",
        "The sources of each.",
    ),
)


@dataclass(frozen=True)
class Ground:
    """What a share's labels rest on: the method, talks reviewed as a sample, and talks decided elsewhere."""

    labels: Labels = "decided"
    sampled: int = 0
    elsewhere: int = 0


def get_method(slug: str) -> Method | None:
    """The method of this slug; None for `nothing`, where there is no share."""
    return next((method for method in METHODS if method.slug == slug), None)


def method_sentence(
    basis: Basis,
    denominator: int,
    undecided: int,
    machine: int,
    published: int | None = None,
    ground: Ground | None = None,
    exceeding: str = "",
) -> str:
    """How the interval was made, for readers. `undecided` talks no person decided, `machine` of them were assigned.

    `exceeding` says of which editions more talks are known than were published.
    """
    listed = denominator if published is None else published
    each = "each" if listed == denominator else f"each of the {denominator} of this population"
    known = {
        "nothing": "There are no talks to count, so there is no share.",
        "exact": f"Exact: all {listed} published sessions are known and people decided {each}.",
        "complete": f"95 % Wilson interval for labelling error alone: all {listed} published sessions are known.",
        "partial": f"95 % Wilson interval with finite population correction: {denominator} of {published} published "
        "sessions are known.",
        "unknown": "95 % Wilson interval: how many sessions were published is not known, so the known talks are "
        "treated as a sample of a programme of unknown size.",
        "population": "95 % Wilson interval: the published count is of all talks, not of this population, so the known "
        "talks are treated as a sample of a programme of unknown size.",
        "exceeds": f"95 % Wilson interval without correction: {exceeding}, so the two count different things.",
    }[basis]
    if basis in ("nothing", "exact"):
        return known
    if undecided == 0:
        return f"{known} People decided every known talk."
    return f"{known} {_of_labels(ground or Ground('machine-probabilities'), denominator, undecided, machine)}"


def _of_labels(ground: Ground, denominator: int, undecided: int, machine: int) -> str:
    error = (
        f"It includes the labelling error of {undecided} of {denominator} talks that no person has decided, "
        f"{machine} of them assigned by machine: "
    )
    if ground.labels == "reviewed-sample":
        return (
            f"{error}the machine’s mean is corrected by its errors on {ground.sampled} talks drawn and reviewed "
            "(prediction-powered inference)."
        )
    if ground.labels == "measured-elsewhere":
        return (
            f"{error}nobody reviewed a sample here, so they count at the rates at which people agreed with the machine "
            f"in {ground.elsewhere} decisions at other editions (adjusted counting; weaker than a review)."
        )
    if ground.labels == "mixed":
        return (
            f"{error}where people reviewed a sample ({ground.sampled} talks) by that sample, elsewhere by the rates at "
            f"which people agreed with the machine in {ground.elsewhere} decisions."
        )
    return (
        f"{error}each counts with the probability the machine kept for it, and with {UNASSIGNED * 100:g}\u00a0% where "
        "it kept none."
    )
