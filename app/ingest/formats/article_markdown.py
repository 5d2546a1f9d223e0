"""Markdown as blocks of an article: by markdown-it, with shortcodes of site generators and HTML in it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from app.ingest.formats.article_blocks import Blocks
from app.ingest.formats.article_elements import Elements, parse_fragment

_SHORTCODE = re.compile(r"\{\{[<%][^{}]{0,1000}\}\}|\{%[^{}]{0,1000}%\}|\{\{[^{}\n]{0,300}\}\}")
_OF_TWEET = re.compile(
    r"\b(?:tweet|twitter|x)\b(?=.*?\buser\s*=\s*[\"']?(\w{1,30}))(?=.*?\bid\s*=\s*[\"']?(\d{5,25}))", re.DOTALL
)
_OF_VIDEO = re.compile(r"\b(youtube|vimeo)\b[^\w}]+(?:id\s*=\s*)?[\"']?([\w-]{5,20})")
_DIRECTIVE = re.compile(
    r"^[ \t]*(?::{3,}.{0,200}|(?:import|export) .{1,200} from ['\"].{1,200}['\"];?|\[\[?_?TOC_?\]\]?)$", re.MULTILINE
)
_DEEP_QUOTE = re.compile(r"^[ \t]{0,3}(?:>[ \t]?){13,}", re.MULTILINE)
_DEEP_LIST = re.compile(r"^[ \t]*(?:[-*+][ \t]+){9,}", re.MULTILINE)
_RUN = re.compile(r"([*_~`\[\](<!\\])\1{7,}|(?:!?\[){8,}|(?:\*_|_\*){5,}")
_HREF = re.compile(r"<a\b[^>]{0,500}?\bhref\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object", "textarea", "button"})
_NESTING = 60
_PARAGRAPH, _MARK = re.compile(r"[^\n]+(?:\n[^\n]+)*"), re.compile(r"[*_~\[\]<>!`|]")
_LONG_PARAGRAPH, _MOST_MARKS = 20_000, 2_000


def read_markdown(text: str, blocks: Blocks, lost: Counter[str]) -> None:
    """Put the blocks of a Markdown text into `blocks`; `lost` counts images, code and shortcodes."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"]).disable("code")
    # Links that lead nowhere good are dropped by us, with their words kept; the parser would show them as they stand.
    parser.validateLink = lambda url: bool(url)  # type: ignore[method-assign]  # theirs to be replaced
    _Walk(blocks, lost).read(parser.parse(_tamed(text, lost)))


def _tamed(text: str, lost: Counter[str]) -> str:
    """Without shortcodes, and without nesting and runs of marks that no writer means; lines stay where they are."""

    def instead(found: re.Match[str]) -> str:
        lost["shortcode"] += 1
        return _link_of(found[0]) + "\n" * found[0].count("\n")

    text = _SHORTCODE.sub(instead, text) if "{{" in text or "{%" in text else text
    text = _DIRECTIVE.sub("", text)
    text = _DEEP_QUOTE.sub("> " * 12, text)
    text = _DEEP_LIST.sub("- ", text)
    # Long runs of marks cost a parser of Markdown the square of their length.
    text = _RUN.sub(lambda found: found[0] if found[0][0] in "*_`~" and _is_fence(found) else " ", text)
    if len(text) < _LONG_PARAGRAPH:
        return text
    return _PARAGRAPH.sub(_without_marks, text)


def _without_marks(found: re.Match[str]) -> str:
    """A paragraph as it is, unless no person can have set so many marks in one."""
    text = found[0]
    return _MARK.sub(" ", text) if len(text) > _LONG_PARAGRAPH and len(_MARK.findall(text)) > _MOST_MARKS else text


def _is_fence(found: re.Match[str]) -> bool:
    """Whether a run of marks is a rule or the fence of code: it begins its line, and is not long."""
    start = found.string.rfind("\n", 0, found.start()) + 1
    return len(found[0]) <= 200 and not found.string[start : found.start()].strip()


