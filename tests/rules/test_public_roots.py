"""Policies that accept whatever a web browser would: the public roots of certifi."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.model.finding import Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.rules import all_rules
from tests.certificates.mint import AT

ROOTS = Path(__file__).parent.parent.parent / "policies" / "roots"


@pytest.mark.parametrize(("public_roots", "violations"), [(True, 0), (False, 1)])
def test_a_public_root_is_accepted_only_where_the_policy_says_so(*, public_roots: bool, violations: int) -> None:
    der = x509.load_pem_x509_certificate((ROOTS / "digicert-global-root-g3.pem").read_bytes()).public_bytes(
        Encoding.DER
    )
    target = ServerTarget(
        name="t", host="sbc.example.net", port=5061, service=Service.SIP, server_name="sbc.example.net"
    )
    seen = CertificateChainSeen(target="t", at=AT, versions=(ProtocolVersion.TLS_1_2,), certificates=(der,))
    rule = all_rules()["certificate-root-not-allowed"]
    remarks = rule.check(Evidence(target, AT, (seen,)), rule.params(public_roots=public_roots, declared_roots=True))
    assert sum(isinstance(remark, Violation) for remark in remarks) == violations
