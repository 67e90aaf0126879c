"""The lab's clients: every planted fault is found, and none is invented."""

from cryptography.hazmat.primitives.serialization import Encoding

from auditor.evaluate import evaluate
from auditor.lab.clients import clients, hear
from auditor.lab.pki import make_pki
from auditor.lab.score import score
from auditor.model.finding import Outcome
from auditor.model.trust_anchor import TrustAnchor
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from tests.lab.conftest import AT


def test_every_fault_of_a_client_is_found_and_none_is_invented() -> None:
    pki = make_pki(AT)
    targets, seen = hear(pki)
    assert [target.name for target in targets] == [client.name for client in clients()]
    root = TrustAnchor("lab", pki.root.certificate.public_bytes(Encoding.DER), declared=True, sent=AT.date())
    findings = evaluate(make_plan(load_policy("acg", [root]), targets), seen, AT, AT).findings
    result = score(clients(), findings)
    assert result.perfect, result
    assert len(result.found) == sum(len(client.expected) for client in clients())
    compliant = {found.rule: found.outcome for found in findings if found.target == "client-compliant"}
    for rule in ("server-certificate-unverified", "server-name-unverified", "client-certificate-not-presented"):
        assert compliant[rule] is Outcome.PASS
