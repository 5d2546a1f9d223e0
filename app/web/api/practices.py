"""Practices that answer a question, with who follows them, warnings against them and the moment to look at."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.catalog.filters import check_names
from app.takeaways.practices.shapes import PracticeAnswer
from app.web.api.routing import AnswerRouter
from app.web.deps import Base, Reading
from app.web.parameters import Practising, Words

router = AnswerRouter(tags=["search"])


class PracticesQuery(Practising):
    """What GET /practices can be asked for."""

    q: Words = Field(min_length=1, description="A question, in plain words: how do others do it?")
    limit: int = Field(default=10, ge=1, le=100, description="Practices at most, 1 to 100.")


@router.get("/practices", summary="Practices that answer a question")
def practices(asked: Annotated[PracticesQuery, Query()], session: Reading, base: Base) -> PracticeAnswer:
    """Takeaways and drafts of them, grouped by approach, best first; talks about it second.

    Each statement says who says so, on what conditions, and where to look: a second of the recording, a slide or an
    article. `warnings` speak against the practice they stand beside. A statement of status `machine-draft` was found by
    a machine in an abstract, a transcript or an article, and no person has looked at it. `practices` is empty where
    nobody said anything near enough; `unnamed` then lists names in the question that nothing found mentions.
    """
    request = asked.request(asked.limit, 0)
    check_names(session, request.filter)
    return base.practices.ask(session, request)
