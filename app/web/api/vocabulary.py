"""Themes and technologies: what talks are about and what they mention."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.catalog.technologies import (
    TechnologyDetail,
    TechnologyKind,
    TechnologyOrder,
    TechnologyRow,
    find_technology,
    list_technologies,
)
from app.catalog.themes import ThemeDetail, find_theme, list_themes
from app.search.neighbours import NearToTheme
from app.web.api.lists import Listed, SimilarQuery, listed
from app.web.deps import Reading, Search
from app.web.parameters import Nothing, Paging, PathSlug

router = APIRouter(tags=["vocabulary"])


class TechnologiesQuery(Paging):
    """What GET /technologies can be asked for."""

    sort: TechnologyOrder = Field(default="talks", description="Order of the list.")
    kind: TechnologyKind | None = Field(default=None, description="Only technologies of this kind.")


@router.get("/themes", summary="Themes")
def themes(asked: Annotated[Paging, Query()], session: Reading, request: Request) -> Listed[ThemeDetail]:
    """The theme vocabulary in its order, with definitions, cues and examples."""
    return listed(request, asked, list_themes(session, asked.limit, asked.offset))


@router.get("/themes/{slug}", summary="One theme")
def theme(slug: PathSlug, _: Nothing, session: Reading) -> ThemeDetail:
    """A theme; its share is at GET /trends/themes, its talks at GET /talks?theme=."""
    return find_theme(session, slug)


@router.get("/themes/{slug}/similar", summary="What is near a theme")
def similar(slug: PathSlug, asked: Annotated[SimilarQuery, Query()], session: Reading, engine: Search) -> NearToTheme:
    """The talks and themes nearest in meaning to the words of a theme, whatever themes the talks were given."""
    find_theme(session, slug)
    return engine.near_theme(session, slug, asked.limit)


@router.get("/technologies", summary="Technologies")
def technologies(
    asked: Annotated[TechnologiesQuery, Query()], session: Reading, request: Request
) -> Listed[TechnologyRow]:
    """Technologies that known talks mention, those with most talks first."""
    return listed(request, asked, list_technologies(session, asked.limit, asked.offset, asked.sort, asked.kind))


@router.get("/technologies/{slug}", summary="One technology")
def technology(slug: PathSlug, _: Nothing, session: Reading) -> TechnologyDetail:
    """A technology with its number of known talks and what surrounds it; its talks: GET /talks?technology=."""
    return find_technology(session, slug)
