"""The arithmetic of shares, pure numbers: intervals, reviewed samples, adjusted counting, what more reviews bring."""

from app.trends.estimate.interval import (
    SUREST,
    UNASSIGNED,
    Z95,
    Basis,
    Estimate,
    estimate_share,
    label_variance,
    middle_variance,
    uncertainty,
    wilson,
)
from app.trends.estimate.methods import METHODS, Ground, Labels, Method, get_method, method_sentence

__all__ = [
    "METHODS",
    "SUREST",
    "UNASSIGNED",
    "Z95",
    "Basis",
    "Estimate",
    "Ground",
    "Labels",
    "Method",
    "estimate_share",
    "get_method",
    "label_variance",
    "method_sentence",
    "middle_variance",
    "uncertainty",
    "wilson",
]
