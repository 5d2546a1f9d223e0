"""The interval of a share: Wilson's, with finite population correction and labelling error. Pure numbers.

What is estimated is the share of the whole published programme that is about a theme, from the talks that are known
and from labels of which people decided some and a machine the rest. How many of the known talks are of the theme, and
how sure that is, comes from `prediction`, from `adjusted` or from the machine's probabilities as they are.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

UNASSIGNED = 0.05
"""Assumed probability that a talk is about a theme where no person decided and the machine kept no probability. It is
the least that the machine keeps, so the variance it stands for is never understated."""

SUREST = 0.99
"""No machine is taken to be surer than this, nor less sure than its complement."""

REACH = 1 / 2
"""Of a talk: no whole number of talks that is farther from a limit outside counts as within, see `whole_talks`."""

Basis = Literal["nothing", "exact", "complete", "partial", "unknown", "population", "exceeds"]


class Estimate(NamedTuple):
    """A share with its 95 % interval, all 0..1; None where nothing can be counted.

    `share` is that of the talks counted, `estimate` what it is likely to be with labels corrected; the interval is of
    the latter. `basis` says what is known of the programme: `exact` (complete, decided by people), `complete` (labels
    uncertain), `partial` (published count known), `unknown` (it is not), `population` (it is known for all talks only),
    `exceeds` (of an edition more is known than it published, so the published count measures something else), `nothing`
    (no talks).
    `if_none` and `if_all` are the shares if none, or all, of the unknown sessions were about the theme. `labelling` and
    `unseen` are half the widths that the interval would have from labelling error alone and from unknown talks alone.
    """

    share: float | None
    low: float | None
    high: float | None
    basis: Basis
    if_none: float | None = None
    if_all: float | None = None
    estimate: float | None = None
    labelling: float | None = None
    unseen: float | None = None


def label_variance(machine: float, unassigned: int) -> float:
    """Sum of p(1-p) over talks no person decided, in talks squared.

    `machine` is that sum over talks with a probability; `unassigned` counts the talks for which none was kept.
    """
    return machine + unassigned * UNASSIGNED * (1 - UNASSIGNED)


def wilson(share: float, size: float, skew: float = 1.0, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for a share seen in a sample of `size` (which may be fractional, and > 0).

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212. Limits
    lie where (share - limit)^2 is z^2/size times the variance at the limit, which grows there by (1 - 2 share) for each
    unit that the limit is off; `skew` is how many times that it grows, where what is seen is no plain sample.
    """
    square = z * z / size
    slope = skew * (1 - 2 * share)
    middle = share + square * slope / 2 / (1 + square)
    half = math.sqrt(square * share * (1 - share) * (1 + square) + (square * slope) ** 2 / 4) / (1 + square)
    return min(max(0.0, middle - half), share), max(min(1.0, middle + half), share)


def middle_variance(share: float, denominator: int, z: float = Z95) -> float:
    """p(1-p) at the centre of Wilson's interval, so that shares of 0 and 1 have labelling error too."""
    middle = (share * denominator + z * z / 2) / (denominator + z * z)
    return middle * (1 - middle)


def uncertainty(share: float, denominator: int, published: int | None, variance: float) -> tuple[float, float]:
    """One over the effective sample size, in two parts: of unknown talks, of labels; 0 where nothing is uncertain.

    The total variance is p(1-p)/n * (N-n)/(N-1) + V/n^2: drawing n of N sessions without replacement (Cochran, Sampling
    Techniques, 1977, 2.6) plus the variance V of the number of talks of the theme among the known, in talks squared.
    The two are added as if labels erred independently of which talks are known. A share with that variance is worth
    n_eff = p(1-p)/variance independent talks, and n_eff enters Wilson's interval, as Korn and Graubard (Survey
    Methodology 24, 1998, 193-201) and Dean and Pagano (J. Surv. Stat. Methodol. 3, 2015, 484-503) do for complex
    surveys.
    """
    left = 1.0
    if published is not None:
        left = (published - denominator) / (published - 1) if published > denominator else 0.0
    return left / denominator, variance / denominator**2 / middle_variance(share, denominator)


