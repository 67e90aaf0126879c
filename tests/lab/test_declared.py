"""The deployment of the lab: what is planted in it is found, and nothing else."""

from pathlib import Path

from auditor.evaluate import evaluate
from auditor.inputs.inventory.declared_deployment import observe_deployment
from auditor.inputs.inventory.read import load_inventory
from auditor.lab import Lab
from auditor.lab.declared import DeclaredDeployment, declared
from auditor.lab.score import score
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from tests.deployment.test_faults import endpoints_of
from tests.lab.conftest import AT

NAMES = {"A": ["sbc-a.example.net"], "B": ["sbc-b.example.net"]}


def test_every_fault_planted_in_the_deployment_is_found_and_none_invented(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(f"operator: Example Operator\n{declared(AT.date().isoformat(), NAMES)}", encoding="utf-8")
    deployment = load_inventory(inventory).deployment
    assert deployment is not None
    targets, seen = observe_deployment(deployment, AT, endpoints=endpoints_of(deployment))
    report = evaluate(make_plan(load_policy("acg"), targets), seen, AT, AT)
    counted = score([DeclaredDeployment()], report.findings)
    assert counted.perfect
    assert {rule for _, rule in counted.found} == DeclaredDeployment().expected


def test_the_inventory_of_the_lab_declares_it(lab: Lab) -> None:
    listed = load_inventory(lab.inventory)
    assert listed.deployment is not None
    assert {site.name for site in listed.deployment.sites} == {endpoint.request.site for endpoint in listed.endpoints}
