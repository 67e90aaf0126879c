"""The generated schema, and the roots that ship."""

import hashlib
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.errors import InputErrors
from auditor.inputs.documents.yaml import read_yaml
from auditor.inputs.inventory.read import inventory_schema
from auditor.model.tls import ProtocolVersion, suites_of
from auditor.policy import shipped
from auditor.policy.requirements import requirements_schema
from auditor.policy.schema import LIST_NAME, policy_schema
from auditor.policy.shipped import PINS, policy_directory, shipped_policies, shipped_roots
from auditor.rules import all_rules


def test_the_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(policy_schema())
    Draft202012Validator.check_schema(requirements_schema())
    Draft202012Validator.check_schema(inventory_schema())


def test_every_rule_is_in_the_schema_with_every_parameter_and_a_severity() -> None:
    definitions = policy_schema()["$defs"]
    for rule in all_rules().values():
        names = {field.alias or name for name, field in rule.params.model_fields.items()}
        assert set(definitions[f"rule-{rule.id}"]["properties"]) == {*names, "severity"}
        assert "severity" not in names


def lists(schema: Any, name: str) -> list[Any]:
    """Every list of a schema that is called so; the name of a list may stand in its place."""
    if not isinstance(schema, dict):
        return []
    here = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    assert all(one["anyOf"][1] == LIST_NAME for one in here)
    return [one["anyOf"][0] for one in here] + [found for inner in schema.values() for found in lists(inner, name)]


def test_every_list_of_suites_and_roots_in_the_schema_is_a_list_of_known_names() -> None:
    rules = {name: rule for name, rule in policy_schema()["$defs"].items() if name.startswith("rule-")}
    definitions = policy_schema()["$defs"]
    for version in set(ProtocolVersion) - {ProtocolVersion.SSL_2_0}:
        found = lists(rules, version)
        assert len(found) == 4
        assert all(one["items"] == {"$ref": f"#/$defs/suites-{version}"} for one in found)
        assert set(definitions[f"suites-{version}"]["enum"]) == {suite.name for suite in suites_of(version)}
    assert len(lists(rules, "roots")) == 12
    assert all(one["items"] == {"$ref": "#/$defs/roots"} for one in lists(rules, "roots"))
    assert [one["items"] for one in lists(rules, "curves")] == [{"$ref": "#/$defs/curves"}]
    assert [one["items"] for one in lists(rules["rule-group-not-allowed"], "allowed")] == [{"$ref": "#/$defs/groups"}]


def test_every_root_file_is_pinned_and_every_pin_has_its_file() -> None:
    assert {path.stem for path in (policy_directory() / "roots").iterdir()} == set(PINS)
    for anchor in shipped_roots():
        assert hashlib.sha256(anchor.der).hexdigest() == PINS[anchor.name]
        assert not anchor.declared


def test_a_root_file_with_another_certificate_is_refused(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "roots").mkdir()
    source = policy_directory() / "roots" / "digicert-global-root-g3.pem"
    (folder / "roots" / "digicert-global-root-g2.pem").write_bytes(source.read_bytes())
    monkeypatch.setattr(shipped, "policy_directory", lambda: folder)
    monkeypatch.setattr(shipped, "PINS", {"digicert-global-root-g2": PINS["digicert-global-root-g2"]})
    with pytest.raises(InputErrors, match="this is not the pinned root"):
        shipped.shipped_roots.__wrapped__()
    (folder / "roots" / "digicert-global-root-g2.pem").write_text("hello", encoding="utf-8")
    with pytest.raises(InputErrors, match="this is not a certificate"):
        shipped.shipped_roots.__wrapped__()


def test_the_policies_of_an_installed_package_are_inside_it(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path_factory.mktemp("site") / "auditor"
    package.mkdir()
    monkeypatch.setattr("importlib.resources.files", lambda _name: package)
    assert policy_directory() == package.parent / "policies"
    (package / "_policies").mkdir()
    assert policy_directory() == package / "_policies"


def test_every_policy_says_in_its_file_where_it_comes_from() -> None:
    for name in shipped_policies():
        path = policy_directory() / f"{name}.yaml"
        assert read_yaml(path).data["id"] == name
        assert path.read_text(encoding="utf-8").startswith("# ")
