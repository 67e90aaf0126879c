"""What nobody can read is never a pass: for every rule about certificates, and for whatever of one is not readable."""

from typing import Any

import pytest

from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark
from auditor.model.observation import CertificateChainSeen, CertificateFileSeen, RenewalSeen, RevocationSeen, Seen
from auditor.model.rule import Evidence, Rule
from auditor.model.subject import CertificationRequestSubject
from auditor.model.target import ClientTarget, ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.policy.read import load_policy
from auditor.rules import all_rules
from auditor.testing import unfit
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain, mint_request

TARGET = ServerTarget(
    name="t", host="sbc.example.net", port=5061, service=Service.SIP, server_name="sbc.example.net", address="192.0.2.1"
)
CERTIFICATE_RULES = [
    rule
    for rule in all_rules().values()
    if rule.observes in (CertificateChainSeen, CertificateFileSeen, RenewalSeen, RevocationSeen)
]
PARAMS = {
    setting.rule.id: setting.params for policy in ("acg", "acg-strict") for setting in load_policy(policy).settings
}
CHAIN, ANCHORS = mint_chain((Spec(), Spec(subject="Issuing CA")), (AnchorSpec(),), AT)
GARBAGE = b"\x30\x03\x02\x01\x00"
EC_KEY, UNKNOWN_KEY = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d027f")
ECDSA_SHA256, UNKNOWN_SIGNATURE = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f")


def judged(rule: Rule[Any, Any], *certificates: bytes) -> list[Remark]:
    observation: Seen
    if rule.observes is CertificateChainSeen:
        observation = CertificateChainSeen(
            target="t", at=AT, versions=(ProtocolVersion.TLS_1_2,), certificates=certificates
        )
    elif rule.observes is CertificateFileSeen:
        observation = CertificateFileSeen(target="t", at=AT, certificates=certificates, keys=(b"key",))
    elif rule.observes is RenewalSeen:
        observation = RenewalSeen(target="t", at=AT, source="old.pem", replaced=(CHAIN,), chains=(certificates,))
    else:
        observation = RevocationSeen(target="t", at=AT, certificates=certificates, asked=("file",))
    params = PARAMS.get(rule.id) or rule.params()
    return list(rule.check(Evidence(TARGET, AT, (observation,), ANCHORS), params))


@pytest.mark.parametrize("rule", CERTIFICATE_RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("position", [0, 1], ids=["leaf", "intermediate"])
def test_a_certificate_that_cannot_be_read_is_never_a_pass(rule: Rule[Any, Any], position: int) -> None:
    chain = [*CHAIN[:position], GARBAGE, *CHAIN[position + 1 :]]
    remarks = judged(rule, *chain)
    assert remarks
    assert {type(remark) for remark in remarks} <= {Doubt, NotApplicable, NotTested}


@pytest.mark.parametrize("rule", CERTIFICATE_RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize(("known", "unknown"), [(EC_KEY, UNKNOWN_KEY), (ECDSA_SHA256, UNKNOWN_SIGNATURE)])
def test_an_algorithm_that_nobody_knows_breaks_no_rule(rule: Rule[Any, Any], known: bytes, unknown: bytes) -> None:
    strange = CHAIN[0].replace(known, unknown)
    assert strange != CHAIN[0]
    assert not list(unfit(judged(rule, strange, *CHAIN[1:])))


@pytest.mark.parametrize(
    ("rule", "known", "unknown"),
    [
        ("certificate-key-weak", EC_KEY, UNKNOWN_KEY),
        ("certificate-signature-weak", ECDSA_SHA256, UNKNOWN_SIGNATURE),
        ("certificate-key-mismatch", EC_KEY, UNKNOWN_KEY),
        ("certificate-renewal-regression", EC_KEY, UNKNOWN_KEY),
    ],
)
def test_a_key_or_signature_of_an_unknown_kind_cannot_be_told(rule: str, known: bytes, unknown: bytes) -> None:
    remarks = judged(all_rules()[rule], CHAIN[0].replace(known, unknown), *CHAIN[1:])
    assert any(isinstance(remark, Doubt) for remark in remarks)


def test_a_request_whose_signature_is_of_an_unknown_kind_cannot_be_told() -> None:
    rule = all_rules()["certificate-key-mismatch"]
    request = mint_request(Spec()).replace(ECDSA_SHA256, UNKNOWN_SIGNATURE)
    seen = CertificateFileSeen(target="t", at=AT, requests=(request,))
    remarks = list(rule.check(Evidence(TARGET, AT, (seen,)), rule.params()))
    assert [type(remark) for remark in remarks] == [Doubt, NotTested]


@pytest.mark.parametrize("rule_id", ["certificate-key-weak", "certificate-name-mismatch"])
def test_a_request_that_cannot_be_read_is_never_a_pass(rule_id: str) -> None:
    rule = all_rules()[rule_id]
    seen = CertificateChainSeen(target="t", at=AT, request=GARBAGE)
    (remark,) = rule.check(Evidence(TARGET, AT, (seen,)), rule.params())
    assert isinstance(remark, Doubt)
    assert remark.subject == CertificationRequestSubject()


def test_a_client_is_not_expected_under_a_name_unless_one_is_given() -> None:
    rule = all_rules()["certificate-name-mismatch"]
    client = ClientTarget(name="t", address="192.0.2.1", port=5061, service=Service.SIP)
    seen = CertificateChainSeen(target="t", at=AT, role="client", certificates=CHAIN)
    remarks = list(rule.check(Evidence(client, AT, (seen,), ANCHORS), rule.params()))
    assert [type(remark) for remark in remarks] == [NotApplicable]
