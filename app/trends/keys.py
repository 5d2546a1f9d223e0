"""Figure ids: readable, reversible names that hold the whole rule of a figure. Nothing is stored and nothing counted.

    share~theme.operations~edition.kafka-summit-london-2019~population.all~counting.any~s.3f9a1c0b22d4
    count~kind.keynote~series.kafka-summit~population.all~s.3f9a1c0b22d4

Parts are joined by `~`, a part's name and value by the first `.`; in values everything but a-z, 0-9 and `-` is `_` and
two hex digits for each UTF-8 byte. A figure has exactly one id: parts come in one order, editions sorted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.catalog.filters import TalkFilter
from app.errors import HallwayError, NotFound
from app.trends.populations import get_counting, get_population
from app.trends.scope import Scope

MAX_LENGTH = 8000
_OTHER = re.compile(r"[^a-z0-9-]")
_VALUE = re.compile(r"(?:[a-z0-9-]|_[0-9a-f]{2})+")
_TEXT_PARTS = ("kind", "speaker", "organisation", "technology", "language", "affiliation", "series")
_FLAG_PARTS = ("newcomers", "repeated")
_YES = "yes"
_WITH = "with"
"""A second technology of the talks, beside the first."""
_NUMBER_PARTS = {"from": "year_from", "to": "year_to"}

Kind = Literal["share", "count"]


@dataclass(frozen=True)
class FigureKey:
    """The rule of a figure: what is counted (`filter` and, for a share, `theme`), of which talks, and the snapshot.

    `filter` holds neither theme nor population; of a count it may narrow by kind, speaker, organisation, language,
    technology or two of these, affiliation, newcomers, repeated talks or two themes at once, of a share by edition,
    series and years only.
    """

    kind: Kind
    filter: TalkFilter
    population: str = "all"
    counting: str = "any"
    theme: str | None = None
    snapshot: str = "empty"

    def __post_init__(self) -> None:
        """Refuse, as a ValueError, a filter that holds what the id says elsewhere and would lose."""
        said = self.filter
        if said.theme or said.main_theme_only or said.without_kinds or said.with_text or said.least_minutes is not None:
            raise ValueError("a figure's theme and population are not part of its filter")
        if len(self.filter.technologies) > (self.filter.technology is not None):
            raise ValueError("a figure counts talks that mention one technology, or one with one other")

    @property
    def scope(self) -> Scope:
        """Where it is counted."""
        return Scope.of(self.filter)

    def denominator(self) -> TalkFilter:
        """The talks the figure is taken of: all of the population in the scope."""
        return get_population(self.population).narrow(self.scope.filter())

    def numerator(self) -> TalkFilter:
        """The talks that are counted."""
        talks = get_population(self.population).narrow(self.filter)
        if self.kind == "share":
            return talks.but(theme=self.theme, main_theme_only=self.counting == "main")
        return talks

    def encode(self) -> str:
        """The id."""
        theme = f"theme.{_escape(self.theme)}" if self.theme else ""
        counting = f"counting.{_escape(self.counting)}" if self.kind == "share" else ""
        population, snapshot = f"population.{_escape(self.population)}", f"s.{_escape(self.snapshot)}"
        return "~".join(filter(None, (self.kind, theme, _encoded(self.filter), population, counting, snapshot)))


@lru_cache(maxsize=4_096)
def _encoded(talks: TalkFilter) -> str:
    """The parts that say what a filter does, joined."""
    parts = [("both", slug) for slug in sorted(set(talks.both))]
    parts += [("edition", slug) for slug in sorted(set(talks.editions))]
    parts += [(name, value) for name in _TEXT_PARTS if (value := getattr(talks, name))]
    parts += [(name, _YES) for name in _FLAG_PARTS if getattr(talks, name)]
    parts += [(_WITH, slug) for slug in talks.technologies]
    for name, attribute in _NUMBER_PARTS.items():
        if (year := getattr(talks, attribute)) is not None:
            parts.append((name, str(year)))
    return "~".join(f"{name}.{_escape(value)}" for name, value in parts)


def parse_key(id: str) -> FigureKey:
    """The rule behind an id; anything that is not the one id of a figure is NotFound."""
    try:
        key = _parse(id) if len(id) <= MAX_LENGTH else None
    except (ValueError, KeyError, HallwayError):
        key = None
    if key is None or key.encode() != id:
        raise NotFound("figure", id[:200], "An address of a figure is copied whole from a page or an export.")
    return key


def _parse(id: str) -> FigureKey | None:
    kind, *rest = id.split("~")
    values: dict[str, list[str]] = {}
    for part in rest:
        name, _, value = part.partition(".")
        values.setdefault(name, []).append(_unescape(value))
    editions, both = tuple(values.pop("edition", ())), tuple(values.pop("both", ()))
    single = {name: found[0] for name, found in values.items() if len(found) == 1}
    if len(single) != len(values):
        return None
    population = get_population(single.pop("population")).slug
    snapshot = single.pop("s")
    theme = single.pop("theme", None)
    counting = get_counting(single.pop("counting", "any")).slug
    years = {attribute: int(single.pop(name)) for name, attribute in _NUMBER_PARTS.items() if name in single}
    text = {name: single.pop(name) for name in _TEXT_PARTS if name in single}
    flags = {name: single.pop(name) == _YES for name in _FLAG_PARTS if name in single}
    other = (single.pop(_WITH),) if _WITH in single else ()
    if single or (kind == "share") != (theme is not None) or kind not in ("share", "count"):
        return None
    if kind == "share" and (set(text) - {"series"} or flags or both or other):
        return None
    if any(not 0 <= year <= 9999 for year in years.values()):
        return None
    talks = TalkFilter(editions=editions, both=both, technologies=other, **text, **flags, **years)  # type: ignore[arg-type]  # names and types as split above
    return FigureKey("share" if kind == "share" else "count", talks, population, counting, theme, snapshot)


def _escape(value: str) -> str:
    return _OTHER.sub(lambda found: "".join(f"_{byte:02x}" for byte in found[0].encode()), value)


def _unescape(value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise ValueError(value)
    raw = re.sub(rb"_([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), value.encode())
    if b"\0" in raw:
        raise ValueError(value)
    return raw.decode()
