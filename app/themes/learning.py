"""Learning what talks a theme has: from its words alone, and from talks that people gave it. Arithmetic only.

Three kinds of evidence are added: how near a talk is to the words of a theme, how often it has them, and what a
logistic regression over vectors and another over words learned from examples. Where there are few examples or none,
the talks that the first two are surest of stand in for them (self-training: Yarowsky 1995, Unsupervised word sense
disambiguation rivaling supervised methods, ACL; from the names of classes: Meng et al. 2020, Text classification using
label names only, arXiv:2010.07245). Talks are read without their labels, so those to be told apart may take part.
`scripts/bench_themes.py` says what each part is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.themes.linear import Known, fit_linear
from app.themes.wording import Phrases, stems_of, words_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Matrix = NDArray[np.float32]
Scores = NDArray[np.float64]

WORDS = 0.5
"""How much the regression over words counts beside that over vectors."""
NAMED, NAMED_LATER = 1.0, 0.75
"""How much the words of a theme count beside regressions: before self-training, and after, when they spoke already.

Examples of other years mislead where names do not, so names weigh as much as what few examples taught."""
SURE = 20
"""So many talks of each theme stand in for examples,"""
SURE_SHARE = 0.6
"""but at most this share of what each theme would have, were all equally frequent;"""
LEAST_SURE = 5
"""and at least so many."""
VECTOR_C, WORD_C = 1.0, 10.0
MOST_CUES = 2
IN_TEXT, IN_TITLE = 0.5, 1.0


@dataclass(frozen=True)
class Texts:
    """Talks to learn from or to tell apart: vectors (n, d) of length 1, words of titles and of all their text."""

    vectors: Matrix
    titles: list[list[str]]
    words: list[list[str]]

    @classmethod
    def of(cls, vectors: Matrix, titles: Sequence[str], texts: Sequence[str]) -> Texts:
        """Of titles and texts as people wrote them; the words of a title count as words of the text too."""
        in_titles = [words_of(title) for title in titles]
        return cls(vectors, in_titles, [own + words_of(text) for own, text in zip(in_titles, texts, strict=True)])

    def __len__(self) -> int:
        """How many there are."""
        return len(self.titles)

    def at(self, rows: NDArray[np.int64]) -> Texts:
        """Some of them."""
        return Texts(self.vectors[rows], [self.titles[i] for i in rows], [self.words[i] for i in rows])


@dataclass(frozen=True)
class Named:
    """Themes by their words: vectors (k, d) of name and definition, words of the name, phrases that point to each."""

    vectors: Matrix
    names: list[str]
    cues: list[list[str]]


@dataclass(frozen=True)
class Taught:
    """Talks whose themes people told: `labels` (m, k) holds 1 for a theme that a talk has."""

    texts: Texts
    labels: Known


def scores(talks: Texts, themes: Named, taught: Taught | None = None, self_training: bool = True) -> Scores:
    """How much speaks for each theme in each talk, (n, k): higher is likelier, 0 undecided, as logarithms of odds.

    The labels that are taught are complete: a theme not among those of a taught talk counts against it.
    Without `self_training` the talks to be told apart teach nothing.
    """
    if not len(talks) or not themes.names:
        return np.zeros((len(talks), len(themes.names)))
    named = _by_name(talks, themes)
    weighed, weighed_taught = _weighed_words(talks, taught)
    known = np.zeros((0, len(themes.names)), dtype=np.int8) if taught is None else taught.labels
    vectors = talks.vectors[:0] if taught is None else taught.texts.vectors
    first = named
    if taught is not None:
        learned = _learned(vectors, weighed_taught, known, talks.vectors, weighed)
        first = learned + NAMED * named
    if not self_training:
        return first
    sure, of = surest(first)
    labels = np.zeros((len(sure), len(themes.names)), dtype=np.int8)
    labels[np.arange(len(sure)), of] = 1
    return (
        _learned(
            np.vstack([vectors, talks.vectors[sure]]),
            _stacked(weighed_taught, weighed[sure]),
            np.vstack([known, labels]),
            talks.vectors,
            weighed,
        )
        + NAMED_LATER * named
    )


def surest(found: Scores) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The talks that are surest to have a theme, and which one: those where it leads, by its share of the odds."""
    talks, themes = found.shape
    if not talks or not themes:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    share = shares(found)
    leading = share.argmax(axis=1)
    most = max(LEAST_SURE, min(SURE, int(SURE_SHARE * talks / themes)))
    rows = []
    for theme in range(themes):
        own = np.flatnonzero(leading == theme)
        rows.append(own[np.argsort(-share[own, theme], kind="stable")[:most]])
    sure = np.concatenate(rows)
    return sure, leading[sure]


