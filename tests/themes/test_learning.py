"""Learning themes: from names alone, from examples, and from what both are surest of."""

from __future__ import annotations

import numpy as np
import pytest

from app.themes.learning import Named, Taught, Texts, matches, scores, shares, surest
from app.themes.linear import fit_linear
from app.themes.probability import decided, probabilities
from app.themes.shares import estimated_shares
from app.themes.wording import Phrases, stems_of, words_of

NAMES = ["tea", "boats"]


def texts(count: int, spread: float = 0.6) -> tuple[Texts, np.ndarray]:
    """Talks of two kinds: vectors about two directions, words of their own, the name of the theme in a fifth."""
    random = np.random.default_rng(7)
    kinds = np.arange(count) % 2
    vectors = np.zeros((count, 8), dtype=np.float32)
    vectors[np.arange(count), kinds] = 1.0
    vectors += random.normal(0, spread, vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    own = (["leaf", "kettle", "cup", "steam"], ["sail", "harbour", "rope", "wind"])
    words = [
        " ".join([*random.choice(own[kind], 2), f"w{place % 7}", NAMES[kind] if place % 5 == 0 else ""])
        for place, kind in enumerate(kinds)
    ]
    return Texts.of(vectors, words, ["" for _ in words]), kinds


def themes() -> Named:
    return Named(np.eye(2, 8, dtype=np.float32), NAMES, [[], []])


def test_names_alone_tell_most_talks_and_what_was_surest_teaches_more() -> None:
    talks, kinds = texts(200)
    by_name = (talks.vectors @ themes().vectors.T).argmax(axis=1)
    learned = scores(talks, themes()).argmax(axis=1)
    assert (by_name == kinds).mean() < (learned == kinds).mean()
    assert (learned == kinds).mean() > 0.95


def test_examples_can_say_the_opposite_of_names() -> None:
    talks, kinds = texts(120, spread=0.2)
    told = np.zeros((60, 2), dtype=np.int8)
    told[np.arange(60), 1 - kinds[:60]] = 1
    swapped = Named(np.zeros((2, 8), dtype=np.float32), ["x", "y"], [[], []])
    rest, known = talks.at(np.arange(60, 120)), talks.at(np.arange(60))
    found = scores(rest, swapped, Taught(known, told)).argmax(axis=1)
    assert (found == 1 - kinds[60:]).all()


def test_scores_are_the_same_every_time_and_do_not_depend_on_the_order_of_themes() -> None:
    talks, _ = texts(80)
    once = scores(talks, themes())
    assert np.array_equal(once, scores(talks, themes()))
    turned = Named(themes().vectors[::-1], NAMES[::-1], [[], []])
    # The order of rows reaches single-precision sums in the regressions, and nothing more.
    assert np.allclose(scores(talks, turned)[:, ::-1], once, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_talks_and_talks_without_words_have_scores(count: int) -> None:
    talks = Texts.of(np.zeros((count, 8), dtype=np.float32), [""] * count, [""] * count)
    found = scores(talks, themes())
    assert found.shape == (count, 2)
    assert np.isfinite(found).all()
    assert probabilities(found, True).shape == (count, 2)


def test_rare_words_and_whole_phrases_match_and_a_title_counts_more() -> None:
    vectors = np.zeros((4, 2), dtype=np.float32)
    talks = Texts.of(vectors, ["Stream joins", "Other", "Other", "Other"], ["", "exactly once", "once exactly", "x"])
    cues = Named(vectors[:2], ["streams", "delivery"], [[], ["exactly-once"]])
    found = matches(talks, cues, talks)
    assert found[0, 0] == pytest.approx(1.5 * np.log(5 / 2))
    assert found[1, 1] == pytest.approx(0.5 * np.log(5 / 2) / 2)
    assert found[2, 1] == found[3, 1] == found[3, 0] == 0


def test_words_keep_what_tells_languages_apart_and_phrases_end_at_words() -> None:
    assert words_of("C++, C# and C; Node.js") == ["c++", "c#", "and", "c", "node", "js"]
    assert stems_of(["the", "deployments"]) == ["deploy"]
    found = Phrases([["k8s", "helm chart"], ["chart"]]).found(words_of("A Helm-Chart on K8s, charts"))
    assert found == {0: [("helm", "chart"), ("k8s",)], 1: [("chart",)]}


def test_the_surest_are_those_that_lead_by_their_share_and_never_many() -> None:
    found = np.array([[3.0, 0.0], [2.0, 0.0], [1.0, 0.9], [0.0, 2.0]])
    rows, of = surest(found)
    assert rows.tolist() == [0, 1, 2, 3]
    assert of.tolist() == [0, 0, 0, 1]
    assert len(surest(np.tile(found, (100, 1)))[0]) == 40
    assert shares(found).sum(axis=1) == pytest.approx(1.0)


def test_a_theme_without_an_example_is_less_likely_than_any_other_and_untold_talks_teach_nothing() -> None:
    rows = np.eye(4, dtype=np.float32)
    labels = np.array([[1, 0, 1], [1, 0, -1], [0, 0, -1], [0, 0, -1]], dtype=np.int8)
    found = fit_linear(rows, labels, 1.0).scores(rows)
    assert found[0, 0] > 0 > found[2, 0]
    assert (found[:, 1] == -3.0).all()
    assert (found[:, 2] == 0.0).all()


def test_probabilities_add_up_to_one_or_to_the_themes_each_talk_has() -> None:
    found = np.random.default_rng(0).normal(size=(50, 6))
    assert probabilities(found, True).sum(axis=1) == pytest.approx(1.0)
    assert probabilities(found, False, 1.7).sum(axis=1).mean() == pytest.approx(1.7, abs=1e-6)


def test_what_is_given_has_the_highest_expected_f1() -> None:
    chances = np.array([[0.9], [0.6], [0.3], [0.05]])
    best = max(range(1, 5), key=lambda m: 2 * chances[:m].sum() / (m + chances.sum()))
    assert decided(chances, False)[:, 0].sum() == best == 2
    assert decided(np.array([[0.2, 0.5, 0.3]]), True).tolist() == [[False, True, False]]


def test_shares_lie_between_the_sum_of_chances_and_the_count() -> None:
    chances = np.array([[0.9, 0.0], [0.8, 0.0], [0.4, 0.0], [0.3, 0.0]])
    found = estimated_shares(chances, chances >= 0.5)
    assert found.share[0] == pytest.approx((0.6 + 0.5) / 2)
    assert found.low[0] < found.share[0] < found.high[0] <= 1
    assert found.share[1] == found.low[1] == 0 < found.high[1]
