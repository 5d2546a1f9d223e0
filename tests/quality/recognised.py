"""Articles held against what we expect of them: which talks, speakers and organisations were recognised, and where.

Expectations lie in `articles/*.yaml` and hold facts only. An article is read from a folder given by name (`shared/` or
`eval/`), since the articles themselves are not ours to ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.mentions import Mention, mentions_of
from app.db.engine import make_engine
from app.db.types import utc_now
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
from app.models import Article, ArticleText, Edition, Source, Speaker, SpeakerLink, Talk
from app.settings import CHECKOUT
from app.takeaways.recognition.mentions import refresh_mentions_of_article
from tests.quality.written_blocks import blocks_of
from tests.standins import HashingEmbedder

HERE = Path(__file__).parent / "articles"
CASES = sorted(path for path in HERE.glob("*.yaml") if not path.name.endswith(".programme.yaml"))
CERTAINTIES = ("certain", "likely", "unsure")
_LINES = 3
"""A mention may be found this many lines off the one expected: blocks begin where parsers say."""


@dataclass
class Score:
    """What was recognised of one kind: right, wrong and missed, and the certain ones among them."""

    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    certain: list[str] = field(default_factory=list)
    certain_wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was found; 1 where nothing was."""
        found = len(self.right) + len(self.wrong)
        return len(self.right) / found if found else 1.0

    @property
    def recall(self) -> float:
        """Of what was expected; 1 where nothing was."""
        wanted = len(self.right) + len(self.missed)
        return len(self.right) / wanted if wanted else 1.0


@dataclass
class Outcome:
    """One article: its expectations, its mentions and the scores by kind. `misplaced` are talks found elsewhere."""

    mentions: list[Mention]
    talks: Score
    speakers: Score
    organisations: Score
    misplaced: list[str]


def read_case(path: Path) -> dict[str, Any]:
    """The expectations of one article."""
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return case


def article_of(case: Mapping[str, Any], folders: Mapping[str, Path]) -> Path | None:
    """The file of the article, None where it is not on this machine."""
    where, _, name = str(case["article"]).partition("/")
    path = folders[where] / name if where in folders else None
    return path if path is not None and path.is_file() else None


def base_of(case: Mapping[str, Any], folder: Path, *more: Path) -> Engine:
    """A base with the technologies and the programme of one case, and of `more` files."""
    engine = make_engine(f"sqlite:///{folder / 'base.sqlite3'}")
    upgrade(engine)
    data = CHECKOUT / "data"
    programme = HERE / case["programme"] if "programme" in case else data / "programmes" / f"{case['edition']}.yaml"
    report = pipeline.ingest(
        engine, HashingEmbedder(), [data / "technologies.yaml", programme, *more], options=ReadOptions()
    )
    assert not report.has_errors, report
    with Session(engine) as session:
        for handle, name in case.get("accounts", {}).items():
            speaker = session.scalars(select(col(Speaker.id)).where(col(Speaker.name) == name)).one() or 0
            session.add(SpeakerLink(url=f"twitter.com/{handle.lower()}", speaker_id=speaker))
        session.commit()
    return engine


def mentions_in(engine: Engine, text: str, edition: str | None, published: str | None = None) -> list[Mention]:
    """What is recognised in an article. Nothing is kept."""
    with Session(engine) as session:
        source = Source(key="tried", format="article", path="tried")
        session.add(source)
        session.flush()
        article = Article(slug="tried", source_id=source.id or 0, title="Tried", published_on=published)
        session.add(article)
        session.flush()
        known = session.scalars(select(col(Edition.id)).where(col(Edition.slug) == edition)).first()
        words = ArticleText(
            article_id=article.id or 0, source_id=source.id or 0, edition_id=known, format="text",
            blocks=blocks_of(text), content_hash="", read_at=utc_now(),
        )  # fmt: skip
        session.add(words)
        session.flush()
        refresh_mentions_of_article(session, words.article_id)
        found = mentions_of(session, words.article_id)
        session.rollback()
        return found


def outcome(engine: Engine, case: Mapping[str, Any], text: str) -> Outcome:
    """What was recognised in an article against what we expect."""
    published = case.get("published")
    found = mentions_in(engine, text, case["edition"], str(published) if published else None)
    with Session(engine) as session:
        keys = {row[0]: row[1] for row in session.execute(select(col(Talk.slug), col(Talk.source_key)))}
    talks = [(keys[one.slug], one) for one in found if one.kind == "talk"]
    lines = [block["line"] for block in blocks_of(text)]
    places = {(key, lines[one.block]) for key, one in talks if one.certainty != "unsure"}
    misplaced = [
        f"{one['talk']}, line {line}"
        for one in case["talks"]
        for line in one["lines"]
        if not any(key == one["talk"] and abs(line - other) <= _LINES for key, other in places)
    ]
    return Outcome(
        mentions=found,
        talks=_score(talks, {one["talk"] for one in case["talks"]}, set(case.get("also", ()))),
        speakers=_score([(one.name, one) for one in found if one.kind == "speaker"], set(case["speakers"]), None),
        organisations=_score(
            [(one.name, one) for one in found if one.kind == "organisation"], set(case["organisations"]), set()
        ),
        misplaced=misplaced,
    )


def _score(found: list[tuple[str, Mention]], wanted: set[str], also: set[str] | None) -> Score:
    """Found names against wanted ones. `also` may be found; None: nothing found but not wanted is wrong."""
    shown = {name for name, one in found if one.certainty != "unsure"}
    certain = {name for name, one in found if one.certainty == "certain"}
    wrong = shown - wanted - (shown if also is None else also)
    return Score(
        right=sorted(shown & wanted),
        wrong=sorted(wrong),
        missed=sorted(wanted - shown),
        certain=sorted(certain & wanted),
        certain_wrong=sorted(certain & wrong),
    )
