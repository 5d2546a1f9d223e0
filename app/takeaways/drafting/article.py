"""Statements of an article: its bullets, what people are quoted with, and the sentences that say something. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from app.takeaways.drafting.conditions import conditions_in
from app.takeaways.drafting.cues import KINDS, first_cue, stance_of
from app.takeaways.drafting.links import Material, materials_of
from app.takeaways.drafting.noise import slide_number
from app.takeaways.drafting.quotations import SAYING, Quotation, quotations
from app.takeaways.drafting.sentences import Sentence, count_words, plain_words, sentences_of
from app.takeaways.drafting.statement import Article, Block, Mention, Person, Statement, same_person
from app.takeaways.drafting.voices import Voice
from app.takeaways.drafting.weighing import LEAST_OF_ITEM, LEAST_SCORE, weigh

NEAR = 3
"""Blocks that a talk named in the running text holds for, where its section is not about one talk."""
_LEAD_IN = re.compile(rf"^(?:\S+\s){{0,14}}?\S*(?:{SAYING}|last word|asked)\b[^.!?]{{0,60}}[:,?]?\s*$", re.IGNORECASE)
_AFTER_MARK = re.compile(r"\s?[”»\"“]?")
LONGEST_BLOCK = 20_000
"""Characters of a block; a longer one is no paragraph, and is not read."""
LONGEST = 2_000
"""Characters of a sentence or bullet; what is longer is no sentence, and is not read."""
_FOR_A_LIST = 0.5
"""A bullet of which links and names of talks make up more than this is an entry of a list, no takeaway."""


def statements_of_article(article: Article) -> list[Statement]:
    """Everything in `article` that may be a takeaway, in its order, with who says it, of which talk, and why."""
    return _Pass(article).statements()


class _Pass:
    """One pass over the blocks of an article, which knows the section and the list that it is in."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.blocks = [
            one if len(one.text) <= LONGEST_BLOCK else one._replace(text="", links=()) for one in article.blocks
        ]
        self.voice = Voice(article)
        self.section: str | None = None
        self.section_talk: int | None = None
        self.intro = ""
        """The words that introduce the list we are in, and who says them."""
        self.intro_said: tuple[str, Person | None] = ("observer", article.observer)
        self.near: tuple[int, int] | None = None
        """(block, talk) of the last talk named in the running text of this section."""
        self.quoting: Person | None = None
        self.quoted: dict[int, list[Quotation]] = defaultdict(list)
        for quotation in quotations(self.blocks):
            self.quoted[quotation.block].append(quotation)
        self.mentions: dict[int, list[Mention]] = defaultdict(list)
        self.written: dict[str, str] = {}
        """Technologies by the words the article has for them; a mention marks only the first place in its block."""
        for mention in article.mentions:
            self.mentions[mention.block].append(mention)
            if mention.kind == "technology":
                words = self.blocks[mention.block].text[mention.start : mention.end]
                self.written.setdefault(words or mention.name, mention.name)
        self.technology = (
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(self.written, key=len, reverse=True)))})(?!\w)")
            if self.written
            else None
        )

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        first = 0
        materials: list[tuple[int, Material]] = []
        for number, block in enumerate(self.blocks):
            if block.kind == "heading":
                _point(found[first:], materials)
                first, materials = len(found), []
                self._enter(number, block)
            else:
                found += self._item(number, block) if block.kind == "item" else self._prose(number, block)
            materials += [(number, material) for material in materials_of(block)]
        _point(found[first:], materials)
        return found

    def _enter(self, number: int, block: Block) -> None:
        """A heading: a new section, of a talk where the heading names one."""
        named = self.mentions[number]
        talks = {one.id for one in named if one.kind == "talk"}
        self.section = plain_words(block.text)
        self.section_talk = talks.pop() if len(talks) == 1 else None
        self.near, self.intro, self.quoting = None, "", None
        people = list(self.article.speakers.get(self.section_talk or 0, ()))
        for one in named:
            person = self.article.people.get(one.id) if one.kind == "speaker" else None
            if person is not None and not any(same_person(person, other) for other in people):
                people.append(person)
        self.voice.enter(people)

    def _prose(self, number: int, block: Block) -> Iterator[Statement]:
        """Sentences of a paragraph, those within quotation marks apart from those outside."""
        self.voice.reported = None
        self._meet_talks(number)
        self.intro = ""
        for sentence, quotation in _apart(block, self.quoted[number]):
            if len(sentence.text) > LONGEST:
                continue
            text = plain_words(sentence.text)
            if quotation is None and _LEAD_IN.match(text) and text.endswith((":", ",", "?")) and self.quoted[number]:
                self.voice.of(text, None)  # “She adds:” says nothing itself, but tells whom “she” means from here on
                continue
            self._meet_people(number, sentence)
            quoted = self._quoted_person(quotation)
            said = self.voice.of(text, quoted)
            if text.endswith(":"):
                self.intro, self.intro_said = text, self._introduces(text, said)
                continue
            yield from self._statement(number, block, sentence, said, quotation, quoted)
            self.intro_said = said

    def _introduces(self, text: str, said: tuple[str, Person | None]) -> tuple[str, Person | None]:
        """Who says what stands in the list after `text`: “Among them:” goes on with the sentence before."""
        return self.intro_said if count_words(text) <= 3 and said[0] == "observer" else said

    def _item(self, number: int, block: Block) -> Iterator[Statement]:
        """A bullet as one statement."""
        whole = Sentence(block.text, 0, len(block.text))
        pieces = sentences_of(block.text)
        if not pieces or len(block.text) > LONGEST or self._is_entry(number, block):
            return
        whole = Sentence(block.text[pieces[0].start : pieces[-1].end], pieces[0].start, pieces[-1].end)
        self._meet_people(number, whole)
        inside = next((one for one in self.quoted[number] if one.end - one.start > len(block.text) // 2), None)
        quoted = self._quoted_person(inside)
        said = self.voice.of(plain_words(whole.text), quoted)
        if said[0] == "observer" and self.intro_said[0] == "speaker":
            said = self.intro_said
        yield from self._statement(number, block, whole, said, inside, quoted)

    def _is_entry(self, number: int, block: Block) -> bool:
        """Whether a bullet only lists a talk, a speaker or a link."""
        covered: set[int] = set()
        talks = [one for one in self.mentions[number] if one.kind == "talk"]
        for link in block.links:
            covered.update(range(link.start, link.end))
        for one in (
            *talks,
            *(one for one in self.mentions[number] if one.kind == "speaker" and (talks or block.links)),
        ):
            covered.update(range(one.start, one.end))
        letters = [place for place, letter in enumerate(block.text) if not letter.isspace()]
        share = sum(place in covered for place in letters) / max(len(letters), 1)
        return share > _FOR_A_LIST and first_cue(KINDS, _uncovered(block.text, covered)) is None

    def _quoted_person(self, quotation: Quotation | None) -> Person | None:
        if quotation is None:
            return None
        person = self.voice.resolve(quotation.name) if quotation.name else None
        if person is None and quotation.set_off and quotation.name is None:
            person = self.quoting
        self.quoting = person
        return person

    def _meet_people(self, number: int, sentence: Sentence) -> None:
        for one in self.mentions[number]:
            if one.kind == "speaker" and one.start < sentence.end and one.end > sentence.start:
                person = self.article.people.get(one.id)
                if person is not None:
                    self.voice.named(person)

    def _meet_talks(self, number: int) -> None:
        if self.near is not None and number - self.near[0] > NEAR:
            self.near = None

    def _talk_at(self, number: int, sentence: Sentence) -> int | None:
        """The talk a sentence belongs to: its section's, one that it names, or the nearest above; None if in doubt."""
        if self.section_talk is not None:
            return self.section_talk
        here = [one for one in self.mentions[number] if one.kind == "talk" and one.start < sentence.end]
        within = {one.id for one in here if one.end > sentence.start}
        if len(within) > 1:
            return None
        if here:
            self.near = (number, max(here, key=lambda one: one.start).id)
        return self.near[1] if self.near else None

    def _statement(
        self, number: int, block: Block, sentence: Sentence, said: tuple[str, Person | None],
        quotation: Quotation | None, quoted: Person | None,
    ) -> Iterator[Statement]:  # fmt: skip
        """The statement of a sentence, if it weighs enough."""
        text = plain_words(sentence.text).rstrip(",; ")
        is_item = block.kind == "item"
        named = self.technology.findall(block.text[sentence.start : sentence.end]) if self.technology else []
        technologies = [self.written[words] for words in named]
        reported = said[0] == "speaker" and not is_item
        weight = weigh(text, is_item=is_item, reported=reported, quoted=quotation is not None, names=len(technologies))
        talk = self._talk_at(number, sentence)
        if weight.score < (LEAST_OF_ITEM if is_item else LEAST_SCORE):
            return
        kind, stance, why = weight.kind, weight.stance, list(weight.why)
        if quotation is not None and quoted is not None and not same_person(quoted, self.article.observer):
            kind = "question" if text.endswith("?") else "quote"
        if is_item and self.intro:
            why.append(f"under: {self.intro}")
            kind, stance = _under(self.intro, kind, stance)
        yield Statement(
            text=text, kind=kind, stance=stance, score=weight.score, why=why, conditions=conditions_in(text),
            said_as=said[0], person=said[1], talk_id=talk, technologies=list(dict.fromkeys(technologies)),
            evidence=[self._place(block, sentence)], block=number, start=sentence.start,
        )  # fmt: skip

    def _place(self, block: Block, sentence: Sentence) -> dict[str, Any]:
        words = block.text[sentence.start : sentence.end]
        return {"kind": "article", "section": self.section, "url": self.article.url, "quote": words}


def _apart(block: Block, quoted: Sequence[Quotation]) -> list[tuple[Sentence, Quotation | None]]:
    """Sentences of a block with the quotation they stand in; a quotation inside a sentence comes after it."""
    found: list[tuple[Sentence, Quotation | None]] = []
    done = 0
    for quotation in quoted:
        within = [(one, quotation) for one in sentences_of(block.text, quotation.start, quotation.end)]
        if quotation.set_off:
            found += [(one, None) for one in sentences_of(block.text, done, max(done, quotation.start - 1))]
            done = quotation.end + _AFTER_MARK.match(block.text[quotation.end :]).end()  # type: ignore[union-attr]  # it always matches
        found += within
    rest = sentences_of(block.text, done)
    found += [(one, None) for one in rest]
    found.sort(key=lambda pair: pair[0].start)
    return found


def _uncovered(text: str, covered: set[int]) -> str:
    return "".join(letter for place, letter in enumerate(text) if place not in covered)


def _under(intro: str, kind: str, stance: str) -> tuple[str, str]:
    """Kind and stance of a bullet in the light of what introduces its list."""
    told = first_cue(KINDS, intro)
    if told is not None and (kind == "claim" or (told.value == "lesson" and kind in ("outcome", "announcement"))):
        kind = told.value
    of_list = stance_of(intro)
    if of_list == "warns":  # “what we would not do again:” turns advice round
        return ("lesson" if kind == "claim" else kind), "warns"
    if stance == "neutral" and kind == "lesson":
        stance = "recommends" if of_list == "neutral" else of_list
    return kind, stance


def _point(statements: Sequence[Statement], materials: Sequence[tuple[int, Material]]) -> None:
    """Add a section's recordings and slides to its statements: those of the first block with links at or after each.

    A section with one block of links lends them to all of it.
    """
    blocks = sorted({block for block, _ in materials})
    for one in statements:
        at = next((block for block in blocks if block >= one.block), blocks[-1] if len(blocks) == 1 else None)
        shown = [material for block, material in materials if block == at]
        number = slide_number(one.text)
        if number is not None:
            slides = next((material.url for material in shown if material.kind == "slides"), None)
            one.evidence.append({"kind": "slide", "number": number, "url": slides})
        one.evidence += [material.evidence() for material in shown]
