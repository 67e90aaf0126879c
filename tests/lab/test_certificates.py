"""The chains as they are sent: each wrong in its own way and in no other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from auditor.lab import Lab
from tests.lab.client import chain, endpoint
from tests.lab.conftest import AT
from tests.lab.test_protocols import V12, V13, VERSIONS, speaking_tls

SENT = {
    "sip-compliant": ["Lab Issuing CA RSA"],
    "https-compliant": ["Lab Issuing CA RSA"],
    "sip-wrong-root": ["Lab Unlisted CA", "Lab Unlisted Root CA"],
    "sip-expired-root": ["Lab Outlived CA"],
    "sip-path-too-long": ["Lab Beyond CA", "Lab Closed CA"],
    "sip-missing-intermediate": [],
    "sip-disordered": ["Lab Issuing CA", "Lab Signing CA"],
    "sip-server-only-intermediate": ["Lab Server CA"],
    "sip-sha1": ["Lab Issuing CA RSA"],
}
# What the strict web profile of cryptography refuses at AT, with both declared roots trusted and the name as served.
REFUSED = {
    "sip-wrong-root",
    "sip-expired-root",
    "sip-path-too-long",
    "sip-missing-intermediate",
    "sip-expired",
    "sip-not-yet-valid",
    "sip-wrong-name",
    "sip-sha1",
    "sip-second-certificate-expired",
}


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def sent(lab: Lab, name: str) -> list[x509.Certificate]:
    return chain(lab, endpoint(lab, name), V12 if V12 in VERSIONS.get(name, {V12}) else V13, "aECDSA:aRSA")


def declared_roots(lab: Lab) -> list[x509.Certificate]:
    return [x509.load_pem_x509_certificate(path.read_bytes()) for path in lab.roots]


def accepted(lab: Lab, name: str) -> bool:
    leaf, *rest = sent(lab, name)
    builder = PolicyBuilder().store(Store(declared_roots(lab))).time(AT)
    try:
        builder.build_server_verifier(x509.DNSName(endpoint(lab, name).server_name)).verify(leaf, rest)
    except VerificationError:
        return False
    return True


def test_every_endpoint_sends_its_leaf_and_its_intermediates_in_their_order(lab: Lab) -> None:
    for target in speaking_tls(lab):
        leaf, *rest = sent(lab, target.name)
        assert [common_name(certificate) for certificate in rest] == SENT.get(target.name, ["Lab Issuing CA"])
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert common_name(leaf) == names.get_values_for_type(x509.DNSName)[0]


def test_tls13_sends_the_same_chain(lab: Lab) -> None:
    target = endpoint(lab, "sip-disordered")
    assert chain(lab, target, V13) == chain(lab, target, V12)


def test_a_strict_verifier_refuses_exactly_the_chains_that_are_meant_to_fail(lab: Lab) -> None:
    refused = {target.name for target in speaking_tls(lab) if not accepted(lab, target.name)}
    assert refused == REFUSED


def test_the_other_certificate_of_a_pair_is_in_force(lab: Lab) -> None:
    leaf = chain(lab, endpoint(lab, "sip-second-certificate-expired"), V12, "aRSA")[0]
    assert leaf.not_valid_before_utc < AT < leaf.not_valid_after_utc


def bits(leaf: x509.Certificate) -> int:
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return key.key_size


def usages(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


ONE_FAULT: dict[str, Callable[[x509.Certificate], bool]] = {
    "sip-expired": lambda leaf: leaf.not_valid_after_utc == AT - timedelta(days=7),
    "sip-second-certificate-expired": lambda leaf: leaf.not_valid_after_utc == AT - timedelta(days=7),
    "sip-not-yet-valid": lambda leaf: leaf.not_valid_before_utc == AT + timedelta(days=7),
    "https-expiring": lambda leaf: leaf.not_valid_after_utc == AT + timedelta(days=5),
    "sip-weak-key": lambda leaf: bits(leaf) == 1024,
    "sip-server-only": lambda leaf: ExtendedKeyUsageOID.CLIENT_AUTH not in usages(leaf),
    "sip-wrong-name": lambda leaf: common_name(leaf) == "other.example.net",
    "sip-wildcard": lambda leaf: common_name(leaf) == "*.example.net",
    "sip-sha1": lambda leaf: isinstance(leaf.signature_hash_algorithm, hashes.SHA1),
}


def faults_of(leaf: x509.Certificate, server_name: str) -> list[str]:
    """Everything a leaf can have wrong with it, looked for one by one."""
    found = {
        "expired": leaf.not_valid_after_utc < AT,
        "not yet valid": leaf.not_valid_before_utc > AT,
        "expiring": AT < leaf.not_valid_after_utc < AT + timedelta(days=30),
        "weak key": bits(leaf) not in {256, 2048},
        "usage": usages(leaf) != {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH},
        "name": common_name(leaf) != server_name,
        "signature": not isinstance(leaf.signature_hash_algorithm, hashes.SHA256),
    }
    return [fault for fault, is_there in found.items() if is_there]


def test_a_leaf_has_its_own_fault_and_no_other(lab: Lab) -> None:
    for target in speaking_tls(lab):
        leaf = sent(lab, target.name)[0]
        assert len(faults_of(leaf, target.server_name)) == (target.name in ONE_FAULT), target.name
        if target.name in ONE_FAULT:
            assert ONE_FAULT[target.name](leaf), target.name


def test_the_server_only_intermediate_is_the_only_one_with_a_usage(lab: Lab) -> None:
    intermediate = sent(lab, "sip-server-only-intermediate")[1]
    assert usages(intermediate) == {ExtendedKeyUsageOID.SERVER_AUTH}
    for name in ("sip-compliant", "sip-two-certificates", "sip-server-only"):
        with pytest.raises(x509.ExtensionNotFound):
            usages(sent(lab, name)[1])


def test_the_sha1_signature_is_a_real_one(lab: Lab) -> None:
    leaf, issuer = sent(lab, "sip-sha1")
    key = issuer.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(leaf.signature, leaf.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())


def test_only_the_expired_root_has_expired(lab: Lab) -> None:
    required, expired = declared_roots(lab)
    assert required.not_valid_before_utc < AT < required.not_valid_after_utc
    assert expired.not_valid_after_utc < AT
    intermediate = sent(lab, "sip-expired-root")[1]
    intermediate.verify_directly_issued_by(expired)
    assert intermediate.not_valid_before_utc < AT < intermediate.not_valid_after_utc
