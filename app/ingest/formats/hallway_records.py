"""From validated Hallway YAML to records: one reader per kind of file. Positions come from the document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from app.ingest.formats.positioned_yaml import Document
from app.ingest.record import (
    AliasRecord,
    ArticleRecord,
    DecisionRecord,
    EditionRecord,
    EvidenceRecord,
    InvolvedRecord,
    Payload,
    Programme,
    ResourceRecord,
    ReviewedRecord,
    SlotRecord,
    SpeakerAliases,
    SpeakerRecord,
    TakeawayCollection,
    TakeawayRecord,
    TalkRecord,
    Technologies,
    TechnologyRecord,
    ThemeDecisions,
    ThemeRecord,
    Vocabulary,
)

Bad = frozenset[int]

RECORD_LISTS = {
    "programme": "talks",
    "speakers": "speakers",
    "themes": "themes",
    "technologies": "technologies",
    "technology-judgements": "mentions",
    "theme-decisions": "talks",
    "takeaways": "takeaways",
}
"""The list of each kind whose items can be left out one by one."""


def _good(document: Document, name: str, bad: Bad) -> list[tuple[str, dict[str, Any]]]:
    """(position, item) of the items that follow the schema."""
    items = document.value[name]
    return [(document.where((name, index)), item) for index, item in enumerate(items) if index not in bad]


def _bad_keys(document: Document, name: str, bad: Bad, key: str = "id") -> tuple[frozenset[str], bool]:
    """Ids of the items left out, and whether each of them has one."""
    items = [document.value[name][index] for index in bad]
    ids = [item.get(key) if isinstance(item, dict) else None for item in items]
    return frozenset(key for key in ids if isinstance(key, str)), all(isinstance(key, str) for key in ids)


def read_programme(document: Document, bad: Bad) -> Programme:
    """`hallway: programme/1`."""
    edition, series = document.value["edition"], document.value["series"]
    unreadable, is_whole = _bad_keys(document, "talks", bad)
    start = edition.get("start_date")
    return Programme(
        edition=EditionRecord(
            slug=edition["slug"],
            name=edition["name"],
            series_slug=series["slug"],
            series_name=series["name"],
            city=edition.get("city"),
            country=edition.get("country"),
            start_date=start,
            end_date=edition.get("end_date"),
            dates_checked=edition.get("dates_checked", False),
            year=int(start[:4]) if start else None,
            published_sessions=edition.get("published_sessions"),
            completeness=edition.get("completeness"),
            references=tuple(edition.get("sources", ())),
            involved=tuple(
                InvolvedRecord(one["role"], tuple(one.get("people", ())), tuple(one.get("organisations", ())))
                for one in edition.get("involved", ())
            ),
        ),
        talks=tuple(_talk(position, item) for position, item in _good(document, "talks", bad)),
        unreadable=unreadable,
        is_whole=is_whole,
        is_curated=True,
    )


def _talk(position: str, item: dict[str, Any]) -> TalkRecord:
    return TalkRecord(
        key=item["id"],
        title=item["title"],
        raw_title=item["title"],
        position=position,
        kind=item.get("kind", "talk"),
        track=item.get("track"),
        level=item.get("level"),
        language=item.get("language"),
        date=item.get("date"),
        starts_at=item.get("starts_at"),
        duration_minutes=item.get("duration_minutes"),
        room=item.get("room"),
        parent_key=item.get("parent"),
        start_seconds=item.get("start_seconds"),
        end_seconds=item.get("end_seconds"),
        is_container=item.get("container", False),
        language_guessed=item.get("language_guessed", False),
        slots=tuple(SlotRecord(**slot) for slot in item.get("slots", ())),
        abstract=item.get("abstract"),
        raw_abstract=item.get("abstract"),
        summary=item.get("summary"),
        summary_basis=item.get("summary_basis"),
        speakers=tuple(SpeakerRecord(**speaker) for speaker in item.get("speakers", ())),
        resources=tuple(ResourceRecord(**resource) for resource in item.get("resources", ())),
        technologies=tuple(item.get("technologies", ())),
        organisations=tuple(item.get("organisations", ())),
        note=item.get("note"),
        reference=item.get("source"),
    )


def read_speakers(document: Document, bad: Bad) -> SpeakerAliases:
    """`hallway: speakers/1`."""
    good = _good(document, "speakers", bad)
    return SpeakerAliases(tuple(AliasRecord(item["name"], tuple(item.get("aliases", ()))) for _, item in good))


def read_themes(document: Document, bad: Bad) -> Vocabulary:
    """`hallway: themes/1`."""
    return Vocabulary(
        slug=document.value["vocabulary"],
        name=document.value["name"],
        themes=tuple(_theme(document, index, item) for index, item in _listed(document, "themes") if index not in bad),
        entries=theme_entries(document, bad),
        is_whole=not bad,
    )


def theme_entries(document: Document, bad: Collection[int]) -> tuple[ThemeRecord, ...]:
    """Every theme of a file that has a slug: of those that break the schema, at `bad`, the text that can be read."""
    found = []
    for index, item in _listed(document, "themes"):
        if index not in bad:
            found.append(_theme(document, index, item))
        elif isinstance(item, dict) and isinstance(item.get("slug"), str):
            told = {name: item.get(name) for name in ("slug", "name", "definition", "parent")}
            texts = {name: value for name, value in told.items() if isinstance(value, str)}
            found.append(_theme(document, index, {"name": "", "definition": "", **texts}))
    return tuple(found)


def _listed(document: Document, name: str) -> Iterator[tuple[int, Any]]:
    listed = document.value.get(name)
    return enumerate(listed if isinstance(listed, list) else ())


def _theme(document: Document, index: int, item: Mapping[str, Any]) -> ThemeRecord:
    return ThemeRecord(
        slug=item["slug"],
        name=item["name"],
        definition=item["definition"],
        position=document.where(("themes", index)),
        parent=item.get("parent"),
        excludes=item.get("excludes", ""),
        synonyms=tuple(item.get("synonyms", ())),
        cues=tuple(item.get("cues", ())),
        examples=tuple(item.get("examples", ())),
        counter_examples=tuple(item.get("counter_examples", ())),
        places={name: document.where(("themes", index, name)) for name in item},
    )


def read_technologies(document: Document, bad: Bad) -> Technologies:
    """`hallway: technologies/1`."""
    return Technologies(
        slug=document.value["vocabulary"],
        name=document.value["name"],
        technologies=tuple(
            TechnologyRecord(
                slug=item["slug"],
                name=item["name"],
                kind=item["kind"],
                position=position,
                aliases=tuple(item.get("aliases", ())),
                url=item.get("url"),
                ambiguous=(item["name"],) if item.get("ambiguous") is True else tuple(item.get("ambiguous", ())),
                exact_case=item.get("case") == "exact",
                needs=tuple(item.get("needs", ())),
                beside=tuple(item.get("beside", ())),
                not_in=tuple(item.get("not_in", ())),
            )
            for position, item in _good(document, "technologies", bad)
        ),
    )


def read_decisions(document: Document, bad: Bad) -> ThemeDecisions:
    """`hallway: theme-decisions/1`."""
    value = document.value
    return ThemeDecisions(
        edition=value["edition"],
        reviewer=value["reviewer"],
        decided_on=value["decided_on"],
        method=value.get("method", ""),
        considered=tuple(value["considered"]),
        decisions=tuple(
            DecisionRecord(
                talk_key=item["talk"],
                themes=tuple(item["themes"]),
                position=position,
                main=item.get("main"),
                borderline=tuple(item.get("borderline", ())),
                read_from=item.get("read_from"),
                considered=tuple(item["considered"]) if "considered" in item else None,
                decided_on=item.get("decided_on"),
            )
            for position, item in _good(document, "talks", bad)
        ),
    )


def read_takeaways(document: Document, bad: Bad) -> TakeawayCollection:
    """`hallway: takeaways/1`."""
    unreadable, is_whole = _bad_keys(document, "takeaways", bad)
    article = dict(document.value.get("article", {}))
    return TakeawayCollection(
        article=ArticleRecord(slug=article.pop("id"), **article) if article else None,
        rejected=tuple(
            ReviewedRecord(item["by"], item["on"], item["draft"]) for item in document.value.get("rejected", ())
        ),
        takeaways=tuple(_takeaway(position, item) for position, item in _good(document, "takeaways", bad)),
        unreadable=unreadable,
        is_whole=is_whole,
    )


def _takeaway(position: str, item: dict[str, Any]) -> TakeawayRecord:
    who = item.get("said_by", {})
    return TakeawayRecord(
        key=item["id"],
        text=item["text"],
        kind=item["kind"],
        position=position,
        stance=item.get("stance", "neutral"),
        conditions=item.get("conditions"),
        said_by=who.get("name"),
        said_as=who.get("as", "observer"),
        affiliation=who.get("affiliation"),
        edition=item.get("edition"),
        talk=item.get("talk"),
        occasion=item.get("occasion"),
        status=item.get("status", "attendee-note"),
        technologies=tuple(item.get("technologies", ())),
        themes=tuple(item.get("themes", ())),
        evidence=tuple(
            EvidenceRecord(start_seconds=piece.get("start"), **{k: v for k, v in piece.items() if k != "start"})
            for piece in item.get("evidence", ())
        ),
        claim=item.get("claim"),
        revises=item.get("revises"),
        reviewed=ReviewedRecord(**item["reviewed"]) if "reviewed" in item else None,
    )


def read_judgements(_: Document, __: Bad) -> None:
    """`hallway: technology-judgements/1`: checked against its schema and not stored, for it is to measure with."""


READERS: dict[str, Callable[[Document, Bad], Payload | None]] = {
    "programme": read_programme,
    "speakers": read_speakers,
    "themes": read_themes,
    "technologies": read_technologies,
    "technology-judgements": read_judgements,
    "theme-decisions": read_decisions,
    "takeaways": read_takeaways,
}
