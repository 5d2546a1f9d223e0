"""Quotations of an article: where they stand, over paragraphs and lists too, and who is quoted. Pure.

A quotation that nobody closes ends with its paragraph, a heading ends every one, and a paragraph that begins with
another opening mark goes on with the one before, as printers do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.takeaways.drafting.sentences import count_words
from app.takeaways.drafting.statement import Block

SAYING = (
    r"(?:says|said|explain(?:s|ed)|add(?:s|ed)|details|detailed|conclude[sd]?|comment(?:s|ed)|note[sd]|told|tells"
    r"|state[sd]|writes|wrote|put it"
    r"|argue[sd]|recall(?:s|ed)|answer(?:s|ed)|repl(?:ies|ied)|ask(?:s|ed)|warn(?:s|ed)|recommend(?:s|ed)|advise[sd]"
    r"|suggest(?:s|ed)|announce[sd]|reveal(?:s|ed)"
    r"|mention(?:s|ed)|stress(?:es|ed)|emphasi[sz]e[sd]|point(?:s|ed) out|report(?:s|ed)|claim(?:s|ed)|remind(?:s|ed)"
    r"|show(?:s|ed)|demonstrate[sd]|present(?:s|ed)|describe[sd]"
    r"|discuss(?:es|ed)|share[sd]|talk(?:s|ed)|spoke|speaks|reviewed|looked back|promised?|list(?:s|ed)|summar(?:ized"
    r"|ised|izes|ises)|confirmed|admitted|introduced|covered"
    r"|sagt(?:e)?|erklärt(?:e)?|betont(?:e)?|berichtet(?:e)?|empfiehlt|empfahl|warnt(?:e)?|meint(?:e)?|zeigt(?:e)?"
    r"|stellte|kündigte"
    r"|dit|explique|expliqué|ajoute|raconte|précise|conseille|recommande|annonce|annoncé|conclut|présenté"
    r"|dice|dijo|explica|explicó|añade|añadió|recomienda|recomendó|anunció|contó|cuenta)"
)
"""Verbs of saying, as they stand beside a quotation or before what is reported."""
NAME = (
    r"(?:[A-ZÀ-Ý][\w'.-]*[\w-](?:\s(?:(?:van|von|de|der|den|la|le|da|di|el"
    r"|al)\s)*(?:\"[^\"]{1,20}\"\s)?[A-ZÀ-Ý][\w'.-]*[\w-]){0,3})"
)
PRONOUN = r"(?:he|she|they|I|we|er|sie|il|elle|él|ella|wir|ich|nous|on)"

_OPENING = "“„«"
_CLOSING = "”»"
_BEFORE = re.compile(
    rf"(?:(?P<name>{NAME})|\b(?P<pronoun>{PRONOUN}))(?:,[^,.!?]{{2,60}},)?\s(?:\w+ly\s|also\s|then\s|auch\s|has\s"
    rf"|hat\s|a\s|ha\s)?{SAYING}\b[^.!?]{{0,60}}[:,]?\s*$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(
    rf"(?P<name>{NAME})['’]s? (?:\w+ )?(?:words?|answer|advice|comment|verdict|take|summary|conclusion)\??\W*(?:(?:is"
    rf"|was)\W*)?$"
)
_AFTER = re.compile(
    rf"^[,.]?\s*[—–-]?\s*(?:(?:{SAYING})\s(?:(?P<later>{NAME})|(?P<he>{PRONOUN}\b))|(?:(?P<name>{NAME})"
    rf"|(?P<pronoun>{PRONOUN}))\s(?:\w+ly\s)?{SAYING}\b)"
)
_BY = re.compile(rf"^,?\s*(?:by|von|par|por|according to|[—–-]{{1,2}}\s?|\()\s*(?P<name>{NAME})")
_LEAD = 160
_LEAST_WORDS = 3
_LEAST_UNATTRIBUTED = 7


class Quotation(NamedTuple):
    """Words in quotation marks within one block, without the marks.

    `name` is how the article calls who is quoted: a name, a pronoun or None. `set_off` tells that it stands beside its
    sentence (“She says: …”) and not inside it.
    """

    block: int
    start: int
    end: int
    name: str | None
    set_off: bool


class _Span(NamedTuple):
    """From an opening mark to its closing mark; `pieces` are (block, start, end) within the marks."""

    opened: tuple[int, int]
    closed: tuple[int, int]
    pieces: list[tuple[int, int, int]]


def quotations(blocks: Sequence[Block]) -> list[Quotation]:
    """Quotations that someone is said to have spoken, and long ones that nobody is, in order; none within another."""
    found: list[Quotation] = []
    for span in _spans(blocks):
        name, set_off = _quoted_by(blocks, span)
        words = sum(count_words(blocks[block].text[start:end]) for block, start, end in span.pieces)
        if words < (_LEAST_WORDS if name else _LEAST_UNATTRIBUTED):
            continue
        found += [Quotation(block, start, end, name, set_off) for block, start, end in span.pieces]
    return found


def _marks(text: str) -> Iterator[tuple[int, str]]:
    """Places of quotation marks: (place, "open" or "close"). A straight one opens where white space precedes it."""
    german = "„" in text
    for place, letter in enumerate(text):
        if letter == '"':
            before = text[place - 1 : place]
            yield place, "open" if not before or before.isspace() or before in "([—–" else "close"
        elif letter == "“" and german:
            yield place, "close" if text[place - 1 : place].strip() else "open"
        elif letter in _OPENING:
            yield place, "open"
        elif letter in _CLOSING:
            yield place, "close"


def _spans(blocks: Sequence[Block]) -> Iterator[_Span]:
    """Outermost pairs of marks, over blocks where the words go on."""
    opened: tuple[int, int] | None = None
    depth = 0
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            opened, depth = None, 0
            continue
        for place, mark in _marks(block.text):
            if mark == "open":
                if depth and opened and opened[0] < number and not block.text[:place].strip():
                    continue  # the same quotation in its next paragraph
                depth += 1
                if depth == 1:
                    opened = (number, place)
            elif depth:
                depth -= 1
                if depth == 0 and opened:
                    yield _Span(opened, (number, place), list(_pieces(blocks, opened, (number, place))))
                    opened = None
        if opened and not _closes_later(blocks, number + 1, depth):
            end = (number, len(block.text))
            yield _Span(opened, end, list(_pieces(blocks, opened, end)))
            opened, depth = None, 0


def _closes_later(blocks: Sequence[Block], start: int, depth: int) -> bool:
    """Whether a mark that closes comes before a heading and before another quotation opens."""
    for block in blocks[start : start + 15]:
        if block.kind == "heading":
            return False
        for place, mark in _marks(block.text):
            if mark == "close":
                depth -= 1
                if depth <= 0:
                    return True
            elif block.text[:place].strip():
                depth += 1
                if place and block.text[:place].rstrip().endswith(":"):
                    return False
    return False


def _pieces(
    blocks: Sequence[Block], opened: tuple[int, int], closed: tuple[int, int]
) -> Iterator[tuple[int, int, int]]:
    for number in range(opened[0], closed[0] + 1):
        text = blocks[number].text
        start = opened[1] + 1 if number == opened[0] else 0
        while start < len(text) and (text[start].isspace() or (number > opened[0] and text[start] in _OPENING)):
            start += 1
        end = closed[1] if number == closed[0] else len(text)
        if end > start:
            yield number, start, end


def _quoted_by(blocks: Sequence[Block], span: _Span) -> tuple[str | None, bool]:
    """Who is quoted, as the words beside the marks have it, and whether the quotation is set off."""
    number, place = span.opened
    before = blocks[number].text[max(0, place - _LEAD) : place]
    sentence = re.split(r"[.!?…][\"”»)]?\s+(?=\S)", before)[-1]
    set_off = not sentence.strip() or sentence.rstrip().endswith(":")
    after = blocks[span.closed[0]].text[span.closed[1] + 1 :][:_LEAD]
    if found := _BY.match(after) or (_AFTER.match(after) if not sentence.rstrip().endswith(":") else None):
        told = found.groupdict()
        return told.get("name") or told.get("later") or told.get("he") or told.get("pronoun"), set_off
    for pattern, where in ((_BEFORE, sentence), (_POSSESSIVE, before)):
        if found := pattern.search(where):
            told = found.groupdict()
            name = told.get("name")
            if name and not name[:1].isupper():
                name = None
            return name or told.get("pronoun"), set_off or pattern is _POSSESSIVE
    return None, set_off
