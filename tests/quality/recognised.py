"""Articles held against what we expect of them: which talks, speakers and organisations were recognised, and where.

Expectations lie in `articles/*.yaml` and hold facts only. An article is read from a folder given by name (`shared/` or
`eval/`), since the articles themselves are not ours to ship.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.mentions import Mention, mentions_of
from app.db.engine import make_engine
from app.db.types import utc_now
from app.ingest.article_record import ArticleContent
from app.ingest.formats.articles import read_article
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
from app.models import (
    Article,
    ArticleClaim,
    ArticleText,
    Edition,
    Source,
    Speaker,
    SpeakerLink,
    TakeawayDraft,
    Talk,
)
from app.settings import CHECKOUT
from app.takeaways.refresh import refresh_takeaways
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
    bullets: Score
    quantities: Score


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
        engine,
        HashingEmbedder(),
        [data / "themes.yaml", data / "technologies.yaml", programme, *more],
        options=ReadOptions(),
    )
    assert not report.has_errors, report
    with Session(engine) as session:
        for handle, name in case.get("accounts", {}).items():
            speaker = session.scalars(select(col(Speaker.id)).where(col(Speaker.name) == name)).one() or 0
            session.add(SpeakerLink(url=f"twitter.com/{handle.lower()}", speaker_id=speaker))
        session.commit()
    return engine


def read_blocks(article: Path) -> list[dict[str, Any]]:
    """The blocks of an article as its import keeps them."""
    kind: Literal["markdown", "text"] = "markdown" if article.suffix == ".md" else "text"
    content = read_article(article.read_text(encoding="utf-8"), kind, article.stem, ReadOptions()).payload
    assert isinstance(content, ArticleContent)
    return [asdict(block) | {"links": [asdict(link) for link in block.links]} for block in content.blocks]


def mentions_in(engine: Engine, text: str, edition: str | None, published: str | None = None) -> list[Mention]:
    """What is recognised in a text of our own. Nothing is kept."""
    with reading_article(engine, blocks_of(text), edition, published) as (session, article_id):
        return mentions_of(session, article_id)


@contextmanager
def reading_article(
    engine: Engine, blocks: list[dict[str, Any]], edition: str | None, published: str | None = None
) -> Iterator[tuple[Session, int]]:
    """A session in which an article of these blocks was read as the pipeline reads one. Nothing is kept."""
    with Session(engine) as session:
        source = Source(key="tried", format="article", path="tried")
        session.add(source)
        session.flush()
        article = Article(slug="tried", source_id=source.id or 0, title="Tried", published_on=published)
        session.add(article)
        session.flush()
        known = session.scalars(select(col(Edition.id)).where(col(Edition.slug) == edition)).first()
        words = ArticleText(
            article_id=article.id or 0, source_id=source.id or 0, edition_id=known, format="text", blocks=blocks,
            content_hash="", read_at=utc_now(),
        )  # fmt: skip
        session.add(words)
        session.flush()
        refresh_takeaways(session, recognise=pipeline.RECOGNISE)
        yield session, words.article_id
        session.rollback()


def outcome(engine: Engine, case: Mapping[str, Any], article: Path) -> Outcome:
    """What was recognised in an article against what we expect."""
    published = case.get("published")
    blocks = read_blocks(article)
    with reading_article(engine, blocks, case["edition"], str(published) if published else None) as (session, key):
        found = mentions_of(session, key)
        keys = {row[0]: row[1] for row in session.execute(select(col(Talk.slug), col(Talk.source_key)))}
        drafted = session.scalars(select(col(TakeawayDraft.text)).where(col(TakeawayDraft.article_id) == key)).all()
        stated = session.execute(
            select(col(ArticleClaim.words), col(ArticleClaim.claim)).where(col(ArticleClaim.article_id) == key)
        ).all()
    talks = [(keys[one.slug], one) for one in found if one.kind == "talk"]
    lines = [block["line"] for block in blocks]
    places = {(key, lines[one.block]) for key, one in talks if one.certainty != "unsure"}
    misplaced = [
        f"{one['talk']}, line {line}"
        for one in case["talks"]
        for line in one["lines"]
        if not any(key == one["talk"] and abs(line - other) <= _LINES for key, other in places)
    ]
    texts = {" ".join(text.split()) for text in drafted}
    bullets = [block for block in blocks if block["kind"] == "item" and block["line"] in case.get("bullets", ())]
    return Outcome(
        mentions=found,
        talks=_score(talks, {one["talk"] for one in case["talks"]}, set(case.get("also", ()))),
        speakers=_score([(one.name, one) for one in found if one.kind == "speaker"], set(case["speakers"]), None),
        organisations=_score(
            [(one.name, one) for one in found if one.kind == "organisation"], set(case["organisations"]), set()
        ),
        misplaced=misplaced,
        bullets=_drafted(bullets, texts),
        quantities=_stated(case.get("quantities", {}), {words: dict(claim or {}) for words, claim in stated}),
    )


def _drafted(bullets: list[dict[str, Any]], texts: set[str]) -> Score:
    """Bullets that are drafts, whole or in their sentences; named by their lines."""
    score = Score()
    for block in bullets:
        words = " ".join(block["text"].split())
        is_there = any(text in words or words in text for text in texts)
        (score.right if is_there else score.missed).append(f"line {block['line']}")
    return score


def _stated(wanted: Mapping[str, Any], found: Mapping[str, dict[str, Any]]) -> Score:
    """Quantities found, with the claim about the programme that they make, if any; all others found are wrong."""
    score = Score()
    for words, claim in wanted.items():
        is_right = words in found and all(found[words].get(name) == value for name, value in (claim or {}).items())
        is_right = is_right and bool(claim) == bool(found[words])
        (score.right if is_right else score.missed).append(words)
    score.wrong = [words for words in found if words not in wanted]
    return score


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
