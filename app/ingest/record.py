"""Plain immutable records: what a format found in a source, with positions. Nothing here knows of a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.ingest.article_record import ArticleContent

Severity = Literal["error", "warning"]
Markup = Literal["plain", "html", "rst", "markdown"]
Use = Literal["kept", "lost", "guessed"]


@dataclass(frozen=True)
class FoundProblem:
    """Something odd in a source. `error`: that part was not read. `warning`: read, with a guess or a loss."""

    severity: Severity
    message: str
    where: str = ""


@dataclass(frozen=True)
class FieldUse:
    """What became of a field of a source: how many of its values were kept or lost, or how many of ours are guessed.

    `field` is named after what it is of: "video.tags" as the source calls it, "talk.language" of a guess.
    """

    field: str
    use: Use
    count: int
    note: str = ""
    """How it was guessed, or why it was lost."""


@dataclass(frozen=True)
class SpeakerRecord:
    """A speaker as one talk lists them."""

    name: str
    role: str = "speaker"
    job_title: str | None = None
    affiliation: str | None = None
    tagline: str | None = None
    """One line such as "Principal Engineer @ Acme", read where job title or affiliation are missing."""
    bio: str | None = None
    links: tuple[str, ...] = ()
    """Addresses of the person's own pages and accounts, for telling people apart."""
    affiliation_evidence: str | None = None
    """The words the affiliation was read from, where it was not listed as such. Formats leave it to normalise."""


@dataclass(frozen=True)
class SlotRecord:
    """One time a talk is given at its edition; most talks have one."""

    starts_at: str | None = None
    room: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class ResourceRecord:
    """A link of a talk: video, slides, code or article."""

    kind: str
    url: str
    label: str | None = None