def _link_of(shortcode: str) -> str:
    """A link without words to the tweet or the video that a shortcode embeds."""
    if tweet := _OF_TWEET.search(shortcode):
        return f"[](https://twitter.com/{tweet[1]}/status/{tweet[2]})"
    if video := _OF_VIDEO.search(shortcode):
        site = "https://www.youtube.com/watch?v=" if video[1] == "youtube" else "https://vimeo.com/"
        return f"[]({site}{video[2]})"
    return ""


class _Walk:
    """One pass over the tokens of a text."""

    def __init__(self, blocks: Blocks, lost: Counter[str]) -> None:
        self._blocks = blocks
        self._lost = lost
        self._within: list[str] = []
        self._fresh = False
        """Whether an item was opened and has no text yet."""
        self._silent = ""

    def read(self, tokens: list[Any]) -> None:
        """All tokens, in order."""
        for token in tokens:
            line = (token.map[0] if token.map else 0) + 1
            if token.type == "inline":
                self._inline(token)
            elif token.type == "html_block":
                self._html(token.content, line)
            elif token.type in ("fence", "code_block"):
                self._lost["code block"] += 1
            else:
                self._structure(token, line)
        self._blocks.end()

    def _structure(self, token: Any, line: int) -> None:
        if token.type == "heading_open":
            self._blocks.begin("heading", line, int(token.tag[1:]))
        elif token.type in ("list_item_open", "blockquote_open"):
            self._within.append("item" if token.type == "list_item_open" else "quote")
            self._fresh = token.type == "list_item_open"
        elif token.type in ("list_item_close", "blockquote_close"):
            self._blocks.end()
            self._within.pop()
            self._fresh = False
        elif token.type == "paragraph_open":
            self._paragraph(line)
        elif token.type == "tr_open":
            self._blocks.begin("item", line, 1)
            self._fresh = True
        elif token.type in ("td_open", "th_open"):
            self._blocks.add("" if self._fresh else " | ")
            self._fresh = False
        elif token.type in ("heading_close", "paragraph_close", "tr_close"):
            self._blocks.end()

    def _paragraph(self, line: int) -> None:
        innermost = self._within[-1] if self._within else ""
        if innermost == "quote":
            self._blocks.begin("quote", line)
        elif innermost == "item" and self._fresh:
            self._blocks.begin("item", line, self._within.count("item"))
        else:
            self._blocks.begin("paragraph", line)
        self._fresh = False

    def _inline(self, token: Any) -> None:
        self._silent = ""
        for child in token.children or ():
            if child.type == "html_inline":
                self._tag(child.content)
            elif self._silent:
                continue
            elif child.type == "link_open":
                self._blocks.link(str(child.attrGet("href") or ""))
            elif child.type == "link_close":
                self._blocks.unlink()
            elif child.type in ("softbreak", "hardbreak"):
                self._blocks.add(" ")
            elif child.type == "image":
                self._lost["image"] += 1
            elif child.content:
                self._blocks.add(child.content)

    def _tag(self, html: str) -> None:
        """A tag among words: links count, words between the tags of a script do not."""
        found = _TAG.match(html)
        if not found:
            return
        name = found[2].lower()
        if self._silent:
            self._silent = "" if found[1] and name == self._silent else self._silent
        elif name in _SILENT and not found[1] and not html.rstrip().endswith("/>"):
            self._silent = name
            self._lost[name] += 1
        elif name == "a":
            href = _HREF.match(html)
            if href and not found[1]:
                self._blocks.link(href[1])
            else:
                self._blocks.unlink()
        elif name == "br":
            self._blocks.add(" ")
        elif name == "img":
            self._lost["image"] += 1

    def _html(self, html: str, line: int) -> None:
        root = parse_fragment(html)
        if root is not None:
            self._blocks.begin("paragraph", line)
            Elements(self._blocks, self._lost, line).feed(root)
