"""The site: pages, API and health under one roof, with errors, headers and measurements around them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request, Response

from app import __version__, garbage
from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.catalog.candidates import technology_candidates
from app.catalog.census import census
from app.catalog.choices import choices
from app.catalog.technologies import list_technologies
from app.curators.throttle import Throttle
from app.db.engine import serving
from app.settings import get_settings
from app.trends.counts import population_counts, theme_shares
from app.trends.populations import COUNTINGS
from app.trends.scope import Scope
from app.web import assets, errors, health
from app.web.again import OnceMore
from app.web.api import articles as api_articles
from app.web.api import claims as api_claims
from app.web.api import editions as api_editions
from app.web.api import jobs as api_jobs
from app.web.api import people, vocabulary
from app.web.api import practices as api_practices
from app.web.api import quality as api_quality
from app.web.api import search as api_search
from app.web.api import takeaways as api_takeaways
from app.web.api import talks as api_talks
from app.web.api import trends as api_trends
from app.web.api.problems import PROBLEMS, ProblemDetails
from app.web.crowd import few_at_a_time
from app.web.leaving import Leaving, LetsGo
from app.web.measurements import Measurements
from app.web.middleware import Guard, HeadAsGet, Measured, NoNul, SecurityHeaders
from app.web.pages import (
    abstract,
    article_new,
    articles,
    citations,
    claims,
    discovered,
    editions,
    figures,
    home,
    imports,
    jobs,
    methods,
    posts,
    practices,
    quality,
    reports,
    review,
    review_claims,
    review_sample,
    review_takeaways,
    saved,
    search,
    sign_in,
    speakers,
    takeaways,
    talk,
    talks,
    technologies,
    themes,
    trends,
    versus,
)
from app.web.parameters import Nothing

PAGES = (
    # Before the pages whose addresses its own begin with.
    citations,
    saved,
    home,
    search,
    abstract,
    talks,
    talk,
    speakers,
    editions,
    posts,
    discovered,
    themes,
    versus,
    technologies,
    takeaways,
    article_new,
    articles,
    claims,
    trends,
    reports,
    figures,
    methods,
    practices,
    quality,
    imports,
    jobs,
    sign_in,
    review,
    review_sample,
    review_takeaways,
    review_claims,
)
ENDPOINTS = (
    api_search,
    api_practices,
    api_quality,
    api_talks,
    people,
    api_editions,
    vocabulary,
    api_takeaways,
    api_articles,
    api_claims,
    api_trends,
    api_jobs,
)
DESCRIPTION = (
    "Conference talks with who said what, where, and how sure that is. Every list answers with total, items and next; "
    "every share with numerator, denominator, interval and the address of the talks behind it."
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """For as long as the site is up: how many requests at a time, and hearing that it is to go."""
    async with few_at_a_time(app):
        with app.state.leaving.heard():
            yield


def create_app(base: KnowledgeBase) -> FastAPI:
    """The application over an open knowledge base."""
    app = FastAPI(
        title="Hallway", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None, openapi_url=None,
        lifespan=lifespan,
    )  # fmt: skip
    app.state.base = base
    app.state.leaving = Leaving(base.settings.drain_seconds)
    app.state.measurements = Measurements()
    app.state.throttle = Throttle(base.engine)
    api = APIRouter(prefix="/api/v1", responses=PROBLEMS)
    for endpoint in ENDPOINTS:
        api.include_router(endpoint.router)
    app.include_router(api)  # first, as each router that is asked before the right one costs time
    for page in PAGES:
        app.include_router(page.router)
    app.include_router(assets.router)
    app.include_router(health.router)
    app.add_api_route("/openapi.json", openapi, include_in_schema=False)
    errors.install(app)
    # The last added is the outermost.
    app.add_middleware(Guard)
    app.add_middleware(OnceMore)
    app.add_middleware(NoNul)
    app.add_middleware(LetsGo, leaving=app.state.leaving)
    app.add_middleware(Measured, measurements=app.state.measurements)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadAsGet)
    return app


def warm(base: KnowledgeBase) -> None:
    """Read beforehand what the first visitors would wait for: the indexes of search, and counts over the whole base."""
    with ThreadPoolExecutor(1) as beside:  # either waits for what is no Python: the model, the database
        counted = beside.submit(count, base)
        base.search.warm()
        counted.result()
    # What was read stays: looking through it for garbage would hold up a page in twenty for a tenth of a second.
    garbage.keep()


def count(base: KnowledgeBase) -> None:
    """Count over the whole base; what was counted is kept."""
    with serving(base.engine) as session:
        census(session)
        choices(session)
        list_technologies(session)
        technology_candidates(session, technologies.CANDIDATES)
        population_counts(session, Scope())
        for counting in COUNTINGS:
            theme_shares(session, Scope(), counting=counting.slug)


def openapi(_: Nothing, request: Request) -> Response:
    """The schema of the API."""
    schema = request.app.openapi()
    models = schema.setdefault("components", {}).setdefault("schemas", {})
    if "ProblemDetails" not in models:
        described = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        models.update(described.pop("$defs", {}))
        models["ProblemDetails"] = described
    return Response(json.dumps(schema), media_type="application/json")


def factory() -> FastAPI:
    """The application as settings have it: `uvicorn --factory app.web.app:factory`."""
    base = open_knowledge_base(get_settings())
    warm(base)
    return create_app(base)
