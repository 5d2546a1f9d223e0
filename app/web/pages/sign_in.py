"""/sign-in and /sign-out: the one account of a curator. Readers need neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlmodel import Session

from app.curators.account import LONGEST, LONGEST_NAME, MAKE_ONE, find_curator, is_right
from app.curators.tokens import (
    COOKIE,
    FORM_COOKIE,
    FORM_SECONDS,
    SIGNED_IN_SECONDS,
    form_token,
    is_form_token,
    new_cookie,
    new_nonce,
)
from app.errors import NotAllowed
from app.web.addresses import within
from app.web.deps import FRESH, FRESH_SECONDS, NOT_KEPT, Base, Curating, Reading, View, Viewing, may_write
from app.web.forms import Fields, form_of
from app.web.parameters import Nothing, Parameters
from app.web.templating import PageContext

router = APIRouter(include_in_schema=False)
WRONG = "Name and password do not belong together. Nobody is signed in."


class SignInQuery(Parameters):
    """What /sign-in can be asked for."""

    next: str = Field(default="/review", max_length=2000, description="Address within the site to go to afterwards.")


class SignInForm(Fields):
    """Name and password, and where to go."""

    name: str = Field(default="", max_length=LONGEST_NAME * 4)
    password: str = Field(default="", max_length=LONGEST * 4)
    next: str = Field(default="/review", max_length=2000)


@dataclass(frozen=True, kw_only=True)
class SignInPage(PageContext):
    """The form to sign in, or where there is no account, how to make one. `wrong` says why it did not go.

    `curator` is who is signed in already, `token` and `next` go with the form.
    """

    template: ClassVar[str] = "sign_in.html"

    has_account: bool
    make_one: str
    curator: str | None
    name: str
    next: str
    token: str
    wrong: str | None


@dataclass(frozen=True, kw_only=True)
class SignOutPage(PageContext):
    """The button to sign out; `curator` is None where nobody is signed in."""

    template: ClassVar[str] = "sign_out.html"

    curator: str | None
    token: str


@router.get("/sign-in")
def form(
    asked: Annotated[SignInQuery, Query()], request: Request, session: Reading, signed_in: Curating, view: Viewing
) -> Response:
    """The form."""
    return _form(request, session, view, within(asked.next, "/review"), curator=signed_in.name if signed_in else None)


@router.post("/sign-in")
def sign_in(
    _: Nothing, sent: Annotated[SignInForm, Depends(form_of(SignInForm))], request: Request, base: Base,
    session: Reading, view: Viewing,
) -> Response:  # fmt: skip
    """Sign in, if name and password are right and it was not tried too often."""
    curator = find_curator(session)
    if curator is None:
        return _form(request, session, view, "/review", status=403)
    if not is_form_token(curator, sent.token, request.cookies.get(FORM_COOKIE, "")):
        raise NotAllowed("The form was not of our page, or your browser keeps no cookies. Load /sign-in anew.")
    then, address = within(sent.next, "/review"), request.client.host if request.client else ""
    throttle = request.app.state.throttle
    if wait := throttle.begin(address):
        said = f"Too many sign-ins failed. Wait {wait} seconds, then try again; nothing was checked."
        return _form(request, session, view, then, name=sent.name, wrong=said, status=429, wait=wait)
    if not is_right(curator, sent.name, sent.password):
        return _form(request, session, view, then, name=sent.name, wrong=WRONG, status=403)
    throttle.succeeded(address)
    answer = RedirectResponse(then, status_code=303, headers=NOT_KEPT)
    _set(answer, base, COOKIE, new_cookie(curator), SIGNED_IN_SECONDS)
    answer.delete_cookie(FORM_COOKIE, path="/sign-in")
    return answer


@router.get("/sign-out")
def leaving(_: Nothing, signed_in: Curating, view: Viewing) -> Response:
    """The button."""
    name, token = (signed_in.name, signed_in.form_token) if signed_in else (None, "")
    return view.page(SignOutPage(title="Sign out", curator=name, token=token))


@router.post("/sign-out")
def sign_out(
    _: Nothing, sent: Annotated[Fields, Depends(form_of(Fields))], base: Base, session: Reading, signed_in: Curating
) -> Response:
    """Forget the cookie."""
    may_write(session, signed_in, sent.token)
    answer = RedirectResponse("/sign-in?next=/", status_code=303, headers=NOT_KEPT)
    answer.delete_cookie(COOKIE)
    _set(answer, base, FRESH, "1", FRESH_SECONDS)
    return answer


def _form(
    request: Request, session: Session, view: View, then: str, *, curator: str | None = None, name: str = "",
    wrong: str | None = None, status: int = 200, wait: int = 0,
) -> Response:  # fmt: skip
    account = find_curator(session)
    nonce = request.cookies.get(FORM_COOKIE) or new_nonce()
    page = SignInPage(
        title="Sign in", has_account=account is not None, make_one=MAKE_ONE, curator=curator, name=name, next=then,
        token=form_token(account, nonce) if account else "", wrong=wrong,
    )  # fmt: skip
    answer = view.page(page, status=status)
    answer.headers.update(NOT_KEPT | ({"Retry-After": str(wait)} if wait else {}))
    if account:
        _set(answer, request.app.state.base, FORM_COOKIE, nonce, FORM_SECONDS, path="/sign-in")
    return answer


def _set(answer: Response, base: Base, name: str, value: str, seconds: int, path: str = "/") -> None:
    secure = base.settings.base_url.startswith("https://")
    answer.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")


def ask_to_sign_in(then: str) -> Response:
    """To the form, and back to `then` afterwards."""
    return RedirectResponse(f"/sign-in?next={quote(within(then), safe='/')}", status_code=303, headers=NOT_KEPT)
