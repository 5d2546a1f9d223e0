"""The arithmetic of a share: Wilson interval with finite population correction and labelling error. Pure numbers.

What is estimated is the share of the whole published programme that is about a theme, from the talks that are known
and from labels of which people decided some and a machine the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

UNASSIGNED = 0.05
"""Assumed probability that a talk is about a theme where no person decided and the machine kept no probability. It is
the least that the machine keeps, so the variance it stands for is never understated."""

SUREST = 0.99
"""No machine is taken to be surer than this, nor less sure than its complement."""

Basis = Literal["nothing", "exact", "complete", "partial", "unknown", "population", "exceeds"]


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval, all 0..1; None where nothing can be counted.

    `basis` says what is known of the programme: `exact` (complete, decided by people), `complete` (labels uncertain),
    `partial` (published count known), `unknown` (it is not), `population` (it is known for all talks only), `exceeds`
    (more is known than was published, so the published count measures something else), `nothing` (no talks).
    `if_none` and `if_all` are the shares if none, or all, of the unknown sessions were about the theme.
    """

    share: float | None
    low: float | None
    high: float | None
    basis: Basis
    if_none: float | None = None
    if_all: float | None = None


def label_variance(machine: float, unassigned: int) -> float:
    """Sum of p(1-p) over talks no person decided, in talks squared.

    `machine` is that sum over talks with a probability; `unassigned` counts the talks for which none was kept.
    """
    return machine + unassigned * UNASSIGNED * (1 - UNASSIGNED)


def wilson(share: float, size: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for a share seen in a sample of `size` (which may be fractional, and > 0).

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212.
    """
    square = z * z / size
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / size + square / (4 * size))
    return min(max(0.0, middle - half), share), max(min(1.0, middle + half), share)


def uncertainty(numerator: int, denominator: int, published: int | None, variance: float, z: float = Z95) -> float:
    """One over the effective sample size; 0 where nothing is uncertain.

    The total variance is p(1-p)/n * (N-n)/(N-1) + sum p_i(1-p_i)/n^2: drawing n of N sessions without replacement
    (Cochran, Sampling Techniques, 1977, 2.6) plus the error of labels no person decided. A share with that variance is
    worth n_eff = p(1-p)/variance independent talks, and n_eff enters Wilson's interval, as Korn and Graubard (Survey
    Methodology 24, 1998, 193-201) and Dean and Pagano (J. Surv. Stat. Methodol. 3, 2015, 484-503) do for complex
    surveys. p is taken at the centre of Wilson's interval, so that shares of 0 and 1 have labelling error too.
    """
    left = 1.0
    if published is not None:
        left = (published - denominator) / (published - 1) if published > denominator else 0.0
    middle = (numerator + z * z / 2) / (denominator + z * z)
    return left / denominator + variance / denominator**2 / (middle * (1 - middle))


def estimate_share(
    numerator: int,
    denominator: int,
    *,
    confirmed: int = 0,
    rejected: int = 0,
    variance: float = 0.0,
    published: int | None = None,
    of_population: bool = False,
) -> Estimate:
    """The share of talks about a theme and its 95 % interval.

    numerator: talks given the theme, of which people confirmed `confirmed`; denominator: known talks, of which people
    denied it to `rejected`; variance: see `label_variance`, 0 where people decided every talk; published: sessions the
    programme listed, None where unknown; of_population: only some kinds of talk are counted, so `published` does not
    apply. With `published` known the interval stays within what is possible at all: not below confirmed / published,
    not above (published - rejected) / published.
    """
    if denominator == 0:
        return Estimate(None, None, None, "nothing")
    share = numerator / denominator
    basis: Basis = "partial"
    if of_population:
        basis = "population"
    elif published is None:
        basis = "unknown"
    elif published < denominator:
        basis = "exceeds"
    elif published == denominator:
        basis = "complete" if variance > 0 else "exact"
    size = published if basis in ("partial", "complete", "exact") else None
    inverse = uncertainty(numerator, denominator, size, variance)
    if inverse == 0:
        return Estimate(share, share, share, basis, share, share)
    low, high = wilson(share, 1 / inverse)
    if size is None:
        return Estimate(share, low, high, basis)
    unknown = size - denominator
    low = min(share, max(low, confirmed / size))
    high = max(share, min(high, (size - rejected) / size))
    return Estimate(share, low, high, basis, numerator / size, (numerator + unknown) / size)


def method_sentence(basis: Basis, denominator: int, undecided: int, machine: int, published: int | None = None) -> str:
    """How the interval was made, for readers. `undecided` talks no person decided, `machine` of them were assigned."""
    known = {
        "nothing": "There are no talks to count, so there is no share.",
        "exact": f"Exact: all {denominator} published sessions are known and people decided each.",
        "complete": f"95 % Wilson interval for labelling error alone: all {denominator} published sessions are known.",
        "partial": f"95 % Wilson interval with finite population correction: {denominator} of {published} published "
        "sessions are known.",
        "unknown": "95 % Wilson interval: how many sessions were published is not known, so the known talks are "
        "treated as a sample of a programme of unknown size.",
        "population": "95 % Wilson interval: the published count is of all talks, not of this population, so the known "
        "talks are treated as a sample of a programme of unknown size.",
        "exceeds": f"95 % Wilson interval without correction: {denominator} talks are known, more than the {published} "
        "sessions published, so the two count different things.",
    }[basis]
    if basis in ("nothing", "exact"):
        return known
    if undecided == 0:
        return f"{known} People decided every known talk."
    return (
        f"{known} It includes the labelling error of {undecided} of {denominator} talks that no person has decided, "
        f"{machine} of them assigned by machine: each counts with the probability the machine kept for it, and with "
        f"{UNASSIGNED * 100:g}\u00a0% where it kept none."
    )
