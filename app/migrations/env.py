"""Alembic's entry: runs on the connection that `upgrade` hands over, or on the configured database."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.models  # noqa: F401  registers the tables
from app.db.engine import make_engine
from app.settings import get_settings


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with make_engine(get_settings().database_url).begin() as own:
        _run(own)
