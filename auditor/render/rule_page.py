"""One rule as a page, made from the rule itself for both the terminal and the documentation."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.report import RuleSummary
from auditor.model.rule import Citation, Rule
from auditor.render.wording import cited
from auditor.render.wrapping import wrap
from auditor.rules import rationale

AnyRule = Rule[Any, Any]
_LONGEST_LINE = 100
_NO_PARAMETERS = "None. A policy enables the rule by naming it."
_PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_NOT_TEXT = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
# What a list of names is likely to hold, for the example, where the parameter itself gives none.
_SAMPLES = {
    "roots": "digicert-global-root-g2",
    "TLSv1.2": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLSv1.3": "TLS_AES_256_GCM_SHA384",
    "allowed": "secp256r1",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter that a policy may set, in words."""

    name: str
    type: str
    default: str
    description: str


def summary_of(rule: AnyRule) -> RuleSummary:
    """What is true of the rule under every policy; its remedy is that for the example's parameters."""
    return RuleSummary(
        title=rule.title,
        group=rule.group,
        severity=rule.severity,
        remedy=_flat(rule.remedy_for(rule.params.model_validate(_samples(rule)))),
        citations=rule.citations,
    )


def explain_markdown(rule: AnyRule, summary: RuleSummary | None = None) -> str:
    """The rule as a page of CommonMark with tables; ``summary`` says what is true of it in one audit."""
    summary = summary or summary_of(rule)
    parts = [
        f"# {summary.title}",
        f"`{rule.id}`, severity {summary.severity}, {summary.group}",
        *_paragraphs(rationale(rule)),
        "## What is checked",
        *_paragraphs(inspect.getdoc(rule.check) or ""),
        "## Fix",
        summary.remedy,
        "## Parameters",
    ]
    parameters = parameters_of(rule)
    if parameters:
        rows = [f"| `{p.name}` | {_cell(p.type)} | {_cell(p.default)} | {_cell(p.description)} |" for p in parameters]
        parts.append("\n".join(("| Name | Type | Default | Meaning |", "|---|---|---|---|", *rows)))
    else:
        parts.append(_NO_PARAMETERS)
    parts += ["## In a policy", f"```yaml\n{example(rule)}```"]
    if summary.citations:
        parts += ["## Sources", "\n".join(f"- {_linked(citation)}" for citation in summary.citations)]
    if summary.requirements:
        parts += ["## Requirements", ", ".join(summary.requirements)]
    return "\n\n".join(part for part in parts if part) + "\n"


def explain_text(rule: AnyRule, width: int) -> str:
    """The rule as plain text in at most ``width`` columns (40 at least), but for addresses, which stay whole."""
    width = min(max(width, 40), _LONGEST_LINE)
    summary = summary_of(rule)
    lines = [*wrap(rule.title, width), *wrap(f"{rule.id}, severity {rule.severity}, {rule.group}", width)]
    for heading, text in (
        ("Why", rationale(rule)),
        ("What is checked", inspect.getdoc(rule.check) or ""),
        ("Fix", summary.remedy),
    ):
        if text:
            lines += ["", heading]
            for position, paragraph in enumerate(_paragraphs(text)):
                lines += [""] * bool(position) + _indented(paragraph, width, 2)
    lines += ["", "Parameters"]
    for parameter in parameters_of(rule):
        lines += _indented(f"{parameter.name}: {parameter.type}; {parameter.default}", width, 2)
        lines += _indented(parameter.description, width, 6) if parameter.description else []
    if not parameters_of(rule):
        lines += _indented(_NO_PARAMETERS, width, 2)
    lines += ["", "In a policy", *(f"  {line}" for line in example(rule).splitlines())]
    if rule.citations:
        lines += ["", "Sources"]
        for citation in rule.citations:
            lines += _indented(cited(citation), width, 2) + [f"      {citation.url}"] * bool(citation.url)
    return "\n".join(lines) + "\n"


def parameters_of(rule: AnyRule) -> tuple[Parameter, ...]:
    """What a policy may set, from the JSON Schema of the rule's parameters."""
    schema = rule.params.model_json_schema()
    definitions, required = schema.get("$defs", {}), schema.get("required", ())
    return tuple(
        Parameter(
            name,
            _type(part, definitions),
            "required" if name in required else _default(part),
            _flat(part.get("description", "")),
        )
        for name, part in schema.get("properties", {}).items()
    )


