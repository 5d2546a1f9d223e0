"""Who says a sentence of an article: a speaker whom it reports, the observer who writes, or someone quoted. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.takeaways.drafting.quotations import NAME, PRONOUN, SAYING
from app.takeaways.drafting.statement import Article, Person, same_person

_REPORT = re.compile(
    rf"(?:^|[,;:“\"]\s?|\b(?:and|but|Still|Also|talk|keynote|session)\s)(?:(?P<pronoun>(?:[Hh]e|[Ss]he|[Tt]hey|[Ee]r"
    rf"|[Ss]ie|[Ii]l|[Ee]lle|[ÉEé]l|[Ee]lla|[Tt]he speakers?)\b)|(?P<name>{NAME}))"
    rf"(?:,[^,.!?]{{2,80}},|\s\([^)]{{1,60}}\)|\s(?:from|at|of|von|de)\s[A-Z][\w.& -]{{1,30}}?)?\s(?:\w+ly\s|also\s"
    rf"|then\s|even\s|auch\s|has\s|have\s|hat\s|a\s|ha\s|next\s)*{SAYING}\b"
)
_ACCORDING = re.compile(rf"\b(?:(?i:according to)|[Ff]or|[Ll]aut|nach|selon|según)\s(?P<name>{NAME})(?:,|:)")
_FROM_TALK = re.compile(
    rf"\b(?:lessons?|takeaways?|tips|recommendations|points|advice|suggestions|ideas|messages?|findings"
    rf"|learnings)\b[^.:]{{0,30}}\b(?:from|of|in)\s(?:(?P<pronoun>her|his|their|the)|(?P<name>{NAME})['’]s?)\s"
    r"(?:\w+ )?(?:talk|presentation|session|keynote|workshop|demo)",
    re.IGNORECASE,
)
_OWN_WORDS = re.compile(
    r"\b(?:[Mm]y (?:answer|advice|recommendation|talk|point)|I (?:answered|recommended|showed|explained|said"
    r"|presented))\b"
)
_VISION = re.compile(r"^(?:[Tt]hey|[Hh]e|[Ss]he) (?:envision|see|believe|think|want|plan|aim|hope|expect)s?\b")
_CARRIES_ON = re.compile(
    r"^(?:They|He|She|It|This|These|Also|In addition|Moreover|Finally|The idea|Regarding|Among|For example|That)\b"
)
_NO_NAME = frozenset(
    ("the", "this", "that", "these", "in", "at", "on", "we", "it", "a", "an", "our", "for", "another", "during",
        "many", "several", "some", "most",
     "while", "as", "after", "when", "also", "finally", "and", "but", "talks", "speakers", "keynote", "monday",
     "tuesday", "wednesday", "thursday", "friday",
     "one", "someone", "others", "attendees", "everyone", "as", "here", "there", "today", "yesterday", "last", "next",
     "kafka", "kubernetes", "slides", "what", "who", "how", "he", "she", "they")
)  # fmt: skip


def known_person(article: Article, name: str | None, nearby: Sequence[Person]) -> Person | None:
    """The person whom the article calls `name`: observer, someone nearby or a speaker it mentions; else a new one.

    A first or last name alone is enough for someone nearby. None for words that are no name.
    """
    if not name:
        return None
    words = [word for word in re.split(r"[\s\"“”]+", name) if word]
    length = len(words)
    while words and words[0].lower() in _NO_NAME:
        words = words[1:]
    if not words:
        return None
    folded = {word.lower() for word in words}
    candidates = [*nearby, *([article.observer] if article.observer else []), *article.people.values()]
    for person in candidates:
        parts = [part.lower() for part in re.split(r"[\s\"“”]+", person.name) if part]
        if folded == set(parts) or (len(folded & set(parts)) >= min(2, len(folded)) and folded <= set(parts)):
            return person
    return Person(" ".join(words)) if len(words) == length else None


class Voice:
    """Who speaks now, sentence after sentence of one section."""

    def __init__(self, article: Article) -> None:
        """At the beginning of `article`."""
        self.article = article
        self.last: Person | None = None
        """Whom a pronoun means: the last person who was named and is not the observer."""
        self.reported: Person | None = None
        """The speaker of the sentence before, where it was reported."""
        self.nearby: list[Person] = []

    def enter(self, speakers: Sequence[Person]) -> None:
        """A section begins; of the talk that these speakers gave, if any."""
        self.nearby = list(speakers)
        self.last = speakers[0] if speakers else None
        self.reported = None

    def named(self, person: Person) -> None:
        """The article names a speaker here."""
        if not same_person(person, self.article.observer) or self._is_near(person):
            self.last = person
        if not self._is_near(person):
            self.nearby.insert(0, person)

    def _is_near(self, person: Person | None) -> bool:
        return any(same_person(person, other) for other in self.nearby)

    def resolve(self, name: str | None) -> Person | None:
        """The person of a name or a pronoun."""
        if name and re.fullmatch(PRONOUN, name, re.IGNORECASE):
            if name.lower() in ("i", "we", "ich", "wir", "nous", "on"):
                return self.article.observer
            return self.last or self.article.observer
        return known_person(self.article, name, self.nearby)

    def of(self, sentence: str, quoted: Person | None) -> tuple[str, Person | None]:
        """Who says this sentence, as (speaker or observer, who); `quoted` speaks the words around it, if anyone."""
        observer = self.article.observer
        if quoted is not None and not same_person(quoted, observer):
            self.last, self.reported = quoted, None
            return "speaker", quoted
        told = self._told(sentence)
        if told is None and quoted is None and self.reported is not None and _CARRIES_ON.match(sentence):
            told = self.reported
        if told is None and quoted is not None:
            told = self._in_observers_words(sentence)
        is_theirs = told is not None and (not same_person(told, observer) or self._is_near(told))
        self.reported = told if is_theirs else None
        return ("speaker", told) if is_theirs else ("observer", observer)

    def _in_observers_words(self, sentence: str) -> Person | None:
        """The speaker whose views the observer gives, or the observer where they tell what they said as a speaker."""
        observer = self.article.observer
        if self._is_near(observer) and (_OWN_WORDS.search(sentence) or same_person(self.reported, observer)):
            return observer
        if _VISION.match(sentence) and not same_person(self.last, observer):
            return self.last
        return None

    def _told(self, sentence: str) -> Person | None:
        """Whom the sentence reports."""
        if found := _FROM_TALK.search(sentence):
            name = found.group("name")
            return self.resolve(name) if name and name[:1].isupper() else self.last
        for pattern in (_REPORT, _ACCORDING):
            for found in pattern.finditer(sentence):
                told = found.groupdict()
                person = self.last if told.get("pronoun") else known_person(self.article, told["name"], self.nearby)
                if person is not None:
                    if not same_person(person, self.article.observer):
                        self.last = person
                    return person
        return None
