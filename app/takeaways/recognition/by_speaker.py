"""Talks that an article names only by who gave them: a keynote, or words of the title beside the name. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.takeaways.recognition.finding import CERTAIN, LIKELY, UNSURE, Block, Finding, RunnerUp, Talk
from app.takeaways.recognition.talks import Programme

_KEYNOTE = re.compile(r"\bkeynotes?\b|\bplenary|\bkeynote-?vortrag|\bplénière", re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:talks?|sessions?|present(?:ed|s|ing|ation|ations)|spoke|speaks|talked|keynotes?|show(?:ed|s|cased)"
    r"|demo(?:s|ed|nstrated)?|explain(?:ed|s)|delivered|gave|walked (?:us|the)|workshop|tutorial|panel|introduced"
    r"|introduces|announced|led|hosted|vortr[aä]g\w*|sprach|pr[aä]sentiert\w*|zeigte|erkl[aä]rte|stellte|hielt|berichtete"
    r"|conf[eé]rence|pr[eé]sent(?:é|ait|ation)|expliqu\w+|intervention|charla|ponencia|present[oó]|explic[oó])\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19[89]|20[0-4])\d\b")
_AROUND = 40
"""Words before and after a name that may be those of the talk."""
_MOST_NAMES = 4
"""A block that names more speakers than this is a list of people."""
_TELLS, _HINTS, _MARGIN, _NEARLY_ALL = 0.55, 0.3, 0.2, 0.8


def find_by_speaker(
    blocks: Sequence[Block], programme: Programme, people: Sequence[Finding], titles: Sequence[Finding]
) -> list[Finding]:
    """One finding for each talk and section in which its speaker is named and its title is not."""
    talks_of: dict[int, list[Talk]] = defaultdict(list)
    for talk in programme.talks.values():
        if talk.own:
            for speaker in talk.speakers:
                talks_of[speaker].append(talk)
    told = {(blocks[one.block].heading, one.id) for one in titles if one.certainty != UNSURE}
    of_block: dict[int, list[Finding]] = defaultdict(list)
    for one in people:
        if one.certainty != UNSURE and one.id in talks_of:
            of_block[one.block].append(one)
    found: list[Finding] = []
    for number, here in sorted(of_block.items()):
        if len({one.id for one in here}) > _MOST_NAMES:
            continue
        for person in here:
            section = blocks[number].heading
            talks = talks_of[person.id]
            if any((section, talk.id) in told for talk in talks):
                continue
            judged = _judge(blocks[number], blocks, person, talks, programme)
            if judged is not None and not any(_crosses(judged, other) for other in titles):
                found.append(judged)
                told.add((section, judged.id))
    return found


def _crosses(one: Finding, other: Finding) -> bool:
    """Whether a title stands in the same block and between name and title is nothing else to go by."""
    return (
        one.block == other.block
        and other.certainty != UNSURE
        and other.end > one.start - 60
        and other.start < one.end + 120
    )


def _judge(
    block: Block, blocks: Sequence[Block], person: Finding, talks: Sequence[Talk], programme: Programme
) -> Finding | None:
    around = block.text[max(0, person.start - 120) : person.end + 120]
    if programme.year and any(int(year) != programme.year for year in _YEAR.findall(around)):
        return None
    above = blocks[block.heading].text if block.heading is not None else ""
    has_cue = _CUE.search(around) is not None
    keynotes = [talk for talk in talks if talk.kind == "keynote" or "keynote" in talk.title.casefold()]
    if len(keynotes) == 1 and _KEYNOTE.search(around) and block.kind != "heading":
        certain = person.certainty == CERTAIN and person.is_full
        return _finding(
            person,
            keynotes[0],
            None,
            0.9 if certain else 0.75,
            CERTAIN if certain else LIKELY,
            "its speaker and the word keynote",
        )
    if len(keynotes) == 1 and _KEYNOTE.search(above) and has_cue:
        return _finding(person, keynotes[0], None, 0.82, LIKELY, "its speaker, under a heading of keynotes")
    ranked = _by_words(block, person, talks, programme)
    score, best = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    leads = second is None or score - second[0] >= _MARGIN
    if _is_byline(block, person) and score < _NEARLY_ALL:
        # A title stands there, and it is none of the speaker's: of another edition, or of a talk that is not known.
        return _finding(person, best, second, 0.4, UNSURE, "its speaker, beside another title") if score else None
    if score >= _TELLS and leads:
        return _finding(person, best, second, 0.6 + 0.2 * score, LIKELY, "its speaker, beside words of the title")
    if second is None and has_cue and person.is_full:
        return _finding(person, best, None, 0.65 + 0.1 * score, LIKELY, "its speaker, who gave no other talk there")
    if (has_cue and second is not None and person.is_full) or (score >= _HINTS and leads):
        return _finding(person, best, second, 0.4, UNSURE, "its speaker; which talk is not said")
    return None


def _is_byline(block: Block, person: Finding) -> bool:
    """Whether the name stands after a title in a heading or item: “Title (Name)”, “Title - Name”."""
    before = block.text[max(0, person.start - 40) : person.start].rstrip()
    return block.kind in ("heading", "item") and person.start > 8 and before[-1:] in ("(", "-", "–", "—", "|", "&")


def _by_words(block: Block, person: Finding, talks: Sequence[Talk], programme: Programme) -> list[tuple[float, Talk]]:
    """Talks with the share of their title's words that stand around the name, the most first."""
    spans = block.words.spans
    at = next((number for number, span in enumerate(spans) if span[0] >= person.start), 0)
    name = {stem for stem, span in zip(block.words.stems, spans, strict=True) if person.start <= span[0] < person.end}
    around = [stem for stem in block.words.stems[max(0, at - _AROUND) : at + _AROUND] if stem not in name]
    ranked = [(programme.index.coverage(talk.title, around), talk) for talk in talks]
    return sorted(ranked, key=lambda one: (-one[0], one[1].id))


def _finding(
    person: Finding, talk: Talk, second: tuple[float, Talk] | None, score: float, certainty: str, why: str
) -> Finding:
    runner_up = RunnerUp(second[1].slug, second[1].title, round(second[0], 3)) if second else None
    return Finding("talk", talk.id, person.block, person.start, person.end, round(score, 3), certainty, why, runner_up)


def speakers_of(talks: Mapping[int, Talk]) -> set[int]:
    """Speakers of these talks."""
    return {speaker for talk in talks.values() for speaker in talk.speakers}
