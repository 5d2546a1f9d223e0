"""Whether intervals of shares hold what they promise, on editions whose every label is known.

    python scripts/bench_shares.py FILE... [--cache FOLDER] [--keep NAME...]

Labels are taken for the truth and a machine trained on other events gives probabilities (`shares_of_editions.py`). For
each edition and label with at least 3 % of the talks, 20, 40 and 80 talks are reviewed a thousand times: drawn alike,
or where the machine is unsure (half of the chance alike for all). Printed: how often the nominal 95 % interval holds
the true share (over all of them, the lowest twentieth, and the part of labels under 93 %), its mean width, and the mean
error of the estimate; beside them what the reviewed talks alone give (Wilson with finite population correction). Then
the same with no review at all, and the estimates that need none side by side. `--keep` writes how often intervals held
to data/judgements/shares, which pages show, with a name for each file.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.bootstrap import open_knowledge_base
from app.db.types import utc_now
from app.settings import get_settings
from app.trends.calibration import Calibration, Held, calibration_file
from app.trends.estimate import estimate_share, middle_variance, wilson
from app.trends.estimate.adjusted import CUTS, Rates, adjusted_counts, carry, gart_buck, rates_of, saerens
from app.trends.estimate.prediction import reviewed_share
from scripts.shares_of_editions import Cell, Labelled, cells, read

Numbers = NDArray[np.float64]
REVIEWED = (20, 40, 80)
DRAWS = 1000
SEED = 20191001
ALONE = "the reviewed talks alone"
TOGETHER = "with the machine, drawn "
WAYS: tuple[Literal["alike", "actively"], ...] = ("alike", "actively")
ALIKE = 0.5
"""Part of the chance of being drawn that is the same for every talk, in an active review."""


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--cache", type=Path, help="folder for probabilities, which take minutes to make")
    arguments.add_argument("--keep", nargs="+", metavar="NAME", help="keep the figures; what each file is labels of")
    asked = arguments.parse_args()
    if asked.keep and len(asked.keep) != len(asked.files):
        arguments.error(f"{len(asked.keep)} names for {len(asked.files)} files; give one for each")
    base = open_knowledge_base(get_settings())
    files = [read(path, base.embedder, asked.cache) for path in asked.files]
    held: list[Held] = []
    for file, name in zip(files, asked.keep or [file.name for file in files], strict=True):
        print(f"\n{file.name}: {len(file.events)} talks, {len(file.editions())} editions of 40 or more")
        held += print_reviewed(list(cells(file)), name)
        held += print_unreviewed(file, name)
    if len(files) > 1:
        print("\nall files")
        print_reviewed([cell for file in files for cell in cells(file)])
    if asked.keep:
        keep(held, asked.files)
    print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def keep(rows: list[Held], files: Sequence[Path]) -> None:
    """Write the figures where pages find them."""
    command = f"python scripts/bench_shares.py {' '.join(file.name for file in files)} --keep ..."
    found = Calibration(made_on=utc_now().date().isoformat(), command=command, draws=DRAWS, rows=rows)
    calibration_file().parent.mkdir(parents=True, exist_ok=True)
    calibration_file().write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")


def print_reviewed(found: Sequence[Cell], of: str = "") -> list[Held]:
    """The table of reviewed samples; what it says of those that the site would make."""
    kept: list[Held] = []
    rng = np.random.default_rng(SEED)
    print(f"{'reviewed':<10}{'method':<34}{'covers':>8}{'lowest':>8}{'<93 %':>7}{'width':>8}{'error':>8}{'labels':>8}")
    for reviewed in REVIEWED:
        held = [cell for cell in found if len(cell.truth) >= reviewed / 0.75]
        if not held:
            continue
        rows: dict[str, list[tuple[float, float, float]]] = {}
        for cell in held:
            alike = np.full(len(cell.truth), reviewed / len(cell.truth))
            unsure = chances(cell.predicted, reviewed)
            drawn = draw(alike, reviewed, rng)
            add(rows, ALONE, cell, *alone(cell, drawn))
            add(rows, f"{TOGETHER}alike", cell, *together(cell, drawn, alike))
            add(rows, f"{TOGETHER}actively", cell, *together(cell, draw(unsure, reviewed, rng), unsure))
        for name, values in rows.items():
            covers, width, error = np.array(values).T
            print(
                f"{reviewed:<10}{name:<34}{covers.mean():>8.3f}{np.quantile(covers, 0.05):>8.3f}"
                f"{(covers < 0.93).mean():>7.2f}{width.mean():>8.3f}{error.mean():>8.4f}{len(held):>8}"
            )
        alone_width = float(np.mean([width for _, width, _ in rows[ALONE]]))
        for how in WAYS:
            covers, width, _ = np.array(rows[TOGETHER + how]).T
            kept.append(
                Held(
                    method="reviewed-sample", of=of, editions=len({cell.edition for cell in held}), shares=len(held),
                    reviewed=reviewed, drawn=how, held=round(float(covers.mean()), 3),
                    width=round(float(width.mean()), 3), width_alone=round(alone_width, 3),
                )
            )  # fmt: skip
    return kept


def add(rows: dict[str, list[Any]], name: str, cell: Cell, share: Numbers, low: Numbers, high: Numbers) -> None:
    """Note how often the intervals hold the true share, how wide they are, and how far off the shares."""
    true = float(cell.truth.mean())
    covers = (low <= true + 1e-9) & (high >= true - 1e-9)
    rows.setdefault(name, []).append((covers.mean(), (high - low).mean(), np.abs(share - true).mean()))


def alone(cell: Cell, drawn: NDArray[np.intp]) -> tuple[Numbers, Numbers, Numbers]:
    """Share and interval from the reviewed talks and nothing else."""
    talks, reviewed = len(cell.truth), drawn.shape[1]
    share = cell.truth[drawn].mean(axis=1)
    bounds = [wilson(float(one), reviewed * (talks - 1) / (talks - reviewed)) for one in share]
    return (share, *np.array(bounds).T)


def together(cell: Cell, drawn: NDArray[np.intp], chance: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Share and interval as the site makes them: every talk known, the drawn ones decided by people."""
    truth, talks = cell.truth[drawn], len(cell.truth)
    found = reviewed_share(truth, cell.predicted[drawn], chance[drawn], cell.predicted)
    rows = []
    for share, size, skew, accepted in zip(found.share, found.size, found.skew, truth.sum(axis=1), strict=True):
        estimate = estimate_share(
            round(share * talks), talks, confirmed=int(accepted), rejected=drawn.shape[1] - int(accepted),
            variance=talks**2 * middle_variance(share, talks) / size, published=talks,
            expected=share * talks, keeps_count=False, skew=skew,
        )  # fmt: skip
        rows.append((estimate.estimate, estimate.low, estimate.high))
    return tuple(np.array(rows, dtype=float).T)


