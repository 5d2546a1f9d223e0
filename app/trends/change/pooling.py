"""Partial pooling: what each edition says once the other editions of its series are taken into account."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.trends.change.seen import Seen
from app.trends.estimate import Z95

METHOD = (
    "Pooled shares lean each edition towards what is usual in its series, the more the fewer talks it has and the more "
    "alike the editions are (random effects on log odds: DerSimonian and Laird 1986; shrinkage: Morris 1983)."
)


@dataclass(frozen=True)
class Pooled:
    """A share leaned towards the others, 0..1, with its 95 % limits."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Pool:
    """The share that is usual, how far editions truly differ from it (`tau`, in log odds), and each edition pooled."""

    usual: Pooled
    tau: float
    each: tuple[Pooled, ...]


def pool(shares: Sequence[Seen]) -> Pool | None:
    """Shares of editions pooled in part, in the order given; None for fewer than two.

    Log odds y with half a talk added to either side have variance v = 1/(x + 1/2) + 1/(n - x + 1/2); tau^2 between
    editions is DerSimonian and Laird's (Controlled Clinical Trials 7, 1986, 177-188). Each is drawn to the mean with
    weight v / (v + tau^2): Morris, Parametric empirical Bayes inference, JASA 78 (1983) 47-55.
    """
    if len(shares) < 2:
        return None
    ys, vs = [], []
    for one in shares:
        about = one.share * one.weight
        rest = one.weight - about
        ys.append(math.log((about + 0.5) / (rest + 0.5)))
        vs.append(1 / (about + 0.5) + 1 / (rest + 0.5))
    fixed = [1 / v for v in vs]
    mean = sum(w * y for w, y in zip(fixed, ys, strict=True)) / sum(fixed)
    scatter = sum(w * (y - mean) ** 2 for w, y in zip(fixed, ys, strict=True))
    spare = sum(fixed) - sum(w * w for w in fixed) / sum(fixed)
    between = max(0.0, (scatter - (len(ys) - 1)) / spare) if spare > 0 else 0.0
    weights = [1 / (v + between) for v in vs]
    mean = sum(w * y for w, y in zip(weights, ys, strict=True)) / sum(weights)
    error = 1 / sum(weights)
    each = []
    for y, v in zip(ys, vs, strict=True):
        own = between / (between + v)
        each.append(_back(own * y + (1 - own) * mean, own * v + (1 - own) ** 2 * error))
    return Pool(_back(mean, error), math.sqrt(between), tuple(each))


def _back(logit: float, variance: float) -> Pooled:
    reach = Z95 * math.sqrt(variance)
    share, low, high = (1 / (1 + math.exp(-value)) for value in (logit, logit - reach, logit + reach))
    return Pooled(share, low, high)
