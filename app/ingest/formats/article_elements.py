"""Elements of HTML, and of what trafilatura makes of a page, as blocks of an article. One pass without recursion."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from app.ingest.formats.article_blocks import Blocks

_GONE = frozenset({
    "script", "style", "template", "noscript", "object", "embed", "iframe", "svg", "math", "canvas", "form", "button",
    "input", "select", "textarea", "nav", "footer", "aside", "head", "title", "pre", "video", "audio", "figcaption",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PLAIN = frozenset({
    "p", "div", "section", "article", "main", "header", "table", "tbody", "thead", "tfoot", "dl", "dt", "dd", "figure",
    "details", "summary", "body", "html", "address", "hr", "center", "fieldset", "ul", "ol", "list",
})  # fmt: skip
_QUOTES = frozenset({"blockquote", "quote", "q-block"})
_ITEMS = frozenset({"li", "item"})
_ROWS, _CELLS = frozenset({"tr", "row"}), frozenset({"td", "th", "cell"})
_VIDEO = re.compile(
    r"(?:https?:)?//(?:www\.)?(?:youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/)([\w-]{5,20})"
)


class Elements:
    """Feeds elements into `blocks`. Text outside any block is a paragraph; `lost` counts what is left out, by kind."""

    def __init__(self, blocks: Blocks, lost: Counter[str], first_line: int = 1) -> None:
        self._blocks = blocks
        self._lost = lost
        self._first = first_line
        self._within: list[str] = []
        """Open items and quotes, the innermost last."""

    def feed(self, root: Any) -> None:
        """All of an lxml element, itself included."""
        element, is_open = root, True
        while element is not None:
            if is_open:
                skip = self._enter(element)
                if not skip and len(element):
                    element = element[0]
                    continue
                if not skip:
                    self._leave(element)
            if element is root:
                break
            if element.tail:
                self._blocks.add(element.tail)
            after = element.getnext()
            if after is not None:
                element, is_open = after, True
                continue
            element, is_open = element.getparent(), False
            if element is not None:
                self._leave(element)
        self._blocks.end()

    def _line(self, element: Any) -> int:
        return int(element.sourceline or 1) + self._first - 1

    def _enter(self, element: Any) -> bool:
        """Begin an element; whether it is left out."""
        name = element.tag
        if not isinstance(name, str) or name in _GONE:
            self._leave_out(element, name)
            return True
        if name in _HEADINGS:
            self._blocks.begin("heading", self._line(element), _HEADINGS[name])
        elif name in _QUOTES:
            self._within.append("quote")
            self._begin(element)
        elif name in _ITEMS:
            self._within.append("item")
            self._begin(element)
        elif name in _ROWS:
            self._blocks.begin("item", self._line(element), 1)
        elif name in _CELLS:
            self._blocks.add(" | " if element.getprevious() is not None else "")
        elif name in _PLAIN and not self._in_row(element):
            # The first paragraph of an item is the item; further ones are of its list, but no items.
            if not (self._within and self._starts(element)):
                self._begin(element, follows=bool(self._within))
        elif name in ("br", "lb"):
            self._blocks.add(" ")
        elif name in ("img", "graphic"):
            self._lost["image"] += 1
        elif name in ("a", "ref"):
            self._blocks.link(str(element.get("href") or element.get("target") or ""))
        if element.text:
            self._blocks.add(element.text)
        return False

    def _leave(self, element: Any) -> None:
        name = element.tag
        if name in ("a", "ref"):
            self._blocks.unlink()
        elif name in _QUOTES or name in _ITEMS:
            if self._within:
                self._within.pop()
            self._begin(element, follows=True)
        elif name in _HEADINGS or name in _ROWS or (name in _PLAIN and not self._in_row(element)):
            self._begin(element, follows=True)

    def _begin(self, element: Any, follows: bool = False) -> None:
        kind = self._within[-1] if self._within else "paragraph"
        if kind == "item" and not follows:
            self._blocks.begin("item", self._line(element), self._within.count("item"))
        else:
            self._blocks.begin("quote" if kind == "quote" else "paragraph", self._line(element))

    def _starts(self, element: Any) -> bool:
        """Whether a paragraph is the first thing of its item or quote."""
        parent = element.getparent()
        return parent is not None and parent[0] is element and not (parent.text or "").strip()

    def _in_row(self, element: Any) -> bool:
        parent = element.getparent()
        return parent is not None and parent.tag in _CELLS

    def _leave_out(self, element: Any, name: object) -> None:
        if name in ("iframe", "embed") and (found := _VIDEO.match(str(element.get("src") or ""))):
            base = "https://vimeo.com/" if "vimeo" in found[0] else "https://www.youtube.com/watch?v="
            self._blocks.link(base + found[1])
            self._blocks.unlink()
        elif isinstance(name, str):
            self._lost[{"pre": "code block"}.get(name, name)] += 1


def parse_fragment(html: str) -> Any:
    """The lxml element of a piece of HTML, or None where there is nothing in it. Never looks outside."""
    from lxml import etree

    if not html.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, recover=True)
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