def _default(part: Mapping[str, Any]) -> str:
    return "optional" if part.get("default") is None else f"default {_yaml(part['default'])}"


def example(rule: AnyRule) -> str:
    """YAML that enables the rule, with the defaults and a likely value for the rest."""
    values = _samples(rule)
    if not values:
        return f"rules:\n  {rule.id}: {{}}\n"
    return "\n".join(("rules:", f"  {rule.id}:", *_block(values))) + "\n"


def _samples(rule: AnyRule) -> dict[str, Any]:
    """A value for every parameter that is required or has a default worth showing; of optional ones, the last two."""
    schema = rule.params.model_json_schema()
    properties, required = schema.get("properties", {}), schema.get("required", ())
    shown = [name for name, part in properties.items() if name in required or part.get("default")]
    return {
        name: properties[name].get("default") or _sample(name, properties[name], schema.get("$defs", {}))
        for name in shown or list(properties)[-2:]
    }


def _block(values: Mapping[str, Any]) -> Iterator[str]:
    """A line a key, and a line an entry where a list is too long for one."""
    for name, value in values.items():
        line = f"    {_yaml(name)}: {_yaml(value)}"
        if isinstance(value, list) and len(line) > _LONGEST_LINE - 20:
            yield f"    {_yaml(name)}:"
            yield from (f"      - {_yaml(item)}" for item in value)
        else:
            yield line


def _yaml(value: Any) -> str:  # noqa: ANN401 - any value a parameter may have
    """A value in YAML's flow style."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_yaml(key)}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    if isinstance(value, str) and _PLAIN_SCALAR.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _resolved(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in part:
        target: Mapping[str, Any] = definitions[part["$ref"].rpartition("/")[2]]
        return target
    return part


def _sample(name: str, part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    part = _resolved(part, definitions)
    if choices := part.get("examples") or part.get("enum", [])[-1:]:
        return choices[0]
    if "anyOf" in part:
        return _sample(name, part["anyOf"][0], definitions)
    if part.get("type") == "array":
        items = _resolved(part.get("items", {}), definitions)
        return list(items["enum"][-2:]) if "enum" in items else [_sample(name, items, definitions)]
    if part.get("type") == "object":
        return {key: _sample(key, inner, definitions) for key, inner in part.get("properties", {}).items()}
    if part.get("format") == "date":
        return "2026-03-15"
    plain = {"integer": part.get("minimum", 1), "number": part.get("minimum", 1), "boolean": True}
    return plain.get(part.get("type", ""), _SAMPLES.get(name, "text"))


_TYPES = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
}


def _type(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The type of a JSON Schema in words."""
    part = _resolved(part, definitions)
    if "anyOf" in part:
        return " or ".join(_type(one, definitions) for one in part["anyOf"] if one.get("type") != "null")
    if "enum" in part:
        return "one of " + ", ".join(_yaml(value) for value in part["enum"])
    if part.get("type") == "array":
        return f"list of: {_type(part.get('items', {}), definitions)}"
    if part.get("type") == "object":
        inner = [f"{name} ({_type(one, definitions)})" for name, one in part.get("properties", {}).items()]
        if inner:
            return f"mapping with {', '.join(inner)}"
        return f"mapping to: {_type(part.get('additionalProperties') or {}, definitions)}"
    return _scalar(part)


_BOUNDS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}


def _scalar(part: Mapping[str, Any]) -> str:
    if part.get("format") == "date":
        return "date as YYYY-MM-DD"
    bounds = [f"{words} {part[key]}" for key, words in _BOUNDS.items() if key in part]
    return ", ".join((_TYPES.get(part.get("type", ""), "anything"), *bounds))


def _linked(citation: Citation) -> str:
    return f"[{cited(citation)}]({citation.url})" if citation.url else cited(citation)


def _paragraphs(text: str) -> list[str]:
    return [_flat(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip())] if text.strip() else []


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _indented(text: str, width: int, indent: int) -> list[str]:
    return [" " * indent + line for line in wrap(text, width - indent)]
