"""Which organisations are vendors: read from the shipped list, `data/vendors.yaml`. What is not in it is a user."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import yaml

from app.settings import shipped
from app.text.names import name_key

AFFILIATIONS = ("vendor", "user", "unknown")
"""Of talks: with a speaker of a vendor; with known affiliations, none of a vendor; with none known."""


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((shipped("data") / "vendors.yaml").read_text(encoding="utf-8"))
    return found


@cache
def vendor_keys() -> tuple[str, ...]:
    """Folded names of all vendors, as `Organisation.key` has them."""
    named = [name for one in _document()["vendors"] for name in (one["name"], *one.get("aliases", ()))]
    return tuple(sorted({name_key(name) for name in named}))


@cache
def vendors_version() -> str:
    """The list by its content, for reports that depend on it: eight hex digits, and how many vendors it names."""
    digest = hashlib.sha256("\n".join(vendor_keys()).encode()).hexdigest()[:8]
    return f"{digest}, {len(_document()['vendors'])} vendors"
