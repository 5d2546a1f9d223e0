"""Pages from templates: the Jinja environment, the context every page has, and the step from one to HTML."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.catalog.census import Census
from app.settings import shipped
from app.web import addresses, words
from app.web.assets import read_assets


@dataclass(frozen=True)
class Crumb:
    """A step of the way to a page: its name, and its address unless it is the page itself."""

    name: str
    path: str | None = None


@dataclass(frozen=True)
class Frame:
    """What surrounds every page: the query shown in the search field, and the counts at the foot if they are known.

    `curator` is the name of who is signed in; `takes_changes` is false while nothing that they decide can be kept.
    """

    path: str
    query: str = ""
    census: Census | None = None
    curator: str | None = None
    takes_changes: bool = True


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """What a template gets, besides `frame`: exactly the fields of its page's context. A test holds both to it.

    `title` says the view, in the tab and in history; `section` is the entry of the main navigation it belongs to.
    """

    template: ClassVar[str]
    section: ClassVar[str] = ""

    title: str
    crumbs: tuple[Crumb, ...] = ()


@cache
def environment() -> Environment:
    """The one environment: escaping always on, a misspelt name is an error and never an empty string."""
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=400,
    )
    made.filters.update(words.FILTERS)
    made.globals.update(words.GLOBALS)
    made.globals.update(static=read_assets().prefix, with_query=addresses.with_query)
    return made


def render(context: PageContext, frame: Frame) -> str:
    """The page as HTML."""
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    return environment().get_template(context.template).render(values, frame=frame, section=context.section)
