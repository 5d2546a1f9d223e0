"""What breaks a JSON schema, in plain words: what is wrong and what to do. Where it stands is said beside them."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import ValidationError

LONGEST = 60
"""Letters of a value that are shown."""

_SLUG = "small letters a to z and digits, with single hyphens between, such as stream-processing"
_FORMS = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": _SLUG,
    "^[^A-Z\\s](?:[^A-Z]*[^A-Z\\s])?$": "in lower case, with no space before or after",
    "^[^A-Z\\s]+$": "one word in lower case",
    "^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$": "edition-slug/talk-id, such as summit-2019/opening",
    "^[a-z0-9]+(-[a-z0-9]+)*/[^\\x00-\\x1f]+$": "edition-slug/talk-id, such as summit-2019/opening",
    "^\\d{4}-\\d{2}-\\d{2}$": 'a day as year-month-day in quotes, such as "2019-09-30"',
    "^https?://[^\\s]+$": "an address that begins with https:// or http://",
    "^https?://": "an address that begins with https:// or http://",
    "^\\S(.*\\S)?$": "with no space before or after",
    "^[a-z]{2}$": "two small letters, such as en",
    "[0-9A-Za-zÀ-ɏ]": "with a letter or digit in it",
    "date": 'a day that there is, as year-month-day in quotes, such as "2019-09-30"',
    "uri": "a whole address, such as https://example.org/talk",
}
"""By pattern or format of the schemas."""

_TYPES = {
    "array": "a list",
    "object": "fields with their values (`name: value`)",
    "string": "text; put it in quotes if it looks like a number or a day",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def is_told_already(error: ValidationError) -> bool:
    """Whether another error of the same value says it: what is too short cannot be of the right form either."""
    least = error.schema.get("minLength", 0) if isinstance(error.schema, dict) else 0
    return error.validator in ("pattern", "format") and len(str(error.instance)) < least


def words(error: ValidationError) -> str:
    """One or two sentences."""
    value: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    shown = _shown(value)
    match error.validator:
        case "required":
            # jsonschema names the field in its message alone.
            return f"{error.message.replace(' is a required property', '')} is missing; add it."
        case "additionalProperties":
            known = sorted(schema.get("properties", {}))
            allowed = [re.compile(pattern) for pattern in schema.get("patternProperties", ())]
            unknown = [name for name in value if name not in known and not any(one.search(name) for one in allowed)]
            others = ", ".join(f"“{name}”" for name in unknown)
            return f"{others}: no such field is known here; take it out or correct its name. Known: {', '.join(known)}."
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            return f"{shown} should be {' or '.join(_TYPES.get(one, one) for one in types)}."
        case "enum" | "const":
            choices = wanted if isinstance(wanted, list) else [wanted]
            return f"{shown} is not one of {', '.join(map(str, choices))}; choose one of these."
        case "anyOf" if all(list(one) == ["required"] for one in wanted):
            ways = " or ".join(" and ".join(one["required"]) for one in wanted)
            return f"{ways} is missing; add it."
        case "not" if list(wanted) == ["required"]:
            return f"{' and '.join(wanted['required'])} do not go together; keep one of them."
        case "minLength" if not value:
            return _described("This is empty; write what belongs here.", error)
        case "minItems" if not value:
            return _described("This list is empty; write at least one.", error)
        case "minLength":
            return _described(f"{shown} is too short; write at least {wanted} letters.", error)
        case "maxLength":
            return f"{shown} is too long, {len(value)} letters; write at most {wanted}."
        case "minItems":
            return _described(f"The list has {len(value)}; write at least {wanted}.", error)
        case "maxItems":
            return f"The list has {len(value)}; write at most {wanted}."
        case "uniqueItems":
            twice = next(one for at, one in enumerate(value) if one in value[:at])
            return f"{_shown(twice)} stands here twice; keep it once."
        case "minimum" | "exclusiveMinimum":
            return f"{shown} is too small; the least is {wanted}."
        case "maximum" | "exclusiveMaximum":
            return f"{shown} is too large; the most is {wanted}."
        case "pattern" | "format":
            return _described(f"{shown} is not of the form asked for: {_FORMS.get(wanted, wanted)}.", error)
        case _:
            return _described(f"{shown} does not fit here.", error)


def _described(said: str, error: ValidationError) -> str:
    description = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    return f"{said} {description}".rstrip()


def _shown(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= LONGEST else written[: LONGEST - 3] + "…"
