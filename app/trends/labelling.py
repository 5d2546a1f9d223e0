"""How many known talks are of a theme when only some were decided: by a reviewed sample, or by rates from elsewhere.

A sample needs known chances of being drawn. A reading of an edition (decisions from a file) is taken as drawn alike
from its talks; where talks were drawn for review, their recorded chances are used. Any other decision stands for its
own talk alone. Nothing is read from the base here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from app.trends.decisions import Decided, Decisions
from app.trends.estimate import Ground, Labels, middle_variance
from app.trends.estimate.adjusted import CUTS, LEAST_DECIDED, Carried, Rates, adjusted_counts, carry, rates_of
from app.trends.estimate.planning import LEAST_REVIEWED
from app.trends.estimate.prediction import reviewed_share

Probabilities = Mapping[tuple[int, int], Sequence[float]]
"""By theme and edition, of undecided talks; those the machine kept nothing for are left out."""


class Open(NamedTuple):
    """Undecided talks of a theme by how sure the machine is, and the variance of its own word in talks squared."""

    no: int
    perhaps: int
    yes: int
    variance: float

    @property
    def talks(self) -> int:
        """All of them."""
        return self.no + self.perhaps + self.yes


class Expected(NamedTuple):
    """Known talks of a theme with labels corrected, the variance of that in talks squared, and what it rests on.

    `skew` is that of the error, see `estimate.wilson`.
    """

    talks: float
    variance: float
    ground: Ground
    skew: float = 1.0


@dataclass(frozen=True)
class Stratum:
    """An edition's `talks` known talks, of which people drew and reviewed `sample` for a theme.

    `alone` are decided too, but were not drawn: each stands for itself.
    """

    theme: int
    edition: int
    talks: int
    sample: tuple[Decided, ...]
    alone: tuple[Decided, ...]


@dataclass(frozen=True)
class Measured:
    """How right the machine was, by theme and over all of them, at editions that people read."""

    own: Mapping[int, Rates]
    pooled: Rates

    @cached_property
    def decided(self) -> int:
        """Decisions it rests on."""
        return int(self.pooled.decided.sum())

    @cached_property
    def ground(self) -> Ground:
        """What talks rest on of which none was reviewed."""
        return Ground("measured-elsewhere", 0, self.decided)

    def carried(self, theme: int) -> Carried:
        """What is carried over to a theme: its own rates, held to those of all where it has few."""
        return self._carried.get(theme) or self._unread

    @cached_property
    def _carried(self) -> dict[int, Carried]:
        return {theme: carry(own, self.pooled) for theme, own in self.own.items()}

    @cached_property
    def _unread(self) -> Carried:
        nothing = np.zeros_like(self.pooled.decided)
        return carry(Rates(nothing, nothing), self.pooled)


def strata(theme: int, decided: Iterable[Decided], talks: Mapping[int, int]) -> list[Stratum]:
    """The editions of which people reviewed a sample and not all; `talks` are known talks by edition."""
    found = []
    of_edition: dict[int, list[Decided]] = defaultdict(list)
    for one in decided:
        of_edition[one.edition].append(one)
    for edition, ones in of_edition.items():
        recorded = any(one.chance is not None for one in ones)
        sample = tuple(one for one in ones if (one.chance is not None if recorded else one.read))
        if len(ones) < talks[edition] and len(sample) >= LEAST_REVIEWED and None not in {o.predicted for o in sample}:
            chosen = {one.talk for one in sample}
            alone = tuple(one for one in ones if one.talk not in chosen)
            found.append(Stratum(theme, edition, talks[edition], sample, alone))
    return found


def measured(decisions: Decisions, without: int | None = None) -> Measured | None:
    """The rates of readings, those of the edition `without` left out; None where too few talks were read."""
    own = {
        theme: _rates([one for one in ones if one.read and one.predicted is not None and one.edition != without])
        for theme, ones in decisions.items()
    }
    if not own:
        return None
    pooled = Rates(
        np.sum([rates.decided for rates in own.values()], axis=0),
        np.sum([rates.accepted for rates in own.values()], axis=0),
    )
    found = Measured(own, pooled)
    return found if found.decided >= LEAST_DECIDED else None


def _rates(ones: Sequence[Decided]) -> Rates:
    return rates_of(np.array([one.accepted for one in ones]), np.array([one.predicted for one in ones], dtype=float))


class Asked(NamedTuple):
    """A theme of which `confirmed` talks were confirmed by people, and the undecided ones are those in `left`.

    Strata are estimated by their samples, of whose editions `probabilities` has the undecided talks; the undecided
    talks of all other editions by `rates`, or where there are none by the machine's own word.
    """

    theme: int
    confirmed: int
    left: Open
    sampled: Collection[Stratum]
    probabilities: Probabilities
    rates: Measured | None


def expected_talks(asked: Sequence[Asked]) -> list[Expected]:
    """Talks of each theme: those confirmed by people, and of the undecided ones those expected. All at once, for a
    report asks for hundreds."""
    rests = [_unsampled(one) if one.sampled else one.left for one in asked]
    rated = [at for at, (one, rest) in enumerate(zip(asked, rests, strict=True)) if one.rates and rest.talks > 0]
    found = dict(zip(rated, _by_rates([(rests[at], asked[at]) for at in rated]), strict=True))
    return [_expected(one, rest, found.get(at)) for at, (one, rest) in enumerate(zip(asked, rests, strict=True))]


def _expected(asked: Asked, rest: Open, by_rates: tuple[float, float] | None) -> Expected:
    if asked.rates and by_rates and not asked.sampled:  # as it nearly always is, so the quickest way
        return Expected(asked.confirmed + by_rates[0], by_rates[1], asked.rates.ground)
    expected, variance, skewed = float(asked.confirmed), 0.0, 0.0
    labels: Labels = "reviewed-sample" if asked.sampled else "decided"
    for stratum in asked.sampled:
        talks, more, skew = _by_sample(stratum, _said(stratum, asked))
        expected += talks - sum(one.accepted for one in (*stratum.sample, *stratum.alone))
        variance += more
        skewed += more * skew
    if rest.talks > 0:
        talks, more = by_rates or (float(rest.yes), rest.variance)
        labels = "mixed" if asked.sampled else "measured-elsewhere" if by_rates else "machine-probabilities"
        expected, variance, skewed = expected + talks, variance + more, skewed + more
    reviewed = sum(len(stratum.sample) for stratum in asked.sampled)
    elsewhere = asked.rates.decided if asked.rates and by_rates else 0
    # Errors of editions are independent: variances add up, and so does how fast each grows.
    return Expected(expected, variance, Ground(labels, reviewed, elsewhere), skewed / variance if variance else 1.0)


def _said(stratum: Stratum, asked: Asked) -> Sequence[float]:
    return asked.probabilities.get((stratum.theme, stratum.edition), ())


def _by_sample(stratum: Stratum, probabilities: Sequence[float]) -> tuple[float, float, float]:
    """Talks of the theme in the edition, their variance and its skew; see `estimate.prediction.reviewed_share`."""
    sample = stratum.sample
    talks = stratum.talks - len(stratum.alone)
    said = np.array([_kept(one.predicted) for one in sample])
    others = np.zeros(talks - len(sample))
    others[: len(probabilities)] = [_kept(one) for one in probabilities]
    chance = [len(sample) / talks if one.chance is None else one.chance for one in sample]
    truth = np.array([one.accepted for one in sample], dtype=float)
    found = reviewed_share(truth, said, chance, np.concatenate([said, others]))
    share, size = float(found.share[()]), float(found.size[()])
    expected = share * talks + sum(one.accepted for one in stratum.alone)
    return expected, talks**2 * middle_variance(share, talks) / size, float(found.skew[()])


def _kept(probability: float | None) -> float:
    """What the machine did not keep was below its least: it is 0 in the sample as outside it."""
    return probability if probability is not None and probability >= CUTS[0] else 0.0


def _unsampled(asked: Asked) -> Open:
    """What is left without the undecided talks of strata; of the variance their part by number goes."""
    rest, whole = asked.left, asked.left
    for stratum in asked.sampled:
        said = _said(stratum, asked)
        undecided = stratum.talks - len(stratum.sample) - len(stratum.alone)
        yes = sum(one >= CUTS[1] for one in said)
        part = undecided / whole.talks if whole.talks else 0.0
        rest = Open(
            max(rest.no - (undecided - len(said)), 0),
            max(rest.perhaps - (len(said) - yes), 0),
            max(rest.yes - yes, 0),
            max(rest.variance - part * whole.variance, 0.0),
        )
    return rest


def _by_rates(left: Sequence[tuple[Open, Asked]]) -> Iterator[tuple[float, float]]:
    """Talks of the theme among those left, and their variance; see `estimate.adjusted.adjusted_counts`."""
    classes = np.array([(rest.no, rest.perhaps, rest.yes) for rest, _ in left], dtype=float)
    carried = [one.rates.carried(one.theme) for _, one in left if one.rates]
    found = adjusted_counts(classes, carried)
    for (rest, _), expected, size in zip(left, *(each.tolist() for each in found), strict=True):
        yield expected, rest.talks**2 * middle_variance(expected / rest.talks, rest.talks) / size
