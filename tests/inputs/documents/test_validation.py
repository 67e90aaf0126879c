"""Every kind of error jsonschema can find becomes a sentence."""

from typing import Any

import pytest

from auditor.inputs.documents.validation import ONE_LINE, complaints
from auditor.inputs.documents.yaml import parse_yaml

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "anyOf": ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "x", 'k must be a whole number, not the text "x"'),
    "anyOf with a word": (
        {"anyOf": [{"type": "integer"}, {"enum": ["unused"]}]},
        "none",
        'k cannot be "none"; it is one of unused',
    ),
    "anyOf with a word, and a number": (
        {"anyOf": [{"type": "integer", "minimum": 3}, {"enum": ["unused"]}]},
        "2",
        "k must be at least 3, not 2",
    ),
    "oneOf that fits twice": (
        {"oneOf": [{"type": "integer"}, {"minimum": 0}]},
        "1",
        "k does not match the schema (oneOf)",
    ),
    "not": ({"not": {"type": "integer"}}, "1", "k does not match the schema (not)"),
    "enum": ({"enum": ["a", "b"]}, "true", "k must be text, not true"),
    "minimum": ({"minimum": 3}, "2", "k must be at least 3, not 2"),
    "maximum": ({"maximum": 3}, "4.5", "k must be at most 3, not 4.5"),
    "exclusiveMinimum": ({"exclusiveMinimum": 3}, "3", "k must be more than 3, not 3"),
    "minProperties": ({"minProperties": 1}, "{}", "k must not be empty"),
    "empty text": (ONE_LINE, "''", "k must not be empty"),
    "blank text": (ONE_LINE, "'  '", "k must not be empty"),
    "a line end at the end": (ONE_LINE, '"x\\n"', "k must be a single line"),
    "uniqueItems": ({"uniqueItems": True}, "[1, 2, 1]", 'k lists "1" twice'),
    "a list": ({"type": "object"}, "[]", "k must be a mapping (key: value), not a list"),
    "a mapping": ({"type": "array"}, "{}", "k must be a list, not a mapping"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_is_a_sentence(case: str) -> None:
    schema, value, message = CASES[case]
    document = parse_yaml(f"k: {value}".encode(), "f")
    found = {str(error) for error in complaints(document, {"type": "object", "properties": {"k": schema}})}
    assert found == {f"f:1:4: {message}"}


def test_an_unknown_key_with_nothing_known_is_still_a_sentence() -> None:
    document = parse_yaml(b"k: 1", "f")
    (error,) = complaints(document, {"type": "object", "additionalProperties": False})
    assert str(error) == 'f:1:1: unknown key "k"'


def test_a_very_long_blank_text_is_checked_quickly() -> None:
    document = parse_yaml(b"k: '" + b" " * 900_000 + b"'", "f")
    (error,) = complaints(document, {"properties": {"k": ONE_LINE}})
    assert error.message == "k must not be empty"
