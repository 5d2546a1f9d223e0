"""From a ranking to what people see: passages with their addresses, marked words, cards. Reads, ranks nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.search.memory import Memory, ShownPassage
from app.search.ranking import Ranked
from app.search.shapes import Hit, HitPassage, Lesson, Why
from app.search.snippets import marked, matched_terms, snippet, stems_of
from app.settings import get_settings


def answer(
    session: Session, memory: Memory, terms: Sequence[str], talks: Sequence[Ranked], lessons: Sequence[Ranked]
) -> tuple[list[Hit], list[Lesson]]:
    """Hits for ranked talks and lessons for ranked lessons, in their order.

    A passage or talk that vanished since it was ranked is left out.
    """
    shown = memory.passages(session, [entry.passage_id for entry in (*talks, *lessons)])
    cards = memory.cards(session, [entry.document for entry in talks])
    stems = stems_of(terms)
    hits = [
        _hit(entry, cards[entry.document], shown[entry.passage_id], terms, stems)
        for entry in talks
        if entry.document in cards and entry.passage_id in shown
    ]
    found = [_lesson(entry, shown[entry.passage_id], stems) for entry in lessons if entry.passage_id in shown]
    return hits, [lesson for lesson in found if lesson is not None]


def _hit(entry: Ranked, card: TalkCard, shown: ShownPassage, terms: Sequence[str], stems: frozenset[str]) -> Hit:
    people = " ".join(f"{speaker.name} {speaker.affiliation or ''}" for speaker in card.speakers)
    return Hit(
        score=round(entry.score, 6),
        talk=card,
        passage=HitPassage(
            text=shown.text,
            kind=shown.kind,
            start_seconds=shown.start_seconds,
            url=card.url + (f"#takeaway-{shown.takeaway}" if shown.takeaway else ""),
            takeaway=shown.takeaway,
            segments=snippet(shown.text, stems),
        ),
        why=Why(
            lexical_rank=entry.lexical_rank,
            semantic_rank=entry.semantic_rank,
            matched_terms=matched_terms(terms, card.title, shown.text, people),
        ),
        title_segments=marked(card.title, stems),
    )


def _lesson(entry: Ranked, shown: ShownPassage, stems: frozenset[str]) -> Lesson | None:
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
        segments=snippet(shown.text, stems),
    )
