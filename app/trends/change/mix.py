"""Shares of conferences as they would be with one mix of talks: direct standardisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.trends.change.seen import Seen
from app.trends.estimate import Z95, wilson

METHOD = (
    "Conferences differ in kinds of talks and in years, so their shares are standardised too: each kind and year has "
    "the part that it has in all of them together (direct standardisation: Fleiss, Levin and Paik 2003, ch. 19). "
    "Kinds and years that one of them lacks are left out of it. In it, labels stand as they were given, not corrected, "
    "for nobody reviews samples by kind."
)


@dataclass(frozen=True)
class Stratum:
    """Talks of one kind and year at one conference: `numerator` of `talks` have the theme.

    `variance` is that of the labels, in talks squared.
    """

    numerator: int
    talks: int
    variance: float


Strata = Mapping[tuple[str, int], Stratum]


@dataclass(frozen=True)
class Standard:
    """A standardised share as evidence, and the part 0..1 of the conference's talks that are in common strata."""

    seen: Seen
    common: float


def standardised(conferences: Sequence[Strata]) -> list[Standard] | None:
    """The standardised share of each conference, in the order given; None where they have no stratum in common.

    With weights w of the strata, the share is the sum of w p and its variance the sum of w^2 (q(1-q)/n + v/n^2), q
    being the conference's share over all common strata at the centre of Wilson's interval, for in a stratum of one
    talk nothing would seem to vary. The interval is Wilson's for the sample size that this variance is worth.
    """
    common = sorted(set.intersection(*({key for key, found in one.items() if found.talks} for one in conferences)))
    if not common:
        return None
    together = {key: sum(one[key].talks for one in conferences) for key in common}
    whole = sum(together.values())
    found = []
    for one in conferences:
        talks = sum(one[key].talks for key in common)
        numerator = sum(one[key].numerator for key in common)
        centre = (numerator + Z95**2 / 2) / (talks + Z95**2)
        share = labels = spread = 0.0
        for key in common:
            weight, stratum = together[key] / whole, one[key]
            share += weight * stratum.numerator / stratum.talks
            spread += weight**2 * centre * (1 - centre) / stratum.talks
            labels += weight**2 * stratum.variance / stratum.talks**2
        low, high = wilson(min(1.0, share), centre * (1 - centre) / (spread + labels))
        held = sum(stratum.talks for stratum in one.values())
        found.append(Standard(Seen(share, low, high, talks, labels), talks / held))
    return found
