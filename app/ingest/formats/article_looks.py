"""Whether a file that nobody named looks like an article about a conference. Pure, from the beginning of the file."""

from __future__ import annotations

import re
from pathlib import Path

_NO_ARTICLES = re.compile(
    r"(?:readme|licen[cs]e|copying|notice|changelog|changes|history|news|contributing|contributors|authors|maintainers|"
    r"code[_-]of[_-]conduct|security|support|governance|install|todo|requirements|constraints|robots|humans|cmakelists|"
    r"index|summary|template|issue_template|pull_request_template|faq|style)(?:[._-].*)?\Z",
    re.IGNORECASE,
)
_OTHER_FOLDERS = frozenset({
    "transcripts", "transcript", "captions", "subtitles", "subs", "docs", "doc", "licenses", "license", "templates",
    "requirements", "data", "videos", "speakers", "test", "tests", "node_modules",
})  # fmt: skip
_TITLE = re.compile(r"^title\s*[:=]\s*\S", re.MULTILINE)
_DAY = re.compile(
    r"^(?:date|published|published_on|created_at|pubdate|publishdate)\s*[:=]\s*\S", re.MULTILINE | re.IGNORECASE
)
_TIMES = re.compile(r"\b\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{3})?\b")
_EVENT = re.compile(
    r"\b(?:conference|summit|\w+con|\w*conf|camp|days|meetup|konferenz|conférence|congreso)\b", re.IGNORECASE
)
_REPORT = re.compile(
    r"\b(?:takeaways?|recap|trip report|highlights?|keynotes?|attended|attendees?|speakers?|talks?|sessions?|"
    r"presented|hallway track|wrap-?up|vortr[aä]ge?|rückblick|retour sur|ponencias?)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[a-zà-ÿ]{2,}[^.!?\n]{30,}[.!?](?:\s|\Z)", re.IGNORECASE)
_LEAST_SENTENCES, _LEAST_REPORT = 5, 3
_PAGE_TYPES = re.compile(r"[\"']@type[\"']\s*:\s*(?:\[\s*)?[\"'](?:\w*Article|BlogPosting|Report)[\"']")
_EVENT_TYPES = re.compile(
    r"[\"']@type[\"']\s*:\s*(?:\[\s*)?[\"'](?:https?://schema\.org/)?(?:\w*Event|VideoObject)[\"']"
)
_OG_ARTICLE = re.compile(r"<meta[^>]{0,200}og:type[^>]{0,100}[\"']article[\"']", re.IGNORECASE)
_MARKS = re.compile(r"^#{1,6} \S|\]\(https?://|\*\*\S[^*\n]*\*\*|^\[[^\]]+\]: https?://", re.MULTILINE)


def looks_like_article(path: Path, head: str, is_markdown_file: bool) -> bool:
    """Whether Markdown or plain text is one: front matter with title and day, or prose that reports of a conference."""
    folders = {part.lower() for part in path.parts[-3:-1]}
    if _NO_ARTICLES.match(path.name) or folders & _OTHER_FOLDERS:
        return False
    fence = head[:3]
    if is_markdown_file and fence in ("---", "+++") and head[3:4] in ("\n", "\r"):
        front = head[4:].partition(f"\n{fence}")[0]
        return bool(_TITLE.search(front) and _DAY.search(front))
    return is_report(head)


def is_report(text: str) -> bool:
    """Whether a text is prose about a conference: whole sentences, words of the genre, and no times as of subtitles."""
    kinds = {found.casefold() for found in _REPORT.findall(text)}
    sentences = len(_SENTENCE.findall(text))
    return (
        sentences >= _LEAST_SENTENCES
        and len(kinds) >= _LEAST_REPORT
        and bool(_EVENT.search(text))
        and 2 * len(_TIMES.findall(text)) <= sentences
    )


def is_article_page(html: str) -> bool:
    """Whether a saved page says that it is an article, and lists no event and no recording, which json-ld reads."""
    if _EVENT_TYPES.search(html):
        return False
    says = _PAGE_TYPES.search(html) or _OG_ARTICLE.search(html)
    return bool(says or (html.lower().count("<article") == 1 and "ld+json" not in html))


def is_markdown(text: str) -> bool:
    """Whether a plain text is written in Markdown, by two of its marks."""
    return text.startswith(("---\n", "+++\n")) or len(_MARKS.findall(text[:20_000])) >= 2
