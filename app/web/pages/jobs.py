"""/jobs: what runs, what waits and what ended; a curator cancels jobs and has failed ones tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from app.catalog.listing import Portion
from app.db.engine import writing
from app.jobs import asking
from app.jobs.board import STATES, JobBoard, JobLine, State, read_board
from app.web.addresses import with_query
from app.web.deps import NOT_KEPT, Base, Curating, Reading, Viewing, may_write
from app.web.forms import Fields, form_of
from app.web.parameters import Nothing, Scrolling
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PATH = "/jobs"
PAGE = 40


class JobsQuery(Scrolling):
    """What /jobs can be asked for."""

    state: State | None = Field(default=None, description="Only jobs in this state.")


class JobForm(Fields):
    """A job, and what is to become of it."""

    job: int = Field(ge=1, le=2**31)
    action: Literal["cancel", "retry"]
    state: State | Literal[""] = ""


@dataclass(frozen=True, kw_only=True)
class JobsPage(PageContext):
    """The list, of the `chosen` state or all, and its counts; buttons and the form's `token` only for a `curator`."""

    template: ClassVar[str] = "jobs.html"

    board: JobBoard
    portion: Portion[JobLine]
    states: tuple[State, ...]
    chosen: State | None
    asked: dict[str, Any]
    curator: str | None
    token: str


@router.get(PATH)
def jobs(
    asked: Annotated[JobsQuery, Query()], session: Reading, signed_in: Curating, view: Viewing
) -> HTMLResponse:  # fmt: skip
    """The list."""
    board = read_board(session, asked.state, PAGE, asked.offset)
    page = JobsPage(
        title=view_title("Jobs", [("state", asked.state)] if asked.state else (), offset=asked.offset),
        crumbs=(Crumb("Imports and health", "/imports"), Crumb("Jobs")),
        board=board,
        portion=Portion(board.total, board.items, PAGE, asked.offset),
        states=STATES,
        chosen=asked.state,
        asked=asked.asked(),
        curator=signed_in.name if signed_in else None,
        token=signed_in.form_token if signed_in else "",
    )
    answer = view.page(page)
    answer.headers.update({"Cache-Control": "no-cache"} if not signed_in else NOT_KEPT)
    return answer


@router.post(PATH)
def changed(
    _: Nothing, sent: Annotated[JobForm, Depends(form_of(JobForm))], base: Base, session: Reading, signed_in: Curating
) -> Response:
    """Cancel a job, or try it again, and back to the list."""
    may_write(session, signed_in, sent.token)
    with writing(base.engine) as transaction:
        (asking.cancel if sent.action == "cancel" else asking.retry)(transaction, sent.job)
    return RedirectResponse(with_query(PATH, {"state": sent.state or None}), status_code=303, headers=NOT_KEPT)
