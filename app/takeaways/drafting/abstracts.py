"""Statements of an abstract: the few sentences that say what was found, reached, released or advised. Pure."""

from __future__ import annotations

import re

from app.takeaways.drafting.conditions import conditions_in
from app.takeaways.drafting.cues import stance_of
from app.takeaways.drafting.promises import ADVICE, FOUND, TAUGHT, Sure, is_invitation, is_personal, is_promise
from app.takeaways.drafting.sentences import count_words, plain_words, sentences_of
from app.takeaways.drafting.statement import Statement

MOST = 3
"""Statements of one abstract, the surest first."""
SHORTEST, LONGEST = 7, 60
"""Words of a sentence: a shorter one lacks its subject, a longer one is a list that lost its line breaks."""
_LETTERS = 15
"""More than a word has on average: what is longer than so many for each word need not be looked at."""
WITHIN_PROMISE = 0.75
"""A cue must be worth this in a sentence that tells what the talk will cover."""


LEAST_VAGUE = 0.6
LEAST_WORDS_OF_A_LESSON = 13
"""A promise to teach something, worth less than `LEAST_VAGUE`, needs so many words to name what it teaches."""


_ENDED = re.compile(r"""[.!。][\"'”’»)\]]*$""")
_ADDRESSED = re.compile(r"\b(?:your?|learn|needs? to|describe|them to)\b", re.IGNORECASE)
"""An outcome that speaks to the reader is one that the talk only promises."""
_TAUGHT_FIRST = re.compile(r"^[^.?]{0,60}\b(?:will|['’]ll) (?:\w+ )?(?:learn|understand)\b", re.IGNORECASE)


def statements_of_abstract(abstract: str) -> list[Statement]:
    """At most `MOST` statements of an abstract, in its order; most abstracts have none."""
    found: list[Statement] = []
    for sentence in sentences_of(abstract):
        if len(sentence.text) > LONGEST * _LETTERS:
            continue
        text = plain_words(sentence.text)
        sure = judge(text)
        if sure is not None:
            found.append(_statement(text, sure, sentence.start))
    best = sorted(found, key=lambda one: -one.score)[:MOST]
    return sorted(best, key=lambda one: one.start)


def judge(text: str) -> Sure | None:
    """The surest cue of a sentence, or None where it is none to keep."""
    lower = text.lower()
    cued = [one for one in FOUND if one.cue.fits(text, lower)]
    if (
        not cued
        or text.endswith(("?", ":", "…", "..."))
        or text[0].islower()
        or not _ENDED.search(text)
        or not SHORTEST <= count_words(text) <= LONGEST
    ):
        return None
    best = max(cued, key=lambda one: one.score)
    taught = next((one for one in cued if one.cue.name == TAUGHT), None)
    if taught is not None and _TAUGHT_FIRST.search(text):
        best = taught
    if best.score < LEAST_VAGUE and count_words(text) < LEAST_WORDS_OF_A_LESSON:
        return None
    if best.cue.value in ("outcome", "comparison") and _ADDRESSED.search(text):
        return None
    if is_invitation(text) or is_personal(text) or (best.score < WITHIN_PROMISE and is_promise(text)):
        return None
    return best


def stance_for(sure: Sure, text: str) -> str:
    """The stance that the words show, as far as the kind lets them: what will be taught neither warns nor fails."""
    stance = stance_of(text)
    if sure.cue.name == ADVICE:
        return "warns" if stance == "warns" else "recommends"
    if sure.cue.name == TAUGHT or (sure.cue.value != "lesson" and stance != "withdraws"):
        return "neutral"
    return stance


def _statement(text: str, sure: Sure, start: int) -> Statement:
    stance = sure.stance or stance_for(sure, text)
    return Statement(
        text=text,
        kind=sure.cue.value,
        stance=stance,
        score=sure.score,
        why=[sure.cue.name],
        conditions=conditions_in(text),
        said_as="speaker",
        evidence=[{"kind": "quote", "section": "abstract", "quote": text}],
        start=start,
    )
