"""Jobs and how far they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.jobs.board import JobBoard, State, read_board
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading
from app.web.parameters import Paging

router = AnswerRouter(tags=["jobs"])


class JobsQuery(Paging):
    """What GET /jobs can be asked for."""

    state: State | None = Field(default=None, description="Only jobs in this state.")


@router.get("/jobs", summary="Jobs that run, wait and ended")
def jobs(asked: Annotated[JobsQuery, Query()], session: Reading) -> JobBoard:
    """The list of `hallway jobs --json`: those that run first, then those that wait, then those that ended."""
    return read_board(session, asked.state, asked.limit, asked.offset)
