"""Affiliation from tagline, bio and the name field; nicknames, degrees and second persons are no companies."""

from __future__ import annotations

import pytest

from app.ingest.affiliation import count_custom, read_bio, read_name, read_tagline, split_two, with_affiliation
from app.ingest.normalise import normalise
from app.ingest.record import EditionRecord, Programme, SpeakerRecord, TalkRecord


@pytest.mark.parametrize(
    ("tagline", "title", "affiliation"),
    [
        ("Principal Engineer, AI @ Workday", "Principal Engineer, AI", "Workday"),
        ("CTO at X", "CTO", "X"),
        ("Engineer @Acme", "Engineer", "Acme"),
        ("Co-Founder @acmelabs, writer", "Co-Founder", "acmelabs"),
        ("CTO at Acme and organizer of meetups", "CTO", "Acme"),
        ("Professor at the University of Oslo", "Professor", "University of Oslo"),
        ("Open Source Enthusiast | DevRel @ Acme", "DevRel", "Acme"),
        ("Engineer at Red Hat, where she builds", "Engineer", "Red Hat"),
        ("Developer at Acme, Inc.", "Developer", "Acme, Inc"),
    ],
)
def test_taglines(tagline: str, title: str, affiliation: str) -> None:
    found = read_tagline(tagline)
    assert found is not None
    assert (found.job_title, found.affiliation) == (title, affiliation)
    assert found.evidence == f"tagline: {tagline}"


@pytest.mark.parametrize(
    "tagline",
    [
        "Developer at heart",
        "Former CTO at Acme",
        "ex-engineer @ Acme",
        "CEO atwork",
        "Data Platform MVP",
        "",
        "@",
        "at",
    ],
)
def test_taglines_that_name_no_employer(tagline: str) -> None:
    assert read_tagline(tagline) is None


@pytest.mark.parametrize(
    ("bio", "title", "affiliation"),
    [
        ("Ana Souza is a data engineer at Acme. She likes tea.", "data engineer", "Acme"),
        ("<p>Ana is a Senior Engineer at Red Hat, where she</p>", "Senior Engineer", "Red Hat"),
        ("I work at Acme on streams.", None, "Acme"),
        ("Ana works for Acme as an engineer.", None, "Acme"),
    ],
)
def test_bios(bio: str, title: str | None, affiliation: str) -> None:
    found = read_bio(bio, "Ana Souza")
    assert found is not None
    assert (found.job_title, found.affiliation) == (title, affiliation)


@pytest.mark.parametrize(
    "bio",
    [
        "Ana was CTO at Acme.",
        "Acme is a company at Berlin.",
        "Ana is an optimist at heart.",
        "Ana speaks often. She is an engineer at Acme.",
        "Bob is an engineer at Acme.",
    ],
)
def test_bios_that_are_not_read(bio: str) -> None:
    assert read_bio(bio, "Ana Souza") is None


@pytest.mark.parametrize(
    ("listed", "name", "affiliation", "title"),
    [
        ("Ana Souza (Red Hat)", "Ana Souza", "Red Hat", None),
        ("Ana Souza (Acme GmbH)", "Ana Souza", "Acme GmbH", None),
        ("Ana Souza, Acme Inc.", "Ana Souza", "Acme Inc.", None),
        ("Ana Souza, CTO at Acme", "Ana Souza", "Acme", "CTO"),
        ("Ana Souza, CTO, Acme", "Ana Souza", "Acme", "CTO"),
    ],
)
def test_names_with_a_company(listed: str, name: str, affiliation: str, title: str | None) -> None:
    found = read_name(listed)
    assert found is not None
    assert (found.name, found.affiliation, found.job_title) == (name, affiliation, title)
    assert found.evidence == f"name: {listed}"


@pytest.mark.parametrize(
    "listed",
    [
        "Ana Souza (matz)", "Ana Souza (Matz)", "Ana Souza, Jr.", "Ana Souza, PhD", "Ana Souza, MBA", "Souza, Ana",
        "Ana Souza (she/her)", "Ana Souza (moderator)", "Ana Souza, et al", "Ana Souza, Ben Orr", "Ana (Bia) Souza",
        "Ana Souza (Ana Lima)", "Ana Souza (@ana)", "Ana Souza (the Great)", "Ana", "", "Ana Souza ()", "(" * 1000,
    ],
)  # fmt: skip
def test_names_with_something_else(listed: str) -> None:
    assert read_name(listed) is None


def test_the_custom_of_a_programme_tells_companies_from_nicknames() -> None:
    most = ["Ana Souza (Acme)", "Ben Orr (Initech)", "Cleo Dunne (Hooli)", "Dan Eves"]
    assert count_custom(most) == 3
    assert count_custom(["Ana Souza (Matz)", "Ben Orr", "Cleo Dunne"]) == 0
    found = with_affiliation(SpeakerRecord("Ana Souza (Acme)"), custom=3)
    assert (found.name, found.affiliation, found.affiliation_evidence) == (
        "Ana Souza",
        "Acme",
        "name: Ana Souza (Acme)",
    )


def test_what_is_listed_stays() -> None:
    speaker = SpeakerRecord("Ana Souza", affiliation="Initech", tagline="CTO at Acme", bio="Ana is a chef at Hooli.")
    assert with_affiliation(speaker, custom=0) == speaker


@pytest.mark.parametrize(
    ("listed", "two"),
    [
        ("Ana Souza and Ben Orr", ("Ana Souza", "Ben Orr")),
        ("Ana Souza & Ben van Orr", ("Ana Souza", "Ben van Orr")),
        ("Ana and Ben", None),
        ("Research & Development", None),
        ("Procter & Gamble Inc", None),
        ("Chat with: Ana Souza and Ben Orr", None),
        ("Ana Souza and Ben Orr and Cleo Dunne", None),
    ],
)
def test_two_people_in_one_name(listed: str, two: tuple[str, str] | None) -> None:
    assert split_two(listed) == two


def test_normalise_splits_with_a_warning_and_reads_affiliations() -> None:
    speakers = (SpeakerRecord("Ana Souza and Ben Orr", bio="Ana is a cook at Acme."), SpeakerRecord("TBA"))
    talks = (
        TalkRecord("a", "A", "line 1", speakers=speakers),
        TalkRecord("b", "B", "line 2", speakers=(SpeakerRecord("Cleo Dunne", tagline="CTO @ Acme"),)),
    )
    programme, problems = normalise(Programme(EditionRecord("e", "E", "s", "S"), talks))
    assert [speaker.name for speaker in programme.talks[0].speakers] == ["Ana Souza", "Ben Orr"]
    assert all(speaker.bio is None for speaker in programme.talks[0].speakers)
    cleo = programme.talks[1].speakers[0]
    assert (cleo.affiliation, cleo.job_title, cleo.affiliation_evidence) == ("Acme", "CTO", "tagline: CTO @ Acme")
    assert [(problem.severity, problem.where) for problem in problems] == [("warning", "line 1"), ("warning", "line 1")]
    assert "names two people" in problems[0].message
