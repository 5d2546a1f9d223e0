"""What breaks a schema, in plain words that say what to do."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.ingest.formats.schema_words import is_told_already, words

EITHER = {"anyOf": [{"required": ["article"]}, {"required": ["list"]}]}
PATTERNED = {"additionalProperties": False, "properties": {"a": {}}, "patternProperties": {"^x-": {}}}


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"required": ["name"]}, {}, "'name' is missing; add it."),
        (PATTERNED, {"a": 1, "x-y": 1, "b": 1}, "“b”: no such field is known here; take it out or correct its name."),
        ({"type": "array"}, 7, "7 should be a list."),
        ({"type": ["string", "integer"]}, None, "null should be text; put it in quotes if it looks like a number"),
        ({"enum": ["tool", "cloud"]}, "gadget", '"gadget" is not one of tool, cloud; choose one of these.'),
        ({"minLength": 2}, "", "This is empty; write what belongs here."),
        ({"minLength": 2, "description": "A phrase."}, "x", '"x" is too short; write at least 2 letters. A phrase.'),
        ({"maxLength": 2}, "xyz", '"xyz" is too long, 3 letters; write at most 2.'),
        ({"minItems": 1}, [], "This list is empty; write at least one."),
        ({"minItems": 2}, [1], "The list has 1; write at least 2."),
        ({"maxItems": 1}, [1, 2], "The list has 2; write at most 1."),
        ({"uniqueItems": True}, ["a", "b", "a"], '"a" stands here twice; keep it once.'),
        ({"minimum": 1}, 0, "0 is too small; the least is 1."),
        ({"maximum": 1}, 2, "2 is too large; the most is 1."),
        (
            {"pattern": "^[a-z]{2}$"},
            "English",
            '"English" is not of the form asked for: two small letters, such as en.',
        ),
        (EITHER, {}, "article or list is missing; add it."),
        ({"not": {"required": ["a", "b"]}}, {"a": 1, "b": 1}, "a and b do not go together; keep one of them."),
        ({"oneOf": [{"const": 1}, {"const": 2}], "description": "One or two."}, 3, "3 does not fit here. One or two."),
    ],
)
def test_every_kind_of_fault_is_put_into_words(schema: dict[str, Any], value: Any, told: str) -> None:
    (error,) = Draft202012Validator(schema).iter_errors(value)
    assert words(error).startswith(told)
    assert words(error).endswith(".")


def test_what_is_too_short_is_not_told_for_its_form_as_well() -> None:
    errors = Draft202012Validator({"minLength": 2, "pattern": "^[a-z]"}).iter_errors("")
    assert [error.validator for error in errors if not is_told_already(error)] == ["minLength"]
