"""Blocks of an article put together from pieces of text, with the places of its links. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urldefrag, urljoin

from app.ingest.article_record import BlockKind, BlockRecord, LinkRecord
from app.text.links import LONGEST
from app.text.markup import safe_url

MOST_BLOCKS = 20_000
LONGEST_BLOCK = 4_000
"""Characters; a longer one is parted at the end of a sentence, else between words."""
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f]")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”]{3,2000}", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][”\"')]?\s")


@dataclass
class Blocks:
    """Takes text piece by piece: `begin` a block, `add` text, `link` and `unlink` around it, `end` it."""

    base: str | None = None
    """Address of the article, that relative addresses are of."""
    made: list[BlockRecord] = field(default_factory=list)
    _kind: BlockKind = "paragraph"
    _level: int = 0
    _line: int = 1
    _text: list[str] = field(default_factory=list)
    _length: int = 0
    _open: tuple[int, str] | None = None
    _links: list[LinkRecord] = field(default_factory=list)

    def begin(self, kind: BlockKind, line: int, level: int = 0) -> None:
        """A new block; what was open ends."""
        self.end()
        self._kind, self._level, self._line = kind, level, line

    def add(self, text: str) -> None:
        """Text of the block: NFC, without what cannot be seen, white space as single spaces."""
        clean = _SPACES.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", text)))
        if clean.startswith(" ") and (not self._text or self._text[-1].endswith(" ")):
            clean = clean[1:]
        if clean:
            self._text.append(clean)
            self._length += len(clean)

    def link(self, url: str) -> None:
        """What follows is a link there, if that is an http(s) address."""
        self.unlink()
        address = web_address(url, self.base)
        self._open = (self._length, address) if address else None

    def unlink(self) -> None:
        """The link ends."""
        if self._open:
            self._links.append(LinkRecord(self._open[0], self._length, self._open[1]))
        self._open = None

    def end(self) -> None:
        """The block ends. Links of one without text go to the end of the block before it."""
        self.unlink()
        text = "".join(self._text).rstrip()
        links = [LinkRecord(min(one.start, len(text)), min(one.end, len(text)), one.url) for one in self._links]
        if text and len(self.made) < MOST_BLOCKS:
            self.made.append(BlockRecord(self._kind, text, self._line, self._level, tuple(links)))
        elif links and self.made:
            last = self.made[-1]
            at = len(last.text)
            more = tuple(LinkRecord(at, at, one.url) for one in links)
            self.made[-1] = replace(last, links=(*last.links, *more))
        self._text, self._length, self._links = [], 0, []
        self._kind, self._level = "paragraph", 0


def web_address(url: str, base: str | None = None) -> str | None:
    """The address if it is http(s), relative ones put together with `base`; None for any other, or one too long."""
    if len(url) > LONGEST:
        return None
    try:
        whole = urljoin(base, url.strip()) if base else url
    except ValueError:
        return None
    if base and urldefrag(whole)[0].rstrip("/") == urldefrag(base)[0].rstrip("/"):
        return None  # the article itself, or a place in it
    clean = safe_url(whole)
    return clean if clean and not re.search(r"[\s\x00-\x1f]", clean) else None


def finished(blocks: Iterable[BlockRecord], base: str | None) -> tuple[BlockRecord, ...]:
    """Blocks with bare addresses as links, none too long, and no link to the article itself."""
    found: list[BlockRecord] = []
    for block in blocks:
        for part in _parts(block):
            links = [one for one in part.links if web_address(one.url, base)]
            taken = [(one.start, one.end) for one in links]
            for match in _ADDRESS.finditer(part.text) if "://" in part.text else ():
                start, address = match.start(), match[0].rstrip(".,;:!?)]}'’*_")
                if all(start >= end or start + len(address) <= begin for begin, end in taken):
                    url = web_address(address, base)
                    links += [LinkRecord(start, start + len(address), url)] if url else []
            links.sort(key=lambda one: (one.start, one.end))
            found.append(replace(part, links=tuple(dict.fromkeys(links))))
            if len(found) >= MOST_BLOCKS:
                return tuple(found)
    return tuple(found)


def _parts(block: BlockRecord) -> Iterator[BlockRecord]:
    start = 0
    while len(block.text) - start > LONGEST_BLOCK:
        window = block.text[start : start + LONGEST_BLOCK]
        ends = [found.end() for found in _SENTENCE_END.finditer(window)]
        cut = ends[-1] if ends and ends[-1] > LONGEST_BLOCK // 4 else window.rfind(" ") + 1 or LONGEST_BLOCK
        yield _slice(block, start, start + cut)
        start += cut
    yield _slice(block, start, len(block.text)) if start else block


def _slice(block: BlockRecord, start: int, end: int) -> BlockRecord:
    text = block.text[start:end].rstrip()
    links = tuple(
        LinkRecord(max(0, one.start - start), min(len(text), one.end - start), one.url)
        for one in block.links
        if start <= one.start < end or (one.start < start < one.end)
    )
    return replace(block, text=text, links=links)
