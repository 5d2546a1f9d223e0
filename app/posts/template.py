"""Templates of posts: Jinja in a sandbox, where data is escaped as Markdown and every fault has a line."""

from __future__ import annotations

import re
import traceback
from dataclasses import fields
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, DictLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from app.errors import InputError, UsageError
from app.exports.markdown import escape, linked
from app.posts.footnotes import Footnotes
from app.posts.material import PostChart, PostContext
from app.posts.sentences import pieces
from app.posts.wording import dates_words
from app.settings import shipped
from app.trends.wording import counted, listed

FOLDER = "posts"
SUFFIX = ".md.j2"
DEFAULT = "default"
MOST_BYTES = 1_000_000
_FIRST = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])(?=\s|[-+=]*$)")
_ENDS = re.compile(r"[.!?](?=\s|$)")
_GAPS = re.compile(r"\n{3,}")
_FAULTS = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError,
    AssertionError,
)  # fmt: skip


def shipped_templates() -> tuple[str, ...]:
    """Names of the templates that come with Hallway, the default first."""
    found = {path.name.removesuffix(SUFFIX) for path in (shipped("templates") / FOLDER).glob(f"[!_]*{SUFFIX}")}
    return (DEFAULT, *sorted(found - {DEFAULT}))


def read_template(name: str) -> tuple[str, str]:
    """Name and text of a template: a shipped one by name, else a file. An InputError for one that cannot be read."""
    path = shipped("templates") / FOLDER / f"{name}{SUFFIX}" if name in shipped_templates() else Path(name)
    if not path.is_file():
        known = ", ".join(shipped_templates())
        raise UsageError(f"There is no template {name}: name one that is shipped ({known}) or a file.", "template")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{name} is longer than a template may be, {MOST_BYTES:,} bytes.")
    try:
        return name, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The template {name} cannot be read: {error}.") from error


def render(name: str, source: str, context: PostContext, footnotes: Footnotes) -> str:
    """The Markdown of a post without its footnotes, ending in one newline. An InputError names the line at fault."""
    environment = _environment(name, source, footnotes)
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    try:
        text = environment.get_template(name).render(values)
    except _FAULTS as error:
        at = f"line {_line(error)}"
        raise InputError(f"The template {name}, {at}: {_told(error)}", at) from error
    lines = [line.rstrip() for line in text.splitlines()]
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _environment(name: str, source: str, footnotes: Footnotes) -> SandboxedEnvironment:
    loader: BaseLoader = ChoiceLoader(
        [DictLoader({name: source}), PrefixLoader({FOLDER: FileSystemLoader(shipped("templates") / FOLDER)})]
    )
    made = SandboxedEnvironment(
        loader=loader,
        # Data is escaped by `_written`, which leaves what is Markdown already; macros then give Markdown, too.
        autoescape=True,
        finalize=_written,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def cited(*things: object, caller: object = None) -> Markup:
        """What a call block holds, with footnotes behind each of its sentences."""
        words = " ".join(str(caller()).split()) if callable(caller) else ""
        marks = footnotes.cite(*things)
        return Markup(" ".join(f"{piece}{marks}" for piece in pieces(words)))  # noqa: S704  escaped as it was written

    made.globals.update(
        cite=footnotes.cite, cited=cited, link=_link, quoted=_quoted, prose=_prose, listed=_listed, counted=counted,
        dates=dates_words, image=_image,
    )  # fmt: skip
    return made


def _written(value: object) -> Markup:
    """A value of the context as Markdown. No sentence ends within it, whatever marks a name or a title has."""
    if isinstance(value, Markup):
        return value
    return Markup(_ENDS.sub(r"\\\g<0>", _opening("" if value is None else str(value))))  # noqa: S704  just escaped


def _prose(text: str) -> Markup:
    """Sentences of the data, the last one ended."""
    ended = text.strip()
    return Markup(_opening(ended if ended.rstrip("\"”’')").endswith((".", "!", "?")) else f"{ended}."))  # noqa: S704  escaped there


def _opening(text: str) -> str:
    return _FIRST.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escape(text))


def _link(text: str, href: str | None) -> Markup:
    return Markup(linked(str(text), href))  # noqa: S704  escaped by `linked`


def _quoted(text: str) -> Markup:
    """In quotation marks; marks within become single ones, so that it is one quotation."""
    inner = re.sub(r"[“”„«»\"]", "'", str(text))
    return Markup(f"“{_written(inner)}”")  # noqa: S704  escaped there


def _listed(names: list[object]) -> Markup:
    return Markup(listed([_written(name) for name in names]))  # noqa: S704  escaped there


def _image(chart: PostChart) -> Markup:
    return Markup(f"![{escape(chart.title)}]({chart.src})")  # noqa: S704  escaped, and an address of ours


def _line(error: BaseException) -> int:
    """The line of the template at fault: jinja puts it into the traceback."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return lines[-1] or 1 if lines else 1


def _told(error: BaseException) -> str:
    if isinstance(error, SecurityError):
        return f"a template may not do this: {str(error).rstrip('.')}."
    if isinstance(error, TemplateError):
        return f"{(error.message or type(error).__name__).rstrip('.')}."
    return f"{type(error).__name__}: {error}."
