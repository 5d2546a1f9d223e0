"""Cleaning of parsed talks, the same for every format: text, names, languages, links. What is changed is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from app.ingest.affiliation import count_custom, split_two, with_affiliation
from app.ingest.record import FoundProblem, Programme, ResourceRecord, SpeakerRecord, TalkRecord
from app.ingest.review import Review, look_over
from app.ingest.titles import own_title
from app.text.kinds import talk_kind
from app.text.language import guess_language, language_code
from app.text.markup import many_lines, one_line, safe_url, to_text, without_entities
from app.text.names import clean_name, is_placeholder, name_key

_LABEL = re.compile(r"\A(?:talk\s+)?(?:abstract|description|summary)\s*:(?!:)\s*", re.IGNORECASE)
"""What a form calls the field, pasted along with its text."""

LONGEST_TITLE = 600
"""Characters; what is longer is no title, and more than indexes of lists take. The whole is kept as it was read."""


def normalise(programme: Programme, review: Review | None = None) -> tuple[Programme, list[FoundProblem]]:
    """The programme with clean talks, and the problems met. A talk whose key is given twice is kept once.

    What else is found goes into `review`.
    """
    review = Review() if review is None else review
    problems = review.problems
    talks: dict[str, TalkRecord] = {}
    custom = count_custom(clean_name(speaker.name) for talk in programme.talks for speaker in talk.speakers)
    for record in programme.talks:
        talk = _talk(record, review, custom)
        if talk.key in talks:
            problems.append(
                FoundProblem(
                    "error", f"The id “{talk.key}” is given twice; the second talk is left out.", talk.position
                )
            )
            continue
        talks[talk.key] = talk
    for talk in talks.values():
        if talk.parent_key and (talk.parent_key not in talks or talk.parent_key == talk.key):
            problems.append(FoundProblem("warning", f"The parent “{talk.parent_key}” is no talk here.", talk.position))
            talks[talk.key] = replace(talk, parent_key=None)
    cleaned = tuple(talks.values())
    if not programme.is_curated:
        cleaned = _with_own_titles(cleaned, programme.edition.name, review)
    programme = replace(programme, talks=cleaned)
    look_over(programme, review)
    return programme, problems


def _with_own_titles(talks: Collection[TalkRecord], edition: str, review: Review) -> tuple[TalkRecord, ...]:
    """Talks whose titles name neither speaker nor edition beside; those stay that only this tells from one another."""
    own = [own_title(talk.title, [speaker.name for speaker in talk.speakers], edition) for talk in talks]
    often = Counter(map(name_key, own))
    found = []
    for talk, title in zip(talks, own, strict=True):
        if title != talk.title and often[name_key(title)] == 1:
            review.guess("talk.title", "its own part, without speaker and edition")
            talk = replace(talk, title=title)  # noqa: PLW2901  # the same talk
        found.append(talk)
    return tuple(found)


def _title(talk: TalkRecord, problems: list[FoundProblem]) -> str:
    # Whatever the format: sources escape titles for a page, and few titles speak of entities.
    title = one_line(without_entities(talk.title)) or "Untitled"
    if len(title) <= LONGEST_TITLE:
        return title
    said = f"The title has {len(title):,} characters; the first {LONGEST_TITLE} are taken for the title."
    problems.append(FoundProblem("warning", said, talk.position))
    return title[:LONGEST_TITLE].rstrip()


def _talk(talk: TalkRecord, review: Review, custom: int) -> TalkRecord:
    problems = review.problems
    code = language_code(talk.language) if talk.language else None
    if talk.language and code is None:
        problems.append(FoundProblem("warning", f"Unknown language “{talk.language}”; left empty.", talk.position))
    abstract = _abstract(talk)
    guessed = None if talk.language else guess_language(f"{talk.title}\n{abstract or ''}")
    return replace(
        talk,
        title=_title(talk, problems),
        raw_title=talk.raw_title or talk.title,
        abstract=abstract,
        summary=many_lines(talk.summary) or None if talk.summary else None,
        language=code or guessed,
        language_guessed=guessed is not None or talk.language_guessed,
        kind=talk_kind(talk.kind),
        speakers=_speakers(talk, review, custom),
        resources=_resources(talk, review),
        technologies=_names(talk.technologies),
        organisations=_names(talk.organisations),
    )


def _abstract(talk: TalkRecord) -> str | None:
    if talk.abstract is not None:
        return many_lines(talk.abstract) or None
    return _LABEL.sub("", to_text(talk.raw_abstract, talk.markup)) or None if talk.raw_abstract else None


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def _speakers(talk: TalkRecord, review: Review, custom: int) -> tuple[SpeakerRecord, ...]:
    kept: dict[str, SpeakerRecord] = {}
    for listed in talk.speakers:
        for speaker in _people(listed, talk, review):
            if is_placeholder(speaker.name):
                review.placeholders[speaker.name[:60] or "(empty)"] += 1
                review.problems.append(
                    FoundProblem("warning", f"“{speaker.name}” names nobody and is no speaker.", talk.position)
                )
                continue
            affiliation = one_line(speaker.affiliation) if speaker.affiliation else None
            found = with_affiliation(replace(speaker, affiliation=affiliation or None), custom)
            kept.setdefault(name_key(found.name), found)
    return tuple(kept.values())


def _people(speaker: SpeakerRecord, talk: TalkRecord, review: Review) -> list[SpeakerRecord]:
    """The speaker with a clean name; two where one name holds two people, without what is said of one of them only."""
    name = clean_name(one_line(speaker.name))
    two = split_two(name)
    if two is None:
        return [replace(speaker, name=name)]
    review.guess("speaker.name", "two people, from one name")
    review.problems.append(FoundProblem("warning", f"“{name}” names two people; both are speakers now.", talk.position))
    return [replace(speaker, name=one, tagline=None, bio=None, links=()) for one in two]


def _resources(talk: TalkRecord, review: Review) -> tuple[ResourceRecord, ...]:
    kept: dict[tuple[str, str], ResourceRecord] = {}
    for resource in talk.resources:
        url = safe_url(resource.url)
        if url is None:
            review.look_at(resource.url, talk.position)
            review.problems.append(
                FoundProblem(
                    "warning", f"“{resource.url[:80]}” is no http address; the link is left out.", talk.position
                )
            )
            continue
        kept.setdefault((resource.kind, url), replace(resource, url=url))
    return tuple(kept.values())
