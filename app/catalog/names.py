"""Organisations: the list of names with how many known talks each has."""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.listing import Portion, portion
from app.errors import NotFound
from app.models import Appearance, Organisation, Talk


class NamedCount(BaseModel):
    """An organisation and the number of known talks it appears in."""

    slug: str
    name: str
    talks: int


def list_organisations(
    session: Session, limit: int = 25, offset: int = 0, slug: str | None = None
) -> Portion[NamedCount]:
    """Organisations that speakers of known talks worked for, those with most talks first."""
    count = func.count(func.distinct(col(Appearance.talk_id)))
    statement = (
        allowed_talks(TalkFilter())
        .join(Appearance, col(Appearance.talk_id) == col(Talk.id))
        .join(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        .with_only_columns(col(Organisation.slug), col(Organisation.name), count)
        .group_by(col(Organisation.id), col(Organisation.slug), col(Organisation.name))
        .order_by(count.desc(), col(Organisation.name))
    )
    if slug:
        statement = statement.where(col(Organisation.slug) == slug)
    found = portion(session, statement, limit, offset)
    return found.carrying([NamedCount(slug=key, name=name, talks=talks) for key, name, talks in found.items])


def find_organisation(session: Session, slug: str) -> NamedCount:
    """The organisation with this slug; NotFound if no known talk has it."""
    found = list_organisations(session, limit=1, slug=slug)
    if not found.items:
        raise NotFound("organisation", slug)
    return found.items[0]
