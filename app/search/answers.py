"""From a ranking to what people see: passages with their addresses, marked words, cards, and why. Ranks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard
from app.models import Passage
from app.search.candidates import Candidate
from app.search.display import ShownPassage
from app.search.entries import NO_PASSAGE, Ranked
from app.search.memory import Memory
from app.search.query import joined
from app.search.ranking import Side
from app.search.shapes import Hit, HitPassage, Lesson, NearTheme, Parts, Why
from app.search.snippets import Marking
from app.settings import get_settings
from app.text.moments import first_moment


@dataclass(frozen=True)
class Asked:
    """What of a question shows beside its words: what is near to it by talk, and the themes near to it."""

    nearest: Side = field(default_factory=Side)
    themes: Sequence[NearTheme] = ()


class AtHand:
    """Cards, passages and marks for one answer, each read once. Makes no difference to what an answer says."""

    def __init__(self, session: Session, memory: Memory, terms: Sequence[str]) -> None:
        self._session = session
        self._memory = memory
        self.cards: dict[int, TalkCard] = {}
        self.passages: dict[int, ShownPassage] = {}
        self.people: dict[int, str] = {}
        """Who speaks in each talk, and for whom."""
        self.marking = Marking(terms)

    def read(self, talks: Iterable[int], passages: Iterable[int]) -> None:
        """Those of these that are not at hand; what vanished stays away."""
        cards = self._memory.cards(self._session, [one for one in dict.fromkeys(talks) if one not in self.cards])
        some = dict.fromkeys(passages)
        shown = self._memory.passages(self._session, [one for one in some if one not in self.passages])
        people = {key: _people(card) for key, card in cards.items()}
        self.cards |= cards
        self.passages |= shown
        self.people |= people
        texts = [*(card.title for card in cards.values()), *(one.text for one in shown.values()), *people.values()]
        self.marking.read(texts)

    def read_likely(self, by_words: Side, most: int) -> None:
        """The best talks by words alone: two of five of them are shown in the end."""
        found = by_words.documents[:most]
        self.read(found[found > 0].tolist(), by_words.passages[:most][found > 0].tolist())


def answer(
    at_hand: AtHand, asked: Asked, talks: Sequence[Ranked], lessons: Sequence[Ranked] = ()
) -> tuple[list[Hit], list[Lesson]]:
    """Hits for ranked talks and lessons for ranked lessons, in their order.

    A passage or talk that vanished since it was ranked is left out.
    """
    nearest = asked.nearest.best_of([entry.document for entry in talks])
    wanted = [entry.passage_id for entry in (*talks, *lessons)] + [one.passage_id for one in nearest.values()]
    at_hand.read([entry.document for entry in talks], wanted)
    hits = [
        _hit(at_hand, asked, entry, nearest.get(entry.document))
        for entry in talks
        if entry.document in at_hand.cards and entry.passage_id in at_hand.passages
    ]
    found = [
        _lesson(entry, at_hand.passages[entry.passage_id], at_hand.marking)
        for entry in lessons
        if entry.passage_id in at_hand.passages
    ]
    return hits, [lesson for lesson in found if lesson is not None]


def with_titles(session: Session, page: list[Ranked]) -> list[Ranked]:
    """The entries, those that no passage was found of with that of their title; a talk without one is left out."""
    lacking = [entry.document for entry in page if entry.passage_id == NO_PASSAGE]
    if not lacking:
        return page
    rows = session.execute(
        select(col(Passage.talk_id), col(Passage.id)).where(
            col(Passage.talk_id).in_(lacking), col(Passage.kind) == "title"
        )
    )
    titles = {talk_id: passage_id for talk_id, passage_id in rows}  # noqa: C416  # rows are no pairs to the type checker
    return [
        entry if entry.passage_id != NO_PASSAGE else replace(entry, passage_id=titles[entry.document])
        for entry in page
        if entry.passage_id != NO_PASSAGE or entry.document in titles
    ]


def _hit(at_hand: AtHand, asked: Asked, entry: Ranked, near: Candidate | None) -> Hit:
    card, shown, marking = at_hand.cards[entry.document], at_hand.passages, at_hand.marking
    passage = shown_passage(card, shown[entry.passage_id], marking)
    why = Why(
        lexical_rank=entry.lexical_rank,
        semantic_rank=entry.semantic_rank,
        matched_terms=joined(marking.terms_in(card.title, passage.text, at_hand.people[entry.document])),
        parts=_parts(entry),
    )
    if near is not None and near.passage_id in shown:
        is_shown = near.passage_id == entry.passage_id
        why.cosine = round(near.score, 4)
        why.nearest = passage if is_shown else shown_passage(card, shown[near.passage_id])
    has = {mark.slug for mark in card.themes}
    why.themes = [theme.name for theme in asked.themes if theme.slug in has]
    return Hit(
        score=round(entry.score, 6), talk=card, passage=passage, why=why, title_segments=marking.marked(card.title)
    )


def _people(card: TalkCard) -> str:
    return " ".join(f"{speaker.name} {speaker.affiliation or ''}" for speaker in card.speakers)


def _parts(entry: Ranked) -> Parts:
    """The parts of a score as they are rounded, so that they add up."""
    words, meaning, named = round(entry.words, 6), round(entry.meaning, 6), round(entry.named, 6)
    other = round(round(entry.score, 6) - words - meaning - named, 6)
    return Parts(words=words, meaning=meaning, named=named, other=other if abs(other) > 2e-6 else 0.0)


def shown_passage(card: TalkCard, shown: ShownPassage, marking: Marking | None = None) -> HitPassage:
    """A passage of a talk with the address it leads to: the second of the recording, the takeaway or the talk.

    With the `marking` of a query its window around what matched is marked.
    """
    url = card.url + (f"#takeaway-{shown.takeaway}" if shown.takeaway else "")
    if shown.start_seconds is not None:
        videos = [link.url for link in card.links if link.kind == "video"]
        url = first_moment(videos, shown.start_seconds) or url
    return HitPassage(
        text=shown.text,
        kind=shown.kind,
        start_seconds=shown.start_seconds,
        url=url,
        takeaway=shown.takeaway,
        segments=[] if marking is None else marking.snippet(shown.text),
    )


def _lesson(entry: Ranked, shown: ShownPassage, marking: Marking) -> Lesson | None:
    if shown.takeaway is None:
        return None
    page = f"/editions/{shown.edition.slug}" if shown.edition else "/takeaways"
    return Lesson(
        text=shown.text,
        kind=shown.takeaway_kind or "lesson",
        slug=shown.takeaway,
        edition=shown.edition,
        url=f"{get_settings().base_url}{page}#takeaway-{shown.takeaway}",
        score=round(entry.score, 6),
        segments=marking.snippet(shown.text),
    )
