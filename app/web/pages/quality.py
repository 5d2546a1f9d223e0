"""/quality and /quality/{id}: how good search is on judged questions, and each question with its judged talks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.census import census
from app.errors import NotFound
from app.models import Edition, Talk
from app.practices.quality import WAYS, PracticeQuality, read_practice_quality
from app.search.quality import COMMAND, Quality, Question, read_quality, talks_fingerprint
from app.web.deps import Reading, Viewing
from app.web.pages.search import MODES
from app.web.parameters import Nothing, Parameters, PathSlug
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title
from app.web.words import quoted

router = APIRouter(include_in_schema=False)
NOT_MEASURED = f"Nothing was measured yet; run `{COMMAND}` in a checkout."

SORTS = {"asked": "", "worst": "where hybrid loses first", "best": "where hybrid wins first"}


class QualityQuery(Parameters):
    """In which order the questions stand."""

    sort: Literal["asked", "worst", "best"] = Field(
        default="asked",
        description="As numbered; or where hybrid search is furthest behind, or ahead of, its better part first.",
    )


@dataclass(frozen=True)
class JudgedBase:
    """Whether the base of this page holds exactly the talks that were searched, and how many it holds."""

    is_same: bool
    talks: int


@dataclass(frozen=True, kw_only=True)
class QualityPage(PageContext):
    """The measurement, None where there is none; `questions` in the order asked for; `modes` as (mode, in words).

    `practices` is that of practice search, `ways` what it is compared with as (way, in words).
    """

    template: ClassVar[str] = "quality.html"

    quality: Quality | None
    questions: Sequence[Question]
    base: JudgedBase
    modes: Sequence[tuple[str, str]]
    sort: str
    not_measured: str
    practices: PracticeQuality | None
    ways: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TalkName:
    """A judged talk as this base has it."""

    title: str
    edition: str


@dataclass(frozen=True, kw_only=True)
class QuestionPage(PageContext):
    """One question; `names` are of the judged talks that this base holds, by slug."""

    template: ClassVar[str] = "quality_question.html"

    quality: Quality
    question: Question
    names: Mapping[str, TalkName]
    base: JudgedBase
    modes: Sequence[tuple[str, str]]


@router.get("/quality")
def quality(asked: Annotated[QualityQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The figures and all questions."""
    found = read_quality()
    page = QualityPage(
        title=view_title("How good search is", (), SORTS[asked.sort]),
        quality=found,
        questions=_in_order(found, asked.sort) if found else (),
        base=_base(session, found),
        modes=MODES,
        sort=asked.sort,
        not_measured=NOT_MEASURED,
        practices=read_practice_quality(),
        ways=WAYS,
    )
    return view.page(page)


@router.get("/quality/{id}")
def question(id: PathSlug, _: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """One question with the talks judged for it."""
    found = read_quality()
    one = next((one for one in found.questions if one.id == id), None) if found else None
    if found is None or one is None:
        raise NotFound("judged question", id)
    page = QuestionPage(
        title=f"Judged: {quoted(one.text)}",
        crumbs=(Crumb("How good search is", "/quality"), Crumb(one.id)),
        quality=found,
        question=one,
        names=_names(session, [*(talk.slug for talk in one.relevant), *one.not_relevant]),
        base=_base(session, found),
        modes=MODES,
    )
    return view.page(page)


def _in_order(found: Quality, sort: str) -> list[Question]:
    if sort == "asked":
        return found.answered
    return sorted(found.answered, key=lambda one: one.margin, reverse=sort == "best")


def _base(session: Session, found: Quality | None) -> JudgedBase:
    talks = census(session).talks
    # Counted first: naming the talks reads them all.
    is_same = found is not None and talks == found.talks and talks_fingerprint(session) == found.talks_fingerprint
    return JudgedBase(is_same, talks)


def _names(session: Session, slugs: Sequence[str]) -> dict[str, TalkName]:
    rows = session.execute(
        select(col(Talk.slug), col(Talk.title), col(Edition.name)).join(Edition).where(col(Talk.slug).in_(slugs))
    )
    return {slug: TalkName(title, edition) for slug, title, edition in rows}
