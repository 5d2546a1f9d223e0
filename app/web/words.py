"""How values read on a page: dates, spans, plurals, languages, addresses. Pure functions, offered as filters.

Shares read as trends/wording.py writes them, so that page, export and command line say the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from app.text.language import RIGHT_TO_LEFT, is_written_in
from app.text.moments import clock
from app.trends.wording import percent

PAGE_LANGUAGE = "en"
NBSP = "\N{NO-BREAK SPACE}"
EN_DASH = "\N{EN DASH}"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
_CODE = re.compile(r"`([^`\n]+)`")
IRREGULAR = {"is": "are", "has": "have"}


def quoted(text: str) -> str:
    """In quotation marks; a text that has some of its own, such as a query with a phrase, stays as it is."""
    return text if any(mark in text for mark in '"“”„«»') else f"“{text}”"


def date_words(value: str | date | None) -> str:
    """An ISO date as "30 September 2019", an ISO month as "September 2019"; what is neither stays as it is."""
    if value is None:
        return ""
    parts = str(value)[:10].split("-")
    if not all(part.isdigit() for part in parts) or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return str(value)
    if len(parts) == 1:
        return parts[0]
    month = MONTHS[int(parts[1]) - 1]
    return f"{month} {parts[0]}" if len(parts) == 2 else f"{int(parts[2])}{NBSP}{month} {parts[0]}"


def date_span(start: str | None, end: str | None) -> str:
    """Two ISO dates as "13–14 May 2019", "30 September – 1 October 2019" or one date."""
    if not start or not end or start == end:
        return date_words(start or end)
    first, last = start.split("-"), end.split("-")
    if len(first) != 3 or len(last) != 3:
        return f"{date_words(start)} {EN_DASH} {date_words(end)}"
    if first[:2] == last[:2]:
        return f"{int(first[2])}{EN_DASH}{date_words(end)}"
    if first[0] == last[0]:
        return f"{date_words(start).rsplit(' ', 1)[0]} {EN_DASH} {date_words(end)}"
    return f"{date_words(start)} {EN_DASH} {date_words(end)}"


def year_span(first: int | None, last: int | None) -> str:
    """Two years as "2016–2019", one as "2016", none as ""."""
    if first is None or last is None or first == last:
        return str(first or last or "")
    return f"{first}{EN_DASH}{last}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """1 and "talk" as "1 talk", 1200 as "1,200 talks"."""
    return f"{count:,}{NBSP}{noun_for(count, noun, many)}"


def noun_for(count: int, noun: str, many: str | None = None) -> str:
    """The noun or verb alone, in the number that `count` asks for."""
    if count == 1:
        return noun
    return many or IRREGULAR.get(noun) or (noun[:-1] + "ies" if re.search("[^aeiou]y$", noun) else noun + "s")


def language(code: str | None) -> str:
    """A language code as its English name, where we know it."""
    return LANGUAGES.get(code or "", code or "")


def lang(text: str, code: str | None) -> str:
    """The attributes of an element with a text of a talk: its language where that is known and not the page’s."""
    if not code or code == PAGE_LANGUAGE or not is_written_in(text, code):
        return ""
    return Markup(' lang="{}"{}').format(code, Markup(' dir="auto"') if code in RIGHT_TO_LEFT else "")


def listing(words: Sequence[str]) -> str:
    """Words as "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def web_address(value: str | None) -> str:
    """The address if a browser may follow it (http or https with a host), else ""; data never makes a script link."""
    if not value:
        return ""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return ""
    return value.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def host(value: str | None) -> str:
    """The host of a web address, without www."""
    address = web_address(value)
    return urlsplit(address).netloc.removeprefix("www.") if address else ""


def capital(text: str) -> str:
    """The text with its first letter large and the rest as it is."""
    return text[:1].upper() + text[1:]


def with_code(text: str) -> Markup:
    """The text as HTML, with what stands `so` as code: messages write commands and fields like that everywhere."""
    parts = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


FILTERS = {
    "percent": percent,
    "quoted": quoted,
    "date_words": date_words,
    "plural": plural,
    "noun_for": noun_for,
    "language": language,
    "listing": listing,
    "clock": clock,
    "web_address": web_address,
    "host": host,
    "capital": capital,
    "with_code": with_code,
}
GLOBALS = {"date_span": date_span, "year_span": year_span, "lang": lang, "NBSP": NBSP}
