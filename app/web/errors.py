"""Every error as an answer: problem+json (RFC 9457) for the API, a plain page with a way on for people.

One path for all: an exception becomes a Problem, and a Problem becomes a response. Nothing of the inside is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.catalog.census import Census, census
from app.catalog.suggestions import near_names
from app.db.engine import serving
from app.db.failures import failure
from app.db.replica import replica_of
from app.errors import DatabaseError, HallwayError, NotFound, Unreachable, UsageError
from app.web.again import may_be_asked_again
from app.web.templating import Frame, PageContext, render
from app.web.words import listing

log = logging.getLogger(__name__)
API = "/api/"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
"""Those that a route here may have; HEAD is answered wherever GET is."""
RETRY_SECONDS = "5"
"""After how long a balancer or a client may ask again, where the base is not available."""
NO_BASE = (
    "The database of this site cannot be reached just now. Try again in a minute. Those who run the site find the "
    "reason in its log and at /readyz."
)
NO_CHANGES = "Nothing can be changed just now"
NO_PRIMARY = (
    "Nothing was written: the database server that takes changes cannot be reached just now. What is known can be read "
    "all the same; try the change again in a minute."
)


@dataclass(frozen=True)
class WrongParameter:
    """A query parameter that cannot be used, and in words what would be."""

    parameter: str
    message: str


@dataclass(frozen=True)
class Problem:
    """What went wrong, as RFC 9457 names its parts; `errors` lists parameters where they are at fault."""

    status: int
    title: str
    detail: str
    errors: tuple[WrongParameter, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ErrorPage(PageContext):
    """The page of a problem: its words, the parameters at fault, and addresses that may have been meant."""

    template: ClassVar[str] = "error.html"

    status: int
    detail: str
    errors: Sequence[WrongParameter]
    suggestions: Sequence[tuple[str, str]]


def explain(request: Request, error: Exception) -> Problem:
    """The problem an exception stands for. What nobody expected says no more than that."""
    if isinstance(error, RequestValidationError):
        wrong = tuple(_in_words(request, one) for one in error.errors())
        return Problem(422, UsageError.title, " ".join(one.message for one in wrong), wrong)
    if isinstance(error, Unreachable):
        if request.method == "GET" or replica_of(request.app.state.base.engine) is None:
            return Problem(
                error.status, error.title, NO_BASE if request.method == "GET" else f"Nothing was written. {NO_BASE}"
            )
        return Problem(error.status, NO_CHANGES, NO_PRIMARY)
    if isinstance(error, HallwayError):
        parameter = getattr(error, "parameter", None)
        named = (WrongParameter(parameter, str(error)),) if parameter else ()
        return Problem(error.status, error.title, str(error), named)
    if isinstance(error, HTTPException):
        return _of_http(request, error)
    return Problem(500, HallwayError.title, "The fault is ours and was written to the log. Try again, or go elsewhere.")


def _of_http(request: Request, error: HTTPException) -> Problem:
    if error.status_code == 404:
        return Problem(404, "Not found", f"There is nothing at {request.url.path[:200]}.")
    if error.status_code == 405:
        use = " or ".join(method for method in methods_of(request) if method != "HEAD")
        return Problem(405, "Only reading here", f"{request.method} is not possible at this address; use {use}.")
    return Problem(error.status_code, HTTPStatus(error.status_code).phrase, str(error.detail))


def _in_words(request: Request, error: dict[str, Any]) -> WrongParameter:
    """One finding of pydantic as a sentence that names the parameter and what it may be."""
    name = str(error["loc"][1] if len(error["loc"]) > 1 else error["loc"][0])[:100]
    known = parameters_of(request)
    if error["type"] == "extra_forbidden":
        may = f"It takes {listing(sorted(known))}." if known else "It takes none."
        return WrongParameter(name, f"“{name}” is not a parameter of this address. {may}")
    meaning = f" {known[name]}" if known.get(name) else ""
    if error["type"] == "missing":
        add = f"add it to the address, as in “?{name}=…”" if name in known else "send it too"
        return WrongParameter(name, f"{name} is missing; {add}.{meaning}")
    most = error.get("ctx", {}).get("max_length")
    if error["type"] in ("too_long", "string_too_long") and isinstance(error.get("input"), str | list):
        unit = "characters" if isinstance(error["input"], str) else "values"
        return WrongParameter(name, f"{name} has {len(error['input']):,} {unit} and may have {most:,}.{meaning}")
    given = str(error.get("input"))[:100]
    expected = error.get("ctx", {}).get("expected")
    rule = f"must be one of {expected}" if expected else _rule(error["msg"])
    return WrongParameter(name, f"{name} {rule}; it was “{given}”.{meaning}")


def _rule(message: str) -> str:
    for start in ("Input should be ", "String should ", "Value error, "):
        if message.startswith(start):
            verb = {"Input should be ": "must be ", "String should ": "must "}.get(start, "")
            return verb + message.removeprefix(start)
    return message


def parameters_of(request: Request) -> dict[str, str]:
    """Query parameters of the route in hand, each with its description."""
    route = request.scope.get("route")
    dependant = getattr(route, "dependant", None)
    known: dict[str, str] = {}
    for parameter in getattr(dependant, "query_params", ()):
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            known.update({name: field.description or "" for name, field in model.model_fields.items()})
    return known


def methods_of(request: Request) -> list[str]:
    """What the address in hand may be asked with, by any of its routes."""

    def is_taken(method: str) -> bool:
        asked = {**request.scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)

    return [method for method in METHODS if is_taken("GET" if method == "HEAD" else method)]


def respond(request: Request, error: Exception) -> Response:
    """The answer to an exception, in the form its reader takes."""
    if isinstance(error, DBAPIError):  # of a session that nobody watches
        error = failure(error) or error
    may_be_asked_again(request, error)
    problem = explain(request, error)
    if isinstance(error, HallwayError) and problem.status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    elif problem.status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, problem.detail, exc_info=error)
    if request.url.path.startswith(API):
        answer = _as_json(request, problem)
    else:
        named = error.key if isinstance(error, NotFound) else request.url.path.rstrip("/").rsplit("/", 1)[-1]
        answer = _as_page(request, problem, isinstance(error, Unreachable), named)
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(methods_of(request))  # RFC 9110, 15.5.6
    if isinstance(error, DatabaseError):
        answer.headers.update({"Retry-After": RETRY_SECONDS, "Cache-Control": "no-store"})
    return answer


def _as_json(request: Request, problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
    }
    if problem.errors:
        body["errors"] = [{"parameter": one.parameter, "message": one.message} for one in problem.errors]
    return JSONResponse(body, problem.status, media_type="application/problem+json")


def _as_page(request: Request, problem: Problem, unreachable: bool, named: str) -> Response:
    wanted = named[:200] if problem.status == 404 else ""
    # Where no server answered there is nobody to ask, and to ask may take long.
    is_gone = unreachable and (request.method == "GET" or replica_of(request.app.state.base.engine) is None)
    counts, suggestions = (None, []) if is_gone else _around(request, wanted)
    page = ErrorPage(
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        errors=problem.errors,
        suggestions=suggestions,
    )
    frame = Frame(path=request.url.path, query=wanted.replace("-", " ")[:200], census=counts)
    return HTMLResponse(render(page, frame), problem.status)


def _around(request: Request, wanted: str) -> tuple[Census | None, list[tuple[str, str]]]:
    """Counts and suggestions, as far as the base can be read at all."""
    try:
        with serving(request.app.state.base.engine) as session:
            return census(session), near_names(session, wanted) if wanted else []
    except Exception:  # noqa: BLE001  an error page must come even if the base itself is what broke
        return None, []


def install(app: FastAPI) -> None:
    """Answer every expected error of `app` in our words; what is unexpected the guard catches."""
    for expected in (HallwayError, HTTPException, RequestValidationError):
        app.add_exception_handler(expected, respond)
