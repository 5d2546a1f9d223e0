"""Quantities of an article, read as claims and checked by the figures of its edition."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import Session

from app.db.types import utc_now
from app.models import Article, ArticleText, Technology, TechnologyMention
from app.takeaways.quantities.claims import refresh_claims_of_article
from app.trends.claimed import StatedQuantity, article_claims
from tests.trends.sample import Builder


def _base(session: Session) -> Builder:
    build = Builder(session)
    build.theme("operations", "Operations")
    build.edition("e", "E", "2019-01-01", 12)
    for number in range(10):
        on = number < 4
        talk = build.talk(
            "e", confirmed=("operations",) if on else (), rejected=() if on else ("operations",), main="operations",
            kind="keynote" if number > 7 else "breakout",
        )  # fmt: skip
        if number < 3:
            if number == 0:
                build.add(Technology(slug="kafka", name="Kafka", vocabulary="t"))
            build.add(TechnologyMention(talk_id=talk.id or 0, technology_id=1))
    return build


def _read(session: Session, build: Builder, *blocks: str, edition: bool = True) -> list[StatedQuantity]:
    article = Article(slug="a", source_id=build.source.id or 0, title="A report")
    build.add(article)
    build.add(
        ArticleText(
            article_id=article.id or 0, source_id=build.source.id or 0, format="text", content_hash="x",
            edition_id=build.editions["e"].id if edition else None, read_at=utc_now(),
            blocks=[
                {"kind": "heading", "level": 2, "text": "What I saw, in 3 words", "line": 1, "links": []},
                *({"kind": "paragraph", "level": 1, "text": text, "line": 2, "links": []} for text in blocks),
            ],
        )
    )  # fmt: skip
    refresh_claims_of_article(session, article.id or 0)
    return article_claims(session, article.id or 0)


def test_claims_of_an_article_are_checked(engine: Engine) -> None:
    with Session(engine) as session:
        found = _read(
            session, _base(session),
            "90 % of the talks were about operations. There were 12 sessions in total.",
            "The programme had about two keynotes, and at least 3 talks mentioned Kafka.",
            "A release fixes from 20 to 90 bugs. 150% of the talks were about operations.",
        )  # fmt: skip
    assert [(one.words, one.verdict) for one in found] == [
        ("90 %", "does not hold"),
        ("12 sessions", "holds"),
        ("about two keynotes", "cannot be decided"),
        ("at least 3 talks", "holds"),
        ("from 20 to 90 bugs", "not checkable"),
        ("150%", "does not hold"),
    ]
    share, whole, keynotes, kafka, bugs, impossible = found
    assert share.section == "What I saw, in 3 words"
    assert share.read_as == "talks with the theme “operations”"
    assert "4 of 10 known talks" in share.reason
    assert share.figure_url is not None
    assert whole.claimed == "exactly 12 talks"
    assert keynotes.claimed == "about 2 keynote talks"
    assert "2 to 4 of all published" in keynotes.reason
    assert kafka.readings[0].figure.numerator == 3
    assert (bugs.claimed, bugs.readings, bugs.figure_url) == (None, (), None)
    assert impossible.reason.startswith("No share of talks lies outside")


def test_an_article_of_no_known_edition_claims_nothing_checkable(engine: Engine) -> None:
    with Session(engine) as session:
        (found,) = _read(session, _base(session), "Half of the talks were about operations.", edition=False)
    assert (found.verdict, found.readings) == ("not checkable", ())


def test_reading_again_replaces(engine: Engine) -> None:
    with Session(engine) as session:
        _read(session, _base(session), "Half of the talks were about operations.")
        assert refresh_claims_of_article(session, 1) == 1
        assert len(article_claims(session, 1)) == 1
        assert refresh_claims_of_article(session, 99) == 0
