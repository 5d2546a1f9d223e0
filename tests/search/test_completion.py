"""Names that complete what is typed: how well it matches, how many talks stand behind it, and values of fields."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.models import Talk, Technology, TechnologyMention
from app.search import named
from app.search.completion import Completed, Completion, complete
from app.search.named import Nameboard, read_names
from app.search.names import KINDS, NAMED, Name, Names
from app.search.packed import Packed
from tests.search.conftest import Base

NAMES = (
    Name("talk", "kafka-on-kubernetes", "Kafka on Kubernetes: Keeping It Simple", 1),
    Name("talk", "why-kafka", "Why Kafka?", 1),
    Name("talk", "zoe", "Zoë's Ünïcode, and C++", 1),
    Name("talk", "", "Lightning Talks", 7),
    Name("speaker", "gwen-shapira", "Gwen Shapira", 5),
    Name("speaker", "soren-jensen", "Søren Jensen", 2),
    Name("technology", "kafka", "Kafka", 90),
    Name("technology", "kafka-streams", "Kafka Streams", 120),
    Name("technology", "go", "Go", 3),
    Name("technology", "go", "Go", 3, alias="golang"),
    Name("technology", "go", "Go", 3, alias="Go language"),
    Name("organisation", "google", "Google", 40),
    Name("theme", "operations", "Operations", 300),
    Name("series", "kafka-summit", "Kafka Summit", 200),
    Name("edition", "kafka-summit-london-2019", "Kafka Summit London 2019", 50),
    Name("kind", "keynote", "keynote", 12),
    Name("has", "video", "a video", 0),
)
HOSTILE = (
    "\x00",
    "🙂 🙂",
    "مرحبا بالعالم",
    "\u202eabc",
    "speaker:",
    '-tech:"ka',
    "a" * 10_240,
    "speaker:" * 1_300,
    "\ud800",
)


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(NAMES)


def typed(names: Names, text: str, limit: int = 8) -> list[str]:
    return [item.name for item in complete(names, text, limit).items]


def test_what_is_just_that_comes_first_then_what_begins_so_then_the_rest_each_by_talks(names: Names) -> None:
    assert typed(names, "kafka") == [
        "Kafka", "Kafka Summit", "Kafka Streams", "Kafka Summit London 2019", "Kafka on Kubernetes: Keeping It Simple",
        "Why Kafka?",
    ]  # fmt: skip
    assert typed(names, "go") == ["Go", "Google"]
    assert typed(names, "kafka", limit=2) == ["Kafka", "Kafka Summit"]


@pytest.mark.parametrize("text", ["gwen shap", "GWEN  Shapira", "shapira gw", "shapi"])
def test_every_word_is_in_the_name_and_the_last_begins_one(names: Names, text: str) -> None:
    assert typed(names, text) == ["Gwen Shapira"]


def test_a_word_before_the_last_is_whole(names: Names) -> None:
    assert typed(names, "gw shapira") == []


def test_another_name_leads_to_the_first_which_is_there_once(names: Names) -> None:
    for text, alias in (("golan", "golang"), ("go l", "Go language"), ("language", "Go language"), ("go", None)):
        found = [item for item in _items(names, text) if item.kind == "technology"]
        assert [(item.name, item.alias, item.slug, item.insert) for item in found] == [("Go", alias, "go", "Go")]
    assert [item.insert for item in _items(names, "tech:gola")] == ["tech:go"]
    assert [item.alias for item in _items(names, "tech:")] == [None] * 3


def test_accents_and_signs_do_not_matter(names: Names) -> None:
    assert typed(names, "zoe") == typed(names, "unicode") == typed(names, "zoë's") == ["Zoë's Ünïcode, and C++"]
    assert typed(names, "soren") == typed(names, "søren") == ["Søren Jensen"], "the slug counts too"


def test_items_lead_somewhere_and_say_how_many_talks_stand_behind(names: Names) -> None:
    found = {item.name: item for text in ("kafka", "gwen", "oper", "goog", "light") for item in _items(names, text)}
    paths = {name: (item.url or "").partition("://")[2].partition("/")[2] for name, item in found.items()}
    assert paths["Why Kafka?"] == "talks/why-kafka"
    assert paths["Gwen Shapira"] == "speakers/gwen-shapira"
    assert paths["Operations"] == "themes/operations"
    assert paths["Kafka Summit London 2019"] == "editions/kafka-summit-london-2019"
    assert paths["Kafka Summit"] == "editions?series=kafka-summit"
    assert paths["Kafka Streams"] == "talks?technology=kafka-streams"
    assert paths["Google"] == "talks?organisation=google"
    assert paths["Lightning Talks"] == "search?q=Lightning+Talks", "a title that several talks share is searched for"
    assert found["Gwen Shapira"].talks == 5
    assert found["Gwen Shapira"].insert == "Gwen Shapira"


def _items(names: Names, text: str) -> list[Completed]:
    return list(complete(names, text, 20).items)


@pytest.mark.parametrize(
    ("text", "token", "inserted"),
    [
        ("speaker:gw", "speaker:gw", ["speaker:gwen-shapira"]),
        ("kafka speaker:gwen-sh", "speaker:gwen-sh", ["speaker:gwen-shapira"]),
        ("kafka -speaker:sø", "-speaker:sø", ["-speaker:soren-jensen"]),
        ('speaker:"gwen sh', 'speaker:"gwen sh', ["speaker:gwen-shapira"]),
        ("TECH:kafka", "TECH:kafka", ["tech:kafka", "tech:kafka-streams"]),
        ("company:", "company:", ["company:google"]),
        ("series:kafka", "series:kafka", ["series:kafka-summit"]),
        ("edition:london", "edition:london", ["edition:kafka-summit-london-2019"]),
        ("theme:op", "theme:op", ["theme:operations"]),
        ("kind:", "kind:", ["kind:keynote"]),
        ("has:v", "has:v", ["has:video"]),
        ("lang:", "lang:", []),
    ],
)
def test_at_the_end_of_a_field_its_values_are_completed(
    names: Names, text: str, token: str, inserted: list[str]
) -> None:
    completion = complete(names, text, 8)
    assert completion.token == token
    assert [item.insert for item in completion.items] == inserted


def test_a_field_that_is_finished_is_no_word(names: Names) -> None:
    assert typed(names, 'theme:operations speaker:"gwen shapira" shap') == ["Gwen Shapira"]
    assert typed(names, "speaker:gwen-shapira ") == typed(names, "") == typed(names, " ?! ") == []


def test_a_word_with_a_colon_is_no_field(names: Names) -> None:
    assert typed(names, "kubernetes: keeping") == ["Kafka on Kubernetes: Keeping It Simple"]
    assert complete(names, "myspeaker:gw", 8).token == ""


@given(st.text(max_size=60) | st.sampled_from(HOSTILE) | st.from_regex(r"(-?(speaker|tech|has|year):\S*\s?){1,3}"))
def test_any_text_is_completed_without_an_error(text: str) -> None:
    assert isinstance(complete(MADE, text, 8), Completion)


MADE = Names(NAMES)


def test_without_names_nothing_is_completed() -> None:
    assert typed(Names(()), "kafka") == typed(Names(()), "speaker:") == []


@given(st.lists(st.text(max_size=12)))
def test_packed_strings_come_out_as_they_went_in(strings: list[str]) -> None:
    packed = Packed.of(strings)
    assert list(packed) == strings
    lines = [one for one in strings if "\n" not in one]
    joined = Packed.of("".join(f"{one}\n" for one in lines))
    assert list(Packed.of_lines(joined.letters)) == lines


def test_every_kind_is_read_with_its_talks(base: Base) -> None:
    with reading(base.engine) as session:
        found = {(one.kind, one.slug): one for one in read_names(session)}
    assert found["speaker", "gwen-shapira"].talks == 2
    assert found["talk", "please-upgrade"].name == "Please Upgrade Apache Kafka. Now!"
    assert found["organisation", "confluent"].talks == 3
    assert {kind for kind, _ in found} >= {
        "talk",
        "speaker",
        "edition",
        "series",
        "theme",
        "organisation",
        "year",
        "has",
    }
    names = Names(found.values())
    assert names.beginning(["gwen"], NAMED, 8) == [found["speaker", "gwen-shapira"]]


def test_technologies_are_read_with_their_aliases(base: Base) -> None:
    with writing(base.engine) as session:
        technology = Technology(slug="kubernetes", name="Kubernetes", vocabulary="v", aliases=["k8s", "kubectl"])
        session.add(technology)
        session.flush()
        for talk_id in session.scalars(select(Talk.id).where(col(Talk.slug).in_(["keeping-it-simple", "to-be"]))):
            session.add(TechnologyMention(talk_id=talk_id or 0, technology_id=technology.id or 0))
    with reading(base.engine) as session:
        found = [one for one in read_names(session) if one.kind == "technology"]
    assert found == [
        Name("technology", "kubernetes", "Kubernetes", 2, alias=alias) for alias in ("", "k8s", "kubectl")
    ]  # fmt: skip


def test_names_follow_the_snapshot_and_withdrawn_talks_are_gone(base: Base) -> None:
    board = Nameboard()
    complete_now = _completing(base.engine, board)
    with writing(base.engine) as session:
        refresh_snapshot(session)
    assert complete_now("please") == ["Please Upgrade Apache Kafka. Now!"]
    kept = board.at_hand()
    assert complete_now("ksql") == ["KSQL in Practice"]
    assert board.at_hand() is kept, "read once while nothing changes"

    def rename(session: Session) -> None:
        talk = session.scalars(select(Talk).where(col(Talk.slug) == "please-upgrade")).one()
        talk.title, talk.content_hash = "Kindly Upgrade", "another"
        gone = session.scalars(select(Talk).where(col(Talk.slug) == "ksql-in-practice")).one()
        gone.withdrawn_at, gone.content_hash = gone.created_at, "another"

    with writing(base.engine) as session:
        rename(session)
        refresh_snapshot(session)
    assert complete_now("please") == complete_now("ksql") == []
    assert complete_now("kindly") == ["Kindly Upgrade"]


def test_processes_share_the_names_of_a_snapshot(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "indexes" / "names.index"
    with writing(base.engine) as session:
        refresh_snapshot(session)
    first = _completing(base.engine, Nameboard(file))("")
    assert file.is_file()
    read = named.read_names
    monkeypatch.setattr(named, "read_names", lambda _: pytest.fail("they are read although they are kept"))
    board = Nameboard(file)
    assert _completing(base.engine, board)("") == first
    kept = board.at_hand()
    with reading(base.engine) as session:
        made = Names(read(session))
    assert kept is not None
    assert [kept[place] for place in range(len(kept))] == [made[place] for place in range(len(made))]
    for words in (["kafka"], ["gw"], ["ann", "m"], []):
        assert kept.beginning(words, KINDS, 50) == made.beginning(words, KINDS, 50)
    assert kept.has("please upgrade apache kafka now")
    monkeypatch.setattr(named, "read_names", read)
    for spoil in (lambda: file.write_bytes(file.read_bytes()[:-70]), file.unlink):
        spoil()
        assert _completing(base.engine, Nameboard(file))("") == first
        assert file.is_file()
    with writing(base.engine) as session:
        talk = session.scalars(select(Talk).where(col(Talk.slug) == "please-upgrade")).one()
        talk.title, talk.content_hash = "Kindly Upgrade", "another"
        refresh_snapshot(session)
    assert _completing(base.engine, Nameboard(file))("kindly") == ["Kindly Upgrade"]


def _completing(engine: Engine, board: Nameboard) -> Callable[[str], list[str]]:
    def complete_now(text: str) -> list[str]:
        with reading(engine) as session:
            return [item.name for item in complete(board.current(session), text, 8).items]

    return complete_now
