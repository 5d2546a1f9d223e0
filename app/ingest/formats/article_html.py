"""A saved web page as blocks of an article: its main content by trafilatura, and what the page says of itself. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from app.errors import InputError
from app.ingest.formats.article_blocks import Blocks
from app.ingest.formats.article_elements import Elements
from app.ingest.formats.article_head import Head
from app.ingest.formats.written_dates import written_date
from app.text.language import language_code
from app.text.markup import one_line, safe_url
from app.text.names import clean_name, is_placeholder

LEAST_LETTERS = 140
"""Of main content; what is shorter is a notice or a menu."""
_MAIN = ("article", "main")


def read_page(html: str, blocks: Blocks, lost: Counter[str]) -> Head:
    """Put the main content of a page into `blocks`. InputError where it has none."""
    import logging

    import trafilatura
    from lxml import etree
    from lxml import html as lxml_html

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it finds odd is no concern of the reader
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        page = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputError("The page holds nothing that can be read.", "line 1") from error
    head = _head(page, html)
    blocks.base = head.url
    try:
        document: Any = trafilatura.bare_extraction(
            html, include_links=True, include_comments=False, include_tables=True, favor_recall=True,
            with_metadata=False, fast=True,
        )  # fmt: skip
    except (RecursionError, ValueError, TypeError, AttributeError, etree.LxmlError):
        document = None
    body = getattr(document, "body", None)
    if body is not None:
        for heading in list(body.iter("head")):
            heading.tag = heading.get("rend") if re.fullmatch("h[1-6]", heading.get("rend") or "") else "h2"
        Elements(blocks, lost).feed(body)
    if _letters(blocks) < LEAST_LETTERS:
        _from_elements(page, blocks, lost)
    if _letters(blocks) < LEAST_LETTERS:
        raise InputError(
            "The page has no main content that can be told from its menus. Save the words of the article as .md or "
            ".txt, and ingest that.",
            "line 1",
        )
    return head


def _letters(blocks: Blocks) -> int:
    return sum(len(block.text) for block in blocks.made if block.kind != "heading")


def _from_elements(page: Any, blocks: Blocks, lost: Counter[str]) -> None:
    """The one element that the page itself calls its article or its main part, where trafilatura found too little."""
    for name in _MAIN:
        found = page.findall(f".//{name}")
        if len(found) == 1:
            blocks.made.clear()
            Elements(blocks, lost).feed(found[0])
            return


def _head(page: Any, html: str) -> Head:
    """What meta elements, `<time>` and the element of the title say."""
    meta: dict[str, str] = {}
    for element in page.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").casefold()
        if name and element.get("content"):
            meta.setdefault(name, one_line(element.get("content"))[:1000])
    link = next((one.get("href") for one in page.iter("link") if (one.get("rel") or "").lower() == "canonical"), None)
    head = Head(language=language_code(str(page.get("lang") or "")))
    address = link or meta.get("og:url") or meta.get("twitter:url")
    head.url = safe_url(address) if address and len(address) < 4000 else None
    head.publisher = meta.get("og:site_name") or meta.get("publisher") or None
    head.title = _title(page, meta, head.publisher)
    author = meta.get("author") or meta.get("article:author") or meta.get("dc.creator") or _json(html, "author")
    if author and "://" not in author and not is_placeholder(author):
        head.author = clean_name(author)[:300]
    for name in ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate"):
        head.published_on = head.published_on or written_date(meta.get(name, ""))
    head.published_on = head.published_on or written_date(_json(html, "datePublished"))
    times = [str(one.get("datetime") or one.text or "") for one in page.iter("time")][:1]
    head.published_on = head.published_on or next((day for time in times if (day := written_date(time))), None)
    head.event = "\n".join(meta[name] for name in ("description", "keywords") if name in meta)[:2000]
    return head


def _title(page: Any, meta: dict[str, str], publisher: str | None) -> str:
    """The title without the name of the site after it: the first heading, where the title begins with it."""
    said = meta.get("og:title") or next((one_line(one.text_content()) for one in page.iter("title")), "")
    top = next((one_line(one.text_content()) for one in page.iter("h1")), "")
    if top and (not said or said.casefold().startswith(top.casefold())):
        said = top
    if publisher:
        said = re.sub(rf"\s+[|·–—-]\s+{re.escape(publisher)}\Z", "", said)
    return said[:300]


def _json(html: str, name: str) -> str:
    """A property of the page's JSON-LD: its text, or the name within it."""
    if "ld+json" not in html:
        return ""
    found = re.search(
        rf"[\"']{name}[\"']\s*:\s*(?:\[\s*)?(?:\{{[^{{}}]{{0,500}}?\"name\"\s*:\s*)?\"([^\"\\]{{1,200}})\"", html
    )
    return found[1] if found and found[1] not in ("Person", "Organization") else ""
