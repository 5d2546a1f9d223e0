"""Whether two written names are one person's: general cases, none of them from the evaluation file."""

from __future__ import annotations

import pytest

from app.text.given_names import same_given_name
from app.text.likeness import SAME, SUSPECTED, compare_names
from app.text.names import name_key
from app.text.written_names import other_orders, take_apart


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ("Łukasz Żółw", "LUKASZ ZOLW", "case, accents"),
        ("Søren Ærø", "Soren Aero", "case, accents"),
        ("Jean-Luc Petit", "Jean Luc Petit", "case, accents"),
        ("JunWei Chang", "Jun-Wei Chang", "spaces and hyphens"),
        ("KOIZUMI Ryo", "Ryo Koizumi", "another order"),
        ("Petra Q. Lindqvist", "Petra Lindqvist", "stands in one only"),
        ("Petra Quentin Lindqvist", "Petra Q Lindqvist", "an initial"),
        ("Ana Lucia Montealegre", "Ana Montealegre", "stands in one only"),
        ("Ilse van der Berkel", "Ilse Berkel", ""),
        ("Juergen Vogt", "Jürgen Vogt", "may be spelt"),
        ("Kouhei Fujitake", "Kohei Fujitake", "may be spelt"),
        ("Dr. Mira Oyelaran, PhD", "Mira Oyelaran", "spaces and hyphens"),
        ('Oskar "ozzy" Brandvold', "ozzy", "nickname"),
        ("codewizard42", "codewizard", "handles"),
        ("Michael Oyelaran", "Mike Oyelaran", "one given name"),
        ("Nadia Gustaffson", "Nadia Gusatffson", "another order"),
    ],
)
def test_the_same_person(one: str, other: str, because: str) -> None:
    found = compare_names(one, other)
    assert found.score >= SAME, found
    assert because in found.evidence
    assert compare_names(other, one) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zach Oyelaran", "Zachary Oyelaran"),
        ("Sam Williams", "Samuel Williams"),
        ("Priya Kartan", "Priya Kardan"),
        ("Quentin", "Quentin Brandvold"),
        ("P. Lindqvist", "Petra Lindqvist"),
        ("plindqvist", "Petra Lindqvist"),
        ("James Thomas", "Thomas James"),
        ("Juan Garcia", "Juan Garcia Lorca"),
    ],
)
def test_worth_a_question_but_not_the_same(one: str, other: str) -> None:
    found = compare_names(one, other)
    assert SUSPECTED <= found.score < SAME, found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alessandro Russo", "Alessandra Russo"),
        ("Yuka Tanaka", "Yuki Tanaka"),
        ("Ana Souza", "Ana Silva"),
        ("David", "David Brandvold"),
        ("山田太郎", "佐藤花子"),
        ("Ana Souza", ""),
        ("", ""),
        ("x" * 5_000_000, "y" * 5_000_000),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert compare_names(one, other).score < SAME


def test_keys_fold_letters_that_unicode_leaves_whole() -> None:
    assert name_key("Łukasz Đorđević Ørsted Straße") == "lukasz dordevic orsted strasse"


def test_names_are_taken_apart() -> None:
    written = take_apart('Jo-Ann "Jay" O’Neil (Smith) Jr.')
    assert written.joined == ("joann", "oneil")
    assert written.apart == ("jo", "ann", "oneil")
    assert set(written.asides) == {"jay", "smith"}
    assert other_orders("Wei Ling Chang") == ("ling chang wei", "chang wei ling")
    assert other_orders("Cher") == ()


def test_forms_of_given_names() -> None:
    assert same_given_name("mike", "michael")
    assert same_given_name("sasha", "alexandra")
    assert not same_given_name("mike", "patrick")
