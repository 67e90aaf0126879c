"""Remedies under parameters that nobody thought of: whole sentences, with every value and nothing empty in them."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import ValidationError

from auditor.model.rule import Rule
from auditor.rules import all_rules

pytestmark = pytest.mark.slow

RULES = [rule for rule in all_rules().values() if callable(rule.remedy)]
GAPS = re.compile(r"\(\s*\)|\bNone\b|\[|\]|[,:;] *[.;)]|\(,|, ,|\b(as|to|of|uses|Add|Install|Enable) *[.,]")
"""What a sentence looks like where a value is missing, or where one is shown as Python writes it."""


def values(  # noqa: C901, PLR0911 - one case a type
    schema: dict[str, Any], parts: dict[str, Any]
) -> SearchStrategy[Any]:
    """Whatever the schema of a parameter allows, the limits of a number included."""
    if "$ref" in schema:
        return values(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return st.one_of([values(one, parts) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    match schema.get("type"):
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "integer":
            least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
            return st.integers(least, schema.get("maximum", least + 70_000))
        case "number":
            return st.floats(schema.get("minimum", 0.01), schema.get("maximum", 0.99))
        case "array":
            least, most = schema.get("minItems", 0), schema.get("maxItems", 9)
            return st.lists(values(schema["items"], parts), min_size=least, max_size=most, unique_by=repr)
        case "object":
            return members(schema, parts)
    return st.just("2026-03-15") if schema.get("format") == "date" else st.from_regex("[a-z]{1,9}[0-9]", fullmatch=True)


def members(schema: dict[str, Any], parts: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    """Those that are required, and any of the others."""
    needed = set(schema.get("required", ()))
    given_values = {key: values(part, parts) for key, part in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {key: value for key, value in given_values.items() if key in needed},
        optional={key: value for key, value in given_values.items() if key not in needed},
    )


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
@given(data=st.data())
def test_a_remedy_is_whole_under_any_parameters(rule: Rule[Any, Any], data: st.DataObject) -> None:
    schema = rule.params.model_json_schema()
    drawn = data.draw(members(schema, schema.get("$defs", {})))
    try:
        params = rule.params.model_validate(drawn)
    except ValidationError:
        return  # parameters that contradict each other, which a policy cannot set either
    remedy = rule.remedy_for(params)
    assert remedy[:1].isupper()
    assert remedy.endswith(".")
    assert not GAPS.search(remedy), remedy
