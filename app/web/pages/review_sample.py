"""/review/sample: draw talks for review with recorded probabilities, and see how far each sample is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.catalog.choices import Choices, choices
from app.db.engine import writing
from app.themes.draws import LARGEST, DrawState, draw, draw_states
from app.web.addresses import with_query
from app.web.deps import NOT_KEPT, Base, Curating, Reading, Viewing, may_write
from app.web.forms import Fields, form_of
from app.web.pages.sign_in import ask_to_sign_in
from app.web.parameters import Nothing, Parameters, Slug
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
USUAL = 20


class SampleQuery(Parameters):
    """What /review/sample can be asked for."""

    edition: Slug | None = Field(default=None, description="Slug of an edition.")
    theme: Slug | None = Field(default=None, description="Slug of a theme.")


class SampleForm(Fields):
    """Where to draw, for which theme, and about how many talks more."""

    edition: Slug
    theme: Slug
    size: int = Field(default=USUAL, ge=1, le=LARGEST)


@dataclass(frozen=True, kw_only=True)
class SamplePage(PageContext):
    """The samples there are, and a form to draw more of one or begin another; `size` and `largest` are numbers of
    talks."""

    template: ClassVar[str] = "review_sample.html"

    token: str
    asked: SampleQuery
    states: Sequence[DrawState]
    offered: Choices
    size: int
    largest: int


@router.get("/review/sample")
def sample(asked: Annotated[SampleQuery, Query()], session: Reading, signed_in: Curating, view: Viewing) -> Response:
    """The samples there are."""
    if signed_in is None:
        return ask_to_sign_in(with_query("/review/sample", asked.asked()))
    page = SamplePage(
        title="Samples to review",
        crumbs=(Crumb("Review", "/review"), Crumb("Samples")),
        token=signed_in.form_token,
        asked=asked,
        states=draw_states(session),
        offered=choices(session, (asked.edition,) if asked.edition else ()),
        size=USUAL,
        largest=LARGEST,
    )
    return view.page(page)


@router.post("/review/sample")
def drawn(
    _: Nothing, sent: Annotated[SampleForm, Depends(form_of(SampleForm))], base: Base, session: Reading,
    signed_in: Curating,
) -> Response:  # fmt: skip
    """Draw, and go to what was drawn."""
    may_write(session, signed_in, sent.token)
    with writing(base.engine) as transaction:
        draw(transaction, sent.edition, sent.theme, sent.size)
    there = with_query("/review", {"part": "sample", "edition": sent.edition, "theme": sent.theme})
    return RedirectResponse(there, status_code=303, headers=NOT_KEPT)
