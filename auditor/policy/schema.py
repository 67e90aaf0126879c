"""The JSON Schema of a policy, generated from the parameters of the rules, so a typo in a policy is an error."""

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

from auditor.inputs.documents.json_schema import inlined
from auditor.inputs.documents.validation import ONE_LINE
from auditor.model.rule import Rule
from auditor.model.severity import Severity
from auditor.model.tls import GROUPS, ProtocolVersion, suites_of
from auditor.model.vocabulary import VOCABULARY
from auditor.policy.shipped import pins
from auditor.rules import all_rules

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = {**ONE_LINE, "maxLength": 200}
IDENTIFIER: dict[str, Any] = {
    "type": "string",
    "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$(?!\\n)",
    "maxLength": 64,
    "description": "lower-case letters, digits and single hyphens",
}
LIST_NAME = {"$ref": "#/$defs/list-name"}
"""The schema of a list's name, an alternative to the list itself."""
Json: TypeAlias = dict[str, Any]


@cache
def policy_schema() -> Json:
    """JSON Schema 2020-12 of a policy file.

    A policy that ``extends`` another may omit what it inherits; any other must be complete.
    """
    rules = all_rules()
    required = {rule.id: {"required": names} for rule in rules.values() if (names := _parameters(rule).get("required"))}
    severity = {"enum": [str(severity) for severity in Severity], "title": "severity"}
    return {
        "$schema": DIALECT,
        "type": "object",
        "description": "A policy: the requirements for a TLS endpoint",
        "additionalProperties": False,
        "required": ["id", "version", "title"],
        "properties": {
            "id": IDENTIFIER,
            "version": {**NAME, "description": "Any text that identifies this version of the policy, in quotes"},
            "title": {**NAME, "description": "A description of the policy"},
            "source": {**NAME, "maxLength": 1000, "description": "The source of its requirements"},
            "fail_on": {**severity, "description": "A violation below this severity is a warning; default: medium"},
            "complete": {
                "enum": ["required", "shown"],
                "description": "Whether an open requirement keeps the verdict from being a pass; default: shown",
            },
            "extends": {**NAME, "description": "A shipped policy by name, or a file by its path from this file"},
            "requirements": {
                **NAME,
                "description": "The requirements file behind the policy: a shipped one by name, or a file by its path",
            },
            "lists": {
                "type": "object",
                "description": "Lists by name; a rule names one as $name where a parameter takes a list",
                "propertyNames": IDENTIFIER,
                "additionalProperties": {"type": "array"},
            },
            "rules": {
                "type": "object",
                "title": "rule",
                "additionalProperties": False,
                "properties": {rule.id: {"$ref": f"#/$defs/rule-{rule.id}"} for rule in rules.values()},
            },
            "disable": {
                "type": "array",
                "description": "Rules of the extended policy that this one disables, each with a reason",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["rule", "reason"],
                    "properties": {
                        "rule": {"title": "rule", "enum": list(rules)},
                        "reason": {**ONE_LINE, "maxLength": 1000, "description": "Why the rule is disabled"},
                    },
                },
            },
        },
        "if": {"required": ["extends"]},
        "else": {"required": ["source", "rules"], "properties": {"rules": {"properties": required}}},
        "$defs": {**dict(_vocabulary()), **{f"rule-{rule.id}": _rule(rule, severity) for rule in rules.values()}},
    }


def _vocabulary() -> Iterator[tuple[str, Json]]:
    pattern = IDENTIFIER["pattern"].replace("^", "^\\$(facts\\.)?")
    described = "$ and the name of a list, or $facts. and the name of a list of dated facts"
    yield "list-name", {"type": "string", "pattern": pattern, "description": described}
    for version in ProtocolVersion:
        names = sorted(suite.name for suite in suites_of(version))
        yield f"suites-{version}", {"title": f"{version} cipher suite", "enum": names}
    yield "roots", {"title": "root", "enum": sorted(pins())}
    yield "groups", {"title": "group", "enum": list(GROUPS)}
    # A certificate's curve has its TLS name (RFC 8422 section 5.1.1); the other groups cannot sign.
    curves = [name for name in GROUPS if name.startswith(("secp", "brainpool")) and not name.endswith("tls13")]
    yield "curves", {"title": "elliptic curve", "enum": curves}


def _rule(rule: Rule[Any, Any], severity: Json) -> Json:
    """Describe the mapping under a rule's id: its parameters and a severity.  What is required is said elsewhere."""
    parameters = _parameters(rule)
    properties = {name: _usable(_each_once(inner)) for name, inner in parameters.get("properties", {}).items()}
    return {
        "type": "object",
        "description": rule.title,
        "additionalProperties": False,
        "properties": {**properties, "severity": {**severity, "description": f"default: {rule.severity}"}},
    }


def _each_once(schema: Json) -> Json:
    return {**schema, "uniqueItems": True} if schema.get("type") == "array" else schema


def _usable(schema: Any) -> Any:  # noqa: ANN401 - a JSON Schema is any JSON
    """Point words at their vocabulary, and let the name of a list stand where a list belongs."""
    if isinstance(schema, list):
        return [_usable(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if VOCABULARY in schema:
        rest = {key: inner for key, inner in schema.items() if key not in (VOCABULARY, "type")}
        return {"$ref": f"#/$defs/{schema[VOCABULARY]}", **rest}
    made = {key: _usable(inner) for key, inner in schema.items()}
    return {"anyOf": [made, LIST_NAME]} if schema.get("type") == "array" else made


def _parameters(rule: Rule[Any, Any]) -> Json:
    schema = rule.params.model_json_schema()
    plain: Json = inlined(schema, schema.get("$defs", {}))
    return plain
