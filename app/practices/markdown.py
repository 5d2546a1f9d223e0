"""An answer with practices as Markdown, to paste into a post: each statement with who, where and the moment."""

from __future__ import annotations

import re

from app.takeaways.practices.shapes import Moment, PracticeAnswer, Statement
from app.text.moments import clock

_MARKS = re.compile(r"([\\`*_\[\]<>#|])")


def as_markdown(answer: PracticeAnswer, base_url: str) -> str:
    """The whole answer; links lead to the site at `base_url` and to recordings, slides and articles."""
    lines = [f"# {_plain(answer.query)}", ""]
    for practice in answer.practices:
        draft = "Machine draft: " if practice.label_is_draft else ""
        lines += [f"## {draft}{_plain(practice.label)}", ""]
        lines += [f"- {_line(one, base_url)}" for one in practice.statements]
        if practice.warnings:
            lines += ["", "Against it:", "", *(f"- {_line(one, base_url)}" for one in practice.warnings)]
        lines.append("")
    if not answer.practices:
        lines += ["Nobody in this base is known to have said anything near enough.", ""]
    if answer.talks:
        lines += ["## Talks about it", ""]
        lines += [f"- [{_plain(card.title)}]({card.url}), {_plain(card.edition.name)}" for card in answer.talks]
        lines.append("")
    return "\n".join(lines)


def attribution(one: Statement) -> str:
    """Who says so, where and when, in one line of plain text."""
    who = "; ".join(f"{who.name}, {who.affiliation}" if who.affiliation else who.name for who in one.who)
    noted = f"noted by {one.noted_by}" if one.noted_by and one.noted_by not in who else ""
    place = one.edition.name if one.edition else one.occasion or ""
    held = f"holds for {one.conditions}" if one.conditions else ""
    draft = "machine draft" if one.is_draft else ""
    return " · ".join(part for part in (draft, who, noted, place, one.date or "", held) if part)


def moment_words(moment: Moment) -> str:
    """Where to look, in words."""
    if moment.start_seconds is not None:
        return f"video at {clock(moment.start_seconds)}"
    return f"slide {moment.number}" if moment.number is not None else moment.kind


def _line(one: Statement, base_url: str) -> str:
    said = f"{_plain(one.text)} ({_plain(attribution(one))})"
    if one.moment and one.moment.url and one.moment.url.startswith(("https://", "http://")):
        said += f" [{moment_words(one.moment)}](<{one.moment.url.replace('>', '%3E').replace('<', '%3C')}>)"
    if one.path:
        said += f" [source]({base_url}{one.path})"
    return said


def _plain(text: str) -> str:
    """Text in which no character is a mark of Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
