"""The loops over the hundreds of documents that a search ranks, which `kernels` makes machine code of.

Numpy takes some twenty calls for each of them, a fifth of a search in all, and holds the interpreter's lock meanwhile.
While there is no machine code they run as they stand here, some milliseconds slower and with the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]


def unite(words: Numbers, meaning: Numbers, named: Numbers, depth: int) -> tuple[Numbers, Numbers, Numbers]:
    """The documents to rank, ascending, with their places in `words` and in `meaning`, -1 for none: three of (n,).

    Both are documents best first, each once. Of `words` the first `depth` are ranked, and those that are also in
    `meaning` or `named`.
    """
    also = np.sort(np.concatenate((meaning, named)))
    at = np.searchsorted(also, words)
    kept = np.empty(len(words), dtype=np.int64)
    count = 0
    for place in range(len(words)):
        if place < depth or (at[place] < len(also) and also[at[place]] == words[place]):
            kept[count] = place
            count += 1
    both = np.concatenate((words[kept[:count]], meaning))
    documents = np.empty(len(both), dtype=np.int64)
    by_words = np.full(len(both), -1, dtype=np.int64)
    by_meaning = np.full(len(both), -1, dtype=np.int64)
    last = -1
    for one in np.argsort(both, kind="mergesort"):
        if last < 0 or documents[last] != both[one]:
            last += 1
            documents[last] = both[one]
        if one < count:
            by_words[last] = kept[one]
        else:
            by_meaning[last] = one - count
    return documents[: last + 1], by_words[: last + 1], by_meaning[: last + 1]


def first_of_each(talks: Numbers, depth: int) -> Numbers:
    """Where each of these talks stands first, of the first `depth` that differ; each -1 is one of its own."""
    met = np.zeros(talks.max() + 1 if len(talks) else 0, dtype=np.bool_)
    found = np.empty(min(len(talks), depth), dtype=np.int64)
    count = 0
    for place in range(len(talks)):
        talk = talks[place]
        if count == depth:
            break
        if talk >= 0:
            if met[talk]:
                continue
            met[talk] = True
        found[count] = place
        count += 1
    return found[:count]


def nearer_first(by_meaning: Numbers, near: Scores, count: int) -> tuple[Numbers, Numbers]:
    """The order of the `count` documents found by meaning in which `near` falls, and their places in it.

    `near` (n,) is by document and `by_meaning` the place of each, -1 for none; so are the places returned.
    """
    values = np.empty(count)
    for at in range(len(near)):
        if by_meaning[at] >= 0:
            values[by_meaning[at]] = near[at]
    order = np.argsort(-values, kind="mergesort")
    places = np.empty(count, dtype=np.int64)
    for place in range(count):
        places[order[place]] = place
    moved = by_meaning.copy()
    for at in range(len(moved)):
        if moved[at] >= 0:
            moved[at] = places[moved[at]]
    return order, moved


def rows_of(documents: Numbers, order: Numbers, starts: Numbers, passages: Numbers) -> tuple[Numbers, Numbers]:
    """Where the rows of each document (n,) begin and end in `order`: two of (n,), equal where it has none.

    `order` are rows by talk, then by passage; those of a talk begin at `starts`, by its id. Before all talks are the
    lessons, whose number below 0 is that of their passage.
    """
    firsts = np.zeros(len(documents), dtype=np.int64)
    ends = np.zeros(len(documents), dtype=np.int64)
    for at in range(len(documents)):
        document = documents[at]
        if document > 0:
            if document < len(starts) - 1:
                firsts[at], ends[at] = starts[document], starts[document + 1]
            continue
        low, high = 0, starts[0]
        while low < high:
            middle = (low + high) // 2
            if passages[order[middle]] < -document:
                low = middle + 1
            else:
                high = middle
        if low < starts[0] and passages[order[low]] == -document:
            firsts[at], ends[at] = low, low + 1
    return firsts, ends


def add_direction(
    weight: np.float32, numbers: NDArray[np.int8], lengths: NDArray[np.float32], rows: Numbers,
    total: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add the mean direction of some rows of vectors to `total` (d,), of this length."""
    own = np.zeros(len(total), dtype=np.float32)
    for row in rows:
        for place in range(len(total)):
            own[place] += np.float32(numbers[row, place]) / lengths[row]
    squares = 0.0
    for place in range(len(total)):
        squares += np.float64(own[place]) * np.float64(own[place])
    length = np.float32(max(np.sqrt(squares), 1e-9))
    for place in range(len(total)):
        total[place] += np.float32(weight * own[place]) / length