@dataclass(frozen=True)
class TalkRecord:
    """A talk as the source has it. `key` is the source's own stable id; dates are ISO text."""

    key: str
    title: str
    position: str
    kind: str = "talk"
    track: str | None = None
    level: str | None = None
    language: str | None = None
    language_guessed: bool = False
    date: str | None = None
    starts_at: str | None = None
    duration_minutes: float | None = None
    room: str | None = None
    parent_key: str | None = None
    start_seconds: float | None = None
    """Of a part: where in the recording of its container it begins, and, in `end_seconds`, ends."""
    end_seconds: float | None = None
    raw_title: str | None = None
    abstract: str | None = None
    raw_abstract: str | None = None
    """As the source has it. Where `abstract` is None, it is made from this by `markup`."""
    markup: Markup = "plain"
    slots: tuple[SlotRecord, ...] = ()
    is_container: bool = False
    """Its parts are the talks. Parts name it as `parent_key`."""
    summary: str | None = None
    summary_basis: str | None = None
    speakers: tuple[SpeakerRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    technologies: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    """Named for the talk as a whole, where no speaker is."""
    note: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class InvolvedRecord:
    """Who made an edition: the people and organisations of one role, such as organisers or gold sponsors."""

    role: str
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditionRecord:
    """An edition as the source has it. `published_sessions` is None where nobody said."""

    slug: str
    name: str
    series_slug: str
    series_name: str
    city: str | None = None
    country: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    dates_checked: bool = False
    year: int | None = None
    published_sessions: int | None = None
    completeness: str | None = None
    references: tuple[Mapping[str, str], ...] = ()
    involved: tuple[InvolvedRecord, ...] = ()
    guessed: tuple[FieldUse, ...] = ()
    """Which of these the source does not say itself."""


@dataclass(frozen=True)
class Programme:
    """An edition with its talks. `unreadable` are keys of talks that are listed but could not be read."""

    edition: EditionRecord
    talks: tuple[TalkRecord, ...]
    unreadable: frozenset[str] = frozenset()
    is_whole: bool = True
    """False where an unreadable talk has no key, so that a missing talk may not be taken for withdrawn."""
    is_curated: bool = False
    """True where people wrote it for Hallway, so that titles stay as they are."""


@dataclass(frozen=True)
class AliasRecord:
    """A person and the other ways their name is written, decided by people."""

    name: str
    aliases: tuple[str, ...]
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class SpeakerAliases:
    """Curated aliases."""

    speakers: tuple[AliasRecord, ...]


@dataclass(frozen=True)
class ThemeRecord:
    """A theme of a vocabulary. `places` are those of its fields, where they are known."""

    slug: str
    name: str
    definition: str
    position: str
    parent: str | None = None
    excludes: str = ""
    synonyms: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """Where the field of this name stands, or else the theme."""
        return self.places.get(name, self.position)


@dataclass(frozen=True)
class Vocabulary:
    """A theme vocabulary. `entries` are all themes of the file in its order, with those that break the schema as far as
    they could be read; `is_whole` says whether none does."""

    slug: str
    name: str
    themes: tuple[ThemeRecord, ...]
    entries: tuple[ThemeRecord, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True)
class TechnologyRecord:
    """A technology of a vocabulary. What the fields mean stands in `data/README.md`."""

    slug: str
    name: str
    kind: str
    position: str
    aliases: tuple[str, ...] = ()
    url: str | None = None
    ambiguous: tuple[str, ...] = ()
    """Its names that count only where the talk gives them away."""
    exact_case: bool = False
    needs: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Technologies:
    """A vocabulary of technologies."""

    slug: str
    name: str
    technologies: tuple[TechnologyRecord, ...]


@dataclass(frozen=True)
class DecisionRecord:
    """What a reviewer decided about one talk: the themes named are accepted, the others considered are rejected.

    `considered` and `decided_on` are of this talk, where they are not those of the whole reading.
    """

    talk_key: str
    themes: tuple[str, ...]
    position: str
    main: str | None = None
    borderline: tuple[str, ...] = ()
    read_from: str | None = None
    considered: tuple[str, ...] | None = None
    decided_on: str | None = None


@dataclass(frozen=True)
class ThemeDecisions:
    """One reviewer's reading of one edition against the themes `considered`."""

    edition: str
    reviewer: str
    decided_on: str
    method: str
    considered: tuple[str, ...]
    decisions: tuple[DecisionRecord, ...]


@dataclass(frozen=True)
class EvidenceRecord:
    """Where a takeaway can be checked."""

    kind: str
    section: str | None = None
    number: int | None = None
    url: str | None = None
    start_seconds: float | None = None
    quote: str | None = None


@dataclass(frozen=True)
class ReviewedRecord:
    """Who accepted or rejected a draft of the machine, on which day, and its key where one is known."""

    by: str
    on: str
    draft: str | None = None


@dataclass(frozen=True)
class TakeawayRecord:
    """A takeaway with who says it, where, and its evidence. `talk` is written `edition-slug/talk-key`."""

    key: str
    text: str
    kind: str
    position: str
    stance: str = "neutral"
    conditions: str | None = None
    said_by: str | None = None
    said_as: str = "observer"
    affiliation: str | None = None
    edition: str | None = None
    talk: str | None = None
    occasion: str | None = None
    status: str = "attendee-note"
    technologies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    evidence: tuple[EvidenceRecord, ...] = ()
    claim: Mapping[str, Any] | None = None
    revises: str | None = None
    reviewed: ReviewedRecord | None = None


@dataclass(frozen=True)
class ArticleRecord:
    """The article that takeaways were read from."""

    slug: str
    title: str
    author: str | None = None
    observer: str | None = None
    observer_affiliation: str | None = None
    publisher: str | None = None
    published_on: str | None = None
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class TakeawayCollection:
    """An article, if they are of one, and its takeaways; `rejected` are drafts that people said are none."""

    article: ArticleRecord | None
    takeaways: tuple[TakeawayRecord, ...]
    rejected: tuple[ReviewedRecord, ...] = ()
    unreadable: frozenset[str] = frozenset()
    is_whole: bool = True


@dataclass(frozen=True)
class CueRecord:
    """A stretch of a transcript; times in seconds from the start of the recording."""

    start: float
    end: float
    text: str
    speaker: str | None = None


@dataclass(frozen=True)
class Transcript:
    """What was said in a talk. `about` are names to find the talk by, the most certain first.

    Each is `edition-slug/talk-key`, a talk slug, or the id or address of a video.
    """

    about: tuple[str, ...]
    cues: tuple[CueRecord, ...]
    language: str | None = None
    is_automatic: bool = False


Payload = (
    Transcript
    | Programme
    | SpeakerAliases
    | Vocabulary
    | Technologies
    | ThemeDecisions
    | TakeawayCollection
    | ArticleContent
)


@dataclass(frozen=True)
class Parsed:
    """What a parser made of one unit. `payload` is None where nothing of it could be read."""

    source_key: str
    payload: Payload | None
    problems: tuple[FoundProblem, ...] = field(default=())
    notes: tuple[str, ...] = ()
    """How the unit was read where that is no problem but good to know, such as which column is which field."""
    fields: tuple[FieldUse, ...] = ()
    """What became of the fields of the source."""
