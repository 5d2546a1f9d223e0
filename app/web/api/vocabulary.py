"""Vocabularies, themes and technologies: what talks are about and what they mention."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request
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
from app.catalog.vocabularies import VocabularyDetail, choose_vocabulary, list_vocabularies
from app.search.neighbours import NearToTheme
from app.trends.pairs import TechnologyPair, list_pairs
from app.trends.versus import Versus, resolve_pair, versus
from app.web.api.lists import Listed, SimilarQuery, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading, Search
from app.web.parameters import Nothing, Paging, PathSlug, Slug

router = AnswerRouter(tags=["vocabulary"])


class TechnologiesQuery(Paging):
    """What GET /technologies can be asked for."""

    sort: TechnologyOrder = Field(default="talks", description="Order of the list.")
    kind: TechnologyKind | None = Field(default=None, description="Only technologies of this kind.")


class PairsQuery(Paging):
    """What GET /technologies/pairs can be asked for."""

    of: Literal["any"] | None = Field(default=None, description="any: pairs of two kinds of technology as well.")


class ThemesQuery(Paging):
    """What GET /themes can be asked for."""

    vocabulary: Slug | None = Field(default=None, description="Slug of a vocabulary; all of them without it.")


@router.get("/vocabularies", summary="Vocabularies")
def vocabularies(asked: Annotated[Paging, Query()], session: Reading, request: Request) -> Listed[VocabularyDetail]:
    """The vocabularies of themes, the one that came first in front, each with the version of its content."""
    return listed(request, asked, list_vocabularies(session, asked.limit, asked.offset))


@router.get("/themes", summary="Themes")
def themes(asked: Annotated[ThemesQuery, Query()], session: Reading, request: Request) -> Listed[ThemeDetail]:
    """Themes in the order of their vocabulary, with definitions, cues and examples."""
    if asked.vocabulary:
        choose_vocabulary(session, asked.vocabulary)
    return listed(request, asked, list_themes(session, asked.vocabulary, asked.limit, asked.offset))


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


@router.get("/technologies/pairs", summary="Technologies side by side")
def pairs(asked: Annotated[PairsQuery, Query()], session: Reading, request: Request) -> Listed[TechnologyPair]:
    """Pairs with takeaways on both first, then those that most talks mention; of one kind of technology, or of any."""
    return listed(request, asked, list_pairs(session, asked.limit, asked.offset, alike=asked.of is None))


@router.get("/technologies/{one}/vs/{other}", summary="Two technologies side by side")
def two(one: PathSlug, other: PathSlug, _: Nothing, session: Reading) -> Versus:
    """Talks on each and on both by year, what was said of both, limitations of each; names in any order do as well."""
    return versus(session, *resolve_pair(session, one, other))


@router.get("/technologies/{slug}", summary="One technology")
def technology(slug: PathSlug, _: Nothing, session: Reading) -> TechnologyDetail:
    """A technology with its number of known talks and what surrounds it; its talks: GET /talks?technology=."""
    return find_technology(session, slug)
