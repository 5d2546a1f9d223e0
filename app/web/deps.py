"""What handlers ask for: the knowledge base, a reading session, and the view that turns a context into a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.bootstrap import KnowledgeBase
from app.catalog.census import census
from app.db.engine import reading
from app.search.engine import SearchEngine
from app.search.shapes import SearchRequest, SearchResult
from app.search.unanswered import is_to_keep, record_soon
from app.web.templating import Frame, PageContext, render


def _base(request: Request) -> KnowledgeBase:
    base: KnowledgeBase = request.app.state.base
    return base


Base = Annotated[KnowledgeBase, Depends(_base)]


def _session(base: Base) -> Iterator[Session]:
    with reading(base.engine) as session:
        yield session


Reading = Annotated[Session, Depends(_session, scope="function")]


def _search(base: Base) -> SearchEngine:
    return base.search


Search = Annotated[SearchEngine, Depends(_search)]


class View:
    """Turns contexts into pages within the frame of this request."""

    def __init__(self, request: Request, session: Reading) -> None:
        """Of this request, reading with its session."""
        self._request = request
        self._session = session

    def page(self, context: PageContext, query: str = "", status: int = 200) -> HTMLResponse:
        """The page of `context`; `query` is shown in the search field."""
        frame = Frame(path=self._request.url.path, query=query, census=census(self._session))
        return HTMLResponse(render(context, frame), status_code=status)


Viewing = Annotated[View, Depends()]


class Gaps:
    """Keeps questions that search does not answer, after the answer was sent and only where the settings ask for it."""

    def __init__(self, base: Base, tasks: BackgroundTasks) -> None:
        """Of this request."""
        self._base = base
        self._tasks = tasks

    def note(self, request: SearchRequest, result: SearchResult) -> SearchResult:
        """The result, as it is."""
        if is_to_keep(self._base.settings, request, result):
            self._tasks.add_task(record_soon, self._base.engine, request.query, result.mode)
        return result


Noting = Annotated[Gaps, Depends()]
