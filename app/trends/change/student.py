"""Student's t distribution for whole degrees of freedom, without a library that takes long to load."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

NORMAL = NormalDist()
ROUNDS = 200


def student_two_sided(t: float, freedom: int) -> float:
    """The chance of a value as far from 0 as `t` on either side; `freedom` >= 1.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(abs(t) / math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(2 + odd, freedom - 1, 2):
        term *= (step - 1) / step * cosine * cosine
        total += term
    within = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return min(1.0, max(0.0, 1 - within))


@lru_cache(maxsize=4096)
def student_quantile(p: float, freedom: int) -> float:
    """The t that a value exceeds, on either side together, with chance `p`, which is above 0.

    By Newton's steps from the normal quantile, which is never above it: the chance is convex, so no step goes too far.
    """
    t = -NORMAL.inv_cdf(p / 2) if p < 1 else 0.0
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    for _ in range(ROUNDS):
        density = scale * (1 + t * t / freedom) ** (-(freedom + 1) / 2)
        step = (student_two_sided(t, freedom) - p) / (2 * density)
        t += step
        if abs(step) <= 1e-10 * (1 + t):
            break
    return t
