"""What a browser holds of a curator: a signed cookie, and in each form a token that only our pages can have written.

Signed by itsdangerous (HMAC) with the key of the account, which changes with its password. Nothing in them is secret.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from app.models import Curator

COOKIE = "hallway_curator"
"""Cookie of who is signed in."""

FORM_COOKIE = "hallway_form"
"""Cookie that the sign-in form is bound to, for there nobody is signed in yet."""

SIGNED_IN_SECONDS = 12 * 3600
FORM_SECONDS = 12 * 3600


@dataclass(frozen=True)
class SignedIn:
    """A curator who signed in: the name, the sitting that began then, and the token for forms of this sitting."""

    name: str
    sitting: str
    form_token: str


def new_cookie(curator: Curator) -> str:
    """The cookie for a sitting that begins now."""
    return _signer(curator, "sitting").dumps([curator.name, secrets.token_urlsafe(16)])


def read_cookie(curator: Curator, cookie: str) -> SignedIn | None:
    """Who a cookie is of; None where it was altered, is older than 12 hours or than the password."""
    sitting = _read(curator, "sitting", cookie, SIGNED_IN_SECONDS)
    if not isinstance(sitting, list) or len(sitting) != 2 or sitting[0] != curator.name:
        return None
    return SignedIn(curator.name, str(sitting[1]), form_token(curator, str(sitting[1])))


def new_nonce() -> str:
    """A value for the cookie that a sign-in form is bound to."""
    return secrets.token_urlsafe(16)


def form_token(curator: Curator, bound_to: str) -> str:
    """A token for a form, good for 12 hours and only for the sitting, or the cookie of the form, `bound_to`."""
    return _signer(curator, "form").dumps(bound_to)


def is_form_token(curator: Curator, token: str, bound_to: str) -> bool:
    """Whether our page wrote `token` for this sitting, or whoever has this cookie."""
    found = _read(curator, "form", token, FORM_SECONDS)
    return isinstance(found, str) and bool(bound_to) and hmac.compare_digest(found.encode(), bound_to.encode())


def _signer(curator: Curator, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(curator.signing_key, salt=f"hallway/{purpose}/{curator.id}")


def _read(curator: Curator, purpose: str, value: str, seconds: int) -> object:
    try:
        found: object = _signer(curator, purpose).loads(value, max_age=seconds)
    except BadData:
        return None
    return found
