"""What of a title is its own, and what its source put beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.ingest.naming import name_edition
from app.ingest.normalise import normalise
from app.ingest.record import Programme, SpeakerRecord, TalkRecord
from app.ingest.review import Review
from app.ingest.titles import own_title

ADA = ("Ada Lovelace",)


@pytest.mark.parametrize(
    ("title", "speakers", "own"),
    [
        ("Notes on engines - Ada Lovelace", ADA, "Notes on engines"),
        ("ADA LOVELACE: Notes on engines", ADA, "Notes on engines"),
        ("Notes on engines｜Ada Lovelace｜PyCon Erewhon 2019", ADA, "Notes on engines"),
        ("PyCon Erewhon 2019 - Notes on engines - Ada Lovelace", ADA, "Notes on engines"),
        ("Notes on engines – PyConErewhon 2019", ADA, "Notes on engines"),
        ("PyCon Erewhon: Notes on engines", (), "Notes on engines"),
        ("Notes on engines by Ada Lovelace", ADA, "Notes on engines"),
        ("Notes on engines - Ada Lovelace & Charles Babbage", (*ADA, "Charles Babbage"), "Notes on engines"),
        ("Engines - why they fail - Ada Lovelace", ADA, "Engines - why they fail"),
        ("Keynote: Notes on engines - Ada Lovelace", ADA, "Keynote: Notes on engines"),
        ("如何用駭客思維｜Ada Lovelace", ADA, "如何用駭客思維"),
    ],
)
def test_speakers_and_editions_are_no_part_of_it(title: str, speakers: tuple[str, ...], own: str) -> None:
    assert own_title(title, speakers, "PyCon Erewhon 2019") == own


@pytest.mark.parametrize(
    "title",
    [
        "Keynote - Ada Lovelace",
        "Lightning talk: Ada Lovelace",
        "PyCon Erewhon 2019 Keynote - Ada Lovelace",
        "PyCon Erewhon 2019 - May 2019",
        "PyCon Erewhon 2019 - Lightning talks on Friday",
        "Engines: closing keynote by Ada Lovelace",
        "Engines - Ada Lovelace",
        "Notes on engines - Grace Hopper",
        "Notes on engines - Ada Lovelace & Grace Hopper",
        "Ada Lovelace and her engines",
        "Erewhon by night",
        "PyCon Erewhon 2018 - Notes on engines",
        "Ada Lovelace",
        "Ada Lovelace - PyCon Erewhon 2019",
        " - ",
        "",
    ],
)
def test_what_would_tell_nothing_stays(title: str) -> None:
    assert own_title(title, ADA, "PyCon Erewhon 2019") == title


def programme(*titles: str) -> Programme:
    talks = (
        TalkRecord(key=str(place), title=title, position=str(place), speakers=(SpeakerRecord("Ada Lovelace"),))
        for place, title in enumerate(titles)
    )
    return Programme(name_edition("PyCon Erewhon 2019"), tuple(talks))


def test_titles_that_only_the_speaker_tells_apart_stay_and_raw_ones_are_kept() -> None:
    titles = ("Open microphone night: Ada Lovelace", "Open microphone night", "Notes &amp; engines | Ada Lovelace")
    review = Review()
    found, _ = normalise(programme(*titles), review)
    assert [talk.title for talk in found.talks] == [*titles[:2], "Notes & engines"]
    assert [talk.raw_title for talk in found.talks] == [*titles]
    assert sum(count for (name, _), count in review.guessed.items() if name == "talk.title") == 1


def test_titles_that_people_wrote_for_us_stay() -> None:
    whole = programme("Notes on engines | Ada Lovelace")
    assert normalise(whole)[0].talks[0].title == "Notes on engines"
    assert normalise(replace(whole, is_curated=True))[0].talks[0].title == "Notes on engines | Ada Lovelace"