def chances(predicted: Numbers, reviewed: int) -> Numbers:
    """Chance of each talk to be drawn, adding to `reviewed`: more where the machine is unsure, none above 1."""
    unsure = np.sqrt(predicted * (1 - predicted)) + 1e-9
    weight = (1 - ALIKE) * unsure / unsure.sum() + ALIKE / len(unsure)
    chance = np.minimum(1, weight * reviewed)
    while abs(chance.sum() - reviewed) > 1e-9:
        free = chance < 1
        chance[free] = np.minimum(1, weight[free] * (reviewed - (~free).sum()) / weight[free].sum())
    return np.asarray(chance)


def draw(chance: Numbers, reviewed: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """(DRAWS, reviewed) talks, each with its chance: systematic sampling in random order (Madow 1949)."""
    order = np.argsort(rng.random((DRAWS, len(chance))), axis=1)
    steps = np.cumsum(chance[order], axis=1)
    steps *= reviewed / steps[:, -1:]
    passed = np.floor(steps - rng.random((DRAWS, 1)) + 1e-12)
    before = np.concatenate([np.full((DRAWS, 1), -1.0), passed[:, :-1]], axis=1)
    return np.asarray(order[passed > before]).reshape(DRAWS, reviewed)


def print_unreviewed(file: Labelled, of: str) -> list[Held]:
    """The table of estimates without a review: how far off each is, and how often the one used covers."""
    pooled: dict[str, Rates] = {}
    off: dict[str, list[float]] = {}
    covers, widths = [], []
    found = list(cells(file))
    if len(file.editions()) < 2:
        print("without review: no other edition to measure the machine at")
        return []
    for cell in found:
        if cell.edition not in pooled:
            pooled[cell.edition] = rates_elsewhere(file, cell.edition)
        true, talks = float(cell.truth.mean()), len(cell.truth)
        own = rates_of(cell.truth_elsewhere, cell.predicted_elsewhere)
        classes = np.bincount(np.digitize(cell.predicted, CUTS), minlength=len(CUTS) + 1).astype(float)
        found_ = adjusted_counts(classes, [carry(own, pooled[cell.edition])])
        expected, size = (float(each[0]) for each in found_)
        variance = talks**2 * middle_variance(expected / talks, talks) / size
        labelled = round(classes[-1])
        estimate = estimate_share(labelled, talks, variance=variance, published=talks, expected=expected)
        assert estimate.low is not None
        assert estimate.high is not None
        covers.append(estimate.low <= true <= estimate.high)
        widths.append(estimate.high - estimate.low)
        for name, share in (
            ("labels counted as they are", labelled / talks),
            ("sum of probabilities", float(cell.predicted.mean())),
            ("Gart and Buck, Forman", _gart_buck(cell, labelled / talks)),
            ("Saerens", saerens(cell.predicted, min(max(float(cell.predicted_elsewhere.mean()), 1e-3), 0.9))),
            ("by class, held to the count (used)", expected / talks),
        ):
            off.setdefault(name, []).append(abs(share - true))
    for name, errors in off.items():
        print(f"{0:<10}{name:<34}{'':>31}{np.mean(errors):>8.4f}{len(errors):>8}")
    print(f"{0:<10}{'its interval':<34}{np.mean(covers):>8.3f}{'':>15}{np.mean(widths):>8.3f}{'':>8}{len(covers):>8}")
    return [
        Held(
            method="measured-elsewhere", of=of, editions=len({cell.edition for cell in found}), shares=len(covers),
            reviewed=0, drawn=None, held=round(float(np.mean(covers)), 3), width=round(float(np.mean(widths)), 3),
            width_alone=None,
        )
    ]  # fmt: skip


def rates_elsewhere(file: Labelled, edition: str) -> Rates:
    """How often the machine was right over all labels at the other editions."""
    other = np.isin(file.events, [name for name in file.editions() if name != edition])
    return rates_of(file.truth[other].ravel(), file.predicted[other].ravel())


def _gart_buck(cell: Cell, labelled: float) -> float:
    said, true = cell.predicted_elsewhere >= CUTS[-1], cell.truth_elsewhere == 1
    right = (said & true).sum() / max(true.sum(), 1)
    wrong = (said & ~true).sum() / max((~true).sum(), 1)
    return gart_buck(labelled, float(right), float(wrong))


if __name__ == "__main__":
    main()
