"""What the fields, quotes and minus signs of a query mean in this base: names become filters, and are said in words.

A name may be a slug, a whole name, or words of it, which then mean every thing that has all of them. A field whose
value names nothing is left out and said, and its value is searched for as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.catalog.technologies import technologies_by_name
from app.models import Edition, Organisation, Series, Speaker, SpeakerAlias, Technology, Theme
from app.search.query import Query, split_words
from app.search.scopes import NOTHING, QueryFilter
from app.search.shapes import Understood
from app.search.syntax import FieldTerm, PhraseTerm, without
from app.text.kinds import KINDS
from app.text.language import NAMES, language_code, language_name
from app.text.names import name_key
from app.text.slugs import slugify
from app.text.stemming import STOP_WORDS
from app.text.terms import phrase_of

MOST_MEANT = 50
"""Things that one value may mean."""
MOST_NAMED = 3
"""Of these that are named in words."""
HAS = {
    "video": "video", "videos": "video", "recording": "video", "slides": "slides", "slide": "slides",
    "takeaways": "takeaways", "takeaway": "takeaways", "lessons": "takeaways", "transcript": "transcript",
    "transcripts": "transcript",
}  # fmt: skip
_YEARS = re.compile(r"(\d{4})?(\.\.\.?|-|–)?(\d{4})?")


@dataclass(frozen=True)
class Meant:
    """What one value of a field means: part of a filter, and names for it."""

    part: dict[str, Any]
    names: tuple[str, ...]


def understand(session: Session, query: Query) -> tuple[Query, QueryFilter, list[Understood]]:
    """The query with values that mean nothing among its words, what it asks besides, and both said in words.

    Values of one field count together: any of them will do, and of `has:` all must hold.
    """
    asked = NOTHING
    said: list[Understood] = []
    lost: list[str] = []
    ordered = sorted(query.fields, key=attrgetter("field", "negated"))
    for (field, negated), group in groupby(ordered, key=attrgetter("field", "negated")):
        known: list[tuple[FieldTerm, Meant]] = []
        for term in group:
            meant = _MEANINGS[field](session, term.value)
            if meant is None:
                lost.append(term.value)
                said.append(_unknown(query, term))
            else:
                known.append((term, meant))
        if known:
            part = _together(field, [meant for _, meant in known], negated)
            asked += part
            said.append(_understood(query, field, known, part, negated))
    for phrase in query.phrases:
        part = _of_phrase(phrase)
        asked += part
        if part:
            said.append(_said_phrase(query, phrase, part))
    return _with_words(query, lost), asked, said


def _with_words(query: Query, lost: Sequence[str]) -> Query:
    if not lost:
        return query
    words = [word for value in lost for word in split_words(value)]
    terms = (*query.terms, *(word for word in words if word not in STOP_WORDS))
    return replace(
        query, text=" ".join([query.text, *lost]).strip(), words=(*query.words, *words),
        terms=tuple(dict.fromkeys(terms)),
    )  # fmt: skip


def _together(field: str, meant: Sequence[Meant], negated: bool) -> QueryFilter:
    """What all values of a field ask: any of them, of `has:` all, and with a minus none."""
    filters = tuple(TalkFilter(**one.part) for one in meant)
    if negated:
        return QueryFilter(but=filters)
    return QueryFilter(only=tuple((one,) for one in filters) if field == "has" else (filters,))


def _of_phrase(phrase: PhraseTerm) -> QueryFilter:
    words = tuple(split_words(phrase.text))
    if not words:
        return NOTHING
    return QueryFilter(lacking=(words,)) if phrase.negated else QueryFilter(holding=(words,))


def _understood(
    query: Query, field: str, known: Sequence[tuple[FieldTerm, Meant]], part: QueryFilter, negated: bool
) -> Understood:
    names = list(dict.fromkeys(name for _, meant in known for name in meant.names))
    joint = " and " if field == "has" and not negated else " or "
    words = joint.join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        words = f"{', '.join(names[:MOST_NAMED])} or {len(names) - MOST_NAMED} more"
    typed = [term.typed for term, _ in known]
    return Understood(
        field=field, typed=" ".join(typed), meaning=words, negated=negated, rest=without(query.typed, *typed), part=part
    )


def _unknown(query: Query, term: FieldTerm) -> Understood:
    return Understood(
        field=term.field, typed=term.typed, meaning=None, negated=term.negated, rest=without(query.typed, term.typed)
    )


def _said_phrase(query: Query, phrase: PhraseTerm, part: QueryFilter) -> Understood:
    return Understood(
        field="words", typed=phrase.typed, meaning=phrase.text, negated=phrase.negated,
        rest=without(query.typed, phrase.typed), part=part,
    )  # fmt: skip


def _named(session: Session, table: Any, value: str, *, whole_names: bool = True) -> list[tuple[str, str]]:
    """(slug, name) of what is meant, by the first of these that names anything: slug or whole name as typed, the slug
    made of it, all that have each of the words, shortest first.

    Looking for whole names reads the whole table, so it is left out where they were looked up before.
    """
    both = select(col(table.slug), col(table.name)).order_by(col(table.slug))
    whole: ColumnElement[bool] = col(table.slug) == value.lower()
    if whole_names:
        whole = or_(whole, func.lower(col(table.name)) == value.lower())
    exact = session.execute(both.where(whole)).all()
    slug = slugify(value)
    if not exact and slug:
        # Only then: signs are lost in it, which tell C++ and C apart.
        exact = session.execute(both.where(col(table.slug) == slug)).all()
    if exact or not slug:
        return [(row[0], row[1]) for row in exact]
    held = literal("-") + col(table.slug)
    # Of the name only the beginnings of words count, as of the slug, which is not always made of it.
    named = literal(" ") + func.lower(col(table.name))
    worded = [
        or_(held.contains(f"-{word}", autoescape=True), named.contains(f" {word}", autoescape=True))
        for word in slug.split("-")
    ]
    rows = session.execute(both.where(*worded).limit(MOST_MEANT))
    return sorted(((row[0], row[1]) for row in rows), key=lambda row: (len(row[0]), row[0]))


def _slugs(table: Any, name: str) -> Callable[[Session, str], Meant | None]:
    """The meaning of a value as slugs in the field of that name of a filter."""

    def meaning(session: Session, value: str) -> Meant | None:
        rows = _named(session, table, value)
        return Meant({name: tuple(slug for slug, _ in rows)}, tuple(label for _, label in rows)) if rows else None

    return meaning


_of_technologies = _slugs(Technology, "technologies")


def _technology(session: Session, value: str) -> Meant | None:
    """By slug, whole name or alias as a list of technologies knows them, else as any other name."""
    slug = technologies_by_name(session).get(phrase_of(value))
    return _of_technologies(session, slug or value)


def _speaker(session: Session, value: str) -> Meant | None:
    key = name_key(value)
    rows = session.execute(
        select(col(Speaker.slug), col(Speaker.name))
        .join(SpeakerAlias, col(SpeakerAlias.speaker_id) == col(Speaker.id))
        # A second speaker of one name has "~2" after the key.
        .where(or_(col(SpeakerAlias.key) == key, col(SpeakerAlias.key).between(f"{key}~", f"{key}~~")))
        .order_by(col(Speaker.slug))
        .limit(MOST_MEANT)
    )
    known = {slug: name for slug, name in rows} if key else {}  # noqa: C416  # rows are no pairs to the type checker
    found = known or dict(_named(session, Speaker, value, whole_names=False))
    return Meant({"speakers": tuple(found)}, tuple(found.values())) if found else None


def _series(session: Session, value: str) -> Meant | None:
    rows = _named(session, Series, value)
    if not rows:
        return None
    slugs = [slug for slug, _ in rows]
    held = select(col(Edition.slug)).join(Series).where(col(Series.slug).in_(slugs)).order_by(col(Edition.slug))
    return Meant({"editions": tuple(session.scalars(held))}, tuple(name for _, name in rows))


def _kind(_: Session, value: str) -> Meant | None:
    wanted = value.casefold().rstrip("s")
    kinds = tuple(kind for kind in KINDS if kind.startswith(wanted)) if len(wanted) > 1 else ()
    return Meant({"kinds": kinds}, kinds) if kinds else None


def _language(_: Session, value: str) -> Meant | None:
    code = language_code(value) or next(
        (code for code, name in NAMES.items() if len(value) > 2 and name.casefold().startswith(value.casefold())), None
    )
    return Meant({"languages": (code,)}, (language_name(code),)) if code else None


def _has(_: Session, value: str) -> Meant | None:
    wanted = [HAS.get(word) for word in re.split(r"[|,+]", value.casefold()) if word]
    has = tuple(dict.fromkeys(word for word in wanted if word))
    return Meant({"has": has}, has) if has and None not in wanted else None


def _year(_: Session, value: str) -> Meant | None:
    """A year, or a range with either end open; one the wrong way round is turned."""
    found = _YEARS.fullmatch(value)
    if found is None or not (found[1] or found[3]) or (found[1] and found[3] and not found[2]):
        return None
    if not found[2]:
        year = int(found[1] or found[3])
        return Meant({"years": (year,)}, (str(year),))
    ends = sorted(int(year) for year in (found[1], found[3]) if year)
    first = ends[0] if found[1] or len(ends) == 2 else None
    last = ends[-1] if found[3] or len(ends) == 2 else None
    words = f"{first}–{last}" if first and last else f"since {first}" if first else f"until {last}"
    return Meant({"year_from": first, "year_to": last}, (words,))


_MEANINGS: dict[str, Callable[[Session, str], Meant | None]] = {
    "speaker": _speaker,
    "edition": _slugs(Edition, "editions"),
    "series": _series,
    "theme": _slugs(Theme, "themes"),
    "company": _slugs(Organisation, "organisations"),
    "tech": _technology,
    "kind": _kind,
    "lang": _language,
    "year": _year,
    "has": _has,
}
