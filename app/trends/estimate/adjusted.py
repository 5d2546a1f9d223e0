"""Adjusted counting: a share from the machine's labels alone, with how often those were right at talks people decided.

Weaker than a reviewed sample, for it takes the machine to be right as often here as elsewhere. What is carried over is
how the machine labels talks that are of a theme and talks that are not, never how many of them there were. Gart and
Buck (Am. J. Epidemiology 83, 1966, 593-602) and Forman (Data Min. Knowl. Discov. 17, 2008, 164-206) solve for
the share from the count of labels; Saerens et al. (Neural Computation 14, 2002, 21-41) take the likeliest share given
how sure the machine was. This is the latter with three classes of certainty, held towards the machine's own count,
since on a hundred talks either alone is further off than counting labels: `scripts/bench_shares.py` has them together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

CUTS = (0.05, 0.5)
"""Bounds of the classes of a machine's probability: no, perhaps, yes. The machine keeps nothing below the first."""

HELD = 20.0
"""Talks that speak for the share the machine counted, beside those there are."""

SHRINK = (10.0, 50.0)
"""A theme's own rates count as those of all themes together where so many talks were accepted, and rejected, for it."""

BETWEEN = 0.05
"""Part of the variance of a label that talks of one edition share, for rates differ between editions: assumed."""

INNER = 0.2
"""Next to 0 and 1 the p(1-p) of a share says nothing of how sure it is."""

LEAST_DECIDED = 20
"""With fewer decisions on all themes there are no rates to speak of."""


@dataclass(frozen=True)
class Rates:
    """How many talks of each class people decided, and how many of these were of the theme: arrays (3,)."""

    decided: Numbers
    accepted: Numbers

    @property
    def rejected(self) -> Numbers:
        """Those not of the theme."""
        return self.decided - self.accepted


def rates_of(truth: Numbers, predicted: Numbers) -> Rates:
    """Counts by class of talks that people decided; arrays (m,)."""
    classes = np.digitize(predicted, CUTS)
    size = len(CUTS) + 1
    return Rates(
        np.bincount(classes, minlength=size).astype(float),
        np.bincount(classes, weights=np.asarray(truth, dtype=float), minlength=size).astype(float),
    )


@dataclass(frozen=True)
class Carried:
    """What is carried over to a theme: the part in each class (3,) of talks that are of it, and of those that are not,
    with the talks that each rests on."""

    of: Numbers
    off: Numbers
    size: float
    others: float


def carry(own: Rates, pooled: Rates) -> Carried:
    """The theme's own rates, shrunk to `pooled` of all themes."""
    of, size = _shrunk(own.accepted, pooled.accepted, SHRINK[0])
    off, others = _shrunk(own.rejected, pooled.rejected, SHRINK[1])
    return Carried(of, off, size, others)


def adjusted_counts(classes: Numbers, carried: Sequence[Carried]) -> tuple[Numbers, Numbers]:
    """Expected talks of a theme among undecided ones, and how many talks drawn at random would tell as much of them.

    Both (n,), of n shares at once: each row of `classes` (n, 3) counts undecided talks by class, `carried` says how the
    machine labels talks of its theme. The variance is the inverse of the information on the share, with BETWEEN as the
    intra-class correlation of an edition, and that of the rates themselves by the delta method. It is compared to
    p(1-p) at INNER standard errors from the share towards one half. No talks are 0, told for certain.
    """
    classes = np.asarray(classes, dtype=np.float64).reshape(-1, len(CUTS) + 1)
    of, off, size, others = _columns(carried)
    talks = classes.sum(axis=1)
    share = _likeliest(classes, of, off, (classes[:, -1] + 0.5) / (talks + 1))
    yes, no = share[:, np.newaxis], 1 - share[:, np.newaxis]
    slope = (of - off) / (yes * of + no * off)
    steep = (slope * (of - off)).sum(axis=1)
    told, held = talks * steep, HELD / (share * (1 - share))
    known = told / (1 + (talks - 1) * BETWEEN) + held
    errors = yes**2 * of * (1 - of) / size + no**2 * off * (1 - off) / others
    # Where labels say nothing, nothing comes of their errors.
    moved = (told / (told + held)) ** 2 * (slope**2 * errors).sum(axis=1) / np.where(steep > 0, steep, 1.0) ** 2
    variance = 1 / known + moved
    error = INNER * np.sqrt(variance)
    inner = np.where(share < 0.5, np.minimum(share + error, 0.5), np.maximum(share - error, 0.5))
    none = talks == 0
    return np.where(none, 0.0, share * talks), np.where(none, math.inf, inner * (1 - inner) / variance)


def _columns(carried: Sequence[Carried]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """`of` and `off` (n, 3), `size` and `others` (n, 1), one row for each."""
    # Most shares are of a few themes: what they have in common is put into an array once.
    distinct = {id(one): one for one in carried}
    place = {key: at for at, key in enumerate(distinct)}
    rows = [place[id(one)] for one in carried]
    of = np.array([one.of for one in distinct.values()]).reshape(-1, len(CUTS) + 1)
    off = np.array([one.off for one in distinct.values()]).reshape(of.shape)
    sizes = np.array([(one.size, one.others) for one in distinct.values()]).reshape(-1, 2)
    return of[rows], off[rows], sizes[rows, :1], sizes[rows, 1:]


def _shrunk(own: Numbers, pooled: Numbers, weight: float) -> tuple[Numbers, float]:
    """The part of talks in each class, and how many talks it rests on."""
    common = (pooled + 0.5) / (pooled + 0.5).sum()
    size = float(own.sum()) + weight
    return (own + weight * common) / size, size


def _likeliest(classes: Numbers, of: Numbers, off: Numbers, counted: Numbers) -> Numbers:
    """The shares 0..1 (n,) at which the score, which falls as a share grows, is zero: by halving."""
    # A row for each class, so that each is read from one end to the other.
    gains, of, off = (
        np.ascontiguousarray((classes * (of - off)).T),
        np.ascontiguousarray(of.T),
        np.ascontiguousarray(off.T),
    )
    low, high = np.full(len(counted), 1e-6), np.full(len(counted), 1 - 1e-6)
    others = 1 - counted
    for _ in range(40):
        share = (low + high) / 2
        rest = 1 - share
        score = HELD * (counted / share - others / rest)
        for gain, yes, no in zip(gains, of, off, strict=True):
            score += gain / (share * yes + rest * no)
        more = score > 0
        low, high = np.where(more, share, low), np.where(more, high, share)
    middle: Numbers = (low + high) / 2
    return middle


def gart_buck(labelled: float, right: float, wrong: float) -> float:
    """Share 0..1 from the share labelled, the share of positives labelled and that of negatives labelled.

    (labelled - wrong) / (right - wrong), cut to 0..1; `labelled` itself where labels say nothing.
    """
    if right <= wrong:
        return labelled
    return min(max((labelled - wrong) / (right - wrong), 0.0), 1.0)


def saerens(probabilities: Numbers, prior: float, rounds: int = 200) -> float:
    """Share 0..1 by expectation maximisation from probabilities made under another share `prior`, 0 < prior < 1."""
    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    share = prior
    for _ in range(rounds):
        yes, no = p * share / prior, (1 - p) * (1 - share) / (1 - prior)
        share = float(np.clip((yes / (yes + no)).mean(), 1e-6, 1 - 1e-6))
    return share
