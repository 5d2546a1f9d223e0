"""Blocks of an article for tests of recognition, made the simplest way; the import of articles takes more care."""

from __future__ import annotations

import html
import re
from typing import Any

_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)[^()]*\)"
    r"|<a [^>]*href=\"([^\"]+)\"[^>]*>(.*?)</a>",
    re.DOTALL,
)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CODES = re.compile(r"\{\{[<%].*?[%>]\}\}|<script.*?</script>|<(?!/?a[\s>])[^>]+>|<!--.*?-->", re.DOTALL)
_ITEM = re.compile(r"^(\s*)(?:[-*•]|\d+[.)])\s+")


def blocks_of(source: str) -> list[dict[str, Any]]:
    """Headings, paragraphs and items with their links, as `ArticleText` has them."""
    text = html.unescape(_CODES.sub(_lines, _FRONT.sub(_lines, source))).replace("\r", "")
    found: list[dict[str, Any]] = []
    after = 0
    for part in re.split(r"(\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s+\S))", text):
        number = 1 + text.count("\n", 0, after) + len(re.match(r"\s*", part)[0].split("\n")) - 1  # type: ignore[index]
        after += len(part)
        if not part.strip() or not re.search(r"\w", part):
            continue
        heading = re.match(r"\s*(#{1,6})\s+", part)
        item = _ITEM.match(part.lstrip("\n"))
        kind, level = (
            ("heading", len(heading[1])) if heading else ("item", 1 + len(item[1]) // 2) if item else ("paragraph", 0)
        )
        bare = part.strip("\n")[heading.end() :] if heading else _ITEM.sub("", part.strip("\n"))
        words, links = _links(re.sub(r"\s*\n\s*>?\s*", " ", bare).strip().lstrip("> "))
        if not heading and not item and len(words) < 120 and words[-1:] not in '.!?”"' and not links:
            kind, level = "heading", 2
        found.append({"kind": kind, "level": level, "text": words, "line": number, "links": links})
    return found


def _lines(found: re.Match[str]) -> str:
    """What keeps the lines counted where something was taken out."""
    return "\n" * found[0].count("\n")


def _links(text: str) -> tuple[str, list[dict[str, Any]]]:
    text = re.sub(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text).replace("\\", "")
    words, links, after = "", [], 0
    for found in _LINK.finditer(text):
        words += text[after : found.start()]
        label = found[1] or found[4] or ""
        links.append({"start": len(words), "end": len(words) + len(label), "url": found[2] or found[3]})
        words += label
        after = found.end()
    return words + text[after:], links
