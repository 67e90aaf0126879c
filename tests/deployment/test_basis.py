"""What a finding about the deployment rests on."""

from datetime import UTC, datetime

from auditor.evaluate import evaluate
from auditor.inputs.inventory.read import load_inventory
from auditor.model.deployment import Proof
from auditor.model.observation import DeploymentSeen
from auditor.model.target import DeploymentTarget
from auditor.network.basis import basis
from auditor.network.subjects import CIRCUITS
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from tests.deployment.test_faults import INVENTORIES

AT = datetime(2026, 11, 21, tzinfo=UTC)
TARGET = DeploymentTarget(name="deployment")
DECLARED = load_inventory(INVENTORIES / "expressroute.yaml").deployment
PROOF = Proof(
    subject=CIRCUITS.named("er [1]").at("asn"), file="er-1.json", kind="az network express-route show", sha256="ab" * 32
)


def seen(*proofs: Proof) -> DeploymentSeen:
    assert DECLARED is not None
    return DeploymentSeen(target="deployment", at=AT, declared=DECLARED, proofs=proofs)


def test_what_no_file_proves_is_declared() -> None:
    assert basis([seen()], (CIRCUITS.at("asn"),)) == ("as declared in the inventory",)
    assert basis([seen(PROOF)], (CIRCUITS.at("provider"),)) == ("as declared in the inventory",)
    assert basis([seen(PROOF)], ()) == ("as declared in the inventory",)


def test_a_file_is_named_with_its_digest_where_the_rule_rests_on_it() -> None:
    assert basis([seen(PROOF)], (CIRCUITS.at("asn"),)) == (
        f"circuits[er [1]].asn by er-1.json (az network express-route show; SHA-256 {'ab' * 32})",
        "everything else as declared in the inventory",
    )


def test_without_a_deployment_there_is_nothing_to_say() -> None:
    assert basis([], (CIRCUITS.at("asn"),)) == ()


def test_each_finding_about_the_deployment_says_what_it_rests_on_and_the_report_carries_it() -> None:
    report = evaluate(make_plan(load_policy("acg"), (TARGET,)), [seen(PROOF)], AT, AT)
    rests = {finding.rule: finding.basis for finding in report.findings}
    assert rests["asn-not-allowed"][0].startswith("circuits[er [1]].asn by er-1.json")
    assert rests["address-missing"] == ("as declared in the inventory",)
    assert rests["region-name-unresolved"] == ()
    assert report.deployment == DECLARED
