"""``auditor inventory``: the examples are what they say, and what is shown is an inventory again."""

from pathlib import Path

import pytest

from auditor.inputs.inventory.normalised import normalised
from auditor.inputs.inventory.read import load_inventory
from auditor.policy.shipped import policy_directory, shipped_policies
from tests.cli.conftest import Auditor
from tests.deployment.test_faults import INVENTORIES

ROOT = Path(__file__).parents[2] / "policies" / "roots" / "digicert-global-root-g2.pem"
UNTIDY = f"""\
operator: Example
endpoints:
  - {{name: a, address: 'SBC.Example.NET.:5061'}}
  - {{name: b, address: '[2001:db8::10]:443', site: A, server_name: bücher.example}}
roots:
  - {{file: {ROOT}, sent: '2026-10-01'}}
waivers:
  - {{rule: protocol-not-allowed, target: a, reason: r, approved_by: b, ticket: T-1, expires: '2027-01-31'}}
deployment: {{base_domain: Example-7F3A.commsgw.azure.com.}}
sites:
  - {{name: A, media: ['193.5.122.0-193.5.122.7', 193.5.123.9/32, 193.5.124.0/30]}}
"""


@pytest.mark.parametrize("sku", ["standard", "lab"])
def test_an_example_is_complete_and_its_deployment_complies(auditor: Auditor, tmp_path: Path, sku: str) -> None:
    path = tmp_path / "inventory.yaml"
    assert auditor("inventory", "init", "--sku", sku, "-o", path).code == 0
    done = auditor("audit", "-i", path, "--offline")
    assert (done.code, done.err) == (0, "")
    assert auditor("inventory", "init", "--sku", sku).out == path.read_text(encoding="utf-8")


def test_an_example_is_no_policy() -> None:
    assert set(shipped_policies()) == {path.stem for path in policy_directory().glob("*.yaml")}


def test_a_file_that_is_there_is_replaced_on_request_only(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("mine", encoding="utf-8")
    done = auditor("inventory", "init", "-o", path)
    assert (done.code, done.err) == (2, f"auditor: {path} already exists; use --force to overwrite it\n")
    assert path.read_text(encoding="utf-8") == "mine"
    assert auditor("inventory", "init", "-o", path, "--force").code == 0
    assert load_inventory(path).operator == "Example Operator"


def test_a_folder_that_is_not_there_is_named(auditor: Auditor, tmp_path: Path) -> None:
    done = auditor("inventory", "init", "-o", tmp_path / "none" / "inventory.yaml")
    assert done.code == 2
    assert "does not exist" in done.err


@pytest.mark.parametrize("name", ["maps", "expressroute", "lab"])
def test_what_is_shown_is_read_as_the_same(auditor: Auditor, tmp_path: Path, name: str) -> None:
    shown = auditor("inventory", "show", INVENTORIES / f"{name}.yaml")
    assert shown.code == 0
    again = tmp_path / "again.yaml"
    again.write_text(shown.out, encoding="utf-8")
    assert normalised(load_inventory(again)) == normalised(load_inventory(INVENTORIES / f"{name}.yaml"))
    assert auditor("inventory", "show", again).out == shown.out


def test_names_and_ranges_are_shown_in_their_one_form(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "untidy.yaml"
    path.write_text(UNTIDY, encoding="utf-8")
    shown = auditor("inventory", "show", path)
    assert shown.code == 0
    again = tmp_path / "again.yaml"
    again.write_text(shown.out, encoding="utf-8")
    plain = normalised(load_inventory(again))
    assert [endpoint["address"] for endpoint in plain["endpoints"]] == ["sbc.example.net:5061", "[2001:db8::10]:443"]
    assert plain["endpoints"][1]["server_name"] == "xn--bcher-kva.example"
    assert plain["deployment"]["base_domain"] == "example-7f3a.commsgw.azure.com"
    assert plain["sites"][0]["media"] == ["193.5.122.0/29", "193.5.123.9", "193.5.124.0/30"]
    assert plain["roots"] == [{"file": str(ROOT), "sent": "2026-10-01"}]
    assert plain["waivers"][0]["ticket"] == "T-1"


def test_what_is_wrong_with_an_inventory_is_said_and_nothing_is_shown(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("operator: x\nendpoints: [{name: a, address: nowhere}]\n", encoding="utf-8")
    done = auditor("inventory", "show", path)
    assert (done.code, done.out) == (2, "")
    assert f"{path}:2:" in done.err
