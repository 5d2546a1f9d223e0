"""Whether a sentence tells of another occasion than its article: “At the Data Days in Oslo, …”. Pure."""

from __future__ import annotations

import re

from app.text.stemming import fold

_KIND = (
    r"(?:Summit|Conference|Conf|Con|Days?|Congress|Forum|Symposium|Fest|Meetup|Konferenz|Tage|Expo|[A-Z]\w*(?:Con|Conf|Summit"
    r"|Days|Fest|Camp))"
)
_OCCASION = re.compile(
    r"\b(?:[Aa]t|[Dd]uring|[Ii]n|[Bb]ei|[Aa]uf|[Aa]m|[Àà]|[Ee]n)\s+(?:(?:the|last\s+year['’]s|this\s+year['’]s|der|dem|den|la|le|l['’])\s*)?"
    rf"(?P<name>(?:[A-Z][\w&+.-]*\s+){{0,4}}{_KIND}\b(?:,?\s+(?:in\s+)?[A-Z][\w-]+(?:\s[A-Z][\w-]+)?)?(?:,?\s+(?:19|20)\d\d)?)"
)


def occasion_elsewhere(text: str, edition: str | None) -> str | None:
    """The other occasion a statement names; None where it names none but the edition of this name, or its series."""
    own = fold(edition or "")
    for found in _OCCASION.finditer(text):
        name = " ".join(found["name"].split())
        said = fold(name).replace(" in ", " ").replace(",", "")
        if own and (said in own or own in said):
            continue
        return name
    return None
