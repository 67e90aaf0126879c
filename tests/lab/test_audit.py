"""The whole way, as a user goes it: every planted fault is found, and none is invented."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.collect import collect
from auditor.evaluate import evaluate
from auditor.inputs.certificates.identities import load_identity
from auditor.lab import Lab
from auditor.lab.score import Score, score
from auditor.model.target import ServerTarget
from auditor.model.trust_anchor import TrustAnchor
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from tests.lab.conftest import AT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scored(lab: Lab) -> Score:
    roots = [x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER) for path in lab.roots]
    policy = load_policy(
        "acg", [TrustAnchor(f"root {n}", der, declared=True, sent=AT.date()) for n, der in enumerate(roots)]
    )
    targets = tuple(
        ServerTarget(
            name=endpoint.name,
            host=endpoint.host,
            port=endpoint.port,
            service=endpoint.service,
            address=endpoint.host,
            server_name=endpoint.server_name,
        )
        for endpoint in lab.endpoints
    )
    plan = make_plan(policy, targets)
    with ThreadPoolExecutor(8) as executor:
        role = ClientRole(
            identity=load_identity(lab.client_certificate, lab.client_key, None, AT),
            trust_probe=True,
            anchors=policy.anchors,
        )
        seen = list(
            collect(plan, Limits(target_seconds=6.0, settle_seconds=0.2), AT, executor, partial(observe, role=role))
        )
    return score(lab.endpoints, evaluate(plan, seen, AT, AT).findings)


def test_every_expected_rule_is_one_of_the_policy(lab: Lab) -> None:
    demanded = {setting.rule.id for setting in load_policy("acg").settings}
    assert {rule for endpoint in lab.endpoints for rule in endpoint.expected | endpoint.undecidable} <= demanded


def test_every_planted_fault_is_found(scored: Score) -> None:
    assert scored.missed == ()


def test_an_endpoint_that_refuses_everybody_is_left_open(scored: Score) -> None:
    assert ("https-refuses-everybody", "client-certificate-unverified") in scored.found
    assert ("https-refuses-everybody", "client-certificate-not-required") in scored.found


def test_nothing_is_left_open_on_a_compliant_endpoint(scored: Score) -> None:
    assert scored.undecided == ()


def test_no_fault_is_invented(scored: Score) -> None:
    assert scored.false_alarms == ()


def test_nothing_passes_where_nothing_can_be_told(scored: Score) -> None:
    assert scored.unfounded == ()
