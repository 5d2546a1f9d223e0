"""Timelines of claims: takeaways that confirmed links join, in order, with what was proposed beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.takeaways import TakeawayCard, takeaway_cards
from app.errors import NotFound
from app.models import ClaimProposal, Takeaway, Technology
from app.takeaways.ledger.links import OPEN, Link, links, newest_link
from app.takeaways.ledger.occasions import Occasion, occasions_of

STANCE_WORDS = {
    "recommends": "recommended", "warns": "warned", "reports-failure": "reported as a failure",
    "withdraws": "older advice withdrawn", "neutral": "stated",
}  # fmt: skip
_DONE = {"revises": "revises", "contradicts": "contradicts", "confirms": "confirms"}


class LinkLine(BaseModel):
    """What links an entry to an earlier one: confirmed by people (`by`) or a file, or proposed with a `score`."""

    relation: str
    earlier: str
    confirmed: bool
    by: str | None = None
    on: str | None = None
    score: float | None = None
    why: list[str] = []


class Entry(BaseModel):
    """One claim of a timeline. `when` is an ISO date, or its year, None where it is not known."""

    takeaway: TakeawayCard
    when: str | None
    occasion: str | None
    confirmed: bool
    links: list[LinkLine]


class Timeline(BaseModel):
    """Claims on one subject in order; `slug` is that of the earliest, `changed` says in words what changed."""

    slug: str
    subject: str
    technologies: list[str]
    first_stance: str
    last_stance: str
    occasions: list[str]
    changed: str
    entries: list[Entry]


def timelines(session: Session, technology: str | None = None) -> list[Timeline]:
    """All timelines, those with most confirmed claims first; of one technology by its slug, NotFound if unknown."""
    name = _technology(session, technology) if technology else None
    held = links(session)
    groups = _groups(held)
    members = {takeaway for group in groups for takeaway in group}
    proposed = _proposed(session, members)
    made = [_timeline(session, group, held, proposed) for group in groups]
    found = [one for one in made if one is not None and (name is None or _names(one, name))]
    return sorted(found, key=lambda one: (-sum(entry.confirmed for entry in one.entries), one.slug))


def timeline_of(session: Session, slug: str) -> Timeline:
    """The timeline that a takeaway, by its slug, is part of; NotFound where no confirmed link joins it to another."""
    for one in timelines(session):
        if any(entry.confirmed and entry.takeaway.slug == slug for entry in one.entries):
            return one
    raise NotFound("timeline of the claim", slug[:100], "Nobody linked it to another claim yet; see /claims.")


def _technology(session: Session, slug: str) -> frozenset[str]:
    row = session.execute(
        select(col(Technology.name), col(Technology.aliases)).where(col(Technology.slug) == slug)
    ).first()
    if row is None:
        raise NotFound("technology", slug[:100])
    return frozenset(name.casefold() for name in (row[0], *row[1]))


def _names(timeline: Timeline, names: frozenset[str]) -> bool:
    return any(name.casefold() in names for entry in timeline.entries for name in entry.takeaway.technologies)


def _groups(held: Iterable[Link]) -> list[set[int]]:
    """Connected components of the links."""
    above: dict[int, int] = {}

    def root(one: int) -> int:
        while above.setdefault(one, one) != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for link in held:
        above[root(link.earlier_id)] = root(link.later_id)
    groups: dict[int, set[int]] = {}
    for one in above:
        groups.setdefault(root(one), set()).add(one)
    return list(groups.values())


def _proposed(session: Session, members: set[int]) -> list[ClaimProposal]:
    """Proposals that nobody decided on with an end in a timeline."""
    rows = session.scalars(
        select(ClaimProposal)
        .where(col(ClaimProposal.earlier_id).in_(members) | col(ClaimProposal.later_id).in_(members))
        .order_by(col(ClaimProposal.score).desc())
    )
    found = []
    for row in rows:
        held = newest_link(session, row.earlier_id, row.later_id)
        if held is None or held.relation == OPEN:
            found.append(row)
    return found


MOST_PROPOSED = 8
"""Proposed claims that a timeline shows beside the confirmed ones."""


def _timeline(
    session: Session, group: set[int], held: Sequence[Link], proposed: Sequence[ClaimProposal]
) -> Timeline | None:
    near = [row for row in proposed if {row.earlier_id, row.later_id} & group]
    outer = list(dict.fromkeys(i for row in near for i in (row.earlier_id, row.later_id) if i not in group))
    wanted = group | set(outer[:MOST_PROPOSED])
    rows = session.scalars(select(Takeaway).where(col(Takeaway.id).in_(wanted))).all()
    cards = {card.slug: card for card in takeaway_cards(session, [row.slug for row in rows])}
    occasions = occasions_of(session, rows)
    slugs = {row.id or 0: row.slug for row in rows if row.slug in cards}
    lines = _lines(slugs, held, near)
    depth = _depth(group, held)
    entries = [
        Entry(
            takeaway=cards[slug], when=occasions[key].day, occasion=occasions[key].name, confirmed=key in group,
            links=lines.get(key, []),
        )
        for key, slug in sorted(slugs.items(), key=lambda item: _place(item[0], occasions[item[0]], depth))
    ]  # fmt: skip
    confirmed = [entry for entry in entries if entry.confirmed]
    if len(confirmed) < 2:
        return None
    return Timeline(
        slug=confirmed[0].takeaway.slug,
        subject=_subject(confirmed),
        technologies=_shared(confirmed),
        first_stance=confirmed[0].takeaway.stance,
        last_stance=confirmed[-1].takeaway.stance,
        occasions=list(dict.fromkeys(entry.occasion for entry in confirmed if entry.occasion)),
        changed=_changed(confirmed),
        entries=entries,
    )


def _lines(slugs: dict[int, str], held: Sequence[Link], proposed: Sequence[ClaimProposal]) -> dict[int, list[LinkLine]]:
    found: dict[int, list[LinkLine]] = {}
    for link in held:
        if link.earlier_id in slugs and link.later_id in slugs:
            on = link.at.date().isoformat() if link.at else None
            line = LinkLine(relation=link.relation, earlier=slugs[link.earlier_id], confirmed=True, by=link.by, on=on)
            found.setdefault(link.later_id, []).append(line)
    for row in proposed:
        if row.earlier_id in slugs and row.later_id in slugs:
            line = LinkLine(
                relation=row.relation, earlier=slugs[row.earlier_id], confirmed=False, score=row.score, why=row.why
            )
            found.setdefault(row.later_id, []).append(line)
    return found


def _depth(group: set[int], held: Sequence[Link]) -> dict[int, int]:
    """How many links lie before each claim, so that those without a date stand where their links put them."""
    depth = dict.fromkeys(group, 0)
    for _ in range(min(len(group), 50)):
        before = dict(depth)
        for link in held:
            if link.earlier_id in depth and link.later_id in depth:
                # Bounded, for links that go in a circle would never end.
                depth[link.later_id] = min(max(depth[link.later_id], depth[link.earlier_id] + 1), len(group))
        if depth == before:
            break
    return depth


def _place(key: int, occasion: Occasion, depth: dict[int, int]) -> tuple[str, int, int]:
    # Without a date: before those with one if nothing lies before it, as an article tells of what came earlier.
    day = occasion.day or ("" if depth.get(key, 0) == 0 else "9999")
    return day, depth.get(key, 0), key


def _shared(entries: Sequence[Entry]) -> list[str]:
    """Technologies of all entries, else those of more than one, in the order of the first that has them."""
    counts = Counter(name for entry in entries for name in dict.fromkeys(entry.takeaway.technologies))
    for_all = [name for name, count in counts.items() if count == len(entries)]
    return for_all or [name for name, count in counts.items() if count > 1]


def _subject(entries: Sequence[Entry]) -> str:
    names = _shared(entries)
    if names:
        return " and ".join(names[:3])
    text = entries[0].takeaway.text
    return text if len(text) <= 60 else f"{text[:60].rsplit(' ', 1)[0]} …"


def _changed(entries: Sequence[Entry]) -> str:
    """What changed, in words: the stance at each occasion, and the relation to what was before."""
    parts = []
    for entry in entries:
        where = entry.occasion or "place not known"
        if entry.when and entry.when[:4] not in where:
            where = f"{where} ({entry.when[:4]})"
        done = [_DONE[line.relation] for line in entry.links if line.confirmed]
        words = STANCE_WORDS.get(entry.takeaway.stance, entry.takeaway.stance)
        parts.append(f"{where}: {words}" + (f", which {done[0]} what was said before" if done else ""))
    return "; ".join(parts) + "."
