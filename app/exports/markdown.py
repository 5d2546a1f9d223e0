"""A report as Markdown (CommonMark with GitHub's tables) to paste into a post: every number a link, sources listed."""

from __future__ import annotations

import re

from app.exports.addresses import absolute
from app.trends.claimed import CheckedClaim
from app.trends.document import Document, FigureTable, Line, Link, Number, Section
from app.trends.figure import Figure

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#$])")
_BREAK = re.compile(r"\s*[\r\n\t\v\f\x85\u2028\u2029]\s*")
_FIRST = re.compile(r"^(\d+)([.)])|^([-+=])")


def write(document: Document) -> bytes:
    """The whole document, UTF-8, ending in one newline. The same document gives the same bytes."""
    blocks = [f"# {escape(document.title)}", *_paragraphs(document.lead), *_paragraphs(document.coverage)]
    for table in document.tables:
        blocks += _table(table, named=len(document.tables) > 1)
    if len(document.populations) > 1:
        blocks.append(_populations(document))
    if document.claims:
        blocks += ["## Claims checked", *(_claim(claim) for claim in document.claims)]
    for section in document.sections:
        blocks += _section(section)
    blocks += ["## How the numbers were made", *_paragraphs(document.method)]
    if document.sources:
        blocks += ["## Sources", "\n".join(f"- {linked(found.label, found.url)}" for found in document.sources)]
    blocks += ["---", _footer(document)]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def escape(text: str) -> str:
    """Data as literal text within a line of Markdown: no markup of its own, no HTML, no table cell, one line."""
    one_line = _BREAK.sub(" ", text)
    return _SPECIAL.sub(r"\\\1", one_line.replace("&", "&amp;"))


def opening(text: str) -> str:
    """`escape` for text that begins a line, where a dash or a number and a dot would begin a list."""
    return _FIRST.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escape(text))


def linked(text: str, href: str | None) -> str:
    """Data as words that lead to `href`, here (it begins with `/`) or on the web; the words alone for anything else."""
    address = absolute(href)
    if address is None:
        return escape(text)
    return f"[{escape(text)}]({address.replace('[', '%5B').replace(']', '%5D')})"


def _number(figure: Figure, text: str) -> str:
    return linked(text, figure.url)


def _line(words: Line) -> str:
    written = []
    for piece in words:
        if isinstance(piece, Number):
            written.append(_number(piece.figure, piece.text))
        elif isinstance(piece, Link):
            written.append(linked(piece.text, piece.href))
        else:
            written.append(escape(piece.text) if written else opening(piece.text))
    return "".join(written)


def _paragraphs(lines: tuple[Line, ...]) -> list[str]:
    return [_line(words) for words in lines]


def _section(section: Section) -> list[str]:
    blocks = [f"## {escape(section.title)}", *_paragraphs(section.paragraphs)]
    if section.items:
        blocks.append("\n".join(f"- {_line(words)}" for words in section.items))
    return blocks


def _table(table: FigureTable, *, named: bool) -> list[str]:
    if not table.rows:
        return []
    heads = [escape(table.heading), "Talks"]
    if table.shares:
        heads += ["Share", "Likely between", "Decided by people", "By machine"]
    heads += [escape(heading) for heading in table.more]
    lines = [f"| {' | '.join(heads)} |", f"|:---|{'---:|' * (len(heads) - 1)}"]
    for row in table.listed:
        figure = row.figure
        cells = [("↳ " * row.depth) + linked(row.label, row.href), _number(figure, figure.fraction)]
        if table.shares:
            cells += [figure.percent, figure.between, str(figure.confirmed), str(figure.machine)]
        cells += [_line(cell) for cell in row.more]
        lines.append(f"| {' | '.join(cells)} |")
    heading = [f"## {escape(table.title)}"] if named else []
    return [*heading, "\n".join(lines), escape(table.cut)]


def _populations(document: Document) -> str:
    told = []
    for choice in document.populations:
        count = f" ({_number(choice.figure, f'{choice.figure.numerator:,}')})" if choice.figure else ""
        name = escape(choice.label)
        here = f"**{name}**" if choice.current else linked(choice.label, _report_path(document, choice.query))
        told.append(f"{here}{count}")
    return f"Counting {' · '.join(told)}"


def _report_path(document: Document, query: str) -> str:
    return f"/reports/{document.report}{'?' + query if query else ''}"


def _claim(claim: CheckedClaim) -> str:
    who = ", ".join(escape(part) for part in (claim.said_by, claim.affiliation) if part)
    source = linked(claim.article, claim.article_url) if claim.article else ""
    after = ", ".join(part for part in (who, source) if part)
    lines = [f"- **{claim.verdict.capitalize()}:** {escape(claim.text)}"]
    if after:
        lines[0] += f" (In our words, after {after}.)"
    reading = [f"{name} {_number(found, found.fraction)}" for name, found in _figures(claim)]
    lines.append(f"  Claimed: {escape(claim.claimed)}. {escape(claim.reason)}")
    if reading:
        lines.append(f"  Counted: {'; '.join(reading)}.")
    return "\n\n".join(lines)


def _figures(claim: CheckedClaim) -> list[tuple[str, Figure]]:
    named = (("any theme", claim.any), ("main theme", claim.main))
    return [(name, figure) for name, figure in named if figure is not None]


def _footer(document: Document) -> str:
    saved = f", {escape(document.saved.words)}" if document.saved else ""
    return (
        f"[{escape(document.title)}]({absolute(document.path)}), Hallway, snapshot {escape(document.snapshot)}{saved}."
    )
