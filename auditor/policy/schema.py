"""The JSON Schema of a policy, generated from the parameters of the rules, so that a typo in a policy is an error."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from auditor.inputs.documents.validation import ONE_LINE
from auditor.model.rule import Rule
from auditor.model.severity import Severity
from auditor.model.tls import GROUPS, ProtocolVersion, suites_of
from auditor.policy.shipped import pins
from auditor.rules import all_rules

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = {**ONE_LINE, "maxLength": 200}
# What a list of plain text holds is known by the name of the parameter.
_WORDS_OF: dict[str, str] = {"roots": "roots", "curves": "curves"} | {
    str(version): f"suites-{version}" for version in ProtocolVersion
}


@cache
def policy_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a policy file.

    A policy that ``extends`` another may leave out what it inherits; any other must be complete.
    """
    rules = all_rules()
    required = {rule.id: {"required": names} for rule in rules.values() if (names := _parameters(rule).get("required"))}
    severity = {"enum": [str(severity) for severity in Severity], "title": "severity"}
    return {
        "$schema": DIALECT,
        "type": "object",
        "description": "A policy: what is demanded of a TLS endpoint",
        "additionalProperties": False,
        "required": ["id", "version", "title"],
        "properties": {
            "id": {
                "type": "string",
                "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$(?!\\n)",
                "maxLength": 64,
                "description": "lower-case letters, digits and single hyphens",
            },
            "version": {**NAME, "description": "Any text that tells one version of the policy from another, in quotes"},
            "title": {**NAME, "description": "What the policy is, for people"},
            "source": {**NAME, "maxLength": 1000, "description": "Where its demands are written"},
            "fail_on": {**severity, "description": "A violation below this severity is a warning; medium if not given"},
            "extends": {**NAME, "description": "A shipped policy by name, or a file by its path from this file"},
            "rules": {
                "type": "object",
                "title": "rule",
                "additionalProperties": False,
                "properties": {rule.id: {"$ref": f"#/$defs/rule-{rule.id}"} for rule in rules.values()},
            },
            "disable": {
                "type": "array",
                "description": "Rules of the extended policy that do not apply here, each with the reason",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["rule", "reason"],
                    "properties": {
                        "rule": {"title": "rule", "enum": list(rules)},
                        "reason": {**ONE_LINE, "maxLength": 1000, "description": "Why it does not apply here"},
                    },
                },
            },
        },
        "if": {"required": ["extends"]},
        "else": {"required": ["source", "rules"], "properties": {"rules": {"properties": required}}},
        "$defs": {**dict(_vocabulary()), **{f"rule-{rule.id}": _rule(rule, severity) for rule in rules.values()}},
    }


def _vocabulary() -> Iterator[tuple[str, dict[str, Any]]]:
    for version in ProtocolVersion:
        names = sorted(suite.name for suite in suites_of(version))
        yield f"suites-{version}", {"title": f"{version} cipher suite", "enum": names}
    yield "roots", {"title": "root", "enum": sorted(pins())}
    yield "groups", {"title": "group", "enum": list(GROUPS)}
    # A certificate's curve goes by the name TLS has for it (RFC 8422 section 5.1.1); the other groups cannot sign.
    curves = [name for name in GROUPS if name.startswith(("secp", "brainpool")) and not name.endswith("tls13")]
    yield "curves", {"title": "elliptic curve", "enum": curves}


def _rule(rule: Rule[Any, Any], severity: dict[str, Any]) -> dict[str, Any]:
    """Describe the mapping under a rule's id: its parameters and a severity.  What is required is said elsewhere."""
    parameters = _parameters(rule)
    properties = {name: _with_words(rule, name, inner) for name, inner in parameters.get("properties", {}).items()}
    return {
        "type": "object",
        "description": rule.title,
        "additionalProperties": False,
        "properties": {**properties, "severity": {**severity, "description": f"{rule.severity} if not given"}},
    }


def _with_words(rule: Rule[Any, Any], name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Say which words a list of text may hold, and that none is there twice."""
    if schema.get("type") != "array":
        return schema
    items = schema.get("items", {})
    words = "groups" if rule.id.startswith("group-") and name == "allowed" else _WORDS_OF.get(name)
    if items == {"type": "string"} and words:
        items = {"$ref": f"#/$defs/{words}"}
    return {**schema, "items": items, "uniqueItems": True}


def _parameters(rule: Rule[Any, Any]) -> dict[str, Any]:
    schema = rule.params.model_json_schema()
    plain: dict[str, Any] = inlined(schema, schema.get("$defs", {}))
    return plain


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
        # What may be left out is None in Python; a policy leaves it out and never writes null.
        meant = next(inner for inner in schema["anyOf"] if inner != {"type": "null"})
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        return inlined({**meant, **rest}, definitions)
    return {
        key: {name: inlined(inner, definitions) for name, inner in value.items()}
        if key == "properties"
        else inlined(value, definitions)
        for key, value in schema.items()
        # A word of a list is text, and would be complained about twice.
        if key not in ("$defs", "title") and not (key == "type" and "enum" in schema)
    }
