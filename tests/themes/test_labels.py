"""Terms of clusters: telling, not said twice, and never stop words, addresses or the event's own name."""

from __future__ import annotations

from app.themes.labels import Wording, label_terms

BIRDS = "https://birds.example.org/talk {n} Garbage collection in the heap at BirdConf: a garbage collector {n}th"
FISH = "In this talk we will look at static typing with mypy at FishConf, and type hints for 3d models {n}"


def pool() -> list[Wording]:
    birds = [Wording(BIRDS.format(n=n), "en", frozenset({"birdconf"})) for n in range(12)]
    fish = [Wording(FISH.format(n=n), "en", frozenset({"fishconf"})) for n in range(12)]
    return [*birds, *fish, *(Wording("In this talk we will look at something else", "en") for _ in range(12))]


def test_terms_tell_a_cluster_from_the_others() -> None:
    birds, fish = label_terms(pool(), [range(12), range(12, 24)])
    assert birds[0].text in ("garbage collection", "garbage collector")
    assert "static typing" in {term.text for term in fish}
    assert "3d models" in {term.text for term in fish}
    assert all(term.talks == 12 for term in birds + fish)


def test_terms_hold_no_stop_words_numbers_addresses_or_names_of_the_event() -> None:
    found = label_terms(pool(), [range(12), range(12, 24)])
    words = {word for terms in found for term in terms for word in term.text.split()}
    assert not words & {"talk", "the", "we", "look", "birdconf", "fishconf", "https", "birds", "example", "org", "11th"}


def test_a_word_in_a_term_that_was_taken_is_no_term_of_its_own() -> None:
    for terms in label_terms(pool(), [range(12), range(12, 24)]):
        for term in terms:
            assert not any(set(term.text.split()) < set(other.text.split()) for other in terms)


def test_forms_of_a_word_are_one_term_with_the_most_frequent_first() -> None:
    talks = [Wording("indexing", "en")] * 5 + [Wording("indexes", "en")] * 3 + [Wording("parrots", "en")] * 9
    ((first, *_),) = label_terms(talks, [range(8)])
    assert first.forms == ("indexing", "indexes")
    assert first.talks == 8


def test_words_that_all_talks_have_name_no_cluster() -> None:
    talks = [Wording("database", "en")] * 20
    assert label_terms(talks, [range(10)]) == [[]]


def test_in_other_languages_frequent_words_are_left_out() -> None:
    talks = [Wording(f"und die der {'katze' if n < 4 else 'das'} wort{n}", "de") for n in range(100)]
    ((*terms,),) = label_terms(talks, [range(4)])
    assert [term.text for term in terms] == ["katze"]


def test_no_clusters_and_no_talks_give_no_terms() -> None:
    assert label_terms([], []) == []
