"""Sheets: the counted talks of each edition with their themes, packed, so that no count reads the tables row by row.

Derived data, a row for each edition. They hold for the snapshot they were packed at; for another one the same columns
are read from the tables, which of 40,000 talks takes a second where sheets take a hundredth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from app.catalog.counted import STATUSES, Counted, Sheet, inside, read_tables, told_by_columns
from app.catalog.filters import TalkFilter
from app.catalog.kept import keeps, kept
from app.catalog.snapshot import current_snapshot
from app.catalog.vendors import AFFILIATIONS, vendors_version
from app.db.driver import driver_rows
from app.db.engine import is_reading
from app.db.types import utc_now
from app.models import CountSheet, Edition, IndexState, Talk
from app.text.kinds import KINDS

STATE = "sheets"
FAMILIES = "families"
"""The row of IndexState whose fingerprint follows talks, their editions, their speakers and their families."""

MOST_FILTERS = 64
"""Of which a session holds what they allow: a report asks for those of a dozen again and again."""

_TALK = np.dtype(
    [
        ("talk", "<i4"), ("year", "<i2"), ("kind", "u1"), ("side", "u1"), ("flags", "u1"), ("minutes", "<f8"),
        ("position", "<i4"), ("themes", "<i4"), ("technologies", "<i4"),
    ]
)  # fmt: skip
_ASSIGNED = np.dtype([("theme", "<i4"), ("mark", "u1"), ("probability", "<f8")])
_TECHNOLOGY = np.dtype("<i4")
_TEXT, _FIRST = 1, 2


def sheet_tells(session: Session, filter: TalkFilter) -> bool:
    """Whether the sheet of the whole base, which is kept, tells which talks `filter` allows."""
    return keeps(session) and told_by_columns(filter)


def counted_talks(session: Session, filter: TalkFilter) -> Counted:
    """The talks that `filter` allows, and their assignments. Few statements, none while nothing changes.

    A session that may write, and one while an import runs, sees what the tables hold at that moment.
    """
    if not is_reading(session):
        return _whole(read_tables(session, filter))
    # A session that reads sees one state of the base.
    found: dict[TalkFilter, Counted] = session.info.setdefault("counted", {})
    if filter not in found:
        if len(found) >= MOST_FILTERS:
            del found[next(iter(found))]
        found[filter] = _counted(session, filter)
    return found[filter]


def _counted(session: Session, filter: TalkFilter) -> Counted:
    if not sheet_tells(session, filter):
        return _whole(read_tables(session, filter))
    sheet = kept(session, "sheet", lambda: _unpacked(session) or read_tables(session, TalkFilter()))
    return Counted(sheet, inside(session, sheet, filter))


def sheets_are_fresh(session: Session) -> bool:
    """Whether sheets are packed of the base as it is."""
    return _signed(session) == current_snapshot(session)


def refresh_sheets(session: Session) -> int:
    """Pack what is counted of every edition, unless it is packed; how many changed. To be called once the snapshot is
    named and families are found."""
    state = session.get(IndexState, STATE)
    if state is not None and state.recipe == _recipe(session) and sheets_are_fresh(session):
        return 0
    changed = _write(session, read_tables(session, TalkFilter()), session.scalars(select(CountSheet)).all())
    _sign(session)
    return changed


def packed_elsewhere(session: Session) -> bool:
    """Whether sheets are packed by other code, or with another list of vendors, than this process has."""
    state = session.get(IndexState, STATE)
    return state is not None and not state.recipe.startswith(f"{_layout()} ")


def follow_sheets(session: Session, talk_id: int, before: str) -> None:
    """Pack the edition of one talk anew after its assignments changed; `before` is the snapshot until then.

    Sheets that were stale stay so.
    """
    if _signed(session) != before:
        return
    edition = select(col(Edition.slug)).join(Talk, col(Talk.edition_id) == col(Edition.id))
    slug = session.scalars(edition.where(col(Talk.id) == talk_id)).one()
    here = select(CountSheet).join(Edition, col(Edition.id) == col(CountSheet.edition_id))
    rows = session.scalars(here.where(col(Edition.slug) == slug)).all()
    _write(session, read_tables(session, TalkFilter(editions=(slug,))), rows)
    _sign(session)


def forget_sheets(session: Session) -> None:
    """Throw all sheets away."""
    session.execute(delete(CountSheet))
    session.execute(delete(IndexState).where(col(IndexState.name) == STATE))


def _whole(sheet: Sheet) -> Counted:
    return Counted(sheet, np.ones(len(sheet.talk), dtype=bool))


def _layout() -> str:
    """How sheets are laid out, and what they rest on that is not in the base."""
    numbers = _TALK.descr, _ASSIGNED.descr, KINDS, STATUSES, AFFILIATIONS
    return f"sheets/1 {hashlib.sha256(repr(numbers).encode()).hexdigest()[:8]} {vendors_version()}"


def _recipe(session: Session) -> str:
    """The layout, and a digest of what sheets hold that no snapshot tells: families, and the years of editions."""
    families = session.get(IndexState, FAMILIES)
    years = session.execute(select(col(Edition.id), col(Edition.year)).order_by(col(Edition.id)))
    found = repr((families.fingerprint if families else "", [tuple(row) for row in years]))
    return f"{_layout()} {hashlib.sha256(found.encode()).hexdigest()[:12]}"


def _signed(session: Session) -> str | None:
    """The snapshot that the sheets are of; None where there are none that can be read."""
    state = session.get(IndexState, STATE)
    return state.fingerprint if state is not None and state.recipe.startswith(f"{_layout()} ") else None


def _sign(session: Session) -> None:
    now = current_snapshot(session)
    session.merge(IndexState(name=STATE, recipe=_recipe(session), fingerprint=now, built_at=utc_now()))
    session.flush()


def _write(session: Session, sheet: Sheet, before: Sequence[CountSheet]) -> int:
    """Put the sheets of these editions in the place of those from before; how many differ."""
    now = dict(_packed(sheet))
    held = {row.edition_id: (row.talks, row.assignments, row.mentions) for row in before}
    gone = [edition for edition in held if edition not in now]
    changed = [edition for edition in now if held.get(edition) != now[edition]]
    for edition in {*gone, *changed} & held.keys():
        session.execute(delete(CountSheet).where(col(CountSheet.edition_id) == edition))
    if changed:
        names = "talks", "assignments", "mentions"
        rows = [{"edition_id": one, **dict(zip(names, now[one], strict=True))} for one in changed]
        session.execute(insert(CountSheet), rows)
    return len(gone) + len(changed)


def _packed(sheet: Sheet) -> Iterator[tuple[int, tuple[bytes, bytes, bytes]]]:
    """For each edition its talks, their assignments and the technologies they mention, in bytes."""
    talks = np.zeros(len(sheet.talk), dtype=_TALK)
    talks["talk"], talks["year"], talks["kind"], talks["minutes"] = sheet.talk, sheet.year, sheet.kind, sheet.minutes
    talks["position"] = sheet.position
    talks["side"], talks["flags"] = sheet.side, sheet.text * _TEXT + sheet.first * _FIRST
    talks["themes"] = np.bincount(sheet.place, minlength=len(talks))
    talks["technologies"] = np.bincount(sheet.mentioning, minlength=len(talks))
    assigned = np.zeros(len(sheet.theme), dtype=_ASSIGNED)
    assigned["theme"], assigned["probability"] = sheet.theme, sheet.probability
    assigned["mark"] = sheet.status * 2 + sheet.main
    editions, first = np.unique(sheet.edition, return_index=True)
    mentioned = sheet.technology.astype(_TECHNOLOGY)
    ends, last = (np.concatenate([[0], np.cumsum(talks[name])]) for name in ("themes", "technologies"))
    stops = [*first[1:], len(talks)] if len(first) else []
    for edition, start, stop in zip(editions, first, stops, strict=True):
        themes, technologies = assigned[ends[start] : ends[stop]], mentioned[last[start] : last[stop]]
        yield int(edition), (talks[start:stop].tobytes(), themes.tobytes(), technologies.tobytes())


def _unpacked(session: Session) -> Sheet | None:
    """All sheets in one; None where they are stale."""
    if not sheets_are_fresh(session):
        return None
    columns = col(CountSheet.talks), col(CountSheet.assignments), col(CountSheet.mentions)
    packed = select(col(CountSheet.edition_id), *columns).order_by(col(CountSheet.edition_id))
    rows = list(driver_rows(session, packed))
    talks, assigned, mentioned = (
        np.frombuffer(b"".join(row[place] for row in rows), dtype=dtype)
        for place, dtype in enumerate((_TALK, _ASSIGNED, _TECHNOLOGY), start=1)
    )
    editions = np.array([row[0] for row in rows], dtype=np.int64)
    sizes = np.array([len(row[1]) // _TALK.itemsize for row in rows], dtype=np.int64)
    return Sheet(
        talk=_column(talks["talk"]),
        edition=np.repeat(editions, sizes),
        year=_column(talks["year"]),
        kind=_column(talks["kind"]),
        text=(talks["flags"] & _TEXT) > 0,
        first=(talks["flags"] & _FIRST) > 0,
        side=np.ascontiguousarray(talks["side"]),
        minutes=np.ascontiguousarray(talks["minutes"]),
        position=_column(talks["position"]),
        place=np.repeat(np.arange(len(talks)), talks["themes"]),
        theme=np.ascontiguousarray(assigned["theme"]),
        status=assigned["mark"] >> 1,
        main=(assigned["mark"] & 1) > 0,
        probability=np.ascontiguousarray(assigned["probability"]),
        mentioning=np.repeat(np.arange(len(talks)), talks["technologies"]),
        technology=mentioned,
    )


def _column(numbers: NDArray[np.generic]) -> NDArray[np.int64]:
    return numbers.astype(np.int64)
