"""JSON Schemas of pydantic's models, as a reader of them wants them."""

from typing import Any


def inlined(schema: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON Schema is any JSON
    """Put every definition where it is used, and drop the titles pydantic makes of names."""
    if isinstance(schema, list):
        return [inlined(inner, definitions) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return inlined({**target, **{key: value for key, value in schema.items() if key != "$ref"}}, definitions)
    if {"type": "null"} in schema.get("anyOf", ()):
        # An optional value is None in Python; a policy omits it and never writes null.
        some = [inner for inner in schema["anyOf"] if inner != {"type": "null"}]
        meant = some[0] if len(some) == 1 else {"anyOf": some}
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        return inlined({**meant, **rest}, definitions)
    if "const" in schema:  # a word, which is reported like one of several
        schema = {**schema, "enum": [schema["const"]]}
    return {
        key: {name: inlined(inner, definitions) for name, inner in value.items()}
        if key == "properties"
        else inlined(value, definitions)
        for key, value in schema.items()
        # An enumerated word is text; checking the type too would report the error twice.
        if key not in ("$defs", "title", "const") and not (key == "type" and "enum" in schema)
    }
