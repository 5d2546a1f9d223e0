"""How good search is, as measured on judged questions and committed with the code."""

from __future__ import annotations

from app.errors import NotFound
from app.practices.quality import COMMAND as PRACTICES_COMMAND
from app.practices.quality import PracticeQuality, read_practice_quality
from app.search.quality import COMMAND, Quality, read_quality
from app.web.api.routing import AnswerRouter
from app.web.parameters import Nothing

router = AnswerRouter(tags=["search"])


@router.get("/quality", summary="How good search is")
def quality(_: Nothing) -> Quality:
    """Every mode of search on the judged questions, with 95 % bootstrap intervals, each question and its talks.

    Measured on the shipped talks by the command named, not on this base; `others` are public collections. Questions
    without a relevant talk are in no figure.
    """
    found = read_quality()
    if found is None:
        raise NotFound("measurement of", "search", f"Run `{COMMAND}` in a checkout.")
    return found


@router.get("/quality/practices", summary="How good practices are")
def practices(_: Nothing) -> PracticeQuality:
    """Practice search on judged questions: statements in order, beside other ways; what nobody answers; the groups."""
    found = read_practice_quality()
    if found is None:
        raise NotFound("measurement of", "practices", f"Run `{PRACTICES_COMMAND}` in a checkout.")
    return found
