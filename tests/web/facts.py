"""A small base for the pages: two editions, talks with every oddity a page must stand, lessons, themes, decisions."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from app.db.types import utc_now
from app.models import (
    Appearance,
    Article,
    Edition,
    Organisation,
    Resource,
    Series,
    Source,
    Speaker,
    SpeakerAlias,
    Takeaway,
    TakeawayEvidence,
    Talk,
    Technology,
    TechnologyMention,
    Theme,
    ThemeDecision,
)

SCRIPT = "<script>alert(1)</script> & probes"


class Facts:
    """Adds rows as ingest leaves them; what is derived from them the pipeline makes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.source = self.add(Source(key="facts", format="facts", path="programmes/facts.yaml"))
        self.series = self.add(Series(slug="summit", name="Summit"))
        self.talks = 0

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def edition(self, slug: str, name: str, year: int, **more: Any) -> Edition:
        found: Edition = self.add(
            Edition(
                slug=slug, name=name, year=year, series_id=self.series.id, source_id=self.source.id,
                start_date=f"{year}-05-13", end_date=f"{year}-05-14", **more,
            )
        )  # fmt: skip
        return found

    def talk(self, edition: Edition, slug: str, title: str, **more: Any) -> Talk:
        self.talks += 1
        now = utc_now()
        found: Talk = self.add(
            Talk(
                slug=slug, title=title, raw_title=title, edition_id=edition.id or 0, source_id=self.source.id,
                source_key=slug, source_position=f"talks[{self.talks - 1}]", position=self.talks,
                content_hash=f"hash-{self.talks}", created_at=now, updated_at=now, **more,
            )
        )  # fmt: skip
        return found

    def speaker(self, slug: str, name: str, *aliases: str) -> Speaker:
        found: Speaker = self.add(Speaker(slug=slug, name=name))
        for alias in (name, *aliases):
            self.add(SpeakerAlias(speaker_id=found.id or 0, name=alias, key=alias.casefold()))
        return found

    def organisation(self, slug: str, name: str) -> Organisation:
        found: Organisation = self.add(Organisation(slug=slug, name=name, key=slug))
        return found

    def appear(self, talk: Talk, speaker: Speaker, organisation: Organisation | None, job: str | None = None) -> None:
        self.add(
            Appearance(
                talk_id=talk.id or 0, speaker_id=speaker.id or 0, name_as_listed=speaker.name,
                organisation_id=organisation.id if organisation else None, job_title=job,
            )
        )  # fmt: skip

    def theme(self, slug: str, name: str, parent: Theme | None = None, **more: Any) -> Theme:
        found: Theme = self.add(
            Theme(
                slug=slug, name=name, vocabulary="v", source_id=self.source.id, parent_id=parent.id if parent else None,
                definition=f"{name} first. And more of {name}.", excludes=f"Not everything is {name}.", **more,
            )
        )  # fmt: skip
        return found

    def decide(self, talk: Talk, theme: Theme, accepted: bool = True, **more: Any) -> None:
        self.add(
            ThemeDecision(
                talk_id=talk.id or 0, theme_id=theme.id or 0, accepted=accepted, reviewer="Ada Reader",
                decided_on="2026-11-22", read_from="slides", **more,
            )
        )  # fmt: skip

    def takeaway(self, slug: str, text: str, kind: str, evidence: dict[str, Any], **more: Any) -> Takeaway:
        found: Takeaway = self.add(
            Takeaway(
                slug=slug, text=text, kind=kind, source_id=self.source.id, source_key=slug, content_hash=slug, **more
            )
        )
        self.add(TakeawayEvidence(takeaway_id=found.id or 0, **evidence))
        return found


def fill(session: Session) -> None:
    """The base that tests of pages and API read."""
    facts = Facts(session)
    west = facts.edition(
        "west-2019", "Summit West 2019", 2019, city="Westville", published_sessions=6, dates_checked=True,
        completeness="Two are missing.", references=[{"label": "Bad", "url": "javascript:alert(2)"}],
    )  # fmt: skip
    east = facts.edition("east-2020", "Summit East 2020", 2020)
    operations = facts.theme("operations", "Operations", cues=["brokers"], examples=["west-2019/probes"], position=0)
    kubernetes = facts.theme("kubernetes", "Kubernetes", parent=operations, cues=["kubernetes"], position=1)
    facts.theme("streaming", "Stream processing", cues=["streams"], position=2)
    etsy, lyft = facts.organisation("etsy", "Etsy"), facts.organisation("lyft", "Lyft")
    nikki = facts.speaker("nikki-example", "Nikki Example", "N. Example")
    zoe = facts.speaker("zoe-okina", "Zoë ʻŌkina")

    probes = facts.talk(
        west, "probes", "Probes on Kubernetes", summary="How probes kill brokers on Kubernetes.",
        summary_basis="title only", language="en", date="2019-05-13",
    )  # fmt: skip
    facts.appear(probes, nikki, etsy, "Staff Engineer")
    facts.add(Resource(talk_id=probes.id or 0, kind="video", url="https://video.example/probes"))
    facts.add(Resource(talk_id=probes.id or 0, kind="slides", url="javascript:alert(3)"))
    facts.decide(probes, kubernetes, is_main=True)
    facts.decide(probes, operations)
    kafka = facts.add(Technology(slug="kafka", name="Kafka"))
    facts.add(TechnologyMention(talk_id=probes.id or 0, technology_id=kafka.id))

    odd = facts.talk(west, "odd", SCRIPT, kind="keynote", language="de", abstract="<b>bold</b>\n\nSecond brokers.")
    facts.appear(odd, zoe, lyft)
    facts.decide(odd, operations, accepted=False)
    facts.talk(west, "bare", "Bare title")
    later = facts.talk(east, "later", "Streams later", summary="Streams and brokers, a year on.", date="2020-05-14")
    facts.appear(later, nikki, lyft, "Principal")
    facts.talk(west, "gone", "Gone talk", withdrawn_at=utc_now())

    article = facts.add(
        Article(slug="report", source_id=facts.source.id, title="Trip report", observer="Bo Observer", url=None)
    )
    facts.takeaway(
        "simple", "Begin with a plain set-up.", "lesson", {"kind": "slide", "number": 35, "url": "https://s.example/35"},
        talk_id=probes.id, edition_id=west.id, speaker_id=nikki.id, said_by="Nikki Example", said_as="speaker",
        affiliation="Etsy", themes=["kubernetes"], article_id=article.id, stance="warns", conditions="small clusters",
    )  # fmt: skip
    facts.takeaway(
        "thirty", "Operations took 30 %.", "claim", {"kind": "article", "section": "Main <observations>"},
        edition_id=west.id, said_by="Bo Observer", article_id=article.id, themes=["operations"],
        claim={"measure": "theme-share", "theme": "operations", "value": 0.3, "qualifier": "about"},
    )  # fmt: skip
    before = facts.takeaway(
        "doubt", "It cannot replace YARN yet.", "claim", {"kind": "article", "section": "Use cases"},
        occasion="Another summit, Barcelona", said_by="Bo Observer", article_id=article.id,
    )  # fmt: skip
    facts.takeaway(
        "settled", "It is the new YARN.", "claim", {"kind": "article", "section": "Use cases"},
        edition_id=west.id, revises_id=before.id, said_by="Bo Observer", article_id=article.id,
    )  # fmt: skip
