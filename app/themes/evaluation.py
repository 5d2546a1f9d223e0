"""How well themes are told apart on talks that people labelled, and how well their shares at each event are known.

The talks are read without their labels, all together, by the code that assigns themes to the talks of a base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from app.embeddings.protocol import Embedder, Progress
from app.embeddings.recipe import embedded_text
from app.errors import InputError
from app.text.passages import cut_passages
from app.themes.labelled import LabelledTalk
from app.themes.learning import Named, Scores, Taught, Texts, scores
from app.themes.probability import USUAL_THEMES, decided, probabilities
from app.themes.shares import DRIFT, estimated_shares
from app.themes.wording import words_of

LEAST_TALKS = 10
"""Events with fewer talks have no share worth estimating."""

Labels = NDArray[np.int8]


@dataclass(frozen=True)
class ThemeWords:
    """A theme as a vocabulary words it; a label without a vocabulary is its name alone."""

    slug: str
    name: str
    definition: str = ""
    phrases: tuple[str, ...] = ()


class LabelScore(BaseModel):
    """Of one label."""

    precision: float
    recall: float
    f1: float
    support: int = Field(description="talks that have it")


class ShareScore(BaseModel):
    """Estimated shares of labels at events of LEAST_TALKS talks and more; None without such an event."""

    mean_absolute_error: float | None
    counted_error: float | None = Field(description="the same where the labels given by machine are counted")
    interval_coverage: float | None = Field(description="how many 95 % intervals hold the true share")
    shares: int


class ThemeEvaluation(BaseModel):
    """What `hallway evaluate themes` prints."""

    talks: int
    labels: int
    one_each: bool = Field(description="every line carries one label, so the most probable alone is scored")
    taught: int = Field(description="talks of --train")
    macro_f1: float
    micro_f1: float
    top1_accuracy: float = Field(description="share of labelled talks whose most probable label is one of theirs")
    per_label: dict[str, LabelScore]
    share: ShareScore
    unknown: list[str] = Field(default_factory=list, description="labels that no theme stands for")


def evaluate(
    talks: Sequence[LabelledTalk], taught: Sequence[LabelledTalk], vocabulary: Sequence[ThemeWords],
    embedder: Embedder, progress: Progress | None = None,
) -> ThemeEvaluation:  # fmt: skip
    """Score the themes given to `talks`, learned from the words of labels, `vocabulary` and the `taught` talks.

    Labels are those of the vocabulary, by slug, name or synonym, with those of the taught talks, or where there is
    neither those of `talks`. Averages are over the labels that `talks` have. Raises InputError where none has any.
    """
    themes = themes_of(talks, taught, vocabulary)
    truth = labels_of(talks, themes)
    if not truth.any():
        raise InputError(
            f"No talk carries a label that could be given: nothing to measure. Known are {_some(themes)}.", "labels"
        )
    own = labels_of(taught, themes)
    told = own.any(axis=1)
    one_each = bool((truth.sum(axis=1) == 1).all() and (own[told].sum(axis=1) == 1).all())
    read = read_texts([*talks, *taught], embedder, progress)
    here, there = np.arange(len(talks)), len(talks) + np.flatnonzero(told)
    learned = Taught(read.at(there), own[told]) if told.any() else None
    found = scores(read.at(here), named(themes, embedder), learned)
    each = float(own[told].sum(axis=1).mean()) if told.any() else USUAL_THEMES
    chances = probabilities(found, one_each, each)
    given = decided(chances, one_each)
    scored = _scored(talks, themes, truth, chances, given, one_each, int(told.sum()))
    places = _places(themes)
    unknown = sorted({label for talk in talks for label in talk.labels if _key(label) not in places})
    return scored.model_copy(update={"unknown": unknown})


def read_texts(talks: Sequence[LabelledTalk], embedder: Embedder, progress: Progress | None = None) -> Texts:
    """Talks ready to compare: of each the title with what the model reads of the beginning of its text."""
    openings = [next(iter(cut_passages(talk.abstract)), "") for talk in talks]
    read = [embedded_text(talk.title, opening) for talk, opening in zip(talks, openings, strict=True)]
    return Texts.of(embedder.encode(read, progress), [talk.title for talk in talks], [talk.abstract for talk in talks])


def named(themes: Sequence[ThemeWords], embedder: Embedder) -> Named:
    """Themes ready to compare: by name, definition and the phrases that point to them."""
    names = [" ".join(words_of(theme.name.replace("_", " "))) or theme.name for theme in themes]
    meant = [f"{name}. {theme.definition}".strip(". ") for name, theme in zip(names, themes, strict=True)]
    return Named(embedder.encode(meant), names, [list(theme.phrases) for theme in themes])


def themes_of(
    talks: Sequence[LabelledTalk], taught: Sequence[LabelledTalk], vocabulary: Sequence[ThemeWords]
) -> list[ThemeWords]:
    """The themes to tell apart: those of the vocabulary and, as names alone, labels that it does not know."""
    themes = list(vocabulary)
    known = set(_places(themes))
    from_where = taught if vocabulary else [*taught, *talks]
    for label in sorted({label for talk in from_where for label in talk.labels}):
        if _key(label) not in known:
            known.add(_key(label))
            themes.append(ThemeWords(label, label))
    return themes


def _places(themes: Sequence[ThemeWords]) -> dict[str, int]:
    """Where each theme is, by slug, name and what else it is called; slugs go before names."""
    places: dict[str, int] = {}
    for way in ("slug", "name"):
        for place, theme in enumerate(themes):
            places.setdefault(_key(getattr(theme, way)), place)
    return places


def _some(themes: Sequence[ThemeWords]) -> str:
    return ", ".join(theme.slug for theme in themes[:10]) or "no labels"


def _key(label: str) -> str:
    return " ".join(words_of(label.replace("_", " "))) or label


def labels_of(talks: Sequence[LabelledTalk], themes: Sequence[ThemeWords]) -> Labels:
    """(n, k): 1 where a talk has a label."""
    places = _places(themes)
    found = np.zeros((len(talks), len(themes)), dtype=np.int8)
    for row, talk in enumerate(talks):
        for label in talk.labels:
            if (place := places.get(_key(label))) is not None:
                found[row, place] = 1
    return found


def _scored(
    talks: Sequence[LabelledTalk], themes: Sequence[ThemeWords], truth: Labels, chances: Scores,
    given: NDArray[np.bool_], one_each: bool, taught: int,
) -> ThemeEvaluation:  # fmt: skip
    right = (given & (truth > 0)).sum(axis=0)
    said, there = given.sum(axis=0), truth.sum(axis=0, dtype=np.int64)
    per_label = {
        theme.slug: LabelScore(
            precision=_ratio(right[at], said[at]),
            recall=_ratio(right[at], there[at]),
            f1=_ratio(2 * right[at], said[at] + there[at]),
            support=int(there[at]),
        )
        for at, theme in enumerate(themes)
        if there[at] or said[at]
    }
    labelled = truth.any(axis=1)
    leading = truth[np.arange(len(truth)), chances.argmax(axis=1)] > 0
    return ThemeEvaluation(
        talks=len(talks),
        labels=int((there > 0).sum()),
        one_each=one_each,
        taught=taught,
        macro_f1=round(float(np.mean([score.f1 for score in per_label.values() if score.support])), 4),
        micro_f1=_ratio(2 * right.sum(), said.sum() + there.sum()),
        top1_accuracy=round(float(leading[labelled].mean()), 4),
        per_label=per_label,
        share=share_score(talks, truth, chances, given),
    )


def share_score(
    talks: Sequence[LabelledTalk], truth: Labels, chances: Scores, given: NDArray[np.bool_], drift: float = DRIFT
) -> ShareScore:
    """How near shares estimated at events come to `truth` (n, k), and how many intervals hold it."""
    events = np.array([talk.event for talk in talks])
    off, counted_off, held = [], [], []
    for event in sorted(set(events.tolist())):
        here = events == event
        if here.sum() < LEAST_TALKS:
            continue
        true = truth[here].mean(axis=0)
        estimate = estimated_shares(chances[here], given[here], drift)
        off.extend(np.abs(estimate.share - true))
        counted_off.extend(np.abs(given[here].mean(axis=0) - true))
        held.extend((estimate.low <= true) & (true <= estimate.high))
    if not off:
        return ShareScore(mean_absolute_error=None, counted_error=None, interval_coverage=None, shares=0)
    error, counted, coverage = (round(float(np.mean(each)), 4) for each in (off, counted_off, held))
    return ShareScore(
        mean_absolute_error=error, counted_error=counted, interval_coverage=coverage, shares=len(off)
    )  # fmt: skip


def _ratio(part: int | np.integer, whole: int | np.integer) -> float:
    return round(float(part) / float(whole), 4) if whole else 0.0
