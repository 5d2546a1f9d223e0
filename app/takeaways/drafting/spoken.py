"""Statements of a transcript: sentences rebuilt from its cues, with the second each begins at. Pure; few and sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.takeaways.drafting.abstracts import stance_for
from app.takeaways.drafting.conditions import conditions_in
from app.takeaways.drafting.cues import cue
from app.takeaways.drafting.promises import ADVICE, FOUND, TAUGHT, Sure
from app.takeaways.drafting.sentences import count_words, plain_words
from app.takeaways.drafting.statement import Statement

MOST = 5
"""Statements of one transcript, the surest first."""
LEAST_SCORE = 0.6
SHORTEST, LONGEST = 8, 55

_END = re.compile(r"""[.!?…。！？]["'”’»)\]]*(?=\s|$)""")
_FILLERS = re.compile(
    r"(?:(?<=\s)|^)(?:um+|uh+|er+m?|ähm?|euh|eh)[,.]?\s+|\b(you know|I mean|sort of|kind of),\s+", re.IGNORECASE
)
_OPENERS = re.compile(
    r"^(?:(?:so|and|but|now|well|okay|OK|right|yeah|yes|also|then|basically|actually),?\s+)+", re.IGNORECASE
)
_POINTS_AWAY = re.compile(
    r"\b(?:this (?:slide|graph|figure|plot|picture|line)|as you can see|you can see|next slide|over here|right here"
    r"|thank you|thanks|any questions|your question|let me|let['’]s|I['’]ll (?:show|talk)"
    r"|we['’]ll (?:see|talk|look)|we will (?:see|talk|look)|going to (?:talk|show|look)|today|in this talk)\b",
    re.IGNORECASE,
)

_SPOKEN: Sequence[Sure] = (
    Sure(cue("a lesson is named", "lesson",
             r"\b(?:main|key|biggest|important|first|second|third|one|another|take.?home|final"
             r"|last) (?:\w+ )?(?:lesson|takeaway|message|insight|finding)s?\b[^.?]{0,40}(?:\bis\b|\bwas\b|:)",
             "lesson", "takeaway", "message", "insight", "finding"), 0.8),
    Sure(cue("what was found", "lesson", r"\bwhat (?:we|I)(?:['’]ve| have)? (?:found|learned|learnt|discovered"
        r"|realized|realised|saw) (?:out )?(?:is|was)\b", "what we", "what i"), 0.8),
    Sure(cue(ADVICE, "lesson",
             r"\b(?:my|our) (?:advice|recommendation|suggestion)s? (?:\w+ ){0,4}(?:is|would be|are)\b|\b(?:I"
             r"|we) (?:(?:would|['’]d) )?(?:strongly |really |highly |always )?(?:recommend|advise|suggest) (?:that"
             r"|you|to|using|not)\b"
             r"|\byou (?:really |definitely |absolutely )?should(?:n['’]t| not| never| always)\b"
             r"|\bmake sure (?:that )?you\b|\bnever (?:ever )?(?:use|do|put|trust|store|run|deploy)\b", "advice",
             "recommend", "advise", "suggest", "should", "make sure", "never"), 0.7),
    Sure(cue("it names a limit", "limitation",
             r"\b(?:(?:main|biggest|one|another|big|key|major|only) (?:limitation|drawback|downside|problem|challenge"
             r"|bottleneck)s? (?:\w+ ){0,4}(?:is|was)\b|(?:it|they|API|model|browser|browsers|framework"
             r"|library)s? (?:currently )?(?:does(?:n['’]t| not)|do(?:n['’]t| not)) (?:yet )?support\b)",
             "limitation", "drawback", "downside", "problem", "challenge", "bottleneck", "support"), 0.7, "warns"),
    Sure(cue("a failure is told", "lesson", r"\b(?:we|I) (?:tried|attempted)\b[^.?]{3,80}\b(?:but|and) (?:it|that"
        r"|this|they) (?:failed|did(?:n['’]t| not) (?:work|scale)|broke|crashed)\b", "tried", "attempted"), 0.75,
        "reports-failure"),
)  # fmt: skip


def statements_of_speech(cues: Iterable[tuple[float, str]]) -> list[Statement]:
    """At most `MOST` statements of a transcript, given as (second, text) of its cues, in the order they were said.

    A transcript without full stops has no sentences, and gives none.
    """
    found: list[Statement] = []
    for second, sentence in spoken_sentences(cues):
        text = _OPENERS.sub("", _FILLERS.sub("", plain_words(sentence))).strip()
        text = text[:1].upper() + text[1:]
        if not SHORTEST <= count_words(text) <= LONGEST or text.endswith(("?", "…")) or _POINTS_AWAY.search(text):
            continue
        sure = _surest(text)
        if sure is not None:
            found.append(
                Statement(
                    text=text,
                    kind=sure.cue.value,
                    stance=sure.stance or stance_for(sure, text),
                    score=sure.score,
                    why=[sure.cue.name],
                    conditions=conditions_in(text),
                    said_as="speaker",
                    evidence=[{"kind": "video", "start_seconds": second, "quote": plain_words(sentence)}],
                    start=second,
                )
            )
    best = sorted(found, key=lambda one: -one.score)[:MOST]
    return sorted(best, key=lambda one: one.start)


_ALL = [one for one in (*_SPOKEN, *FOUND) if one.score >= LEAST_SCORE and one.cue.name != TAUGHT]


def _surest(text: str) -> Sure | None:
    lower = text.lower()
    cued = [one for one in _ALL if one.cue.fits(text, lower)]
    return max(cued, key=lambda one: one.score) if cued else None


def spoken_sentences(cues: Iterable[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """(second, sentence) over the cues that each sentence stands in: the second of the cue that it begins in."""
    said: list[str] = []
    began = 0.0
    for second, text in cues:
        rest = text.strip()
        while rest:
            if not said:
                began = second
            end = _END.search(rest)
            if end is None:
                said.append(rest)
                break
            said.append(rest[: end.end()])
            yield began, " ".join(said)
            said, rest = [], rest[end.end() :].strip()
    if said:
        yield began, " ".join(said)
