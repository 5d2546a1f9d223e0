"""/practices: what people do, grouped by approach, with who does it and what speaks against it; and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse
from sqlmodel import Session

from app.bootstrap import KnowledgeBase
from app.catalog.choices import Choices, choices, labels
from app.catalog.filters import check_names
from app.catalog.suggestions import question_examples
from app.practices.markdown import as_markdown
from app.takeaways.practices.shapes import PracticeAnswer
from app.web.addresses import with_query
from app.web.deps import Base, Reading, Viewing
from app.web.parameters import Practising
from app.web.templating import PageContext
from app.web.titles import view_title
from app.web.words import capital, language, quoted

router = APIRouter(include_in_schema=False)
MOST = 12
"""Practices on one page."""
VIEW = ("q", "spelling")


@dataclass(frozen=True)
class Filter:
    """A filter in force: its words, and the address without it."""

    label: str
    without: str


@dataclass(frozen=True, kw_only=True)
class PracticesPage(PageContext):
    """An answer, or None before anything was asked; `kept` are the filters as (parameter, value).

    `chosen` are the filters that the form on the page sets; `examples` are questions about what the base holds.
    """

    template: ClassVar[str] = "practices.html"
    section: ClassVar[str] = "/takeaways"

    query: str
    answer: PracticeAnswer | None
    active: Sequence[Filter]
    asked: dict[str, Any]
    kept: Sequence[tuple[str, str]]
    chosen: dict[str, str]
    choices: Choices
    examples: Sequence[str]
    talks_address: str
    as_json: str
    as_markdown: str


@router.get("/practices")
def practices(asked: Annotated[Practising, Query()], session: Reading, base: Base, view: Viewing) -> HTMLResponse:
    """The practices that answer a question."""
    return view.page(_practices(session, base, asked), query=asked.q)


@router.get("/practices.md")
def markdown(asked: Annotated[Practising, Query()], session: Reading, base: Base) -> PlainTextResponse:
    """The same, to paste into a post."""
    request = asked.request(MOST, 0)
    check_names(session, request.filter)
    text = as_markdown(base.practices.ask(session, request), base.settings.base_url)
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8")


def _practices(session: Session, base: KnowledgeBase, asked: Practising) -> PracticesPage:
    request = asked.request(MOST, 0)
    check_names(session, request.filter)
    values = asked.asked()
    narrowed = [
        (name, str(one))
        for name, value in values.items()
        if name not in VIEW
        for one in (value if isinstance(value, list) else [value])
    ]
    names = [(name, _words(session, name, value)) for name, value in narrowed]
    return PracticesPage(
        title=view_title(f"Practices: {quoted(asked.q)}" if asked.q else "Practices", names),
        query=asked.q,
        answer=base.practices.ask(session, request) if asked.q else None,
        active=[Filter(label, _without(values, *pair)) for pair, (_, label) in zip(narrowed, names, strict=True)],
        asked=values,
        kept=narrowed,
        chosen=dict(narrowed),
        choices=choices(session, tuple(asked.edition), asked.series),
        examples=question_examples(session),
        talks_address=with_query("/search", values),
        as_json=with_query("/api/v1/practices", values),
        as_markdown=with_query("/practices.md", values),
    )


def _words(session: Session, name: str, value: str) -> str:
    words = labels(session, {name: value})[0][1]
    return {"language": language, "kind": capital}.get(name, str)(words)


def _without(values: dict[str, Any], name: str, value: str) -> str:
    held = values[name]
    rest = [one for one in held if str(one) != value] if isinstance(held, list) else None
    return with_query("/practices", values, **{name: rest})
