"""The bad certificates are bad in the way their name says, and in no other."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from auditor.lab.pki import Pki, client_identity
from auditor.minting.client_certificates import (
    faulty_cases,
    forged_client_certificate,
    good_client_certificate,
    untrusted_cases,
)
from auditor.minting.forged_issuer import ForgedIssuer, announced, forged_issuer, name_from_der
from auditor.minting.keys import ec_key
from auditor.model.identity import Identity
from auditor.policy.shipped import shipped_roots
from tests.probes.conftest import AT

ROOTS = {root.name: root.der for root in shipped_roots()}
G2 = "digicert-global-root-g2"


def lab(pki: Pki) -> Identity:
    return Identity((pki.root.certificate,), pki.root.key)


def issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, InvalidSignature, TypeError):
        return False
    return True


def key_identifier(certificate: x509.Certificate) -> bytes:
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def usages(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_the_safe_cases_bear_the_names_of_the_good_certificate(pki: Pki) -> None:
    own = client_identity(pki)
    like = Identity((own.certificate,), own.key)
    cases = {case.name: case.identity for case in untrusted_cases([forged_issuer(G2, ROOTS[G2])], AT, like)}
    assert list(cases) == ["self-signed", f"impostor-root ({G2})", "unrelated-ca"]
    for identity in cases.values():
        names = identity.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["client.example.net"]
        assert identity.certificate.subject == own.certificate.subject
        assert identity.certificate.not_valid_before_utc < AT < identity.certificate.not_valid_after_utc
        assert usages(identity.certificate) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
        assert identity.certificate.public_key() == identity.key.public_key()
    assert issued(cases["self-signed"].certificate, cases["self-signed"].certificate)
    leaf, ca = cases["unrelated-ca"].chain
    assert issued(ca, leaf)
    assert not any(issued(x509.load_der_x509_certificate(der), ca) for der in ROOTS.values())


@pytest.mark.parametrize("name", sorted(ROOTS))
def test_a_forged_issuer_has_the_root_s_subject_and_key_identifier_and_not_its_key(name: str) -> None:
    root = x509.load_der_x509_certificate(ROOTS[name])
    leaf, forged = forged_client_certificate(forged_issuer(name, ROOTS[name]), AT).chain
    assert forged.subject.public_bytes() == root.subject.public_bytes() == leaf.issuer.public_bytes()
    assert key_identifier(forged) == key_identifier(root)
    above = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert above.key_identifier == key_identifier(root)
    assert type(forged.public_key()) is type(root.public_key())
    assert issued(forged, leaf)
    assert not issued(root, leaf)


def test_a_probe_for_trust_shows_the_leaf_alone() -> None:
    alone = forged_client_certificate(forged_issuer(G2, ROOTS[G2]), AT, alone=True)
    assert len(alone.chain) == 1
    assert alone.certificate.issuer == x509.load_der_x509_certificate(ROOTS[G2]).subject


def test_a_forged_issuer_of_an_announced_name_claims_no_key_identifier(pki: Pki) -> None:
    (root,) = announced([pki.root.certificate.subject.public_bytes()])
    assert root == ForgedIssuer("CN=Lab Root CA,O=Example Operator", pki.root.certificate.subject)
    leaf, forged = forged_client_certificate(root, AT).chain
    assert forged.subject == pki.root.certificate.subject
    for certificate in (leaf, forged):
        oids = {extension.oid for extension in certificate.extensions}
        assert x509.AuthorityKeyIdentifier.oid not in oids
    assert x509.SubjectKeyIdentifier.oid not in {extension.oid for extension in forged.extensions}


def test_announced_names_are_taken_once_and_only_if_they_can_be_read(pki: Pki) -> None:
    own = pki.root.certificate.subject.public_bytes()
    g2 = forged_issuer(G2, ROOTS[G2])
    names = [b"", b"garbage", own, b"\x30\x00", g2.subject.public_bytes(), own, own[:-1]]
    assert [root.subject for root in announced(names, [g2])] == [pki.root.certificate.subject]


def test_a_name_in_a_report_is_cleaned_and_cut() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "\x1b[31m\u202e" + "x" * 50)])
    (root,) = announced([name.public_bytes()])
    assert root.name.isprintable()
    assert len(root.name) <= 60


@given(st.binary(max_size=200))
def test_any_bytes_are_a_name_or_none(octets: bytes) -> None:
    found = name_from_der(octets)
    assert found is None or found.public_bytes() == octets


@pytest.mark.parametrize("elliptic", [False, True])
def test_the_cases_of_a_lab_s_ca_are_wrong_in_one_way_each(pki: Pki, elliptic: bool) -> None:  # noqa: FBT001 - a parameter of the test
    authority = (
        Identity((pki.root.certificate,), pki.root.key)
        if elliptic
        else Identity((pki.issuing_rsa.certificate, pki.root.certificate), pki.issuing_rsa.key)
    )
    cases = {case.name: case.identity for case in faulty_cases(authority, AT)}
    good = good_client_certificate(authority, AT)
    assert issued(authority.certificate, good.certificate)
    for name in ("expired", "not-yet-valid", "server-auth-only", "wrong-name", "no-extended-key-usage", "wrong-key"):
        assert issued(authority.certificate, cases[name].certificate), name
        assert cases[name].chain[1:] == authority.chain, name
    assert cases["expired"].certificate.not_valid_after_utc < AT - timedelta(days=1)
    assert cases["not-yet-valid"].certificate.not_valid_before_utc > AT + timedelta(days=1)
    assert usages(cases["server-auth-only"].certificate) == {ExtendedKeyUsageOID.SERVER_AUTH}
    with pytest.raises(x509.ExtensionNotFound):
        usages(cases["no-extended-key-usage"].certificate)
    leaf, middle, *_ = cases["server-auth-only-intermediate"].chain
    assert issued(middle, leaf)
    assert issued(authority.certificate, middle)
    assert usages(middle) == {ExtendedKeyUsageOID.SERVER_AUTH}
    leaf, middle, *_ = cases["leaf-as-ca"].chain
    assert issued(middle, leaf)
    assert issued(authority.certificate, middle)
    assert not middle.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_ca_that_may_issue_no_other_ca_issues_none(pki: Pki) -> None:
    closed = Identity((pki.closed.certificate, pki.root.certificate), pki.closed.key)
    assert "server-auth-only-intermediate" not in {case.name for case in faulty_cases(closed, AT)}


def test_the_wrong_key_looks_right_and_signs_wrong(pki: Pki) -> None:
    (identity,) = [case.identity for case in faulty_cases(lab(pki), AT) if case.name == "wrong-key"]
    public = identity.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert isinstance(identity.key, rsa.RSAPrivateKey)
    assert identity.key.public_key() == public
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    signature = identity.key.sign(b"proof", scheme, hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"proof", scheme, hashes.SHA256())


def test_no_key_is_in_the_text_of_an_identity(pki: Pki) -> None:
    assert "key" not in repr(Identity((pki.root.certificate,), ec_key())).lower()
