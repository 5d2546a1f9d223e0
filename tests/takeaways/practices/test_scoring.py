from __future__ import annotations

import numpy as np

from app.takeaways.practices import scoring
from app.takeaways.practices.scoring import Material, keep, likeness, rarity, score, stems_of, unnamed


def material(*said: tuple[str, str], drafts: tuple[int, ...] = (), places: tuple[int, ...] = ()) -> Material:
    return Material(
        stems=[stems_of(text) for text, _ in said],
        titles=[stems_of(title) for _, title in said],
        talks=np.zeros(len(said)),
        drafts=np.array([row in drafts for row in range(len(said))]),
        places=np.array(places or range(1, len(said) + 1)),
    )


SAID = material(
    ("Probes restart a broker", "Kafka on ships"),
    ("Back up the configuration", "Kafka upgrades"),
    ("Probes restart a broker", "Kafka upgrades"),
    drafts=(2,),
)


def test_rare_words_count_for_more_and_a_draft_for_less() -> None:
    found = score(SAID, ("configuration", "kafka"), np.zeros(3), np.zeros(3))
    assert found.words.argmax() == 1
    assert found.words[0] < found.words[1] / 2, "Kafka is in every title and tells nothing apart"
    same = score(SAID, ("probes",), np.zeros(3), np.zeros(3)).total
    assert np.isclose(same[0] - same[2], scoring.DRAFT)
    assert same[1] == 0


def test_words_that_only_ask_are_left_out_unless_nothing_else_is_left() -> None:
    asked = score(SAID, ("how", "do", "others", "use", "probes"), np.zeros(3), np.zeros(3))
    plain = score(SAID, ("how", "do", "probes"), np.zeros(3), np.zeros(3))
    assert asked.words[0] == plain.words[0]
    assert scoring.asked_stems(("others",)) == {"other"}


def test_without_a_model_a_statement_that_holds_all_that_is_asked_answers() -> None:
    found = score(SAID, ("probes", "restart"), None, None).total
    assert found[0] >= scoring.LEAST_BY_WORDS > found[1]


def test_names_that_nothing_holds_are_told() -> None:
    assert unnamed("how to restart a broker on Nomad", SAID) == ["Nomad"]
    assert unnamed("how to restart Kafka Probes", SAID) == []
    assert unnamed("How To Restart Nomad Servers Safely", SAID) == [], "a title has a capital everywhere"
    assert unnamed("Nomad restarts", SAID) == [], "the first word has one in any case"


def test_alike_are_those_of_one_meaning_and_the_more_the_more_rare_words_they_share() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    alike = likeness(vectors, SAID.stems, rarity(SAID))
    assert alike[0, 1] == 0
    assert np.isclose(alike[0, 2], 0.6 + scoring.SHARED), "the same words throughout"
    assert np.isclose(alike[1, 2], 0.8)
    assert np.allclose(likeness(np.zeros((3, 0), dtype=np.float32), SAID.stems, rarity(SAID))[0, 2], scoring.SHARED)


def test_what_the_same_talk_says_about_the_same_is_brought_along_and_nothing_else() -> None:
    scores = np.array([0.9, 0.3, 0.3, 0.3, 0.7])
    alike = np.eye(5)
    alike[0, 1] = alike[1, 0] = 0.7
    alike[0, 2] = alike[2, 0] = 0.7
    places = np.array([1, 1, 2, 1, 3])
    kept = keep(scores, alike, places, least=0.5)
    assert kept.places.tolist() == [0, 4, 1], "2 is of another talk, 3 is about something else"
    assert kept.joined == {1}
    assert kept.scores.tolist() == [0.9, 0.7, 0.9 * 0.7]


def test_nothing_is_kept_where_even_the_best_is_too_far() -> None:
    assert not len(keep(np.array([0.4, 0.3]), np.eye(2), np.array([1, 1]), least=0.5).places)
    assert not len(keep(np.zeros(0), np.zeros((0, 0)), np.zeros(0, dtype=np.int64), least=0.5).places)


def test_what_is_far_behind_the_best_is_cut_off() -> None:
    kept = keep(np.array([1.2, 0.6]), np.eye(2), np.array([1, 2]), least=0.5)
    assert kept.places.tolist() == [0]
