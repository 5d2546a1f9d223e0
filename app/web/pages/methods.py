"""/methods and /api: how the numbers are made, and what the API answers. Words, and the schema as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.trends.calibration import Calibration, how_often_held, read_calibration
from app.trends.claims import RULE
from app.trends.estimate import METHODS, UNASSIGNED, Method
from app.trends.populations import COUNTINGS, POPULATIONS, Counting, Population
from app.web.deps import Viewing
from app.web.parameters import Nothing
from app.web.templating import PageContext

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class MethodsPage(PageContext):
    """Populations, countings and rules as the code has them; `unassigned` is a probability 0..1.

    `measured` says of a method how often its ranges held, by its slug; `calibration` is the table of that.
    """

    template: ClassVar[str] = "methods.html"

    populations: Sequence[Population]
    countings: Sequence[Counting]
    estimates: Sequence[Method]
    measured: Mapping[str, str]
    calibration: Calibration | None
    claim_rule: str
    unassigned: float


@dataclass(frozen=True)
class Endpoint:
    """One address of the API with its parameters as (name, what it means)."""

    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class ApiPage(PageContext):
    """Every endpoint of the schema."""

    template: ClassVar[str] = "api.html"

    endpoints: Sequence[Endpoint]


@router.get("/methods")
def methods(_: Nothing, view: Viewing) -> HTMLResponse:
    """How the numbers are made."""
    page = MethodsPage(
        title="How the numbers are made",
        populations=POPULATIONS,
        countings=COUNTINGS,
        estimates=METHODS,
        measured={one.slug: how_often_held(one.slug) for one in METHODS},
        calibration=read_calibration(),
        claim_rule=RULE,
        unassigned=UNASSIGNED,
    )
    return view.page(page)


@router.get("/api")
def api(_: Nothing, request: Request, view: Viewing) -> HTMLResponse:
    """What the API answers."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    found = [
        _endpoint(method, path, operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]
    return view.page(ApiPage(title="API", endpoints=found))


def _endpoint(method: str, path: str, operation: dict[str, Any]) -> Endpoint:
    return Endpoint(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=[(one["name"], one.get("description", "")) for one in operation.get("parameters", ())],
    )
