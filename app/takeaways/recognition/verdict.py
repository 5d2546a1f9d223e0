"""How sure a place names a talk, by what speaks for and against it. Pure.

The thresholds were set on recaps and on programmes with made-up mentions (`scripts/bench_articles.py`), so that what is
called certain was never another talk there; the order of the rules is from the strongest evidence down.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.takeaways.recognition.finding import CERTAIN, LIKELY, UNSURE


@dataclass(frozen=True)
class Evidence:
    """What is known of one place and one talk. `alike` is 0..1, `telling` counts telling words of the title."""

    alike: float
    is_whole: bool
    telling: int
    letters: int
    fills: bool
    capitals: bool
    goes_on: bool
    speaker: int
    """2 named beside it, 1 in the block after or before, 0 not."""
    contradicted: bool
    """Another name stands where the speaker's would."""
    is_tied: bool
    """Another talk fits the place as well."""
    is_own: bool
    is_edition_known: bool
    has_address: bool = False
    is_generic: bool = False
    """What every programme has, such as “Keynote” or “Closing session”."""


def judge(seen: Evidence) -> tuple[float, str, str] | None:
    """Score, certainty and why; None where the place does not name the talk."""
    judged = _judge(seen)
    if judged is None:
        return None
    score, certainty, why = judged
    if seen.is_tied and not seen.has_address:
        if certainty == CERTAIN:
            certainty, score = LIKELY, min(score, 0.65)
        else:
            certainty, score = UNSURE, min(score, 0.45)
        why += "; another talk fits as well"
    if not seen.is_own and certainty == CERTAIN and seen.is_edition_known and not seen.has_address:
        certainty, score = LIKELY, min(score, 0.7)
        why += "; of another edition"
    return round(score, 3), certainty, why


def _judge(seen: Evidence) -> tuple[float, str, str] | None:
    if seen.has_address:
        return (
            (0.99, CERTAIN, "a link to the talk, and its title")
            if seen.alike >= 0.8
            else (0.97, CERTAIN, "a link to the talk")
        )
    if seen.speaker:
        return _with_speaker(seen)
    if seen.contradicted:
        if seen.is_whole and seen.alike >= 0.97 and seen.telling >= 5 and seen.is_own and seen.is_edition_known:
            return 0.6, LIKELY, "the title, beside another name"
        return (0.4, UNSURE, "the title, beside another name") if seen.alike >= 0.9 and seen.telling >= 2 else None
    if seen.is_generic:
        return (0.4, UNSURE, "a title that every programme has") if seen.is_whole and seen.fills else None
    if seen.is_whole:
        return _title_alone(seen)
    if seen.alike < 0.93 or seen.telling < 2 or not (seen.fills or (seen.capitals and seen.telling >= 3)):
        return None
    if seen.fills and not seen.goes_on and seen.telling >= 3:
        return 0.72, LIKELY, "the beginning of the title"
    return 0.45, UNSURE, "the beginning of the title"


def _with_speaker(seen: Evidence) -> tuple[float, str, str] | None:
    where = "its speaker beside it" if seen.speaker == 2 else "its speaker in the next block"
    is_short = seen.telling <= 3 and not seen.fills
    if seen.is_whole and seen.alike >= (0.84 if seen.speaker == 2 else 0.92):
        if is_short and (seen.telling < 2 or not seen.capitals):
            return (0.7, LIKELY, f"a short title, {where}") if seen.telling else None
        return 0.9 + 0.09 * seen.alike, CERTAIN, f"the title, {where}"
    if not seen.is_whole and seen.telling < 2:
        fits = seen.speaker == 2 and seen.fills and not seen.goes_on
        return (0.75, LIKELY, f"the first word of the title, {where}") if fits else None
    if not seen.is_whole and seen.alike >= 0.93 and (seen.fills or seen.capitals):
        if seen.speaker == 2 and not seen.goes_on and not is_short:
            return 0.93, CERTAIN, f"the beginning of the title, {where}"
        return 0.8, LIKELY, f"the beginning of the title, {where}"
    if seen.telling >= 2:
        return 0.5 + 0.3 * seen.alike, LIKELY, f"words like the title, {where}"
    return None


def _title_alone(seen: Evidence) -> tuple[float, str, str] | None:
    if seen.alike >= 0.93:
        return _exact_title_alone(seen)
    if seen.telling >= 4 and (seen.fills or seen.capitals or seen.telling >= 6):
        is_near = seen.alike >= 0.8 and (seen.is_own or seen.telling >= 6)
        return (0.72, LIKELY, "nearly the title") if is_near else (0.45, UNSURE, "like the title")
    if seen.telling == 3 and seen.fills and seen.alike >= 0.85:
        return 0.5, UNSURE, "like the title"
    return None


def _exact_title_alone(seen: Evidence) -> tuple[float, str, str] | None:
    if not seen.is_edition_known and not (seen.telling >= 5 and seen.letters >= 28):
        if seen.telling >= 3 and (seen.fills or seen.capitals):
            return 0.65, LIKELY, "the title; which edition is not known"
        return (0.4, UNSURE, "a short title; which edition is not known") if seen.fills and seen.telling >= 2 else None
    if seen.goes_on and not seen.telling >= 5:
        return (0.55, UNSURE, "the title, and more words after it") if seen.telling >= 2 else None
    if seen.telling >= 5 or (seen.fills and (seen.telling >= 3 or (seen.telling == 2 and seen.letters >= 16))):
        return 0.9 + 0.07 * seen.alike, CERTAIN, "the title"
    if seen.fills and (seen.telling == 2 or (seen.telling == 1 and seen.letters >= 7 and not seen.is_generic)):
        return 0.7, LIKELY, "a short title, set apart"
    if seen.telling >= 3 and seen.capitals:
        return 0.75, LIKELY, "the title"
    return (0.5, UNSURE, "words of the title") if seen.telling >= 3 else None
