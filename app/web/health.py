"""/healthz, /readyz and /metrics: for those who run the site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from sqlmodel import Session

from app.bootstrap import KnowledgeBase
from app.catalog.kept import kept
from app.catalog.sheets import packed_elsewhere
from app.db.engine import reading, serving
from app.db.job_queue import workers_alive
from app.db.replica import replica_of
from app.embeddings.store import recipes
from app.errors import HallwayError, ModelError
from app.jobs.asking import ALIVE
from app.jobs.board import count_states
from app.migrations import difference
from app.search.shapes import SearchRequest
from app.web.deps import Base
from app.web.parameters import Nothing

router = APIRouter(include_in_schema=False)
MODELS = "Set HALLWAY_EMBEDDING_MODEL as on the other nodes, or run `hallway rebuild embeddings`"
COUNTS = (
    "packed by other code, or with another data/vendors.yaml, than this node has. Run the same Hallway on all nodes, "
    "then `hallway rebuild themes`"
)
SLOWER = {"counts"}
"""What is said and no reason to keep readers away: counts are read from the tables then."""
PATIENCE = 1.0
"""Seconds that /healthz waits for servers of the database that do not answer."""


@router.get("/healthz")
def healthz(_: Nothing, base: Base) -> PlainTextResponse:
    """The process answers. Where there is a replica, also how its servers stand, which changes nothing about that."""
    return PlainTextResponse("\n".join(["ok", *_servers(base)]) + "\n")


@router.get("/readyz")
def readyz(_: Nothing, request: Request, base: Base) -> PlainTextResponse:
    """Database, schema and search index can be used, and this node is as the base has it; else 503 and what is not."""
    found = _checks(base)
    if request.app.state.leaving.has_begun:
        found["leaving"] = "this node is about to stop"
    is_ready = all(state == "ok" for name, state in found.items() if name not in SLOWER)
    lines = [*(f"{name}: {state}" for name, state in found.items()), *_servers(base)]
    return PlainTextResponse("\n".join(lines) + "\n", status_code=200 if is_ready else 503)


def _checks(base: Base) -> dict[str, str]:
    found = dict.fromkeys(("database", "schema", "index"), "not checked")
    try:
        with serving(base.engine) as session:
            session.execute(text("select 1"))
            found["database"] = "ok"
            found["schema"] = difference(base.engine, session.connection()) or "ok"
            base.search.search(session, SearchRequest(query="ready", mode="lexical", limit=1))
            found["index"] = "ok"
            found.update(_other_than_the_base(base, session))
    except HallwayError as error:
        waiting = next(name for name, state in found.items() if state == "not checked")
        found[waiting] = str(error)
    return found


def _other_than_the_base(base: KnowledgeBase, session: Session) -> Iterator[tuple[str, str]]:
    """In what this node differs from what the base was made with, so that it would answer otherwise than others."""
    counts = kept(session, "recipes of vectors", lambda: recipes(session))
    usual = max(counts, key=lambda one: counts[one], default="")
    with suppress(ModelError):  # search says so, and goes by words
        recipe = base.embedder.recipe
        if usual not in ("", recipe):
            said = f"this node embeds by {recipe}, which {counts.get(recipe, 0)} vectors of the base are of; "
            said += f"{counts[usual]} are of {usual}. {MODELS}"
            yield "model", said
    if packed_elsewhere(session):
        yield "counts", COUNTS


def _servers(base: KnowledgeBase) -> list[str]:
    replica = replica_of(base.engine)
    if replica is None:
        return []
    replica.look(base.engine, PATIENCE)
    return replica.servers.lines()


@router.get("/metrics")
def metrics(_: Nothing, request: Request, base: Base) -> Response:
    """Counts and times in the text format of Prometheus. Those of jobs stay as they were while the base is away."""
    with suppress(HallwayError), reading(base.engine) as session:
        request.app.state.measurements.note_jobs(count_states(session), workers_alive(session, ALIVE))
    return Response(request.app.state.measurements.as_text(), media_type="text/plain; version=0.0.4; charset=utf-8")
