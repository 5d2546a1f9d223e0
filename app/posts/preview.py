"""A post as HTML: the Markdown with its footnotes set. No HTML of the post itself is let through."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

_NOTE = re.compile(r"\[\^([\w-]+)\]")
_DEFINITION = re.compile(r"^\[\^([\w-]+)\]: (.*)$", re.MULTILINE)


def post_html(markdown: str) -> Markup:
    """The post, and its footnotes as a list with ways back. Headings go down by one: a page has its own first one."""
    notes = dict(reversed([(found[1], found[2]) for found in _DEFINITION.finditer(markdown)]))
    written: list[str] = [_parser().render(_DEFINITION.sub("", markdown))]
    if notes:
        labels = [label for label in dict.fromkeys(_NOTE.findall(markdown)) if label in notes]
        items = [
            f'<li id="note-{escape(label)}">{_parser().renderInline(notes[label])} '
            f'<a href="#at-{escape(label)}" aria-label="Back to where note {escape(label)} is">↩</a></li>'
            for label in labels
        ]
        written.append(f'<ol class="footnotes">{"".join(items)}</ol>')
    return Markup("".join(written))  # noqa: S704  written by the parser, which lets no HTML through


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.inline.ruler.before("link", "note", _note)
    made.add_render_rule("note", _note_html)
    made.add_render_rule("heading_open", _heading)
    made.add_render_rule("heading_close", _heading)
    return made


def _note(state: StateInline, silent: bool) -> bool:
    found = _NOTE.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("note", "sup", 0)
        token.content = found[1]
    state.pos = found.end()
    return True


def _note_html(_: RendererHTML, tokens: list[Token], number: int, __: object, env: dict[str, set[str]]) -> str:
    """The first mark of a note is where its way back leads."""
    label = str(escape(tokens[number].content))
    met = env.setdefault("met", set())
    place = "" if label in met else f' id="at-{label}"'
    met.add(label)
    return f'<sup{place}><a href="#note-{label}" aria-label="Note {label}">{label}</a></sup>'


def _heading(_: RendererHTML, tokens: list[Token], number: int, __: object, ___: object) -> str:
    token = tokens[number]
    level = min(6, int(token.tag[1:]) + 1)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"
