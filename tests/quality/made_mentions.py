"""Recaps made by chance from real programmes, by seed: mentions of talks as people write them, slips and all.

Each mention names one talk of one edition in one way; between them stand sentences about nothing in particular and
names of talks that are not in the base. What is recognised is counted by way of writing.
"""

from __future__ import annotations

import random
import re
import tempfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app import pipeline
from app.db.engine import make_engine
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
from app.models import Appearance, Edition, Speaker, Talk
from app.settings import CHECKOUT
from tests.quality.recognised import mentions_in
from tests.quality.written_blocks import blocks_of
from tests.standins import HashingEmbedder

KINDS = (
    "heading", "heading, speaker", "item, speaker", "speaker first", "quoted in prose", "bare in prose", "typing slips",
    "shortened", "a word left out", "wrapped, bold", "German", "French", "by speaker alone",
    "not in the base", "nothing",
)  # fmt: skip
_SAME = 85
"""Titles so much alike, of 100, are of one talk given again."""
_FILLER = (
    "The hall was full and the coffee was good.", "Many people asked about costs and about hiring.",
    "We took many notes and will write more about this in the coming weeks.", "After lunch the rooms were busier.",
    "Most of what we heard was about running things in production and about monitoring.",
    "Our team used the breaks to talk about databases, testing and the state of open source.",
)  # fmt: skip
_AWAY = (
    "Gardening with Microcontrollers in Cold Climates", "How We Moved Our Bakery to Event Sourcing",
    "The Hidden Cost of Free Office Plants", "A Field Guide to Talking to Auditors",
    "Postcards from a Legacy Mainframe",
    "Teaching Robots to Fold Laundry", "The State of the Project", "Lessons from Ten Years of Small Releases",
)  # fmt: skip


