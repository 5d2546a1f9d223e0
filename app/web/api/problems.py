"""What goes wrong, as the schema describes it. The answers themselves are made in web/errors.py."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class ParameterProblem(BaseModel):
    """A parameter that cannot be used."""

    parameter: str = Field(description="Its name.")
    message: str = Field(description="What is wrong with it, and what it may be.")


class ProblemDetails(BaseModel):
    """A problem as RFC 9457 has it."""

    type: str = Field(description="about:blank: the status says it all.")
    title: str = Field(description="The kind of problem.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong, and what to do.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[ParameterProblem] = Field(default=[], description="Parameters at fault, where it is they.")


def _answer(description: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    return {"description": description, "content": {"application/problem+json": schema}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: _answer("Nothing in the base has this name."),
    422: _answer("A parameter is unknown or out of range; the answer names it."),
    503: _answer("The knowledge base or its index cannot be used now."),
}
