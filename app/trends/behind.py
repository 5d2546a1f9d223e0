"""The talks behind a figure: an id back to exactly the talks that were counted."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.snapshot import current_snapshot
from app.errors import NotFound
from app.models import Edition, Talk
from app.trends.counts import talk_count, theme_figure
from app.trends.figure import Figure, FigureTalks
from app.trends.keys import FigureKey, parse_key

STALE = "The base has changed since this figure was made; these are today’s talks."


def figure_by_id(session: Session, id: str) -> Figure:
    """The figure of an id as the base is now; a malformed id, or one that names what is not here, is NotFound."""
    key = parse_key(id)
    if key.theme is not None:
        return theme_figure(session, key.theme, key.scope, key.population, key.counting)
    return talk_count(session, key.filter, key.population)


def figure_talk_ids(session: Session, key: FigureKey) -> tuple[list[int], list[int]]:
    """Ids of the numerator and of the denominator, oldest edition first, then in the order of the programme."""
    return _ids(session, key.numerator()), _ids(session, key.denominator())


def figure_talks(session: Session, id: str) -> FigureTalks:
    """GET /figures/{id}. An id of an earlier snapshot still answers, with `stale` and a note; NotFound as above."""
    key = parse_key(id)
    figure = figure_by_id(session, id)
    numerator, denominator = figure_talk_ids(session, key)
    cards = {card.id: card for card in talk_cards(session, denominator)}
    stale = key.snapshot != current_snapshot(session)
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


def _cards(cards: dict[int, TalkCard], ids: list[int], figure: str) -> list[TalkCard]:
    if missing := [talk for talk in ids if talk not in cards]:
        raise NotFound("figure", figure, f"The base changed while it was read ({len(missing)} talks); ask again.")
    return [cards[talk] for talk in ids]


def _ids(session: Session, filter: TalkFilter) -> list[int]:
    statement = (
        select(col(Talk.id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Talk.id).in_(allowed_talks(filter)))
        .order_by(col(Edition.start_date), col(Edition.year), col(Edition.slug), col(Talk.position), col(Talk.id))
    )
    return [talk for talk in session.scalars(statement) if talk is not None]
