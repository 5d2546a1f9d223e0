"""Agreement between reviewers, worked out by hand."""

from __future__ import annotations

import pytest

from app.themes.agreement import agreement, cohen_kappa, krippendorff_alpha

# 50 units: both say yes 20, both no 15, only the first yes 5, only the second yes 10. Observed .7; the first says yes
# in .5, the second in .6, so .5 x .6 + .5 x .4 = .5 is expected; kappa = .2 / .5 = .4.
FIFTY = {(True, True): 20, (False, False): 15, (True, False): 5, (False, True): 10}


def test_cohens_kappa() -> None:
    assert cohen_kappa(FIFTY) == pytest.approx(0.4)
    assert cohen_kappa({(True, True): 7}) is None
    assert cohen_kappa({}) is None
    assert cohen_kappa({(True, False): 1, (False, True): 1}) == pytest.approx(-1)


def test_krippendorffs_alpha() -> None:
    # Of the 100 labels 55 are yes. Disagreement: 15 units x 2 ordered pairs = 30; expected 2 x 55 x 45 / 99 = 50.
    units = [labels for labels, number in FIFTY.items() for _ in range(number)]
    assert krippendorff_alpha(units) == pytest.approx(1 - 30 / 50)
    # Three labels: yes yes no is 2 x 2 x 1 / 2 = 2; with two units of two alike there are 7 labels, 4 of them yes:
    # expected 2 x 4 x 3 / 6 = 4. The unit of one label counts for nothing.
    assert krippendorff_alpha([(True, True, False), (True, True), (False, False), (True,)]) == pytest.approx(1 - 2 / 4)
    assert krippendorff_alpha([(True, True), (True, True)]) is None
    assert krippendorff_alpha([]) is None


def test_reviewers_are_compared_on_what_both_decided() -> None:
    found = agreement(
        {1: {"Ada": True, "Bo": True}, 2: {"Ada": False, "Bo": True}, 3: {"Ada": True}, 4: {"Bo": False, "Ada": False}}
    )
    assert (found.decided, found.decided_by_several, found.reviewers) == (4, 3, ["Ada", "Bo"])
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.both, pair.agreed) == ("Ada", "Bo", 3, 2)
    assert pair.share == pytest.approx(2 / 3)
    # Ada says yes in 1/3, Bo in 2/3: expected 2/9 + 2/9 = 4/9; kappa = (6/9 - 4/9) / (5/9) = .4.
    assert pair.kappa == pytest.approx(0.4)
    # 6 labels, 3 yes: disagreement 2, expected 2 x 3 x 3 / 5 = 3.6.
    assert found.alpha == pytest.approx(1 - 2 / 3.6)
