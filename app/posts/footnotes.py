"""The footnotes of a post while it is written: each thing cited gets one, with its address and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from app.catalog.cards import TalkCard
from app.catalog.draft_cards import MACHINE
from app.catalog.editions import EditionCard
from app.catalog.takeaways import TakeawayCard
from app.exports.markdown import escape, linked
from app.posts.chosen import NotableTalk
from app.posts.material import Report
from app.posts.wording import dates_words
from app.reports.edition import NamedCount
from app.reports.whats_new import Counted
from app.text.moments import clock
from app.trends.figure import Figure
from app.trends.wording import listed

_MARK = re.compile(r"\[\^(\d+)\]")
STATUS = {"attendee-note": "an attendee’s note", "checked": "checked", "reviewed": "reviewed", "disputed": "disputed"}


class Footnotes:
    """Numbers what is cited in the order it is cited."""

    def __init__(self, rules_path: str) -> None:
        self._written: dict[str, int] = {}
        self._rules_path = rules_path

    def cite(self, *things: object) -> Markup:
        """The marks of the footnotes of these things. A TypeError for what no footnote can be of."""
        numbers = [self._written.setdefault(self._words(thing), len(self._written) + 1) for thing in things]
        return Markup("".join(f"[^{number}]" for number in dict.fromkeys(numbers)))  # noqa: S704  numbers alone

    def definitions(self) -> list[str]:
        """The footnotes as Markdown, in order."""
        return [f"[^{number}]: {words}" for words, number in self._written.items()]

    def _words(self, thing: object) -> str:
        if isinstance(thing, NamedCount | Counted):
            thing = thing.figure
        if isinstance(thing, NotableTalk):
            return _of_talk(thing.card, thing.why)
        if isinstance(thing, Figure):
            return _of_figure(thing)
        if isinstance(thing, TalkCard):
            return _of_talk(thing, "")
        if isinstance(thing, TakeawayCard):
            return _of_takeaway(thing)
        if isinstance(thing, Report):
            return f"Report {linked(thing.title, thing.path)}, snapshot {thing.snapshot}."
        if isinstance(thing, EditionCard):
            return f"Edition {linked(thing.name, f'/editions/{thing.slug}')}."
        if thing == "rules":
            return f"{linked('How posts are drafted', self._rules_path)}."
        raise TypeError(
            f"cite takes figures, talks, takeaways, the edition, reports and “rules”, not {type(thing).__name__}"
        )


def _of_figure(figure: Figure) -> str:
    decided = ""
    if figure.kind == "share" and figure.numerator:
        decided = f"; {figure.confirmed} decided by people, {figure.machine} by machine"
    return f"Figure {linked(figure.label, figure.path)}: {figure.sentence}{decided}; snapshot {figure.snapshot}."


def _of_talk(card: TalkCard, why: str) -> str:
    people = listed([f"{one.name} ({one.affiliation})" if one.affiliation else one.name for one in card.speakers])
    parts = [linked(card.title, card.path), *([f"by {escape(people)}"] if people else [])]
    parts += [escape(card.edition.name), *([dates_words(card.date)] if card.date else [])]
    return f"Talk {', '.join(parts)}{f'; {why}' if why else ''}."


def _of_takeaway(card: TakeawayCard) -> str:
    who = ", ".join(part for part in (card.said_by or card.observer, card.affiliation) if part)
    if card.status == MACHINE:
        what = "Machine draft"
        path = f"/talks/{card.talk.slug}" if card.talk else f"/articles/{card.article.slug}" if card.article else "/"
        path += f"#draft-{card.slug}"
    else:
        what, path = "Takeaway", card.path
    status = STATUS.get(card.status, card.status.replace("-", " "))
    told = [linked(what, path), *([f"by {escape(who)}"] if who else []), *([] if what != "Takeaway" else [status])]
    evidence = _evidence(card)
    return f"{', '.join(told)}; {f'evidence: {listed(evidence)}' if evidence else 'no evidence is given'}."


def _evidence(card: TakeawayCard) -> Sequence[str]:
    """Where to check it: “slide 35”, “video at 12:04”, “the article …, section …”, as links where there is a link."""
    found = []
    for line in card.evidence:
        article = card.article if line.kind == "article" else None
        words = line.kind
        if line.number:
            words = f"slide {line.number}"
        elif line.start_seconds is not None:
            words = f"{line.kind} at {clock(line.start_seconds)}"
        elif article:
            words = f"the article “{article.name}”"
        href = line.url or (article.url if article else None)
        section = f", section “{escape(line.section)}”" if line.section else ""
        found.append(linked(words, href) + section)
    return list(dict.fromkeys(found))


def renumbered(body: str, definitions: Sequence[str]) -> tuple[str, list[str]]:
    """The post and its footnotes, those that nothing refers to left out, numbered anew in the order they are met."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"[^{numbers.setdefault(found[1], len(numbers) + 1)}]"

    written = _MARK.sub(number, body)
    by_label = {found[1]: line for line in definitions if (found := _MARK.match(line))}
    kept = [f"[^{new}]{_MARK.sub('', by_label[old], count=1)}" for old, new in numbers.items() if old in by_label]
    return written, kept
