"""What handlers ask for: the base, a reading session, who is signed in, the view that turns a context into a page.

What waits for nothing is `async`, as anything else is handed to a thread, and each of six hand-overs of a request took
as long as a small query.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.bootstrap import KnowledgeBase
from app.catalog.census import census
from app.curators.account import find_curator
from app.curators.tokens import COOKIE, SignedIn, is_form_token, read_cookie
from app.db.dialect import is_sqlite
from app.db.engine import serving, takes_changes
from app.errors import NotAllowed
from app.search.engine import SearchEngine
from app.search.shapes import SearchRequest, SearchResult
from app.search.unanswered import is_to_keep, record_soon
from app.web.templating import Frame, PageContext, render


async def _base(request: Request) -> KnowledgeBase:
    base: KnowledgeBase = request.app.state.base
    return base


Base = Annotated[KnowledgeBase, Depends(_base)]


FRESH = "hallway_fresh"
"""Cookie of who signed out just now, and may look at what they wrote."""
FRESH_SECONDS = 60


async def _session(base: Base, request: Request) -> AsyncIterator[Session]:
    # A curator reads what they wrote, on any node; and what is about to write looks at the newest state.
    newest = request.method != "GET" or COOKIE in request.cookies or FRESH in request.cookies
    opening = serving(base.engine, newest)
    if is_sqlite(base.engine):  # opened by its first statement, and closed without waiting for anybody
        with opening as session:
            yield session
        return
    async with contextmanager_in_threadpool(opening) as session:
        yield session


Reading = Annotated[Session, Depends(_session, scope="function")]


async def _search(base: Base) -> SearchEngine:
    return base.search


Search = Annotated[SearchEngine, Depends(_search)]


async def _signed_in(request: Request, session: Reading) -> SignedIn | None:
    cookie = request.cookies.get(COOKIE)
    # Readers have no such cookie, and cost the database nothing here.
    return await run_in_threadpool(_who, session, cookie) if cookie else None


def _who(session: Session, cookie: str) -> SignedIn | None:
    curator = find_curator(session)
    return read_cookie(curator, cookie) if curator else None


Curating = Annotated[SignedIn | None, Depends(_signed_in)]


def may_write(session: Session, signed_in: SignedIn | None, token: str) -> SignedIn:
    """Who is signed in, if the form's token is of that sitting; else NotAllowed. Every form that writes asks this."""
    curator = find_curator(session)
    if signed_in is None or curator is None:
        raise NotAllowed("Nothing is written without a curator who is signed in. Sign in first, at /sign-in.")
    if not is_form_token(curator, token, signed_in.sitting):
        raise NotAllowed("The form is not of a page of this sitting, or too old. Nothing was written; load it anew.")
    return signed_in


NOT_KEPT = {"Cache-Control": "no-store"}
"""What a curator sees is kept by no browser and nothing between."""


class View:
    """Turns contexts into pages within the frame of this request."""

    def __init__(self, request: Request, session: Session, signed_in: SignedIn | None) -> None:
        """Of this request, reading with its session."""
        self._request = request
        self._session = session
        self._curator = signed_in.name if signed_in else None

    def page(self, context: PageContext, query: str = "", status: int = 200) -> HTMLResponse:
        """The page of `context`; `query` is shown in the search field."""
        counts = census(self._session)
        frame = Frame(
            path=self._request.url.path, query=query, census=counts, curator=self._curator,
            takes_changes=takes_changes(self._session),
        )  # fmt: skip
        headers = NOT_KEPT if self._curator else None
        return HTMLResponse(render(context, frame), status_code=status, headers=headers)


async def _view(request: Request, session: Reading, signed_in: Curating) -> View:
    return View(request, session, signed_in)


Viewing = Annotated[View, Depends(_view)]


class Gaps:
    """Keeps questions that search does not answer, after the answer was sent and only where the settings ask for it."""

    def __init__(self, base: KnowledgeBase, tasks: BackgroundTasks) -> None:
        """Of this request."""
        self._base = base
        self._tasks = tasks

    def note(self, request: SearchRequest, result: SearchResult) -> SearchResult:
        """The result, as it is."""
        if is_to_keep(self._base.settings, request, result):
            self._tasks.add_task(record_soon, self._base.engine, request.query, result.mode)
        return result


async def _gaps(base: Base, tasks: BackgroundTasks) -> Gaps:
    return Gaps(base, tasks)


Noting = Annotated[Gaps, Depends(_gaps)]
