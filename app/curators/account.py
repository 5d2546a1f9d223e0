"""The one account of a curator: its name, the hash of its password (argon2id), and the key its cookies are signed with.

The parameters are argon2-cffi's defaults, the low-memory recommendation of RFC 9106.
"""

from __future__ import annotations

import hmac
import secrets
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlmodel import Session, col

from app.curators.throttle import forget_failures
from app.db.types import utc_now
from app.errors import UsageError
from app.models import Curator

DEFAULT_NAME = "Curator"
SHORTEST, LONGEST = 12, 1000
LONGEST_NAME = 80
MAKE_ONE = "hallway curator set-password"

_hasher = PasswordHasher()
_one_at_a_time = Lock()
"""Each check takes 64 MiB for a moment; many at once would be a way to bring the site down."""


def find_curator(session: Session) -> Curator | None:
    """The account, None where nobody has set a password yet."""
    return session.scalars(select(Curator).order_by(col(Curator.id)).limit(1)).first()


def set_password(session: Session, password: str, name: str | None = None) -> Curator:
    """Make the account, or give it a new password and, if one is given, a new name. Whoever was signed in no longer is,
    and whoever failed to sign in need not wait.

    UsageError for a password of fewer than 12 letters or more than 1000, or a name that is empty or cannot be shown.
    """
    curator = find_curator(session)
    wanted = _checked_name(name if name is not None else curator.name if curator else DEFAULT_NAME)
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"The password has {len(password)} letters; take {SHORTEST} to {LONGEST}.", "password")
    if curator is None:
        curator = Curator(name=wanted, password_hash="", signing_key="", set_at=utc_now())
        session.add(curator)
    curator.name = wanted
    curator.password_hash = _hasher.hash(password)
    curator.signing_key = secrets.token_hex(32)
    curator.set_at = utc_now()
    forget_failures(session)
    session.flush()
    return curator


def is_right(curator: Curator, name: str, password: str) -> bool:
    """Whether name and password are the account's. Takes as long for a wrong name as for a wrong password."""
    named = hmac.compare_digest(_plain(name).encode(), _plain(curator.name).encode())
    with _one_at_a_time:
        return _verifies(curator.password_hash, password[: LONGEST + 1]) and named


def _verifies(known: str, password: str) -> bool:
    try:
        _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
    return True


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _checked_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise UsageError(f"A name has 1 to {LONGEST_NAME} letters that can be shown.", "name")
    return plain
