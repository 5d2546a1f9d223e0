"""Themes told apart by Hallway and by what one would pick instead, on labelled talks, side by side in one run.

    scripts/bench_themes.py --make-environment FOLDER        install BERTopic and SetFit (theme_peers.txt)
    scripts/bench_themes.py FILE.jsonl... [--peers FOLDER] [--elsewhere FOLDER]
                                     as `hallway evaluate themes` reads, and data/judgements

Each file is parted by years, by events or by chance. Labels are learned from words alone and from 8, 32 and all talks a
label of the one part, and given to the talks of the other, at most `--most`. The peers run in their own environment.
SetFit trains on as many pairs as its authors took (Tunstall et al. 2022, arXiv:2209.11055: 20 iterations), which takes
hours on two cores: `--elsewhere FOLDER` puts its questions into a file, for `theme_peers.py` to answer on a machine
with a graphics card, or with `--processor` on one without; once answers.jsonl is there, a run has them. Then come the
shares at events, and whether the constants of `shares` and `probability` hold on files they are not read off.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.embeddings.choose import open_embedder
from app.embeddings.protocol import Embedder
from app.embeddings.weights import find_model
from app.settings import CHECKOUT, get_settings
from app.themes.evaluation import labels_of, named, read_texts, share_score, themes_of
from app.themes.learning import Scores, Taught, Texts, scores
from app.themes.probability import SLOPE, USUAL_THEMES, decided, probabilities
from app.themes.shares import DRIFT
from scripts.measured import heading
from scripts.theme_peers import BATCH, LONGEST
from scripts.theme_sets import LabelledSet, drawn, fewer, judged, read_set
from scripts.theme_ways import SETFIT, Peers, Question, Score, cosine, given, keywords, regression, score, stacked

SEEDS = (0, 1, 2)
COUNTS: tuple[int | None, ...] = (0, 8, 32, None)
ABOVE = 0.05
DRIFTS = tuple(np.arange(0.0, 1.5, 0.06).round(2).tolist())
SLOPES = tuple(np.arange(0.2, 2.0, 0.08).round(2).tolist())
NOMINAL = 0.95
HALLWAY, ALONE = "Hallway", "Hallway without self-training"
BERTOPIC = ("BERTopic, similarity .7", "BERTopic, similarity .3")

Scorer = Callable[[Question], Scores]


class Heard(NamedTuple):
    """What Hallway made of one set with one draw."""

    name: str
    examples: int | None
    labelled: LabelledSet
    asked: Question
    found: Scores


def main() -> None:
    """Make the environment, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--make-environment", type=Path)
    parser.add_argument("--peers", type=Path, help="the environment made before")
    parser.add_argument("--iterations", type=int, default=20, help="of SetFit: pairs by example are twice as many")
    parser.add_argument("--elsewhere", type=Path, help="folder of what SetFit is asked and answers elsewhere")
    parser.add_argument("--most", type=int, default=1000, help="talks of a file that are told apart")
    given_ = parser.parse_args()
    if given_.make_environment:
        make_environment(given_.make_environment)
        return
    for file in given_.files:
        if not file.is_file():
            parser.error(f"there is no file {file}; name files of labelled talks, as `hallway evaluate themes` reads")
    embedder = open_embedder(get_settings())
    peers = None
    if given_.peers or given_.elsewhere:
        python = given_.peers / "bin" / "python" if given_.peers else None
        peers = Peers(python, find_model(get_settings()).path, given_.iterations, given_.elsewhere)
        print(
            f"SetFit: {given_.iterations} iterations, {BATCH} pairs a step, {LONGEST} tokens a talk. "
            "BERTopic: zero-shot similarity .7 (its default) and .3."
        )
    sets = [*judged(CHECKOUT / "data"), *(fewer(read_set(file), given_.most) for file in given_.files)]
    print(
        f"“{ALONE}”: the talks to be told apart teach nothing. The site itself assigns without it, because no number "
        "may move when another conference is added."
    )
    heard: list[Heard] = []
    for labelled in sets:
        heard += table(labelled, embedder, peers)
    shares_at_events(heard)
    constants(heard)
    if peers:
        for way, why in peers.failed.items():
            print(f"{way} could not be measured: {why}")
        peers.close()


