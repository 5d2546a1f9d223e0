"""Student's t distribution for whole degrees of freedom, without a library that takes long to load."""

from __future__ import annotations

import math


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


def student_quantile(p: float, freedom: int) -> float:
    """The t that a value exceeds, on either side together, with chance `p`; by halving."""
    low, high = 0.0, 1.0
    while student_two_sided(high, freedom) > p and high < 1e9:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_two_sided(middle, freedom) > p else (low, middle)
    return high
