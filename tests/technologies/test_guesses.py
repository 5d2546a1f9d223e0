"""Names that look like technologies, by how they are written."""

from __future__ import annotations

import pytest

from app.technologies.guesses import guesses_in
from app.technologies.matcher import Place
from app.text.terms import phrase_of, words_of

KNOWN = {phrase_of(name) for name in ("Kafka", "Apache Arrow", "MongoDB", "Python")}


def guessed(text: str) -> dict[str, str]:
    return guesses_in([Place("abstract", text, words_of(text))], KNOWN)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the GeoMesa store", ["GeoMesa"]),
        ("with pyDataverse", ["pyDataverse"]),
        ("a tool called Snakemake, and more", ["Snakemake"]),
        ("built on Temporalis.", ["Temporalis"]),
        ("Apache Wicket and Apache Kafka", ["Apache Wicket"]),
        ("using MongoDB and Python3", []),
        ("at PyCon2019 and RubyKaigi, EuroPython", ["EuroPython"]),
        ("Wes McKinney works at LinkedIn", []),
        ("Plain Title Case Says Nothing", []),
        ("APIs, IDs, GPUs", []),
        ("using The best", []),
    ],
)
def test_what_is_guessed(text: str, names: list[str]) -> None:
    assert list(guessed(text).values()) == names


def test_a_name_counts_once_as_first_written() -> None:
    assert guessed("GeoMesa and geoMesa") == {"geomesa": "GeoMesa"}
