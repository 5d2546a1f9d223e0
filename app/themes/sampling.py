"""Drawing talks for review with known probabilities, so that what people find in them speaks for all. Pure numbers.

Zrnic and Candes, Active Statistical Inference (ICML 2024, arXiv:2403.03208): a unit is reviewed with a probability
that grows with how uncertain the machine is, mixed with a uniform one so that none becomes too small; each reviewed
unit then counts with the inverse of its probability. For a share the best uncertainty is the machine's standard error,
sqrt(p(1-p)).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

UNIFORM = 0.5
"""Part of the probability that is the same for all."""

RULE = "mix/1: half the same for all, half in proportion to sqrt(p(1-p)); Poisson sampling by permanent random numbers"
SUREST = 0.99
"""The machine is taken to be no surer than this, so that no talk is out of reach."""


def uncertainty(probability: float) -> float:
    """Standard error of a machine's label, sqrt(p(1-p)), with p cut to 0.01..0.99."""
    cut = min(max(probability, 1 - SUREST), SUREST)
    return math.sqrt(cut * (1 - cut))


def inclusion_probabilities(uncertainties: Sequence[float], size: float) -> list[float]:
    """Probability with which each unit is reviewed so that about `size` are: their sum is `size`, less where one is cut
    to 1. Units are drawn independently (Poisson sampling)."""
    count, total = len(uncertainties), sum(uncertainties)
    return [
        min(1.0, UNIFORM * size / count + (1 - UNIFORM) * size * (own / total if total else 1 / count))
        for own in uncertainties
    ]


def permanent_number(seed: str, talk: str, theme: str) -> float:
    """A number in 0..1 that a talk has for a theme under a seed: it is drawn where this is below its probability.

    The number stays, so a larger sample holds the smaller one, and the probability of being in either is that of the
    larger (permanent random numbers; Brewer, Early and Joyce, Austral. J. Statist. 14, 1972, 231-239).
    """
    digest = hashlib.sha256(f"{seed}\n{talk}\n{theme}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
