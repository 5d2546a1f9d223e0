"""Every error Hallway expects, as one tree.

    HallwayError             500, exit 1   anything below; catch this at the edge
    |-- UsageError           422, exit 2   what was asked for makes no sense: a parameter or option
    |   `-- TooLarge         413, exit 2   more was sent than is read
    |-- NotAllowed         403, exit 1   it takes a curator who is signed in, and a form of our own pages
    |-- NotFound             404, exit 1   a talk, theme, edition, report or figure that is not in the base
    |-- InputError           422, exit 3   a file that cannot be read; the others were
    |-- DatabaseError        503, exit 1   no database, a locked or full one, or a schema newer or older than the code
    |   |-- Busy             503, exit 1   another process writes
    |   |-- Unreachable      503, exit 1   no server answers
    |   |-- Interrupted      503, exit 1   it broke off in the middle; what only reads may be asked once more
    |   `-- ExtensionError   503, exit 1   Postgres lacks pgvector, or has one that is too old
    |-- ModelError           503, exit 1   the embedding model is missing, altered or does not load
    `-- IndexNotReady        503, exit 1   a derived index is missing or stale and is to be rebuilt

Each message says what was wrong, where, and what to do. Each class states its HTTP status and exit code.
"""

from __future__ import annotations


class HallwayError(Exception):
    """Base of all expected errors."""

    status = 500
    exit_code = 1
    title = "Something went wrong"


class UsageError(HallwayError):
    """A parameter or option that cannot be used; `parameter` names it."""

    status = 422
    exit_code = 2
    title = "That cannot be asked"

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class TooLarge(UsageError):
    """More was sent than is read; the message says how much is."""

    status = 413
    title = "That is too much"


class NotAllowed(HallwayError):
    """Only a curator who is signed in may do this, by a form of our own pages."""

    status = 403
    title = "That takes a curator"


class NotFound(HallwayError):
    """Nothing in the base has this name; `what` is the kind of thing and `key` the name asked for, "" if none was."""

    status = 404
    title = "Not found"

    def __init__(self, what: str, key: str, hint: str = "") -> None:
        named = f" “{key}”" if key else ""
        super().__init__(f"There is no {what}{named} in this knowledge base.{' ' + hint if hint else ''}")
        self.what = what
        self.key = key


class InputError(HallwayError):
    """A file, or a part of it, that cannot be read; `where` is a line, field or byte position in it."""

    status = 422
    exit_code = 3
    title = "The input could not be read"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class DatabaseError(HallwayError):
    """The database cannot be used as it is."""

    status = 503
    title = "The knowledge base is not available"


class Busy(DatabaseError):
    """Another process writes, and did for as long as was waited."""


class Unreachable(DatabaseError):
    """No database server answers, or none that has what is asked for."""


class Interrupted(DatabaseError):
    """The database broke off in the middle of something. Nothing was written, unless the message says otherwise."""


class ExtensionError(DatabaseError):
    """Postgres lacks pgvector, or has one that is too old, and search is to go by it."""


class ModelError(HallwayError):
    """The embedding model cannot be used."""

    status = 503
    title = "The embedding model is not available"


class IndexNotReady(HallwayError):
    """A search index is missing or stale."""

    status = 503
    title = "The search index is being rebuilt"
