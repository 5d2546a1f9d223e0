"""The talks behind a figure: an id back to exactly the talks that were counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np
from sqlalchemy import Select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.counted import Counted, ordered
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.listing import Portion, portion
from app.catalog.sheets import counted_talks, sheet_tells
from app.catalog.snapshot import current_snapshot
from app.errors import NotFound
from app.models import Edition, Talk
from app.trends.alternatives import Alternative, alternatives
from app.trends.counts import talk_count, theme_figure
from app.trends.figure import Figure, FigureTalks
from app.trends.keys import parse_key
from app.trends.scope import read_scope

Which = Literal["counted", "others"]
EDITIONS = col(Edition.start_date), col(Edition.year), col(Edition.slug)
"""The order of editions in lists."""

STALE = "The base has changed since this figure was made; these are today’s talks."


def figure_by_id(session: Session, id: str) -> Figure:
    """The figure of an id as the base is now; a malformed id, or one that names what is not here, is NotFound."""
    key = parse_key(id)
    if key.theme is not None:
        return theme_figure(session, key.theme, key.scope, key.population, key.counting)
    return talk_count(session, key.filter, key.population)


def figure_alternatives(session: Session, id: str) -> tuple[Alternative, ...]:
    """The share of an id under every population; nothing for a count. NotFound as above."""
    key = parse_key(id)
    if key.theme is None:
        return ()
    return alternatives(session, key.theme, read_scope(session, key.scope), key.population, key.counting)


def figure_part(session: Session, id: str, which: Which, limit: int, offset: int = 0) -> Portion[TalkCard]:
    """A part of the talks that a figure counts, or of the others it is taken of; in the order of `figure_talks`."""
    key = parse_key(id)
    whole = key.numerator() if which == "counted" else key.denominator()
    without = key.numerator() if which == "others" else None
    if sheet_tells(session, whole) and (without is None or sheet_tells(session, without)):
        ids = _counted_ids(session, whole, without)
        cards = talk_cards(session, ids[offset : offset + limit])
        return Portion(len(ids), cards, limit, offset)
    allowed = allowed_talks(whole)
    if without is not None:
        allowed = allowed.where(col(Talk.id).not_in(allowed_talks(without)))
    found = portion(session, _in_order(allowed), limit, offset, rows_of=allowed)
    return found.carrying(talk_cards(session, [row[0] for row in found.items]))


def figure_talks(session: Session, id: str, limit: int | None = None, offset: int = 0) -> FigureTalks:
    """GET /figures/{id}, both lists whole or `limit` talks of each from `offset`.

    An id of an earlier snapshot still answers, with `stale` and a note; NotFound as above.
    """
    key = parse_key(id)
    figure = figure_by_id(session, id)
    numerator, denominator = (_ids(session, each, limit, offset) for each in (key.numerator(), key.denominator()))
    cards = {card.id: card for card in talk_cards(session, list(dict.fromkeys(numerator + denominator)))}
    stale = is_stale(session, id)
    return FigureTalks(
        id=id,
        url=figure.url if not stale else figure.url.replace(figure.id, id),
        label=figure.label,
        rule=figure.rule,
        population=figure.population,
        counting=figure.counting,
        numerator=_cards(cards, numerator, id),
        denominator=_cards(cards, denominator, id),
        snapshot=figure.snapshot,
        stale=stale,
        note=STALE if stale else None,
        figure=figure,
    )


def talks_of_figures(session: Session, figures: Iterable[Figure]) -> list[int]:
    """Ids of the talks that any of these figures is taken of, each once, in the order of `figure_talks`."""
    ids: dict[int, None] = {}
    for wanted in dict.fromkeys(_denominator(figure.id) for figure in figures):
        ids |= dict.fromkeys(_ids(session, wanted, None, 0))
    return list(ids)


def counted_talks_of(session: Session, id: str) -> list[int]:
    """Ids of the talks that the figure of an id counts, in the order of `figure_talks`. NotFound for a malformed id."""
    return _ids(session, parse_key(id).numerator(), None, 0)


def are_of_more(session: Session, figures: Iterable[Figure], most: int) -> bool:
    """Whether these figures are taken of more talks than `most`, each talk counted once."""
    taken = {_denominator(figure.id): figure.denominator for figure in figures}
    if max(taken.values(), default=0) > most:
        return True
    if sum(taken.values()) <= most:
        return False
    return kept(session, ("allowed by any", frozenset(taken)), lambda: _allowed_by_any(session, taken)) > most


def _denominator(id: str) -> TalkFilter:
    """The talks that the figure of an id is taken of."""
    return _denominator_of(id.rpartition("~")[0])


@lru_cache(maxsize=4_096)
def _denominator_of(rule: str) -> TalkFilter:
    """That of an id but for the snapshot at its end: reading the ids of a radar took as long as its page."""
    return parse_key(f"{rule}~s.empty").denominator()


def _allowed_by_any(session: Session, filters: Iterable[TalkFilter]) -> int:
    """How many talks there are that any of these filters allows."""
    told: list[Counted] = []
    ids: set[int | None] = set()
    for wanted in filters:
        if sheet_tells(session, wanted):
            told.append(counted_talks(session, wanted))
        else:
            ids.update(session.scalars(allowed_talks(wanted)))
    if told:  # of one sheet
        here = told[0].sheet.talk[np.logical_or.reduce([counted.inside for counted in told])]
        if not ids:
            return len(here)
        ids.update(here.tolist())
    return len(ids)


def is_stale(session: Session, id: str) -> bool:
    """Whether the base has changed since this id was made."""
    return parse_key(id).snapshot != current_snapshot(session)


def _cards(cards: dict[int, TalkCard], ids: list[int], figure: str) -> list[TalkCard]:
    if missing := [talk for talk in ids if talk not in cards]:
        raise NotFound("figure", figure, f"The base changed while it was read ({len(missing)} talks); ask again.")
    return [cards[talk] for talk in ids]


def _ids(session: Session, filter: TalkFilter, limit: int | None, offset: int) -> list[int]:
    if sheet_tells(session, filter):
        return _counted_ids(session, filter, None)[offset : None if limit is None else offset + limit]
    statement = _in_order(allowed_talks(filter)).limit(limit).offset(offset)
    return [talk for talk in session.scalars(statement) if talk is not None]


def _counted_ids(session: Session, filter: TalkFilter, without: TalkFilter | None) -> list[int]:
    counted = counted_talks(session, filter)
    if without is not None:
        counted = replace(counted, inside=counted.inside & ~counted_talks(session, without).inside)
    ids: list[int] = ordered(session, counted, *EDITIONS).tolist()
    return ids


def _in_order(allowed: Select[int | None]) -> Select[int | None]:
    """Oldest edition first, then in the order of the programme."""
    return allowed.join(Edition, col(Edition.id) == col(Talk.edition_id)).order_by(
        *EDITIONS, col(Talk.position), col(Talk.id)
    )
