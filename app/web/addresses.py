"""Addresses within the site: the same view with one thing changed. URLs are the state."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode


def with_query(path: str, values: Mapping[str, object], **changes: object) -> str:
    """`path` with `values` as its query, some changed; None, "", () and False leave a name out, lists repeat it."""
    pairs: list[tuple[str, str]] = []
    for name, value in {**values, **changes}.items():
        several = value if isinstance(value, list | tuple) else (value,)
        pairs.extend((name, str(one)) for one in several if one is not None and one != "" and one is not False)
    return f"{path}?{urlencode(pairs)}" if pairs else path
