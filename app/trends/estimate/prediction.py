"""Prediction-powered inference: a share from a reviewed sample and from a machine's probabilities for every talk.

The machine's mean is corrected by its mean error on the sample, so it may be wrong in any way. After Angelopoulos et
al., Prediction-powered inference (arXiv:2301.09633); the weight given to the machine is tuned as in PPI++
(arXiv:2311.01453); talks may be drawn with unequal, recorded probabilities (Zrnic and Candès, Active statistical
inference, arXiv:2403.03208). Arrays may carry leading axes, one for each draw: one for each review.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# The constants below were chosen once on editions of FOSDEM and Python conferences; scripts/bench_shares.py shows what
# they reach.
TRUST = 0.5
"""Talks for each reviewed one that speak for a slope of 1 when the weight of the machine is tuned."""

EXPECTED = 1 / 16
"""Talks for each reviewed one that show the error expected of the machine, so that a lucky sample is not believed."""

LEAST_ERROR = 0.2
"""Part of the variance that no machine is believed to explain before a review shows it, however sure it is."""

WIDEST = 1.5
"""An unequal draw is never taken for worth less than two thirds of an equal one."""


@dataclass(frozen=True)
class ReviewedShare:
    """Shares 0..1 from samples: `size` is how many talks drawn at random would tell as much, infinite if all known.

    `weight` 0..1 is the part that the machine's probabilities had, and `skew`, at least 1, is for `interval.wilson`.
    """

    share: Numbers
    size: Numbers
    weight: Numbers
    skew: Numbers


def corrected_mean(truth: Numbers, predicted: Numbers, mean: float, weight: Numbers, draw: Numbers) -> Numbers:
    """weight * mean + sum of draw * (truth - weight * predicted): arrays (..., m), `draw` adds to 1, answer (...).

    `mean` is that of the predictions over all talks. With equal draws this is the estimate of `ppi_py`.
    """
    errors = truth - weight[..., None] * predicted
    return np.asarray(weight * mean + (draw * errors).sum(-1))


def tuned_weight(truth: Numbers, predicted: Numbers, spread: float, draw: Numbers, prior: float) -> Numbers:
    """Weight 0..1 of the machine: the slope of truth on prediction, with `prior` talks on which the slope is 1.

    `spread` is the variance of the predictions over all talks. PPI++ (6) for a mean, without its factor for unlabelled
    talks that are a sample themselves: here all of them are known. `prior` 0 is the slope as it is.
    """
    size = truth.shape[-1]
    about = truth - (draw * truth).sum(-1, keepdims=True)
    around = predicted - (draw * predicted).sum(-1, keepdims=True)
    together = size * (draw * about * around).sum(-1) + prior * spread
    alone = size * (draw * around * around).sum(-1) + prior * spread
    return np.asarray(np.clip(np.divide(together, alone, out=np.zeros_like(alone), where=alone > 0), 0.0, 1.0))


def reviewed_share(truth: Any, predicted: Any, inclusion: Any, population: Any) -> ReviewedShare:
    """The share among `population` from reviewed talks, with its worth as a sample for Wilson's interval.

    `truth` (..., m) is 0 or 1; `predicted` the machine's probabilities of the same talks, which must not have been made
    from these reviews; `inclusion` the probability 0..1 with which each was drawn; `population` (n,) the predictions of
    all talks that might have been drawn, the reviewed among them; 0 < m <= n.

    The variance is that of Hájek's estimate, sum of (1-pi)/pi^2 * (error - mean error)^2 / n^2, which has the finite
    population correction in it. A few reviews may show no error at all, so both this and the variance that the same
    talks would have without the machine are seen together with m/16 talks whose error is what the spread of the
    predictions leaves unexplained; their ratio is the design effect, and m over that the effective sample size, as
    Korn and Graubard (1998) and Dean and Pagano (2015) use one.

    What a good machine leaves are labels that it missed: few, each of a whole talk, and a small sample often holds none
    of them. Were all its errors of that kind, their variance would grow with the share 1/effect times as fast as that
    of a plain sample of the effective size does; were they as even as labels are, just as fast. `skew` is the root, in
    the middle of the two. Without it the limits missed upwards where a review had come upon none of those labels, and
    held other shares more often than they promise. Coverage was measured, not proven.
    """
    y, f, pi = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (truth, predicted, inclusion))
    every = np.asarray(population, dtype=float)
    size, talks = y.shape[-1], len(every)
    if not 0 < size <= talks:
        raise ValueError(f"{size} of {talks} talks cannot have been reviewed")
    draw = (1 / pi) / (1 / pi).sum(-1, keepdims=True)
    mean, spread = float(every.mean()), float(every.var())
    weight = tuned_weight(y, f, spread, draw, TRUST * size)
    seen = y.sum(-1)
    share = corrected_mean(y, f, mean, weight, draw)
    share = np.clip(share, seen / talks, 1 - (size - seen) / talks)
    if size == talks:
        return ReviewedShare(share, np.full_like(share, np.inf), weight, np.ones_like(share))
    left = (talks - size) / (talks - 1)
    effect = _design_effect(y, f, pi, draw, weight, share, every, left)
    return ReviewedShare(share, size / (effect * left), weight, 1 / np.sqrt(np.minimum(effect, 1)))


def _design_effect(
    y: Numbers, f: Numbers, pi: Numbers, draw: Numbers, weight: Numbers, share: Numbers, every: Numbers, left: float,
) -> Numbers:  # fmt: skip
    """Variance of the corrected mean over that of a plain mean of as many talks; see `reviewed_share`."""
    size, talks = y.shape[-1], len(every)
    prior = EXPECTED * size
    middle = (share * size + 2) / (size + 4)
    plain = middle * (1 - middle)
    errors = y - weight[..., None] * f
    about = errors - (draw * errors).sum(-1, keepdims=True)
    measured = ((1 - pi) * (draw * about) ** 2).sum(-1)
    deviation = y - (draw * y).sum(-1, keepdims=True)
    measured_plain = left * (draw * deviation**2).sum(-1) / size
    shape = (f * (1 - f) + 1e-9) / (every * (1 - every) + 1e-9).mean()
    unexplained = np.maximum(plain - every.var(), LEAST_ERROR * plain)
    expected = unexplained * (draw * (1 - pi) / pi * shape).sum(-1) / talks
    ratio = (measured * size + prior * expected) / (measured_plain * size + prior * left * plain / size)
    return np.asarray(np.clip(ratio, 1e-6, WIDEST))