def better_passages(
    by_words: Numbers, by_meaning: Numbers, words: Scores, cosines: Scores, word_passages: Numbers,
    meaning_passages: Numbers, share: float, depth: int,
) -> Numbers:  # fmt: skip
    """The passage to show of each document (n,): that of the side on which the document stands higher.

    Both sides are scaled to 0..1 over their best `depth`, words from 0 where there are fewer; `share` is the weight of
    meaning. `words` fall; scores and passages are by place in `by_words` and `by_meaning`, of which one is not -1.
    """
    found = np.empty(len(by_words), dtype=np.int64)
    if len(words):
        least, best = words[min(len(words), depth) - 1], words[0]
        if len(words) < depth:
            least = min(least, 0.0)
    if len(cosines):
        farthest, nearest = cosines.min(), cosines.max()
    for at in range(len(by_words)):
        word, meant = by_words[at], by_meaning[at]
        higher_by_words = higher_by_meaning = -1.0
        if word >= 0:
            higher_by_words = max(0.0, (words[word] - least) / (best - least)) if best > least else 1.0
        if meant >= 0:
            higher_by_meaning = (cosines[meant] - farthest) / (nearest - farthest) if nearest > farthest else 1.0
        if (1 - share) * higher_by_words > share * higher_by_meaning:
            found[at] = word_passages[word]
        else:
            found[at] = meaning_passages[meant]
    return found


def ordered(
    documents: Numbers, by_words: Numbers, by_meaning: Numbers, shares: Scores, cosines: Scores, word_ranks: Numbers,
    meaning_ranks: Numbers, near: Scores, alike: Scores, weights: Scores, least: float, absent: int,
) -> tuple[Numbers, Scores, Scores, Numbers, Numbers]:  # fmt: skip
    """Documents that hold a word or whose cosine is at least `least`, best first, as places among these (n,).

    With them the score of each (n,), what words, meaning, likeness and no name add to it (4, n), and its rank on either
    side, `absent` for none. `shares` are what words are worth, 0..1; they, cosines and ranks are given by place in
    `by_words` and `by_meaning`, `near` and `alike` (n,) by document.
    """
    places = np.empty(len(documents), dtype=np.int64)
    scores = np.empty(len(documents))
    parts = np.zeros((4, len(documents)))
    first = np.full(len(documents), absent, dtype=np.int64)
    second = np.full(len(documents), absent, dtype=np.int64)
    count = 0
    for at in range(len(documents)):
        word, meant = by_words[at], by_meaning[at]
        if word < 0 and cosines[meant] < least:
            continue
        if word >= 0:
            parts[0, count] = weights[0] * shares[word]
            first[count] = word_ranks[word]
        if meant >= 0:
            second[count] = meaning_ranks[meant]
        parts[1, count] = weights[1] * near[at]
        parts[2, count] = weights[2] * alike[at]
        scores[count] = parts[0, count] + parts[1, count] + parts[2, count]
        places[count] = at
        count += 1
    order = np.argsort(-scores[:count], kind="mergesort")
    # Equal scores go by ranks and then by document, so that pages never overlap; they are few and together.
    for at in range(1, count):
        one, here = order[at], at
        while here > 0 and scores[order[here - 1]] == scores[one]:
            other = order[here - 1]
            if first[one] != first[other]:
                comes_first = first[one] < first[other]
            elif second[one] != second[other]:
                comes_first = second[one] < second[other]
            else:
                comes_first = abs(documents[places[one]]) < abs(documents[places[other]])
            if not comes_first:
                break
            order[here] = other
            here -= 1
        order[here] = one
    return places[order], scores[order], parts[:, order], first[order], second[order]


class Loops(NamedTuple):
    """The functions of this module, as they stand or as machine code."""

    unite: Callable[..., Any]
    first_of_each: Callable[..., Any]
    nearer_first: Callable[..., Any]
    rows_of: Callable[..., Any]
    add_direction: Callable[..., None]
    better_passages: Callable[..., Any]
    ordered: Callable[..., Any]


PLAIN = Loops(unite, first_of_each, nearer_first, rows_of, add_direction, better_passages, ordered)
