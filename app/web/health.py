"""/healthz, /readyz and /metrics: for those who run the site."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import Engine, text

import app.migrations
from app.db.engine import reading
from app.db.job_queue import workers_alive
from app.errors import HallwayError
from app.jobs.asking import ALIVE
from app.jobs.board import count_states
from app.search.shapes import SearchRequest
from app.web.deps import Base
from app.web.parameters import Nothing

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz(_: Nothing) -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(_: Nothing, base: Base) -> PlainTextResponse:
    """Database, schema and search index can be used; else 503 and which of them cannot."""
    lines = [f"{name}: {state}" for name, state in _checks(base).items()]
    ready = all(line.endswith(": ok") for line in lines)
    return PlainTextResponse("\n".join(lines) + "\n", status_code=200 if ready else 503)


def _checks(base: Base) -> dict[str, str]:
    found = dict.fromkeys(("database", "schema", "index"), "not checked")
    try:
        with reading(base.engine) as session:
            session.execute(text("select 1"))
            found["database"] = "ok"
            found["schema"] = "ok" if _schema_is_current(base.engine) else "not that of this code; run hallway ingest"
            base.search.search(session, SearchRequest(query="ready", mode="lexical", limit=1))
            found["index"] = "ok"
    except HallwayError as error:
        waiting = next(name for name, state in found.items() if state == "not checked")
        found[waiting] = str(error)
    return found


def _schema_is_current(engine: Engine) -> bool:
    head = ScriptDirectory(str(Path(app.migrations.__file__).parent)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


@router.get("/metrics")
def metrics(_: Nothing, request: Request, base: Base) -> Response:
    """Counts and times in the text format of Prometheus. Those of jobs stay as they were while the base is away."""
    with suppress(HallwayError), reading(base.engine) as session:
        request.app.state.measurements.note_jobs(count_states(session), workers_alive(session, ALIVE))
    return Response(request.app.state.measurements.as_text(), media_type="text/plain; version=0.0.4; charset=utf-8")
