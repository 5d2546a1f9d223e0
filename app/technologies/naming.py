"""Technologies by any of their names, and the takeaways that name them: by their own list, or in their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from sqlalchemy import String, cast, or_, select
from sqlmodel import Session, col

from app.catalog.draft_cards import draft_cards, open_drafts
from app.catalog.kept import kept
from app.catalog.takeaways import TakeawayCard, TakeawayFilter, takeaway_cards
from app.catalog.technologies import TechnologyRow, technologies_by_name, technology_row
from app.errors import NotFound
from app.models import Takeaway, TakeawayDraft, Technology
from app.technologies.matcher import Place
from app.technologies.mentions import read_vocabulary
from app.text.terms import phrase_of, read_for_names, words_of

Named = Mapping[str, Sequence[str]]
"""Slugs of takeaways, in their order, by slug of the technology they name."""


def resolve_technology(session: Session, named: str) -> TechnologyRow:
    """The technology of a slug, name or alias, whatever its case; NotFound says which may have been meant."""
    names = technologies_by_name(session)
    slug = names.get(phrase_of(named)) if phrase_of(named) else None
    if slug is None:
        close = get_close_matches(named.casefold(), {" ".join(name): name for name in names}, n=3, cutoff=0.6)
        meant = list(dict.fromkeys(names[tuple(one.split())] for one in close))
        hint = f"Did you mean {' or '.join(meant)}?" if meant else "Those that talks mention are at /technologies."
        raise NotFound("technology", named[:200], hint)
    return technology_row(session, slug)


def named_in_takeaways(session: Session) -> Named:
    """The takeaways that name each technology; where one lists several, what it is about stands first in its list."""
    return kept(session, "takeaways by technology", lambda: _named(session))


def _named(session: Session) -> Named:
    names = technologies_by_name(session)
    matcher = read_vocabulary(session).matcher
    found: dict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(col(Takeaway.slug), col(Takeaway.text), col(Takeaway.technologies))
        .where(col(Takeaway.withdrawn_at).is_(None))
        .order_by(col(Takeaway.source_id).desc(), col(Takeaway.position), col(Takeaway.id))
    )
    for slug, text, listed in rows:
        read = read_for_names(text)
        of_text = [one.term.slug for one in matcher.find([Place("title", read, words_of(read))], " ".join(listed))]
        of_list = [names[phrase] for name in listed if (phrase := phrase_of(name)) in names]
        for technology in dict.fromkeys((*of_list, *of_text)):
            found[technology].append(slug)
    return dict(found)


def listed_in_takeaways(session: Session) -> Named:
    """The takeaways that have each technology in their own list: those that are about it, whatever else they name."""
    return kept(session, "takeaways by listed technology", lambda: _listed(session))


def _listed(session: Session) -> Named:
    names = technologies_by_name(session)
    found: dict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(col(Takeaway.slug), col(Takeaway.technologies)).where(col(Takeaway.withdrawn_at).is_(None))
    )
    for slug, listed in rows:
        for technology in {names[phrase] for name in listed or () if (phrase := phrase_of(name)) in names}:
            found[technology].append(slug)
    return dict(found)


def about_technology(session: Session, filter: TakeawayFilter, technology: str | None) -> TakeawayFilter:
    """`filter` for the takeaways that list a technology, by slug; as it was for None."""
    if technology is None:
        return filter
    return replace(filter, slugs=tuple(listed_in_takeaways(session).get(technology, ())))


def technologies_of_takeaways(session: Session) -> list[tuple[str, str]]:
    """Slug and name of each technology that a takeaway lists, by name."""
    return kept(session, "technologies of takeaways", lambda: _technologies(session))


def _technologies(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(col(Technology.slug), col(Technology.name))).all()
    listed = listed_in_takeaways(session)
    return sorted(((slug, name) for slug, name in rows if slug in listed), key=lambda one: (one[1].casefold(), one[0]))


def takeaways_naming(session: Session, technology: str) -> list[TakeawayCard]:
    """Takeaways that name a technology, by slug, in the order of their sources, the newest source first."""
    return takeaway_cards(session, named_in_takeaways(session).get(technology, ()))


def is_about(session: Session, card: TakeawayCard, technology: str) -> bool:
    """Whether a takeaway that names it is about this technology: it stands first in its list, or there is no list."""
    names = technologies_by_name(session)
    listed = [names[phrase] for name in card.technologies if (phrase := phrase_of(name)) in names]
    return not listed or listed[0] == technology


def drafts_naming(
    session: Session, technologies: Sequence[str], kinds: Sequence[str], limit: int
) -> list[TakeawayCard]:
    """Open machine drafts of some kinds whose list has all of these technologies, the likeliest first."""
    wanted = open_drafts().where(col(TakeawayDraft.kind).in_(kinds))
    for slug in technologies:
        row = session.scalars(select(Technology).where(col(Technology.slug) == slug)).first()
        told = dict.fromkeys((slug, *((row.name, *row.aliases) if row else ())))
        # A JSON list of names, read as text: the one way SQLite and Postgres share.
        written = cast(col(TakeawayDraft.technologies), String)
        wanted = wanted.where(or_(*(written.contains(f'"{name}"', autoescape=True) for name in told)))
    return draft_cards(session, wanted.limit(limit))
