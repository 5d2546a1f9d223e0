"""Organisations named in an article; a name that is a common word counts only where a company stands. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.takeaways.recognition.finding import CERTAIN, LIKELY, UNSURE, Block, Finding
from app.takeaways.recognition.words import read_words

_FORMS = re.compile(
    r",?\s+(?:inc|ltd|llc|corp|corporation|gmbh|ag|sas|s\.a\.|b\.?v|plc|limited|co|oy|ab|srl|pty ltd)\.?$",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    [
        "independent", "freelance", "freelancer", "self", "self-employed", "consultant", "student", "university",
        "none", "n/a", "community", "retired", "various", "individual", "unaffiliated", "contractor", "personal",
        "volunteer", "myself", "company", "startup", "engineer", "developer", "author", "speaker", "unknown",
    ]
)  # fmt: skip
_WORDS = frozenset(
    [
        "line", "square", "elastic", "box", "target", "block", "shell", "orange", "apple", "stripe", "slack",
        "zoom", "booking", "unity", "wise", "visa", "gap", "bolt", "grab", "sky", "three", "next", "one", "go",
        "data", "cloud", "here", "signal", "front", "ring", "oracle", "snowflake", "sentry", "chef", "puppet",
        "buoyant", "docker", "redis", "lightning", "linear", "notion", "figma", "render", "segment", "split",
        "spring", "pivotal", "mesh", "instant", "current", "meta", "alphabet", "intel", "amazon", "express",
        "discover", "capital", "progress", "unit", "relay", "pulse", "spark", "nest", "blue", "red", "green",
        "fast", "swift", "brave", "opera", "canonical", "first", "open", "simple", "state", "farm", "ford", "gusto",
        "imply", "upbound", "timescale", "cockroach", "honeycomb", "dash", "scale", "lens", "harness", "trust",
        "human", "better", "modern", "future", "focus", "vision", "network", "lab", "labs", "studio", "works",
        "agile",
    ]
)  # fmt: skip
"""Names of companies that are words of the language, or names of things those companies make."""
_LEADS = frozenset(
    [
        "at", "from", "by", "of", "with", "for", "chez", "bei", "von", "mit", "de", "et", "and", "à", "da", "per",
        "join", "joined", "thank", "thanks", "sponsor", "sponsors",
    ]
)  # fmt: skip


def find_organisations(
    blocks: Sequence[Block], names: Sequence[tuple[int, str]], things: Iterable[str] = ()
) -> list[Finding]:
    """Where these organisations are named; `things` are names, in lower case, that mean a technology as well."""
    ambiguous = _WORDS | frozenset(things)
    table: dict[str, list[tuple[tuple[str, ...], int, str]]] = defaultdict(list)
    for key, name in names:
        for written in dict.fromkeys((name, _FORMS.sub("", name))):
            words = read_words(written).plain
            if words and " ".join(words) not in _NOBODY and len("".join(words)) >= 2:
                table[words[0]].append((words, key, written))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    found: list[Finding] = []
    for block in blocks:
        after = 0
        plain = tuple(_without_genitive(block, at) for at in range(len(block.words)))
        for at, word in enumerate(plain):
            if at < after:
                continue
            for words, key, written in table.get(word, ()):
                end = at + len(words)
                if plain[at:end] == words and (judged := _judge(block, at, end, written, ambiguous)):
                    found.append(_finding(block, at, end, key, judged))
                    after = end
                    break
    return found


def _finding(block: Block, at: int, end: int, key: int, judged: tuple[float, str, str]) -> Finding:
    score, certainty, why = judged
    start, stop = block.words.spans[at][0], block.words.spans[end - 1][1]
    if block.text[start:stop].endswith(("'s", "’s")):
        stop -= 2
    return Finding("organisation", key, block.number, start, stop, score, certainty, why)


def _without_genitive(block: Block, at: int) -> str:
    start, end = block.words.spans[at]
    word = block.words.plain[at]
    return word[:-1] if block.text[start:end].endswith(("'s", "’s")) else word


def _judge(block: Block, at: int, end: int, name: str, ambiguous: frozenset[str]) -> tuple[float, str, str] | None:
    """Score, certainty and why of a place whose words are those of the name; None where the case says otherwise."""
    text, spans = block.text, block.words.spans
    written = text[spans[at][0] : spans[end - 1][1]].removesuffix("'s").removesuffix("’s")
    if text[spans[at][0] - 1 : spans[at][0]] in ("@", "#", "/") and spans[at][0]:
        return None
    folded = " ".join(read_words(name).plain)
    same_case = written == name or written == name[:1].upper() + name[1:]
    if folded not in ambiguous and end - at > 1:
        if any(letter.isupper() for letter in written):
            return 0.96, CERTAIN, "the name"
        return (0.5, UNSURE, "the words of the name, without capitals") if len(folded) > 9 else None
    if folded not in ambiguous and len(folded) >= 4:
        if same_case or written.isupper():
            return 0.95, CERTAIN, "the name"
        return (0.7, LIKELY, "the name in another case") if written[0].isupper() else None
    if not same_case and not (written.isupper() and len(written) > 1):
        return None
    if _is_company(block, at, end):
        return 0.9, CERTAIN, "the name, which is a word too, where a company stands"
    opens = at == 0 or text[spans[at - 1][1] : spans[at][0]].strip()[-1:] in (".", "!", "?", ":")
    if opens or folded in ambiguous:
        return 0.4, UNSURE, "the name, which is a word too"
    return 0.7, LIKELY, "the name, a short one"


def _is_company(block: Block, at: int, end: int) -> bool:
    """Whether a company is what the place wants: “at Line”, “Jane Roe (Line)”, “Jane Roe, Line”, a link to its site."""
    text, spans = block.text, block.words.spans
    start, stop = spans[at][0], spans[end - 1][1]
    folded = "".join(block.words.plain[at:end])
    if any(link.start <= start and stop <= link.end + 2 and _hosts(link.url, folded) for link in block.links):
        return True
    before, after = text[max(0, start - 3) : start], text[stop : stop + 2]
    if before.endswith("(") and after[:1] in (")", ",", ";", " "):
        return True
    previous = block.words.plain[at - 1] if at else ""
    capital_before = at > 1 and text[spans[at - 1][0]].isupper() and text[spans[at - 2][0]].isupper()
    if before.rstrip().endswith((",", "-", "–")) and capital_before and (not after.strip() or not after[:1].isalnum()):
        return True
    if previous in ("at", "from", "by", "chez", "bei") or (
        previous in _LEADS and after[:1] in ("", ",", ".", ";", ")")
    ):
        following = text[spans[end][0]] if end < len(spans) else ""
        # “by Elastic Load Balancing” names something longer.
        return not (following.isupper() and text[stop : spans[end][0]] == " ")
    return False


def _hosts(url: str, folded: str) -> bool:
    host = re.sub(r"^[a-z]+://", "", url.lower()).split("/")[0]
    return folded in re.sub(r"[^a-z0-9.]", "", host).split(".") or host.startswith(folded)