def estimate_share(
    numerator: int,
    denominator: int,
    *,
    confirmed: int = 0,
    rejected: int = 0,
    variance: float = 0.0,
    published: int | None = None,
    surplus: int = 0,
    of_population: bool = False,
    expected: float | None = None,
    keeps_count: bool = True,
    skew: float = 1.0,
) -> Estimate:
    """The share of talks about a theme and its 95 % interval.

    numerator: talks given the theme, of which people confirmed `confirmed`; denominator: known talks, of which people
    denied it to `rejected`; variance: of the number of known talks of the theme, 0 where people decided every talk;
    published: sessions the programme listed, None where unknown; surplus: talks known beyond what their editions
    published, which fill no gap of another; of_population: only some kinds of talk are counted, and how many of these
    the programme listed is not known, so `published` does not apply; expected: talks of the theme with labels
    corrected, where that differs from the numerator; keeps_count: whether the interval holds the share counted whatever
    was expected, as it must where nothing measured here speaks against it; where it need not, limits go by whole talks
    of the programme; skew: of labelling error, see `wilson` and `prediction`. With `published` known the interval stays
    within what is possible at all: not below confirmed / published, not above (published - rejected) / published.
    """
    if denominator == 0:
        return Estimate(None, None, None, "nothing")
    counted = numerator / denominator
    share = counted if expected is None else min(max(expected / denominator, 0.0), 1.0)
    basis = _basis(denominator, published, surplus, variance, of_population)
    size = published if basis in ("partial", "complete", "exact") else None
    unseen, labelling = uncertainty(share, denominator, size, variance)
    if unseen + labelling == 0:
        return Estimate(counted, share, share, basis, counted, counted, share, 0.0, 0.0)
    joint = (unseen + skew * labelling) / (unseen + labelling)
    low, high = wilson(share, 1 / (unseen + labelling), joint)
    if keeps_count:
        low, high = min(low, counted), max(high, counted)
    halves = {"labelling": _half(share, labelling, skew), "unseen": _half(share, unseen)}
    if size is None:
        return Estimate(counted, low, high, basis, estimate=share, **halves)
    if not keeps_count:
        low, high = whole_talks(low, high, size, joint)
    unknown = size - denominator
    share = min(max(share, confirmed / size), (size - rejected) / size)
    low = min(share, max(low, confirmed / size))
    high = max(share, min(high, (size - rejected) / size))
    ends = (numerator / size, (numerator + unknown) / size)
    return Estimate(counted, low, high, basis, *ends, estimate=share, **halves)


def whole_talks(low: float, high: float, size: int, skew: float = 1.0) -> tuple[float, float]:
    """The limits of a share of `size` talks, moved to whole talks: a share between two of these cannot be.

    Inwards, so that nothing possible is lost, but for a talk that is nearer to a limit than a part of REACH, which then
    counts as within: a normal interval is of a continuous number and falls short of a whole one (the correction for
    continuity of Yates, J. R. Stat. Soc. Suppl. 1, 1934, 217-235). A plain sample, of `skew` 1 (see `wilson`), needs
    none, as Wilson's interval holds what it promises without (Agresti and Coull, The American Statistician 52, 1998,
    119-126); the fewer and the more whole its errors are, the nearer the part comes to 1. The power was chosen as the
    constants of `prediction` were.
    """
    reach = REACH * (1 - skew**-3)
    return max(0.0, math.ceil(low * size - reach) / size), min(1.0, math.floor(high * size + reach) / size)


def _basis(denominator: int, published: int | None, surplus: int, variance: float, of_population: bool) -> Basis:
    if of_population:
        return "population"
    if published is None:
        return "unknown"
    if surplus or published < denominator:
        return "exceeds"
    if published > denominator:
        return "partial"
    return "complete" if variance > 0 else "exact"


def _half(share: float, inverse: float, skew: float = 1.0) -> float:
    """Half the width of the interval of a share worth 1 / `inverse` talks."""
    if inverse == 0:
        return 0.0
    low, high = wilson(share, 1 / inverse, skew)
    return (high - low) / 2
