"""`hallway curator set-password`: the account that may decide on the site."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="The account that may decide on the site.", no_args_is_help=True)
    group.callback()(_several)
    group.command()(set_password)
    app.add_typer(group, name="curator")


def _several() -> None:
    """Keep a group of one command a group."""


def set_password(
    name: Annotated[str | None, typer.Option(help="Name that decisions are made under.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the password from standard input, one line.")] = False,
) -> None:
    """Make the account or give it a new password. Whoever was signed in no longer is."""
    from app.bootstrap import configure_logging
    from app.curators.account import set_password as store
    from app.db.engine import make_engine, writing
    from app.migrations import upgrade
    from app.settings import get_settings

    password = _from_stdin() if stdin else _asked()
    settings = get_settings()
    configure_logging(settings)
    engine = make_engine(settings.database_url)
    upgrade(engine)
    with writing(engine) as session:
        curator = store(session, password, name)
        kept = curator.name
    print(f"{kept} can sign in at {settings.base_url}/sign-in. Older sign-ins are void.")


def _from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _asked() -> str:
    """The password, typed twice."""
    from getpass import getpass

    from app.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask on; give the password on standard input with --stdin.", "--stdin")
    first = getpass("Password (12 letters or more): ")
    if getpass("Once more: ") != first:
        raise UsageError("The two differ; nothing was changed.", "password")
    return first
