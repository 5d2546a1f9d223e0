"""How far reviewers agree on what they both decided. Pure numbers.

Percent agreement, Cohen's kappa for two reviewers (Educational and Psychological Measurement 20, 1960, 37-46), and
Krippendorff's alpha for any number of them, each of whom decided some units (Content Analysis, 2004, chapter 11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

Unit = TypeVar("Unit", bound=Hashable)
Labels = Mapping[Unit, Mapping[str, bool]]
"""By unit (a talk and a theme), by reviewer: whether the theme was accepted."""


class PairAgreement(BaseModel):
    """Two reviewers on the units both decided. `kappa` is None where both gave one and the same answer throughout."""

    model_config = ConfigDict(frozen=True)

    first: str
    second: str
    both: int = Field(description="pairs of talk and theme that both decided")
    agreed: int
    share: float
    kappa: float | None


class Agreement(BaseModel):
    """All reviewers: each pair of them, and alpha over all; None where it says nothing."""

    model_config = ConfigDict(frozen=True)

    reviewers: list[str]
    decided: int = Field(description="pairs of talk and theme that anybody decided")
    decided_by_several: int
    alpha: float | None
    pairs: list[PairAgreement]


def agreement(labels: Labels[Unit]) -> Agreement:
    """How far the reviewers in `labels` agree."""
    several = [given for given in labels.values() if len(given) > 1]
    together: dict[tuple[str, str], Counter[tuple[bool, bool]]] = {}
    for given in several:
        for first, second in combinations(sorted(given), 2):
            together.setdefault((first, second), Counter())[given[first], given[second]] += 1
    pairs = []
    for (first, second), counts in sorted(together.items()):
        both, agreed = counts.total(), counts[True, True] + counts[False, False]
        pairs.append(
            PairAgreement(
                first=first, second=second, both=both, agreed=agreed, share=agreed / both, kappa=cohen_kappa(counts)
            )
        )
    return Agreement(
        reviewers=sorted({reviewer for given in labels.values() for reviewer in given}),
        decided=len(labels),
        decided_by_several=len(several),
        alpha=krippendorff_alpha(list(given.values()) for given in several),
        pairs=pairs,
    )


def cohen_kappa(counts: Mapping[tuple[bool, bool], int]) -> float | None:
    """(observed - expected) / (1 - expected) agreement, from counts by what each of two said; None if expected is 1."""
    total = sum(counts.values())
    if not total:
        return None
    observed = sum(number for (one, other), number in counts.items() if one == other) / total
    first = sum(number for (one, _), number in counts.items() if one) / total
    second = sum(number for (_, other), number in counts.items() if other) / total
    expected = first * second + (1 - first) * (1 - second)
    return (observed - expected) / (1 - expected) if expected < 1 else None


def krippendorff_alpha(units: Iterable[Iterable[bool]]) -> float | None:
    """1 - observed / expected disagreement over units of two or more labels; None if all labels are the same."""
    same: Counter[bool] = Counter()
    disagreement = 0.0
    for labels in units:
        counts = Counter(labels)
        number = counts.total()
        if number < 2:
            continue
        same.update(counts)
        # Each ordered pair of labels of a unit counts 1 / (labels - 1), so that a unit weighs as many labels as it has.
        disagreement += 2 * counts[True] * counts[False] / (number - 1)
    total = same.total()
    expected = 2 * same[True] * same[False] / (total - 1) if total > 1 else 0.0
    return 1 - disagreement / expected if expected else None
