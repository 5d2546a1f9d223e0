"""A small base with known counts, inserted directly: facts and assignments as ingest and the pipeline leave them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from app.db.types import utc_now
from app.models import (
    Appearance,
    Article,
    Edition,
    IndexState,
    Organisation,
    Series,
    Source,
    Speaker,
    Takeaway,
    Talk,
    Theme,
    ThemeAssignment,
    ThemeDecision,
    Vocabulary,
)

SNAPSHOT = "3f9a1c0b22d4"
VERSION = "5c1e0a7d9b23"


@dataclass
class Builder:
    """Adds rows to a base with as little ceremony as the tests can do with."""

    session: Session
    themes: dict[str, Theme] = field(default_factory=dict)
    editions: dict[str, Edition] = field(default_factory=dict)
    serieses: dict[str, Series] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    talks: int = 0

    def __post_init__(self) -> None:
        self.source = Source(key="sample", format="sample", path="sample.yaml")
        self.add(self.source, IndexState(name="snapshot", recipe="r", fingerprint=SNAPSHOT, built_at=utc_now()))
        key = self.source.id or 0
        self.add(Vocabulary(slug="v", name="Sample words", version=VERSION, source_id=key, loaded_at=utc_now()))

    def add(self, *rows: Any) -> None:
        self.session.add_all(rows)
        self.session.flush()

    def theme(self, slug: str, name: str, parent: str | None = None) -> Theme:
        theme = Theme(
            slug=slug,
            vocabulary="v",
            source_id=self.source.id or 0,
            name=name,
            definition="",
            position=len(self.themes),
            parent_id=self.themes[parent].id if parent else None,
        )
        self.add(theme)
        self.themes[slug] = theme
        return theme

    def edition(self, slug: str, name: str, date: str | None, published: int | None = None, **more: Any) -> Edition:
        held = str(more.pop("series", "summit"))
        series = self.serieses.get(held)
        if series is None:
            series = Series(slug=held, name=held.title())
            self.add(series)
            self.serieses[held] = series
        edition = Edition(
            slug=slug,
            name=name,
            series_id=series.id or 0,
            source_id=self.source.id or 0,
            start_date=date,
            year=int(date[:4]) if date else None,
            published_sessions=published,
            **more,
        )
        self.add(edition)
        self.editions[slug] = edition
        return edition

    def talk(
        self,
        edition: str,
        *,
        confirmed: tuple[str, ...] = (),
        machine: dict[str, float] | None = None,
        rejected: tuple[str, ...] = (),
        main: str | None = None,
        kind: str = "breakout",
        organisation: str | None = None,
        **more: Any,
    ) -> Talk:
        number = self.talks = self.talks + 1
        talk = Talk(
            slug=f"talk-{number}",
            edition_id=self.editions[edition].id or 0,
            source_id=self.source.id or 0,
            source_key=f"talk-{number}",
            position=number,
            title=more.pop("title", f"Talk {number}"),
            raw_title="",
            kind=kind,
            content_hash=str(number),
            created_at=utc_now(),
            updated_at=utc_now(),
            **more,
        )
        self.add(talk)
        self._assign(talk, "confirmed", dict.fromkeys(confirmed, 1.0), main)
        self._assign(talk, "machine", machine or {}, main)
        self._assign(talk, "rejected", dict.fromkeys(rejected, 0.0), None)
        if organisation:
            self._appear(talk, organisation)
        return talk

    def _assign(self, talk: Talk, status: str, probabilities: dict[str, float], main: str | None) -> None:
        for slug, probability in probabilities.items():
            if status in ("confirmed", "rejected"):
                self._decide(talk, slug, status == "confirmed", slug == main)
            self.add(
                ThemeAssignment(
                    talk_id=talk.id or 0,
                    theme_id=self.themes[slug].id or 0,
                    status=status,
                    is_main=slug == main,
                    probability=probability,
                    recipe="r",
                )
            )

    def _decide(self, talk: Talk, theme: str, accepted: bool, is_main: bool) -> None:
        self.add(
            ThemeDecision(
                talk_id=talk.id or 0,
                theme_id=self.themes[theme].id or 0,
                accepted=accepted,
                is_main=is_main,
                reviewer="Ada",
                decided_on="2026-11-22",
            )
        )

    def _appear(self, talk: Talk, organisation: str) -> None:
        if organisation not in self.organisations:
            self.organisation(organisation)
        speaker = Speaker(slug=f"speaker-{talk.id}", name=f"Speaker {talk.id}")
        self.add(speaker)
        self.add(
            Appearance(
                talk_id=talk.id or 0,
                speaker_id=speaker.id or 0,
                organisation_id=self.organisations[organisation].id,
                name_as_listed=speaker.name,
            )
        )

    def organisation(self, slug: str) -> Organisation:
        new = Organisation(slug=slug, name=slug.title(), key=slug)
        self.add(new)
        self.organisations[slug] = new
        return new

    def claim(self, edition: str, text: str, claim: dict[str, Any]) -> None:
        count = len(text)
        article = Article(slug=f"article-{count}", source_id=self.source.id or 0, title="Trip report", url=None)
        self.add(article)
        self.add(
            Takeaway(
                slug=f"claim-{count}",
                source_id=self.source.id or 0,
                source_key=f"claim-{count}",
                article_id=article.id,
                edition_id=self.editions[edition].id,
                text=text,
                kind="claim",
                said_by="Ada",
                claim=claim,
                content_hash="x",
            )
        )


def fill_sample(session: Session) -> None:
    """Two editions: `west-2019` has 10 of 12 published talks, all decided for operations; `east-2020` is unknown.

    west-2019, operations: 4 confirmed (3 as main theme), the other 6 rejected. streaming: 2 confirmed, 3 machine.
    """
    build = Builder(session)
    build.theme("operations", "Operations")
    build.theme("kubernetes", "Kubernetes", parent="operations")
    build.theme("streaming", "Stream *processing*")
    build.theme("unused", "=Unused <b>")
    west = [{"label": "Organiser’s page", "url": "https://example.org/west_(2019)"}, {"label": "A [note]"}]
    build.edition("west-2019", "Summit West 2019", "2019-09-30", 12, references=west, completeness="Two are missing.")
    build.edition("east-2020", "Summit East 2020", "2020-03-01")
    build.edition("empty-2021", "Summit Empty 2021", "2021-03-01", 5)
    for number in range(4):
        build.talk(
            "west-2019",
            confirmed=("operations",) + (("kubernetes",) if number < 2 else ()),
            main="operations" if number < 3 else None,
            kind="keynote" if number == 0 else "breakout",
            organisation="acme",
            summary="About running it." if number else None,
        )
    for number in range(6):
        build.talk(
            "west-2019",
            rejected=("operations",),
            confirmed=("streaming",) if number < 2 else (),
            machine={"streaming": 0.8} if 2 <= number < 5 else {},
            main="streaming" if number < 3 else None,
            kind="lightning" if number == 5 else "breakout",
        )
    build.talk("west-2019", machine={"operations": 0.9}, is_container=True)
    build.talk("west-2019", machine={"operations": 0.9}, withdrawn_at=utc_now())
    for number in range(5):
        build.talk("east-2020", machine={"operations": 0.7} if number < 2 else {}, main="operations")
    share = {"measure": "theme-share", "theme": "operations", "value": 0.3, "qualifier": "exactly"}
    build.claim("west-2019", "30 % of the talks were about operations.", share)
    count = {"measure": "theme-count", "theme": "kubernetes", "value": 2, "qualifier": "about"}
    build.claim("west-2019", "About 2 talks were on Kubernetes.", count)
    number_claim = {"measure": "number", "low": 30, "high": 140, "unit": "bugs", "qualifier": "exactly"}
    build.claim("west-2019", "Each release fixes 30 to 140 bugs.", number_claim)
    session.commit()
