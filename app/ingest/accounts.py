"""Addresses of people: folded for comparison, and which of them are accounts that one person holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_ONE_NAME = re.compile(r"^/@?([\w.-]+)/?$")
_HOSTS = {
    "github.com": "github", "gitlab.com": "gitlab", "codeberg.org": "codeberg", "twitter.com": "twitter",
    "x.com": "twitter", "speakerdeck.com": "speakerdeck", "medium.com": "medium", "dev.to": "dev.to",
    "instagram.com": "instagram", "keybase.io": "keybase", "sessionize.com": "sessionize", "orcid.org": "orcid",
    "bitbucket.org": "bitbucket", "slideshare.net": "slideshare",
}  # fmt: skip
_PATHS = (
    ("linkedin.com", "linkedin", re.compile(r"^/in/([^/]+)")),
    ("bsky.app", "bluesky", re.compile(r"^/profile/([^/]+)")),
    ("stackoverflow.com", "stackoverflow", re.compile(r"^/users/(\d+)")),
)
_NOBODY = frozenset(
    ["about", "orgs", "home", "share", "intent", "search", "hashtag", "login", "signup", "explore", "topics", "events"]
)
STEADY = frozenset(["github", "gitlab", "orcid", "linkedin", "stackoverflow", "twitter"])
"""Kinds of which a person rarely has two: different ones speak against one person."""

_LONGEST = 300


@dataclass(frozen=True)
class Account:
    """An address folded: no scheme, no www, lower case, no trailing slash. `kind` is `page` where nobody's account."""

    url: str
    kind: str
    name: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether one person holds it, unlike a page that several may give."""
        return self.kind != "page"


def read_accounts(addresses: Iterable[str]) -> tuple[Account, ...]:
    """The accounts and pages at these addresses, each once; what is no web address is passed over."""
    found = {account.url: account for address in addresses if (account := read_account(address))}
    return tuple(found.values())


def read_account(address: str) -> Account | None:
    """The account or page at an address; None for what is no web address."""
    text = address.strip()
    if not text or len(text) > _LONGEST or re.search(r"\s", text):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host:
        return None
    host = re.sub(r"^(www|m|mobile)\.", "", host)
    if host.endswith(".linkedin.com"):
        host = "linkedin.com"
    path = parts.path.rstrip("/").lower()
    for site, kind, pattern in _PATHS:
        if host == site and (found := pattern.match(path)):
            return Account(f"{host}{found[0]}", kind, found[1])
    named = _ONE_NAME.match(path)
    if named and named[1] not in _NOBODY:
        if host in _HOSTS:
            site = "twitter.com" if host == "x.com" else host
            return Account(f"{site}/{named[1]}", _HOSTS[host], named[1])
        if path.startswith("/@"):
            return Account(f"{host}{path}", "fediverse", named[1])
    return Account(f"{host}{path}", "page")


def accounts_differ(some: Iterable[Account], others: Iterable[Account]) -> str | None:
    """The kind of which both have accounts and none in common, where they share no account at all; None without."""
    mine = [account for account in some if account.is_personal]
    theirs = [account for account in others if account.is_personal]
    if {account.url for account in mine} & {account.url for account in theirs}:
        return None
    shared = {account.kind for account in mine} & {account.kind for account in theirs} & STEADY
    return min(shared, default=None)