def shares(found: Scores) -> Scores:
    """Scores (n, k) as shares that add up to 1 for each talk (softmax)."""
    odds = np.exp(found - found.max(axis=1, keepdims=True, initial=-np.inf))
    total: Scores = odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-12)
    return total


def _by_name(talks: Texts, themes: Named) -> Scores:
    """What the words of themes say of talks (n, k): nearness in standard deviations, and matches.

    Some names lie near to every talk of a field and others to none; what tells is how far a talk stands out.
    """
    near = (talks.vectors @ themes.vectors.T).astype(np.float64)
    spread = near.std(axis=0) + 1e-6 if len(talks) > 1 else 0.1
    found: Scores = (near - near.mean(axis=0)) / spread + matches(talks, themes, talks)
    return found


def matches(talks: Texts, themes: Named, among: Texts) -> Scores:
    """How much of the words of each theme stands in each talk, (n, k), rare words counting more.

    Words of a name count by stem, one by one; cues as whole phrases, the two rarest of them. A word or phrase counts
    by its inverse document frequency in `among`, half for the text and once more for the title.
    """
    names = [list(dict.fromkeys(stems_of(words_of(name)))) for name in themes.names]
    of_stem: dict[str, list[int]] = {}
    for place, own in enumerate(names):
        for word in own:
            of_stem.setdefault(word, []).append(place)
    phrases = Phrases(themes.cues)
    often = _often(among, set(of_stem), phrases)
    found = np.zeros((len(talks), len(names)))
    roots = np.sqrt([max(1, len(own)) for own in names])
    for row, (title, words) in enumerate(zip(talks.titles, talks.words, strict=True)):
        in_title = set(stems_of(title))
        for stemmed in set(stems_of(words)) & of_stem.keys():
            worth = often[stemmed] * (IN_TEXT + IN_TITLE * (stemmed in in_title))
            for place in of_stem[stemmed]:
                found[row, place] += worth / roots[place]
        title_cues = phrases.found(title)
        for place, own_cues in phrases.found(words).items():
            there = title_cues.get(place, ())
            worths = sorted((often[cue] * (IN_TEXT + IN_TITLE * (cue in there)) for cue in own_cues), reverse=True)
            found[row, place] += sum(worths[:MOST_CUES]) / MOST_CUES
    return found


def _often(talks: Texts, stems: set[str], phrases: Phrases) -> dict[Any, float]:
    """Inverse document frequency of stems and of phrases among `talks`."""
    held: dict[Any, int] = dict.fromkeys((*stems, *phrases.written), 0)
    for words in talks.words:
        for stemmed in set(stems_of(words)) & stems:
            held[stemmed] += 1
        for phrase in {phrase for own in phrases.found(words).values() for phrase in own}:
            held[phrase] += 1
    return {key: float(np.log((len(talks) + 1) / (count + 1))) for key, count in held.items()}


def _weighed_words(talks: Texts, taught: Taught | None) -> tuple[csr_matrix, csr_matrix | None]:
    """Words of talks and of taught ones by tf-idf: rows of length 1."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    taught_words = [] if taught is None else [stems_of(words) for words in taught.texts.words]
    all_words = [*(stems_of(words) for words in talks.words), *taught_words]
    # A word of one talk alone teaches nothing of another, and one of a third of all tells nothing apart.
    counting = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, min_df=2, max_df=0.3, dtype=np.float32)
    try:
        weighed = csr_matrix(counting.fit_transform(all_words))
    except ValueError:  # no word is in two talks and in few enough
        weighed = csr_matrix((len(all_words), 1), dtype=np.float32)
    return weighed[: len(talks)], weighed[len(talks) :] if taught is not None else None


def _as_they_are(words: list[str]) -> list[str]:
    return words


def _stacked(above: csr_matrix | None, below: csr_matrix) -> csr_matrix:
    from scipy.sparse import vstack

    return below if above is None else vstack([above, below]).tocsr()


def _learned(
    vectors: Matrix, words: csr_matrix | None, labels: Known, asked: Matrix, asked_words: csr_matrix
) -> Scores:
    """Log odds (n, k) by one logistic regression for each theme over vectors, and one over words."""
    found = fit_linear(vectors, labels, VECTOR_C).scores(asked)
    return found + WORDS * fit_linear(words, labels, WORD_C).scores(asked_words)
