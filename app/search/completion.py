"""Completion while typing: names that hold what was typed so far, and values where a field of the query is typed."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from app.search.names import NAMED, Name, Names
from app.search.query import fold_phrase
from app.search.syntax import FIELDS, SYNONYMS
from app.settings import get_settings

MOST_TYPED = 500
"""Characters that are looked at, from the end."""
KINDS = {"company": "organisation", "tech": "technology", "lang": "language"}
"""Kinds of name that fields take, where they are not named as the field is."""
_FIELD = "|".join((*FIELDS, *SYNONYMS))
_TYPED_FIELD = re.compile(rf'(?:^|\s)(-?({_FIELD}):("[^"]*|\S*))$', re.IGNORECASE)
_WHOLE_FIELD = re.compile(rf'(?:^|(?<=\s))-?(?:{_FIELD}):(?:"[^"]*"|\S*)', re.IGNORECASE)
_PATHS = {
    "talk": "/talks/{}", "speaker": "/speakers/{}", "theme": "/themes/{}", "edition": "/editions/{}",
}  # fmt: skip
_PARAMETERS = {
    "series": ("/editions", ("series",)),
    "organisation": ("/talks", ("organisation",)),
    "technology": ("/talks", ("technology",)),
    "kind": ("/talks", ("kind",)),
    "language": ("/talks", ("language",)),
    "year": ("/talks", ("year_from", "year_to")),
}


class Completed(BaseModel):
    """A name that completes what was typed. `slug` is empty for a title that several talks share.

    `alias` is another name of it, where that is what was typed. `talks` is the number of known talks behind it, `url`
    its page or its talks; None for the values of `has`.
    """

    kind: str
    name: str
    alias: str | None = None
    slug: str
    talks: int
    url: str | None
    insert: str


class Completion(BaseModel):
    """What completes `query`, best first.

    Where its end is a field, such as `speaker:gw`, that end is the `token`, and `insert` goes in its place; else
    `token` is empty, and `insert` goes in the place of all words that are no field.
    """

    query: str
    token: str = ""
    items: list[Completed] = Field(default_factory=list)


def complete(names: Names, typed: str, limit: int) -> Completion:
    """What completes `typed`: every word of it is in the name, the last as the beginning of a word."""
    end = typed[-MOST_TYPED:]
    field = _TYPED_FIELD.search(end)
    if field is not None:
        token, name, value = field.group(1), field.group(2).lower(), field.group(3)
        sign = "-" if token.startswith("-") else ""
        found = names.beginning(fold_phrase(value).split(), (_kind(name),), limit)
        return Completion(query=typed, token=token, items=[_item(one, f"{sign}{name}:{one.slug}") for one in found])
    words = fold_phrase(_WHOLE_FIELD.sub(" ", end)).split()
    found = names.beginning(words, NAMED, limit) if words else []
    return Completion(query=typed, items=[_item(one, one.name) for one in found])


def _kind(field: str) -> str:
    plain = SYNONYMS.get(field, field)
    return KINDS.get(plain, plain)


def _item(name: Name, insert: str) -> Completed:
    path = _path(name)
    url = None if path is None else get_settings().base_url + path
    return Completed(
        kind=name.kind, name=name.name, alias=name.alias or None, slug=name.slug, talks=name.talks, url=url,
        insert=insert,
    )  # fmt: skip


def _path(name: Name) -> str | None:
    """Where to see it: its page, or a list of what it names."""
    if not name.slug:
        return "/search?" + urlencode({"q": name.name})
    if name.kind in _PATHS:
        return _PATHS[name.kind].format(name.slug)
    if name.kind not in _PARAMETERS:
        return None
    path, parameters = _PARAMETERS[name.kind]
    return f"{path}?" + urlencode(dict.fromkeys(parameters, name.slug))
