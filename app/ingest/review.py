"""What reading a programme shows besides its records: guesses, placeholders, dead-looking links, doubled talks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.ingest.record import FieldUse, FoundProblem, Parsed, Programme, TalkRecord, Transcript
from app.text.links import looks_dead

MOST_LISTED = 50
"""Of links and of doubled talks of one file; all are counted."""
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?\d\d)\Z")


@dataclass(frozen=True)
class DeadLink:
    """An address that can lead nowhere, by how it is written."""

    url: str
    why: str
    where: str


@dataclass(frozen=True)
class DoubledTalk:
    """Two talks of one source with one title and a speaker in common, or one recording."""

    title: str
    first: str
    second: str
    why: str


@dataclass
class Review:
    """Filled while a unit is made clean and stored. `placeholders` are names that name nobody, each with its count."""

    problems: list[FoundProblem] = field(default_factory=list)
    guessed: Counter[tuple[str, str]] = field(default_factory=Counter)
    placeholders: Counter[str] = field(default_factory=Counter)
    dead_links: list[DeadLink] = field(default_factory=list)
    dead_link_count: int = 0
    doubled: list[DoubledTalk] = field(default_factory=list)
    doubled_count: int = 0
    edition: str | None = None
    edition_name: str | None = None
    talks: int = 0
    with_text: int = 0

    def guess(self, field_name: str, note: str) -> None:
        """Count one value of ours that was guessed."""
        self.guessed[field_name, note] += 1

    def look_at(self, url: str, where: str) -> bool:
        """Whether an address looks dead; then it is counted."""
        why = looks_dead(url)
        if why is None:
            return False
        self.dead_link_count += 1
        if len(self.dead_links) < MOST_LISTED:
            self.dead_links.append(DeadLink(url[:300], why, where))
        return True

    def fields(self, parsed: Parsed) -> list[FieldUse]:
        """What became of the fields of the source, and what was guessed since it was read."""
        edition = parsed.payload.edition.guessed if isinstance(parsed.payload, Programme) else ()
        cues = len(parsed.payload.cues) if isinstance(parsed.payload, Transcript) and not parsed.fields else 0
        return [
            *parsed.fields,
            *([FieldUse("transcript.cues", "kept", cues)] if cues else ()),
            *edition,
            *(FieldUse(name, "guessed", count, note) for (name, note), count in sorted(self.guessed.items())),
        ]


def look_over(programme: Programme, review: Review) -> None:
    """Look over a programme that has been made clean."""
    edition = programme.edition
    review.edition, review.edition_name = edition.slug, edition.name
    for reference in edition.references:
        if reference.get("url"):
            review.look_at(reference["url"], "the edition")
    given = [talk for talk in programme.talks if not talk.is_container]
    for talk in given:
        review.talks += 1
        review.with_text += bool(talk.abstract or talk.summary)
        if talk.language_guessed:
            review.guess("talk.language", "from its words")
        if talk.starts_at and len(talk.starts_at) > 10 and not _OFFSET.search(talk.starts_at):
            review.guess("talk.starts_at", "a local time: no time zone is known")
        for speaker in talk.speakers:
            if speaker.affiliation_evidence:
                review.guess("speaker.affiliation", f"from the {_source(speaker.affiliation_evidence)}")
        for resource in talk.resources:
            review.look_at(resource.url, talk.position)
    for double in _doubled(given):
        review.doubled_count += 1
        if len(review.doubled) < MOST_LISTED:
            review.doubled.append(double)


def _source(evidence: str) -> str:
    """What an affiliation was read from, of "tagline: …", "bio: …" or "name: …"."""
    return evidence.partition(":")[0][:20]


def _doubled(talks: list[TalkRecord]) -> Iterator[DoubledTalk]:
    """Talks of one title with a speaker in common; and, where no recording holds several talks, of one recording."""
    titles: dict[str, list[TalkRecord]] = {}
    films: dict[str, TalkRecord] = {}
    for talk in talks:
        alike = titles.setdefault(talk.title.casefold(), [])
        names = {speaker.name.casefold() for speaker in talk.speakers}
        twin = next((one for one in alike if names & {speaker.name.casefold() for speaker in one.speakers}), None)
        alike.append(talk)
        if twin:
            yield DoubledTalk(talk.title[:200], twin.position, talk.position, "the same title and speaker")
            continue
        if talk.parent_key:
            continue
        for link in talk.resources:
            other = films.setdefault(link.url, talk) if link.kind == "video" else talk
            if other is not talk:
                yield DoubledTalk(talk.title[:200], other.position, talk.position, "the same recording")
                break
