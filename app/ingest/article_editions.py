"""Which edition an article is about, from its words and its day. Pure: editions are given, nothing is guessed at will.

The words that count are those of the title and head, then of the opening. Where several editions fit, none is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.ingest.article_record import ArticleContent
from app.text.names import name_key
from app.text.slugs import slugify

WINDOW_DAYS = 60
"""An article that names no year is about an edition that ended, or is to begin, at most so long ago or ahead."""
NEAR_WORDS = 8
"""Words before and after the name of a series in which its year and place are looked for."""
LEAST_TALKS = 3
OPENING = 3_000
_REGIONS = (
    {"europe", "eu", "emea"}, {"north america", "na"}, {"us", "usa", "united states"}, {"uk", "united kingdom"},
    {"apac", "asia"}, {"americas", "latam"}, {"australia", "au"}, {"china"}, {"japan"}, {"india"}, {"canada", "ca"},
)  # fmt: skip
_SHORT = {"san francisco": "sf", "new york": "nyc", "los angeles": "la"}
_OF_EVENTS = re.compile(r"con\b|conf|summit|day|camp|meet|kaigi|fest|forum|world|expo|dem\b|congress|conference")
_CALLED = re.compile(
    r"\b((?:[A-ZÀ-Þ][\w.’'-]*|[A-Z]*[a-z]+[A-Z]\w*)(?:[ ](?:[A-ZÀ-Þ+/&][\w.’'-]*|of|de)){0,5})"
    r"[ ,]+[’']?((?:19|20)\d\d)\b"
)


@dataclass(frozen=True)
class KnownEdition:
    """An edition of the base, as far as articles name it. Days are ISO."""

    id: int
    slug: str
    name: str
    series: str
    city: str | None = None
    country: str | None = None
    year: int | None = None
    start: str | None = None
    end: str | None = None


@dataclass
class FoundEdition:
    """The edition and by what it was found; else those that fit about as well."""

    edition: KnownEdition | None = None
    basis: str | None = None
    candidates: list[KnownEdition] = field(default_factory=list)


@dataclass(frozen=True)
class _Fit:
    """How an article names an edition. Strength: 3 year and place, 2 year, 1 place, 0 the series alone."""

    edition: KnownEdition
    strength: int
    in_title: bool


def find_edition(
    article: ArticleContent, editions: Sequence[KnownEdition],
    talks_named: Callable[[Sequence[int] | None], Mapping[int, int]],
) -> FoundEdition:  # fmt: skip
    """The one edition that the article is about, or why none is sure.

    `talks_named` counts, by edition, talks whose whole title stands in the article, among these editions or all.
    """
    fits = _fits(article, editions)
    days = _days(article.published_on)
    strong = [one for one in fits if one.strength >= 2]
    strong = [one for one in strong if one.in_title] or strong
    strong = [one for one in strong if one.strength == 3] or strong
    by_date = [one for one in strong if days and _gap(one.edition, days) is not None]
    for found in (strong, by_date):
        if len(found) == 1:
            return _found(found[0].edition, "its title" if found[0].in_title else "its opening words", days)
    weak = [one for one in fits if days and _gap(one.edition, days) is not None] if not strong else []
    weak = [one for one in weak if one.strength == 1] or weak
    if len(weak) == 1:
        return _found(weak[0].edition, "the name of its series and the day it was published", days)
    open_ = by_date or strong or weak or fits
    by_talks = _by_talks(talks_named([one.edition.id for one in open_] if open_ else None))
    known = {one.id: one for one in editions}
    if by_talks and by_talks[0] in known:
        return _found(known[by_talks[0]], f"{by_talks[1]} of its talks named by their whole title", days)
    return FoundEdition(candidates=[one.edition for one in open_])


def _found(edition: KnownEdition, by: str, days: tuple[date, date] | None) -> FoundEdition:
    start = _day(edition.start)
    before = f", published before it began on {edition.start}" if days and start and days[1] < start else ""
    return FoundEdition(edition, f"found by {by}{before}", [])


def _by_talks(counts: Mapping[int, int]) -> tuple[int, int] | None:
    """The edition most of whose talks are named, where that is plain: LEAST_TALKS, and twice as many as any other."""
    ordered = sorted(counts.items(), key=lambda one: -one[1])
    if not ordered or ordered[0][1] < LEAST_TALKS:
        return None
    return ordered[0] if len(ordered) == 1 or ordered[0][1] >= 2 * ordered[1][1] else None


def _fits(article: ArticleContent, editions: Sequence[KnownEdition]) -> list[_Fit]:
    """Every edition whose series the title, the head or the opening names, unless they say another year."""
    opening = "\n".join(block.text for block in article.blocks[:12])[:OPENING]
    zones = [(f"{article.title}\n{article.event}", True), (opening, False)]
    folded = [(f" {fold(text)} ", text, in_title) for text, in_title in zones]
    found: list[_Fit] = []
    for edition in editions:
        best: _Fit | None = None
        for words, text, in_title in folded:
            strength = _strength(edition, words, text)
            if strength is not None and (best is None or strength > best.strength):
                best = _Fit(edition, strength, in_title)
        if best is not None:
            found.append(best)
    # "DevDays Rome 2019" is not also "Days Rome 2019", nor is one with a region one of the series without.
    names = [fold(one.edition.series) for one in found]
    return [
        one
        for one, own in zip(found, names, strict=True)
        if not any(own != other and f" {own} " in f" {other} " for other in names)
    ]


def fold(text: str) -> str:
    """Words folded for comparison, "’19" as 2019 and "#promcon2016" as two words."""
    text = re.sub(r"['’](\d\d)\b", r" 20\1", text)
    return re.sub(r"([a-z])((?:19|20)\d\d)\b", r"\1 \2", name_key(text))


def _strength(edition: KnownEdition, words: str, text: str) -> int | None:
    best: int | None = None
    for head, region in _heads(edition.series):
        at = words.find(f" {head} ")
        while at >= 0:
            end = at + len(head) + 1
            before = words[:at].split()[-NEAR_WORDS:]
            after = words[end:].split()[:NEAR_WORDS]
            near = f" {' '.join(before)} | {' '.join(after)} "
            years = {int(word) for word in (*before, *after) if re.fullmatch(r"(?:19|20)\d\d", word)}
            has_region = not region or any(f" {one} " in near for one in region)
            if has_region and (edition.year in years or not years):
                has_place = any(f" {place} " in near for place in _places(edition))
                strength = 2 * bool(years) + has_place
                if not _is_common(head) or (strength >= 2 and _stands_out(edition, text)):
                    best = max(best or 0, strength)
            at = words.find(f" {head} ", end)
    return best


def _heads(series: str) -> list[tuple[str, frozenset[str]]]:
    """How a series may be called: (words, region words of which one must stand beside them).

    "KubeCon + CloudNativeCon Europe" is also "KubeCon ... Europe" and "CloudNativeCon ... EU".
    """
    whole = fold(series)
    region: frozenset[str] = frozenset()
    for group in _REGIONS:
        tail = next((word for word in group if whole.endswith(f" {word}")), None)
        if tail:
            whole, region = whole.removesuffix(f" {tail}"), frozenset(group)
            break
    parts = [fold(part) for part in re.split(r"\s*[+/]\s*|\s&\s", series)]
    heads = [whole, *(part for part in parts if len(parts) > 1 and len(part) > 4 and not part.endswith(tuple(region)))]
    return [(head, region) for head in dict.fromkeys(heads) if head]


def _places(edition: KnownEdition) -> set[str]:
    own = fold(edition.name).replace(fold(edition.series), " ")
    rest = " ".join(word for word in own.split() if not word.isdigit())
    found = {fold(place) for place in (edition.city or "", edition.country or "", rest) if place}
    found |= {_SHORT[place] for place in found if place in _SHORT}
    return found - {"", "online"}


def _is_common(head: str) -> bool:
    """Whether the name of a series may be any word, such as Current or Summit."""
    return " " not in head and len(head) < 10 and (not (found := _OF_EVENTS.search(head)) or found[0] == head)


def _stands_out(edition: KnownEdition, text: str) -> bool:
    """Whether the name stands in the text as it is written, with the year or the place right after it."""
    after = [str(edition.year), *([edition.city] if edition.city else [])]
    return any(re.search(rf"\b{re.escape(edition.series)}[,:]? (?:in )?{re.escape(word)}\b", text) for word in after)


def _days(published: str | None) -> tuple[date, date] | None:
    """First and last day that "2019-10-15" or "2019-10" means; None for a year alone."""
    if not published or len(published) < 7:
        return None
    if len(published) == 7:
        first = date.fromisoformat(f"{published}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = _day(published)
    return (day, day) if day else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _gap(edition: KnownEdition, days: tuple[date, date]) -> int | None:
    """Days between the article and the edition, negative where it came before; None for more than WINDOW_DAYS."""
    start = _day(edition.start)
    end = _day(edition.end) or start
    if start is None or end is None:
        return None
    gap = (days[0] - end).days if days[1] >= start else (days[1] - start).days
    return gap if abs(gap) <= WINDOW_DAYS or (days[0] <= end and days[1] >= start) else None


def skeleton(article: ArticleContent) -> str:
    """A programme file to begin with, for an article about an edition that is not in the base."""
    texts = (article.title, article.event, *(block.text for block in article.blocks[:8]))
    called = next((found for text in texts if (found := _CALLED.search(text[:1000]))), None)
    year = called[2] if called else (article.published_on or "")[:4]
    series = called[1].strip(" +/&") if called else ""
    if not series:
        event = next(
            (found for text in texts if (found := re.search(r"\b[A-Z]\w*(?:Con|Conf|Summit|Days)\b", text))), None
        )
        series = event[0] if event else "NAME OF THE SERIES"
    name = f"{series} {year}".strip()
    dates = (
        f'  start_date: "{year}-MM-DD"   # the days it was held; the article is of {article.published_on}\n'
        if article.published_on
        else f'  start_date: "{year or "YYYY"}-MM-DD"\n'
    )
    return (
        "hallway: programme/1\n"
        f"series: {{slug: {slugify(series)}, name: {_quoted(series)}}}\n"
        "edition:\n"
        f"  slug: {slugify(name)}\n"
        f"  name: {_quoted(name)}\n"
        "  city: WHERE IT WAS HELD\n"
        f"{dates}"
        f'  end_date: "{year or "YYYY"}-MM-DD"\n'
        "talks: []"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "").replace('"', "'") + '"'
