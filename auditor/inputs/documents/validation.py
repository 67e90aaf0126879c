"""Validating a document against a JSON Schema, with every error as a sentence at its location.

jsonschema finds the errors; its own messages repeat whole values and mention the schema, so the sentences are
made here.  A ``title`` in a schema is the noun its values go by ("unknown rule", "unknown TLSv1.2 cipher suite").
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from auditor.errors import InputError, quoted, suggestion
from auditor.inputs.documents.yaml import Document, Keys

MOST = 100
"""The most errors reported for one file; a hostile file could cause a million."""

ONE_LINE: dict[str, Any] = {"type": "string", "minLength": 1, "pattern": "^ *[^\\s][^\\t\\r\\n]*$(?!\\n)"}
"""Text without line breaks, for the lines of a report.  Python's ``$`` would allow a final line break."""

Schema: TypeAlias = Mapping[str, Any]
Explain: TypeAlias = Callable[[Keys, Any], str | None]
"""Returns a better sentence for an unknown word at a path, if there is one."""

_TYPES = {
    "object": "a mapping (key: value)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
_FEW = 12
"""The longest list of known words that an error shows in full."""


def complaints(
    document: Document, schema: Schema, explain: Explain = lambda _path, _word: None
) -> tuple[InputError, ...]:
    """Say everything in which the document departs from the schema, up to ``MOST`` errors."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return tuple(islice(_sentences(validator.iter_errors(document.data), document, explain), MOST))


@dataclass(frozen=True)
class _Fault:
    """What jsonschema found, in plain types."""

    keyword: str
    path: Keys
    value: Any
    wanted: Any
    schema: Schema
    message: str


def _nearest(errors: Iterable[ValidationError]) -> list[ValidationError]:
    """Of anyOf, what is wrong by the alternative that is meant: the first, or the words where a text is no number."""
    by_alternative: dict[object, list[ValidationError]] = {}
    for error in errors:
        by_alternative.setdefault(error.schema_path[0], []).append(error)
    first = by_alternative.get(0, [])
    if any(error.validator == "type" and isinstance(error.instance, str) for error in first):
        return next(
            (found for found in by_alternative.values() if all(error.validator == "enum" for error in found)), first
        )
    return first


def _fault(error: ValidationError) -> _Fault:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, str(error.instance))
    return _Fault(str(error.validator), path, error.instance, error.validator_value, schema, error.message)


def _sentences(errors: Iterable[ValidationError], document: Document, explain: Explain) -> Iterator[InputError]:
    for error in errors:
        fault = _fault(error)
        nearest = _nearest(error.context or ())
        if nearest:
            yield from _sentences(nearest, document, explain)
        elif fault.keyword == "additionalProperties":
            yield from _unknown_keys(fault, document)
        elif fault.keyword == "enum":
            yield document.error(explain(fault.path, fault.value) or _unknown_word(fault), fault.path)
        else:
            yield document.error(_sentence(fault), fault.path)


def _unknown_keys(fault: _Fault, document: Document) -> Iterator[InputError]:
    known = fault.schema.get("properties", {})
    noun = fault.schema.get("title", "key")
    for key in fault.value:
        if key not in known:
            where = f" in {_label(fault.path)}" if fault.path and noun == "key" else ""
            hint = suggestion(key, known) or (f"; known are {', '.join(known)}" if 0 < len(known) <= _FEW else "")
            yield document.error(f"unknown {noun} {quoted(key)}{where}{hint}", (*fault.path, key), at_key=True)


def _unknown_word(fault: _Fault) -> str:
    known = [str(word) for word in fault.wanted]
    if not isinstance(fault.value, str):
        return f"{_label(fault.path)} must be text, not {_kind(fault.value)}"
    noun = fault.schema.get("title")
    start = f"unknown {noun} {quoted(fault.value)}" if noun else f"{_label(fault.path)} cannot be {quoted(fault.value)}"
    return start + (
        suggestion(fault.value, known) or (f"; it is one of {', '.join(known)}" if len(known) <= _FEW else "")
    )


def _sentence(fault: _Fault) -> str:
    label, wanted = _label(fault.path), fault.wanted
    match fault.keyword:
        case "type":
            quotes = "; put it in quotes" if wanted == "string" and isinstance(fault.value, bool | int | float) else ""
            said = f"must be {_TYPES[wanted]}, not {_kind(fault.value)}{quotes}"
        case "required":
            # One error per key; only the start of the message names the key.
            said = f"lacks the key {quoted(next(key for key in wanted if fault.message.startswith(repr(key))))}"
        case "minItems" | "minProperties" | "minLength":
            said = "must not be empty"
        case "maxLength":
            said = f"is longer than {wanted} characters"
        case "uniqueItems":
            said = f"lists {quoted(_repeated(fault.value))} twice"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            said = f"must be {_BOUNDS[fault.keyword]} {wanted}, not {fault.value}"
        case "format":
            said = f"must be a {wanted} written as YYYY-MM-DD, not {quoted(str(fault.value))}"
        case "pattern":
            said = _malformed(fault)
        case _:
            said = f"does not match the schema ({fault.keyword})"
    return f"{label} {said}"


def _malformed(fault: _Fault) -> str:
    if fault.wanted == ONE_LINE["pattern"]:
        return "must be a single line" if fault.value.strip() else "must not be empty"
    return f"cannot be {quoted(fault.value)}: {fault.schema.get('description', fault.wanted)}"


def _label(path: Keys) -> str:
    """Name a value by its key, or by its number in the list of that key."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of {_label(path[:-1])}"
    return quoted(path[-1])[1:-1]


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case str():
            return f"the text {quoted(value)}"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f"the number {value}"


def _repeated(values: list[object]) -> str:
    return str(next((value for index, value in enumerate(values) if value in values[:index]), ""))
