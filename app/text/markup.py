"""Making foreign text safe to store and show as plain text. Escaping for HTML is the templates' work.

HTML, reStructuredText and Markdown become plain text with their links kept as "label (address)".
"""

from __future__ import annotations

import copy
import html
import re
import unicodedata
from functools import cache
from html.entities import html5
from typing import Any
from urllib.parse import urlsplit

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TRAILING = re.compile(r"[ \t]+\n")
_MANY_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"\s+")
_HTML = re.compile(r"<(/?[a-zA-Z][^>]*|!--.*?--)>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);", re.DOTALL)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]*);")
_RST_INLINE = re.compile(
    r"""
      (?<![\w`]) `` (?P<literal> (?=\S) (?:(?!\n\s*\n|``).)+ ) (?<=\S) `` (?![\w`])
    | ` (?P<label> [^`<]+? ) \s* < (?P<address> [^>`\s]+ ) > `__?
    | (?<![\w`]) (?: :[a-z]+: )? ` (?P<role> [^`\n<]+ ) ` (?![\w`])
    | (?<![\w*/\\]) (?P<stars> \*{2,} ) (?P<strong> (?=\S) (?:(?!\n\s*\n)[^*])+ ) (?<=\S) (?P=stars) (?![\w*/])
    | (?<![\w*/\\]) \* (?P<stressed> (?=[\w"'“‘(]) (?:(?!\n\s*\n)[^*])+ ) (?<=\S) \* (?![\w*/])
    | \\ (?: (?P<escaped> [*_`|] ) | [ ] )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Marks within a line. A lone * or **, as of a pointer, a power, a pattern of files or a footnote, is none: marks stand
beside no letter on their outside and beside no space on their inside, within one paragraph."""
_RST = re.compile(
    r"^\.\. [\w-]+::|^\.\. _|^[^\s=~^*+#-][^\n]*\n(={4,}|-{4,}|~{4,}|\^{4,}|\*{4,}|\+{4,})[ \t]*$", re.MULTILINE
)
_MARKDOWN = re.compile(r"\[[^\]]+\]\([^)]+\)|^#{1,6} |\*\*[^*]+\*\*|^```", re.MULTILINE)
_BLOCKS = ("p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "ul", "ol", "blockquote", "pre", "section")


def one_line(text: str) -> str:
    """Text for a title: NFC, no control or invisible characters, white space as single spaces."""
    return _SPACES.sub(" ", _plain(text)).strip()


def many_lines(text: str) -> str:
    """Text for an abstract: as `one_line`, but line breaks stay and more than one empty line becomes one."""
    return _MANY_LINES.sub("\n\n", _TRAILING.sub("\n", _plain(text))).strip()


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", _INVISIBLE.sub("", text))


def without_entities(text: str) -> str:
    """Text with the characters that HTML entities such as `&quot;` stand for, once; “AT&T” and “Q&A;” have none."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    # Of a name that is none, `unescape` would take its beginning: “&copypaste;” is not “©paste;”.
    is_one = entity[1].startswith("#") or f"{entity[1]};" in html5
    return html.unescape(entity[0]) if is_one else entity[0]


def safe_url(url: str) -> str | None:
    """The address if it is http or https with a host, else None."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return url.strip()


def to_text(raw: str, markup: str) -> str:
    """Plain text of `raw`, which is `plain`, `html`, `rst` or `markdown`; links keep their address.

    Text without any sign of its markup is only cleaned, which is quick. reStructuredText that docutils cannot read
    stays as it is: nothing is lost.
    """
    if markup == "html" and _HTML.search(raw):
        return many_lines(_from_html(raw))
    if markup == "rst":
        # Most have no structure but a link or a word in bold, which need no parser. Entities are none of its markup
        # and yet come.
        return many_lines(without_entities(_from_rst(raw) if _RST.search(raw) else _without_marks(raw)))
    if markup == "markdown" and (_MARKDOWN.search(raw) or _HTML.search(raw)):
        from markdown_it import MarkdownIt

        return many_lines(_from_html(MarkdownIt("commonmark").render(raw)))
    return many_lines(raw)


def _from_html(raw: str) -> str:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

    soup = BeautifulSoup(raw, "html.parser")
    for gone in soup(["script", "style", "template", "noscript", "iframe", "object"]):
        gone.decompose()
    for link in soup("a"):
        address = safe_url(str(link.get("href", ""))) if isinstance(link, Tag) else None
        label = one_line(link.get_text())
        if address and address not in (label, f"http://{label}", f"https://{label}"):
            link.replace_with(f"{label} ({address})" if label else address)
        elif address:
            link.replace_with(address)
    for line_break in soup("br"):
        line_break.replace_with("\n")
    for item in soup("li"):
        item.insert(0, "- ")
    for block in soup([name for name in _BLOCKS if name != "br"]):
        block.append("\n" if block.name in ("li", "tr") else "\n\n")
    return soup.get_text()


def _without_marks(raw: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found["label"]:
            return f"{_without_marks(found['label'])} ({found['address']})"
        if marked := found["strong"] or found["stressed"]:
            return _without_marks(marked)
        return found["literal"] or found["role"] or found["escaped"] or ""

    return _RST_INLINE.sub(plain, raw)


def _from_rst(raw: str) -> str:
    import docutils.core
    import docutils.utils

    try:
        parts = docutils.core.publish_parts(raw, writer="html5", settings=copy.copy(_rst_settings()))
    except (docutils.utils.SystemMessage, ValueError, AttributeError, IndexError, KeyError, RecursionError):
        return raw
    return _from_html(parts["body"])


@cache
def _rst_settings() -> Any:
    """Of docutils, made once: nothing is included from files, nothing raw passes, nothing is printed."""
    from docutils.frontend import get_default_settings
    from docutils.parsers.rst import Parser
    from docutils.readers.standalone import Reader
    from docutils.writers.html5_polyglot import Writer

    settings = get_default_settings(Parser, Reader, Writer)
    quiet = {
        "report_level": 5, "halt_level": 5, "raw_enabled": False, "file_insertion_enabled": False, "traceback": True,
        "embed_stylesheet": False, "warning_stream": False, "doctitle_xform": False, "_disable_config": True,
    }  # fmt: skip
    for name, value in quiet.items():
        setattr(settings, name, value)
    return settings
