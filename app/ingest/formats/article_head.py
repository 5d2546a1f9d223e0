"""What an article says of itself: front matter, byline, day, whose observations it reports. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.errors import InputError
from app.ingest.article_record import BlockRecord
from app.ingest.formats import positioned_yaml
from app.ingest.formats.field_use import Tally, shape
from app.ingest.formats.written_dates import written_date
from app.ingest.record import FoundProblem
from app.text.language import language_code
from app.text.links import LONGEST
from app.text.markup import one_line, safe_url
from app.text.names import clean_name, is_placeholder

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_NAMES = {
    "title": ("title",),
    "author": ("author", "authors", "author_name", "by", "creator"),
    "published_on": ("date", "published", "published_on", "publishdate", "pubdate", "created_at", "created"),
    "url": ("canonical_url", "canonical", "url", "permalink", "link", "source"),
    "publisher": ("publisher", "site_name", "site", "company", "organisation", "organization"),
    "language": ("language", "lang", "locale"),
    "event": ("event", "conference", "edition", "description", "summary", "excerpt", "subtitle", "tags", "keywords"),
}
_FIELDS = shape("front matter", " ".join(name for names in _NAMES.values() for name in names))
_NAME = r"([A-ZÀ-ÖØ-Þ][\w'’.-]{0,25}(?: (?:de|van|von|der|den|la|le|di|da|bin|al))?(?: [A-ZÀ-ÖØ-Þ][\w'’.-]{0,25}){1,3})"
_BYLINE = re.compile(rf"^(?:(?:written|posted|published) )?(?:by|von|par|door|por)[: ]+{_NAME}", re.IGNORECASE)
_BY = re.compile(rf"\b(?:by|von|par|por) {_NAME}\s*\Z")
_DATED = re.compile(r"^(?:posted|published|date|veröffentlicht|publié)\b(?: on| am| le)?:? ", re.IGNORECASE)
_OUR_OWN = re.compile(
    rf"\b[Oo]ur (?:own )?(?:[\w-]+ ){{1,4}}?{_NAME}(?:,[^,.]{{1,60}},)? "
    r"(?:was (?:in|at|there|sent)|went|attended|travell?ed|visited|flew|spent|took part|had the (?:chance|pleasure)|"
    r"has been (?:at|to|in)|joined|participated)\b"
)
_I_WAS_THERE = re.compile(
    r"\bI (?:was (?:at|in)|went to|attended|travell?ed to|visited|flew to|had the (?:chance|pleasure|opportunity) to "
    r"(?:attend|go|visit|be)|got (?:to attend|back from)|just (?:came|got) back|spent)\b"
)
_OPENING = 12
LONGEST_VALUE = 300


@dataclass
class Head:
    """Fields of ArticleContent that an article says itself; empty where it does not."""

    title: str = ""
    author: str | None = None
    published_on: str | None = None
    url: str | None = None
    publisher: str | None = None
    language: str | None = None
    event: str = ""
    problems: list[FoundProblem] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def part_front_matter(text: str) -> tuple[str, str, str]:
    """(fence, front matter, body). The body keeps its line numbers: lines before it are empty."""
    first, _, rest = text.partition("\n")
    ends = _FENCES.get(first.rstrip())
    if ends is None:
        return "", "", text
    lines = rest.split("\n")
    for number, line in enumerate(lines[:500]):
        if line.rstrip() in ends:
            return first.rstrip(), "\n".join(lines[:number]), "\n" * (number + 2) + "\n".join(lines[number + 1 :])
    return "", "", text


def read_front_matter(fence: str, text: str) -> Head:
    """The head of an article by its YAML (---) or TOML (+++). What cannot be read is a problem, never an exception."""
    head = Head()
    if not fence:
        return head
    lines: dict[str, int] = {}
    try:
        if fence == "---":
            document = positioned_yaml.load(text)
            found = document.value
            lines = {str(path[0]): line + 1 for path, line in document.lines.items() if len(path) == 1}
        else:
            found = tomllib.loads(text)
    except InputError as error:
        where = re.sub(r"line (\d+)", lambda match: f"line {int(match[1]) + 1}", error.where)
        head.problems.append(FoundProblem("error", f"The front matter is left out. {error}", where or "line 1"))
        return head
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"line {int(line[1]) + 1}" if line else "line 1"
        head.problems.append(FoundProblem("error", f"The front matter is left out: {str(error)[:200]}.", where))
        return head
    if isinstance(found, dict):
        _take(head, found, lines)
    elif found is not None:
        head.problems.append(FoundProblem("error", "The front matter holds no fields and is left out.", "line 1"))
    return head


def _take(head: Head, found: Mapping[str, Any], lines: Mapping[str, int]) -> None:
    folded = {str(key).casefold(): (str(key), value) for key, value in found.items()}
    head.tally.read({key: _plain(value) for key, (_, value) in folded.items()}, _FIELDS)
    for ours, theirs in _NAMES.items():
        for name in theirs:
            key, value = folded.get(name, ("", None))
            where = f"line {lines[key]}" if key in lines else ""
            words = [clean for one in _words(value) if (clean := one_line(one)[:LONGEST_VALUE])]
            if not words:
                continue
            if ours == "event":
                head.event = f"{head.event}\n{', '.join(words)}".strip()[:2000]
            elif not getattr(head, ours):
                _set(head, ours, words, where)


def _set(head: Head, ours: str, words: Sequence[str], where: str) -> None:
    value: str | None = words[0]
    if ours == "author":
        value = ", ".join(clean_name(one) for one in words[:10] if not is_placeholder(one)) or None
    elif ours == "published_on":
        value = written_date(words[0])
        if value is None:
            head.problems.append(FoundProblem("warning", f"“{words[0][:60]}” is no date; it is left empty.", where))
    elif ours == "url":
        value = safe_url(words[0]) if len(words[0]) < LONGEST else None
        if value is None:
            head.tally.lose("front matter", "address within its site")
    elif ours == "language":
        value = language_code(words[0])
    setattr(head, ours, value or ("" if ours == "title" else None))


def _words(value: Any) -> Iterable[str]:
    """Texts of a value: of a list each, of an object its name."""
    for one in value if isinstance(value, list) else [value]:
        named = one.get("name") or one.get("title") if isinstance(one, dict) else one
        if isinstance(named, (str, int)) and not isinstance(named, bool):
            yield str(named)
        elif isinstance(named, date):
            yield named.isoformat()


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)


def complete(head: Head, blocks: Sequence[BlockRecord]) -> None:
    """Author and day from short lines at the top, where nothing else said them."""
    for block in blocks[:_OPENING]:
        if len(block.text) > 120:
            break
        found = _BYLINE.match(block.text) or (_DATED.match(block.text) and _BY.search(block.text))
        if found and found[1][0].isupper() and not head.author:
            head.author = clean_name(found[1])
        said = _DATED.sub("", block.text)
        tail = re.split(r"\bon\b|,(?= (?:\w+ )?\d)|·|\||—|–", said)
        if not head.published_on:
            head.published_on = next((day for part in (said, *tail) if (day := written_date(part.strip()))), None)


def observer(blocks: Sequence[BlockRecord], author: str | None) -> tuple[str | None, bool]:
    """Who was there, only where the article says so, and whether the publisher speaks of that person as its own.

    "Our engineer Ann Lee was in ..." names one; "I went to ..." is the author, if the author is one person by name.
    """
    opening = "\n".join(block.text for block in blocks[:_OPENING])[:6000]
    named = {clean_name(found[1]) for found in _OUR_OWN.finditer(opening)}
    if len(named) == 1:
        return named.pop(), True
    is_person = author and re.fullmatch(_NAME, author)
    return (author if not named and is_person and _I_WAS_THERE.search(opening) else None), False