def make_environment(folder: Path) -> None:
    """A virtual environment with the peers alone, so that the one of Hallway stays as its lock file says."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    wanted = CHECKOUT / "scripts" / "theme_peers.txt"
    # The processor's build of torch first, so that none for graphics cards comes with the others.
    for what in ([wanted.read_text(encoding="utf-8").split()[0]], ["--requirement", str(wanted)]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what], check=True)
    print(f"Made. Now: scripts/bench_themes.py FILE.jsonl... --peers {folder}")


def table(labelled: LabelledSet, embedder: Embedder, peers: Peers | None) -> list[Heard]:
    """Print the table of one set; what Hallway made of each draw."""
    began = time.perf_counter()
    heading(f"{labelled.name}: {len(labelled.earlier):,} talks to learn from, {len(labelled.later):,} to tell apart")
    print(f"Parted: {labelled.parted}")
    all_texts = read_texts([*labelled.later, *labelled.earlier], embedder)
    kept: list[Heard] = []
    cells: dict[str, dict[int | None, list[Score]]] = {}
    for count in COUNTS:
        for seed in SEEDS if count else SEEDS[:1]:
            asked = question(labelled, all_texts, embedder, count, seed)
            with_own = told(asked, True)
            kept.append(Heard(labelled.name, count, labelled, asked, with_own))
            found = {HALLWAY: by_hallway(asked, with_own), ALONE: by_hallway(asked, told(asked, False))}
            found.update({way: given(scorer(asked), asked) for way, scorer in simple(count).items()})
            if peers:
                found.update(by_peers(peers, asked, count))
            for way, one in found.items():
                cells.setdefault(way, {}).setdefault(count, []).append(one)
    print_table(cells)
    print(f"{time.perf_counter() - began:.0f} s", flush=True)
    return kept


def question(labelled: LabelledSet, read: Texts, embedder: Embedder, count: int | None, seed: int) -> Question:
    """What every way is asked: the same texts, labels and examples, as `evaluation.evaluate` takes them."""
    taught = [] if count == 0 else drawn(labelled.earlier, count, seed)
    themes = themes_of(labelled.later, taught, labelled.vocabulary)
    own, first = {talk.id for talk in taught}, len(labelled.later)
    rows = [first + at for at, talk in enumerate(labelled.earlier) if talk.id in own]
    learned = [labelled.earlier[row - first] for row in rows]
    opened = [f"{talk.title}. {talk.abstract}" for talk in labelled.later]
    return Question(
        opened,
        read.at(np.arange(first)),
        themes,
        named(themes, embedder),
        labels_of(labelled.later, themes),
        [f"{talk.title}. {talk.abstract}" for talk in learned],
        read.at(np.array(rows, dtype=np.int64)),
        labels_of(learned, themes),
    )


def told(asked: Question, self_training: bool) -> Scores:
    """Hallway's scores."""
    taught = Taught(asked.taught, asked.known) if len(asked.known) else None
    return scores(asked.texts, asked.named, taught, self_training)


def by_hallway(asked: Question, found: Scores) -> Score:
    """Scored by Hallway's own rule of giving labels."""
    chances = probabilities(found, asked.one_each, asked.each)
    return score(decided(chances, asked.one_each), chances, asked.truth)


def simple(count: int | None) -> dict[str, Scorer]:
    """What needs nothing but the embedder, for so many examples."""
    return {"keyword cues": keywords, "cosine of names": cosine} if count == 0 else {"logistic regression": regression}


def by_peers(peers: Peers, asked: Question, count: int | None) -> dict[str, Score]:
    """What peers reach: BERTopic from names, SetFit from few examples."""
    ways = BERTOPIC if count == 0 else (SETFIT,) if count else ()
    found = {way: peers.ask(way, asked) for way in ways}
    return {way: given(one, asked) for way, one in found.items() if one is not None}


def print_table(cells: dict[str, dict[int | None, list[Score]]]) -> None:
    """Markdown; each cell macro-F1 with its spread over draws, micro-F1 and top-1 after it."""
    print("\n| macro-F1 ± spread (micro-F1, top-1) | names alone | 8 a label | 32 a label | all |")
    print("|---|---|---|---|---|")
    order = ["keyword cues", "cosine of names", *BERTOPIC, "logistic regression", SETFIT, ALONE, HALLWAY]
    for way in [way for way in order if way in cells]:
        print(f"| {way} | {' | '.join(cell(cells[way].get(count)) for count in COUNTS)} |")
    names = max(stacked(cells[way][0])[0].macro for way in ("keyword cues", "cosine of names"))
    for count in COUNTS:
        others = [stacked(own[count])[0].macro for way, own in cells.items() if "Hallway" not in way and count in own]
        best = max([*others, names])
        ahead = stacked(cells[HALLWAY][count])[0].macro - best
        verdict = "ok" if ahead >= ABOVE else "ahead, by less than .05" if ahead > 0 else "BEHIND"
        print(f"{amount(count)}: Hallway above the best of names and examples by {ahead:+.3f}  {verdict}")


def cell(found: Sequence[Score] | None) -> str:
    """One cell of the table."""
    if not found:
        return "–"
    mean, spread = stacked(found)
    more = f" ±{spread:.3f}" if len(found) > 1 else ""
    return f"{mean.macro:.3f}{more} ({mean.micro:.3f}, {mean.top1:.3f})"


