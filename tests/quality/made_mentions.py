"""Recaps made by chance from real programmes, by seed: mentions of talks as people write them, slips and all.

Each mention names one talk of one edition in one way; between them stand sentences about nothing in particular and
names of talks that are not in the base. What is recognised is counted by way of writing.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app import pipeline
from app.db.engine import make_engine
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
from app.models import Appearance, Edition, Speaker, Talk
from app.settings import CHECKOUT
from tests.quality.recognised import mentions_in
from tests.standins import HashingEmbedder

KINDS = (
    "heading", "heading, speaker", "item, speaker", "speaker first", "quoted in prose", "bare in prose", "typing slips",
    "shortened", "a word left out", "wrapped, bold", "German", "French", "by speaker alone",
    "not in the base", "nothing",
)  # fmt: skip
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


def measure(source: Path, seed: int, most: int, kinds: tuple[str, ...] = KINDS) -> dict[str, Row]:
    """Counts by kind and for "all", of mentions made of the largest edition that `source` has; the rest stays there."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/base.sqlite3")
        upgrade(engine)
        pipeline.ingest(
            engine, HashingEmbedder(), [CHECKOUT / "data" / "technologies.yaml", source], options=ReadOptions()
        )
        table = measure_base(engine, seed, most, kinds)
        engine.dispose()
    return table


def measure_base(
    engine: Engine, seed: int, most: int, kinds: tuple[str, ...] = KINDS, *, is_edition_known: bool = True
) -> dict[str, Row]:
    """The same on a base that is there."""
    chance = random.Random(seed)
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
            .where(
                col(Talk.edition_id) == edition[0], col(Talk.is_container).is_(False), col(Talk.withdrawn_at).is_(None)
            )
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
    titles: dict[str, int] = defaultdict(int)
    for _, title in talks:
        titles[title.casefold()] += 1
    fair = [(slug, title) for slug, title in talks if titles[title.casefold()] == 1 and speakers[slug]]
    table = {kind: Row() for kind in (*kinds, "all")}
    for kind in kinds:
        drawn = chance.sample(fair, min(most, len(fair)))
        for at in range(0, len(drawn), 20):
            _count(engine, edition[1] if is_edition_known else None, kind, drawn[at : at + 20], speakers, chance, table)
    return table


def _count(engine, edition, kind, drawn, speakers, chance, table) -> None:  # type: ignore[no-untyped-def]
    wanted: list[tuple[str, str | None]] = []
    for slug, title in drawn:
        text, is_named = write(kind, title, speakers[slug], chance)
        wanted.append((text, slug if is_named else None))
    parts = [part for text, _ in wanted for part in (text, chance.choice(_FILLER))]
    found = mentions_in(engine, "\n\n".join(parts), edition)
    lines = {}
    line = 1
    for at, part in enumerate(parts):
        lines[at] = (line, line + part.count("\n"))
        line += part.count("\n") + 2
    _tally(kind, wanted, parts, found, table)


def _tally(kind, wanted, parts, found, table) -> None:  # type: ignore[no-untyped-def]
    from tests.quality.written_blocks import blocks_of

    blocks = blocks_of("\n\n".join(parts))
    part_of = {}
    line, at = 1, 0
    for number, block in enumerate(blocks):
        while at + 1 < len(parts) and block["line"] >= line + parts[at].count("\n") + 2:
            line += parts[at].count("\n") + 2
            at += 1
        part_of[number] = at
    by_part = defaultdict(list)
    for one in found:
        if one.kind == "talk" and one.certainty != "unsure":
            by_part[part_of[one.block]].append(one)
    for row in (table[kind], table["all"]):
        for number, (_, slug) in enumerate(wanted):
            here = by_part[2 * number] + by_part[2 * number + 1]
            row.right += slug is not None and any(one.slug == slug for one in here)
            row.missed += slug is not None and not any(one.slug == slug for one in here)
            row.wrong += len({one.slug for one in here} - {slug})
            row.certain += any(one.certainty == "certain" and one.slug == slug for one in here)
            row.certain_wrong += len({one.slug for one in here if one.certainty == "certain"} - {slug})


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
