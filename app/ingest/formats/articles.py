"""Articles such as trip reports and recaps: Markdown, saved web pages and plain text.

In a folder only what looks like an article is taken; a file that somebody names, where no other format claims it.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal

from app.errors import InputError
from app.ingest.article_record import ArticleContent, BlockRecord
from app.ingest.formats.article_blocks import Blocks, finished
from app.ingest.formats.article_head import Head, complete, observer, part_front_matter, read_front_matter
from app.ingest.formats.article_html import read_page
from app.ingest.formats.article_looks import is_article_page, is_markdown, looks_like_article
from app.ingest.formats.article_markdown import read_markdown
from app.ingest.formats.article_plain import read_plain
from app.ingest.formats.legacy_text import read_legacy_text
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import FoundProblem, Parsed
from app.text.language import guess_language
from app.text.names import name_key
from app.text.slugs import slugify

MARKDOWN, PAGES, PLAIN = (".md", ".markdown"), (".html", ".htm"), (".txt",)
MOST_BYTES = 5_000_000
_LONGEST_TITLE = 300
_PEEK = 400_000


class Articles:
    """A trip report, a recap, a newsletter: `.md`, `.markdown`, `.html`, `.htm` or `.txt`."""

    name = "article"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """Whether it looks like an article: a head with title and day, or prose about a conference."""
        suffix = path.suffix.lower()
        if suffix in PAGES:
            return is_article_page(_peek(path))
        return suffix in (*MARKDOWN, *PLAIN) and looks_like_article(path, head, suffix in MARKDOWN)

    def accepts_named(self, path: Path) -> bool:
        """Whether it is taken when somebody names it, by its suffix alone."""
        return path.suffix.lower() in (*MARKDOWN, *PAGES, *PLAIN)

    def rank(self, path: Path, head: str) -> int:
        """After the talks."""
        return 2

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The article. InputError where there are no words in it."""
        text, problems = read_legacy_text(path, min(options.limit, MOST_BYTES))
        suffix = path.suffix.lower()
        kind: Literal["markdown", "html", "text"] = (
            "html" if suffix in PAGES else "markdown" if suffix in MARKDOWN or is_markdown(text) else "text"
        )
        if kind != "html" and re.match(r"\s*<(?:!doctype html|html)\b", text[:300], re.IGNORECASE):
            kind = "html"
        return read_article(text, kind, path.stem, options, problems)


def read_article(
    text: str, kind: Literal["markdown", "html", "text"], name: str, options: ReadOptions,
    problems: list[FoundProblem] | None = None,
) -> Parsed:  # fmt: skip
    """The article in a text of this kind; `name` is what it is called where nothing says its title. InputError."""
    lost: Counter[str] = Counter()
    blocks = Blocks()
    if kind == "html":
        head = read_page(text, blocks, lost)
    else:
        fence, front, body = part_front_matter(text)
        head = read_front_matter(fence, front)
        blocks.base = head.url
        if kind == "markdown":
            read_markdown(body, blocks, lost)
        else:
            read_plain(body, blocks)
    said = options.url or head.url
    made = finished(blocks.made, said)
    complete(head, made)
    title, made = _title(head, made, name)
    if not made:
        raise InputError("The article has no words besides its title and its head.", "line 1")
    for what, count in lost.items():
        head.tally.lose("article", what, count)
    head.tally.keep("article", "block", len(made))
    words = "\n".join(block.text for block in made if block.kind != "heading")
    language = guess_language(words) or head.language
    if language and head.language != language:
        head.tally.guess("article.language", "from its words", 1)
    who, is_own = observer(made, head.author)
    content = ArticleContent(
        title, kind, made, language=language, author=head.author, observer=who,
        observer_affiliation=head.publisher if is_own else None, publisher=head.publisher,
        published_on=head.published_on, url=said, event=head.event, edition=options.edition,
    )  # fmt: skip
    found = [*(problems or ()), *head.problems]
    if not head.title and title == name:
        found.append(FoundProblem("warning", f"The article has no title; it is called “{name}” after its file."))
    return head.tally.on(Parsed(f"article:{_identity(content)}", content, tuple(found)))


def _title(head: Head, blocks: tuple[BlockRecord, ...], name: str) -> tuple[str, tuple[BlockRecord, ...]]:
    """The title, and the blocks without it."""
    first = blocks[0] if blocks else None
    if first and first.kind == "heading":
        same = not head.title or name_key(first.text) == name_key(head.title)
        is_top = first.level == 1 or (len(blocks) > 1 and blocks[1].kind == "heading") or first.line <= 2
        if same and (head.title or is_top):
            return (head.title or first.text)[:_LONGEST_TITLE], blocks[1:]
    top = next((block for block in blocks[:5] if block.kind == "heading" and block.level == 1), None)
    if not head.title and top:
        return top.text[:_LONGEST_TITLE], tuple(block for block in blocks if block is not top)
    return head.title or name[:_LONGEST_TITLE], blocks


def _identity(content: ArticleContent) -> str:
    """What the article is known by from one import to the next: its address, else its title and who wrote it."""
    if content.url:
        return re.sub(r"\Ahttps?://(?:www\.)?|/\Z", "", content.url)[:300]
    return "/".join(slugify(part) for part in (content.title, content.author or content.publisher or "") if part)[:300]


def _peek(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_PEEK).decode("utf-8", errors="replace")
    except OSError:
        return ""