@dataclass
class Row:
    """Mentions of one kind: how many were shown as the right talk, as a wrong one, not at all."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    certain: int = 0
    certain_wrong: int = 0


def measure(
    sources: Sequence[Path], seed: int, most: int, kinds: tuple[str, ...] = KINDS, *, is_edition_known: bool = True
) -> dict[str, Row]:
    """Counts by kind and for "all", of mentions made of the largest edition in `sources`; the others stay beside it."""
    chance = random.Random(seed)
    table = {kind: Row() for kind in (*kinds, "all")}
    with tempfile.TemporaryDirectory() as folder:
        engine = _loaded(Path(folder) / "base.sqlite3", sources)
        edition, talks, speakers = _largest_edition(engine)
        titles = Counter(title.casefold() for _, title in talks)
        fair = [(slug, title) for slug, title in talks if titles[title.casefold()] == 1 and speakers[slug]]
        for kind in kinds:
            drawn = chance.sample(fair, min(most, len(fair)))
            for at in range(0, len(drawn), 20):
                of = edition if is_edition_known else None
                _count(engine, of, kind, drawn[at : at + 20], speakers, chance, table)
        engine.dispose()
    return table


def measure_away(sources: Sequence[Path], away: Path, seed: int, most: int) -> dict[str, Row]:
    """The same with talks of a file that is not in the base: whatever is shown is wrong.

    Talks that are given every year under one title, or nearly, are left out.
    """
    kinds = ("heading", "heading, speaker", "item, speaker", "quoted in prose")
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        engine = _loaded(Path(folder) / "away.sqlite3", [away])
        _, talks, speakers = _largest_edition(engine)
        engine.dispose()
        engine = _loaded(Path(folder) / "base.sqlite3", sources)
        edition, known, _ = _largest_edition(engine)
        titles = [title.casefold() for _, title in known]
        strange = [
            (slug, title)
            for slug, title in talks
            if speakers[slug] and not extractOne(title.casefold(), titles, scorer=ratio, score_cutoff=_SAME)
        ]
        table = {kind: Row() for kind in (*kinds, "all")}
        for kind in kinds:
            drawn = chance.sample(strange, min(most, len(strange)))
            for at in range(0, len(drawn), 20):
                _count(engine, edition, kind, drawn[at : at + 20], speakers, chance, table, is_there=False)
        engine.dispose()
    return table


def _loaded(base: Path, sources: Sequence[Path]) -> Engine:
    engine = make_engine(f"sqlite:///{base}")
    upgrade(engine)
    pipeline.ingest(
        engine, HashingEmbedder(), [CHECKOUT / "data" / "technologies.yaml", *sources], options=ReadOptions()
    )
    return engine


def _largest_edition(engine: Engine) -> tuple[str, list[tuple[str, str]], dict[str, list[str]]]:
    """Its slug, its talks with their titles, and the names of their speakers."""
    with Session(engine) as session:
        edition = session.execute(
            select(col(Edition.id), col(Edition.slug))
            .join(Talk, col(Talk.edition_id) == col(Edition.id))
            .group_by(col(Edition.id), col(Edition.slug))
            .order_by(func.count().desc())
        ).first()
        assert edition is not None
        talks = session.execute(
            select(col(Talk.slug), col(Talk.title))
            .where(col(Talk.edition_id) == edition[0], col(Talk.is_container).is_(False))
            .order_by(col(Talk.id))
        ).all()
        speakers: dict[str, list[str]] = defaultdict(list)
        for slug, name in session.execute(
            select(col(Talk.slug), col(Speaker.name))
            .join(Appearance, col(Appearance.talk_id) == col(Talk.id))
            .join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
            .order_by(col(Appearance.position))
        ):
            speakers[slug].append(name)
    return edition[1], [(slug, title) for slug, title in talks], speakers


@dataclass(frozen=True)
class _Wanted:
    """A mention as written, and the talk of the base that it names, if any."""

    text: str
    slug: str | None


def _count(
    engine: Engine,
    edition: str | None,
    kind: str,
    drawn: Sequence[tuple[str, str]],
    speakers: Mapping[str, list[str]],
    chance: random.Random,
    table: Mapping[str, Row],
    *,
    is_there: bool = True,
) -> None:
    """Write one recap of these talks, recognise what it names, and count by mention."""
    wanted: list[_Wanted] = []
    for slug, title in drawn:
        text, is_named = write(kind, title, speakers[slug], chance)
        wanted.append(_Wanted(text, slug if is_named and is_there else None))
        wanted.append(_Wanted(chance.choice(_FILLER), None))
    text = "\n\n".join(one.text for one in wanted)
    found = [one for one in mentions_in(engine, text, edition) if one.kind == "talk" and one.certainty != "unsure"]
    starts: list[int] = []
    line = 1
    for one in wanted:
        starts.append(line)
        line += one.text.count("\n") + 2
    lines = [block["line"] for block in blocks_of(text)]
    shown: dict[int, dict[str, str]] = defaultdict(dict)
    for mention in found:
        part = bisect_right(starts, lines[mention.block]) - 1
        held = shown[part - part % 2]
        if held.get(mention.slug) != "certain":
            held[mention.slug] = mention.certainty
    for row in (table[kind], table["all"]):
        for part in range(0, len(wanted), 2):
            _tally(row, wanted[part].slug, shown.get(part, {}))


def _tally(row: Row, slug: str | None, shown: Mapping[str, str]) -> None:
    row.right += slug is not None and slug in shown
    row.missed += slug is not None and slug not in shown
    row.wrong += len(shown.keys() - {slug})
    row.certain += slug is not None and shown.get(slug) == "certain"
    row.certain_wrong += sum(certainty == "certain" for one, certainty in shown.items() if one != slug)


def write(kind: str, title: str, names: list[str], chance: random.Random) -> tuple[str, bool]:
    """One mention, and whether it names a talk of the base."""
    by = " & ".join(names[:2])
    stranger = chance.choice(("Ines Aldana", "Obed Marlowe"))
    company = chance.choice(("Acme", "Northwind", "Tidepool"))
    made = {
        "heading": lambda: f"## {title}",
        "heading, speaker": lambda: f"### {title} ({by})",
        "item, speaker": lambda: f"- {title} - {by}, {company} (14:10 - 14:40)",
        "speaker first": lambda: f"* {names[0]} ({company}): {title}",
        "quoted in prose": lambda: f"One of the fuller rooms was for “{title}”, which ran over its time by a lot.",
        "bare in prose": lambda: f"{names[0]} from {company} gave {title} on the second day and it was well received.",
        "typing slips": lambda: f"- {_slips(title, chance)} - {by}",
        "shortened": lambda: f"- {_short(title)} ({by})",
        "a word left out": lambda: f"## {_left_out(title, chance)} ({names[0]})",
        "wrapped, bold": lambda: f"- **{_wrapped(title)}**\n  by {by}",
        "German": lambda: f"Im Vortrag „{title}“ zeigte {names[0]}, wie man es in der Praxis macht.",
        "French": lambda: f"Dans sa conférence « {title} », {names[0]} a expliqué les pièges les plus courants.",
        "by speaker alone": lambda: f"{names[0]} presented what had been learned and took many questions afterwards.",
        "not in the base": lambda: f"- {chance.choice(_AWAY)} - {stranger}, {company}",
        "nothing": lambda: chance.choice(_FILLER),
    }
    return made[kind](), kind not in ("not in the base", "nothing")


def _slips(title: str, chance: random.Random) -> str:
    words = title.split(" ")
    for at in chance.sample(range(len(words)), min(2, len(words))):
        word = words[at]
        if len(word) >= 5:
            place = chance.randrange(1, len(word) - 2)
            words[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words).replace("'", "’").replace(" - ", " – ")


def _short(title: str) -> str:
    return re.split(r": | - | – |\? ", title, maxsplit=1)[0]


def _left_out(title: str, chance: random.Random) -> str:
    words = title.split(" ")
    if len(words) > 3:
        del words[chance.randrange(1, len(words) - 1)]
    return " ".join(words)


def _wrapped(title: str) -> str:
    middle = title.find(" ", len(title) // 2)
    return title if middle < 0 else f"{title[:middle]}\n  {title[middle + 1 :]}"
