"""What a database said when it failed, as an error with words. What nobody expected of it stays what it is."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

from app.errors import Busy, DatabaseError, HallwayError, Interrupted, Unreachable, UsageError

DISK_FULL = "The disk of the database is full; nothing of this step was written. Make room, then do it again."
READ_ONLY = (
    "The database takes no changes: it is a replica, or was set to be read only. Nothing was written. "
    "HALLWAY_DATABASE_URL is to name the server that takes changes."
)
LOST = "The connection to the database was lost in the middle of this, and nothing was written. Try again."
NO_TEXT = "A text with the character NUL in it cannot be kept or looked for; take it out."

_STATES: dict[str, tuple[type[HallwayError], str]] = {
    "57P01": (Interrupted, LOST),  # the server is being stopped
    "57P02": (Interrupted, LOST),
    "40001": (Interrupted, "The database broke this off, as it got in the way of something else. Try again."),
    "57P03": (Unreachable, "The database server is starting or stopping; try again in a moment."),
    "53300": (Unreachable, "The database server has no connection left for this; try again, or raise max_connections."),
    "53100": (DatabaseError, DISK_FULL),
    "53200": (DatabaseError, "The database server is out of memory; nothing of this step was written."),
    "25006": (DatabaseError, READ_ONLY),
    "22021": (UsageError, NO_TEXT),
}
"""SQLSTATEs of Postgres (appendix A of its manual) that do not mean a fault of ours."""


def failure(error: DBAPIError) -> HallwayError | None:
    """The error in words; None where it may be a fault of ours. What a driver says of a server holds no password."""
    reason = str(error.orig).strip()
    state = getattr(error.orig, "sqlstate", None) or ""
    if state not in _STATES and (error.connection_invalidated or state.startswith("08")):
        return Interrupted(LOST)
    if state in _STATES:
        kind, said = _STATES[state]
        return kind(said)
    if "cannot contain NUL" in reason:
        return UsageError(NO_TEXT)
    return _explained(reason) if isinstance(error, OperationalError) else None


def is_broken(error: DBAPIError) -> bool:
    """Whether it is the connection or the server that failed, and nothing can be told of what was asked for."""
    return isinstance(failure(error), Interrupted | Unreachable)


def _explained(reason: str) -> DatabaseError:
    if "connection failed" in reason or "connection to server" in reason or "connection timeout" in reason:
        detail = reason.splitlines()[0].rpartition("failed: ")[2]
        for words, state in (("the database system is", "57P03"), ("too many clients", "53300")):
            if words in detail:  # while it connects the driver tells no state
                return Unreachable(_STATES[state][1])
        return Unreachable(
            f"The database server cannot be reached ({detail}). Check host, port, user and name in "
            "HALLWAY_DATABASE_URL, and that the server runs."
        )
    if "locked" in reason or "lock timeout" in reason:
        return Busy("The database is locked by another process that writes; try again when it has finished.")
    if "no such table" in reason:
        return DatabaseError("The database has no tables yet; run `hallway ingest data` or `make serve` first.")
    if "unable to open" in reason or "readonly" in reason:
        said = f"The database file cannot be opened for this ({reason}); check the path and its permissions."
        return DatabaseError(said)
    if "full" in reason or "No space left" in reason:
        return DatabaseError(DISK_FULL)
    return DatabaseError(f"The database refused: {reason}.")