def amount(count: int | None) -> str:
    """How many examples, in words."""
    return "all" if count is None else f"{count} a label"


def shares_at_events(heard: Sequence[Heard]) -> None:
    """Mean absolute error of shares, estimated and counted, and coverage of their intervals."""
    heading("Shares at events of 10 talks and more, by Hallway")
    print(
        "| set | examples | shares | error | error of counting | 95 % intervals that hold |\n|---|---|---|---|---|---|"
    )
    for name, count in dict.fromkeys((one.name, one.examples) for one in heard):
        all_own = [share_error(one, DRIFT, SLOPE) for one in heard if (one.name, one.examples) == (name, count)]
        off, counted, held = np.mean([own[1:] for own in all_own], axis=0)
        print(f"| {name} | {amount(count)} | {all_own[0][0]} | {off:.4f} | {counted:.4f} | {held:.1%} |")


def share_error(one: Heard, drift: float, slope: float, usual: float | None = None) -> tuple[int, float, float, float]:
    """How many shares, their error, that of counting, and coverage, with these constants."""
    asked = one.asked
    each = usual if usual is not None and not len(asked.known) else asked.each
    chances = probabilities(one.found * (slope / SLOPE), asked.one_each, each)
    found = share_score(one.labelled.later, asked.truth, chances, decided(chances, asked.one_each), drift)
    nothing = float("nan")
    if found.mean_absolute_error is None or found.counted_error is None or found.interval_coverage is None:
        return found.shares, nothing, nothing, nothing
    return found.shares, found.mean_absolute_error, found.counted_error, found.interval_coverage


def log_loss(one: Heard, slope: float) -> float:
    """Mean negative log likelihood of labels for each talk, with this slope."""
    asked = one.asked
    each = float(asked.truth.sum(axis=1).mean())  # the slope alone is asked for here
    chances = np.clip(probabilities(one.found * (slope / SLOPE), asked.one_each, each), 1e-6, 1 - 1e-6)
    there = np.log(chances) * asked.truth
    return -float((there if asked.one_each else there + np.log1p(-chances) * (1 - asked.truth)).sum(axis=1).mean())


def coverage(one: Heard, drift: float) -> float:
    """How many 95 % intervals hold the true share with this drift."""
    return share_error(one, drift, SLOPE)[3]


def constants(heard: Sequence[Heard]) -> None:
    """Whether SLOPE, DRIFT and USUAL_THEMES do as well on each set as what the other sets would say."""
    heading("Constants: as they are, and read off the other sets alone")
    names = list(dict.fromkeys(one.name for one in heard))
    for name in names if len(names) > 1 else ():
        own, rest = [one for one in heard if one.name == name], [one for one in heard if one.name != name]
        losses = [mean_of(rest, log_loss, value) for value in SLOPES]
        slope = SLOPES[int(np.argmin(losses))]
        misses = [abs(mean_of(rest, coverage, value) - NOMINAL) for value in DRIFTS]
        drift = DRIFTS[int(np.argmin(misses))]
        print(f"{name}:")
        was, now = mean_of(own, log_loss, SLOPE), mean_of(own, log_loss, slope)
        print(f"  SLOPE {SLOPE:.2f}: log loss {was:.3f}; {slope:.2f}: {now:.3f}")
        was, now = mean_of(own, coverage, DRIFT), mean_of(own, coverage, drift)
        print(f"  DRIFT {DRIFT:.2f}: {was:.1%} of intervals hold; {drift:.2f}: {now:.1%}")
        several = [themes_each(one) for one in rest if one.examples == 0 and not one.asked.one_each]
        for one in [one for one in own if one.examples == 0 and not one.asked.one_each and several]:
            usual = float(np.mean(several))
            was, now = (share_error(one, DRIFT, SLOPE, value)[1] for value in (USUAL_THEMES, usual))
            said = f"USUAL_THEMES {USUAL_THEMES:.2f}: shares off by {was:.4f}; {usual:.2f}: {now:.4f}"
            print(f"  {said}; here {themes_each(one):.2f}")


def themes_each(one: Heard) -> float:
    """Labels of a talk on average, in truth."""
    return float(one.asked.truth.sum(axis=1).mean())


def mean_of(heard: Sequence[Heard], measure: Callable[[Heard, float], float], value: float) -> float:
    """Mean over draws, then over sets, so that a set with more draws counts no more; sets without any are left out."""
    names = dict.fromkeys(one.name for one in heard)
    return float(np.nanmean([np.mean([measure(one, value) for one in heard if one.name == name]) for name in names]))


if __name__ == "__main__":
    main()
