"""What evidence supports, and what it does not: every kind of thing made up is found."""

from __future__ import annotations

import pytest

from app.errors import NotFound
from app.posts.check import check
from app.posts.said import Evidence, Saying
from app.posts.sentences import take_apart

FIGURE = Evidence(
    "the figure",
    (Saying("Operations: Summit West 2019. 19 of 1,078 known talks (40\u00a0%, likely 34–47\u00a0%). Snapshot 3f9a."),),
    "Operations",
)
OTHER = Evidence(
    "the other figure", (Saying("Streams: Summit West 2019. 17 of 1,078 known talks (36\u00a0%)."),), "Streams"
)
TAKEAWAY = Evidence(
    "the takeaway",
    (Saying("KSQL has no savepoints. Ann Reader, Acme Labs. Probes kill half of the brokers. Twelve bugs."),),
)
REPORT = Evidence(
    "the report",
    (Saying("What is new at Summit West 2019"), Saying("Operations rose, +5 points, 7 to 9", "Operations")),
)
ADDRESSES = {"/f": FIGURE, "/o": OTHER, "/t": TAKEAWAY, "/r": REPORT}
NOTES = "\n\n[^f]: [a](/f)\n[^o]: [b](/o)\n[^t]: [c](/t) and [video](https://video.example/1)\n[^r]: [d](/r)\n"
NAMES = {"uber", "kafka", "ksql"}


def resolve(address: str) -> Evidence | None:
    if not address.startswith("/"):
        return None
    if address not in ADDRESSES:
        raise NotFound("figure", address)
    return ADDRESSES[address]


def reasons(text: str, notes: str = NOTES) -> list[str]:
    found, _ = check(take_apart(text + notes), resolve, lambda word: word.casefold() in NAMES)
    return [reason for one in found.rejected for reason in one.reasons]


@pytest.mark.parametrize(
    "text",
    [
        "Operations has 19 of 1,078 known talks (40 %, likely 34–47 %).[^f]",
        "Operations has 19 of the 1078 talks, between 34 % and 47 %.[^f]",
        "Operations leads with 19 of 1,078[^f], and Streams follows with 17 of 1,078[^o].",
        "Operations rose by 5 points.[^r]",
        "Ann Reader of Acme Labs said that KSQL has no savepoints.[^t]",
        "She said “probes kill half of the brokers” there.[^t]",
        "Probes kill half of the brokers, with 12 bugs.[^t]",
        "KSQL’s savepoints are missing.[^t]",
        "Kafka-free it is not: savepoints are missing.[^t]".replace("Kafka-free", "Bug-free"),
        "Operations in snapshot 3f9a.[^f]",
        "# Summit West 2019 and a Title in Capitals",
    ],
)
def test_what_is_said_is_supported(text: str) -> None:
    heading = "Operations has 19 of 1,078.[^f]\n\n" if text.startswith("#") else ""
    assert reasons(heading + text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Operations leads.", "no footnote"),
        ("Operations leads.[^9]", "no footnote 9"),
        ("Operations has 20 of 1,078 known talks.[^f]", "20 is not said"),
        ("Operations has 1078 of 19 talks.[^f]", "1078 of 19"),
        ("Operations has 41 % of the talks.[^f]", "41% is not said"),
        ("Operations has 40 talks.[^f]", "40 is not said"),
        ("Operations has 19 % of the talks.[^f]", "19% is not said"),
        ("Operations is likely at 33–47 %.[^f]", "33% is not said"),
        ("Operations has 17 of 1,078[^f], and Streams 19 of 1,078[^o].", "17 is not said"),
        ("Streams has 19 of 1,078 known talks.[^f]", "does not name “Operations”"),
        ("On streams there are 19 of 1,078 known talks.[^f]", "does not name “Operations”"),
        ("The operations of Summit East 2019 are known.[^f]", "“East” is not named"),
        ("Streams rose by 5 points.[^r]", "“rose” is not said"),
        ("Operations fell by 5 points.[^r]", "“fell” is not said"),
        ("Operations doubled.[^f]", "“doubled” is not said"),
        ("Half of the talks are on operations.[^f]", "“half” is not said"),
        ("Seven known talks are on operations.[^f]", "“seven” is not said"),
        ("Bob Reader said that KSQL has no savepoints.[^t]".replace("Bob Reader", "Then Bob"), "“Bob” is not named"),
        ("Uber says that savepoints are missing.[^t]", "“Uber” is not named"),
        ("Savepoints are missing in KStreams.[^t]", "“KStreams” is not named"),
        ("Savepoints are missing in v2.5.[^t]", "“v2.5” is not named"),
        ("They said “probes kill all brokers” there.[^t]", "“probes kill all brokers” is not said"),
        ("Everything is great.[^t]", "nothing it says"),
        ("| Operations | 20[^f] |\n|---|---|", "20 is not said"),
        ("![19 of 1,078 talks, 55 %](x.svg)[^f]", "55% is not said"),
        ("# 55 talks", "55 is not said"),
        ("# Uber won", "“Uber” is not named"),
        ("<script>alert(7)</script>", "no footnote"),
    ],
)
def test_what_is_made_up_is_found(text: str, words: str) -> None:
    told = reasons(text)
    assert any(words in one for one in told), told


def test_a_footnote_that_leads_nowhere_or_elsewhere_supports_nothing() -> None:
    assert "no figure “/gone”" in reasons("Operations leads.[^1]", "\n\n[^1]: [x](/gone)\n")[0]
    assert (
        "leads to no figure, talk or takeaway" in reasons("Operations leads.[^1]", "\n\n[^1]: https://x.example/\n")[0]
    )
    assert "leads to no figure" in reasons("Operations leads.[^1]", "\n\n[^1]: words\n")[0]


def test_what_a_footnote_says_itself_is_held_to_it_as_well() -> None:
    note = "\n\n[^1]: Figure [x](/f): 19 of 1,078, see https://x.example/77\n"
    assert reasons("Operations has 19 talks.[^1]", note) == []
    told = reasons("Operations has 19 talks.[^1]", note.replace("19 of", "25 of"))
    assert told == ["footnote 1: 25 is not said in the figure"]


def test_the_share_is_told_and_headings_are_not_counted() -> None:
    text = "# Title\n\nOperations has 19 of 1,078.[^f] Kafka is dead.\n" + NOTES
    found, _ = check(take_apart(text), resolve, lambda _: False)
    assert found.words == "1 of 2 sentences are supported."
    assert [one.line for one in found.rejected] == [3]
