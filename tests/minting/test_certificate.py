"""The one builder of certificates: right by default, and wrong only where that is asked for."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from auditor.minting.certificate_builder import (
    CertificateSpec,
    Digest,
    ValidityPeriod,
    common_name,
    host_name,
    issuer_of,
    mint,
)
from auditor.minting.keys import ec_key, rsa_leaf_key

AT = datetime(2026, 11, 21, tzinfo=UTC)
YEAR = ValidityPeriod.days(AT, -1, 364)
ROOT_FOLDER = Path(__file__).parents[2]
BUILDING = {
    "auditor/minting/certificate_builder.py": "the one place",
    "tests/certificates/test_facts.py": "a signature with RSASSA-PSS, which nothing else needs",
}
"""Every file that builds certificates, and why."""
LEAF = CertificateSpec(common_name("sbc.example.net"), YEAR, (host_name("sbc.example.net"), host_name("192.0.2.1")))
ROOT = CertificateSpec(common_name("Root"), YEAR, authority=True)


def usages(certificate: x509.Certificate) -> x509.KeyUsage:
    return certificate.extensions.get_extension_for_class(x509.KeyUsage).value


def test_certificates_are_built_in_one_place() -> None:
    building = {
        str(path.relative_to(ROOT_FOLDER))
        for folder in ("auditor", "testbed", "bench", "tests", "tools")
        for path in (ROOT_FOLDER / folder).rglob("*.py")
        if any(
            isinstance(node, ast.Attribute) and node.attr == "CertificateBuilder"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert building == set(BUILDING)


@pytest.mark.parametrize("key", [ec_key(), rsa_leaf_key()], ids=["ec", "rsa"])
def test_an_end_entity_certificate_may_be_used_in_both_roles_and_signs_nothing(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    root_key = ec_key()
    root = mint(ROOT, root_key)
    leaf = mint(LEAF, key, issuer_of(root, root_key))
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert (usages(root).key_cert_sign, usages(leaf).key_cert_sign) == (True, False)
    assert usages(leaf).key_encipherment == isinstance(key, rsa.RSAPrivateKey)
    assert len(list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)) == 2
    above = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert above.key_identifier == own.digest


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_any_digest_can_be_asked_for(digest: Digest) -> None:
    key = rsa_leaf_key()
    certificate = mint(CertificateSpec(common_name("Root"), YEAR, authority=True, digest=digest), key)
    algorithm = certificate.signature_hash_algorithm
    assert algorithm is not None
    assert algorithm.name == digest
    scheme = padding.PKCS1v15()
    key.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, scheme, algorithm)


def test_a_weak_digest_needs_an_rsa_key() -> None:
    with pytest.raises(TypeError, match="RSA"):
        mint(CertificateSpec(common_name("Root"), YEAR, digest="sha1"), ec_key())


def test_every_extension_can_be_left_out() -> None:
    bare = CertificateSpec(
        common_name("x"), YEAR, basic_constraints=False, purposes=(), usages=frozenset(), key_identifier=b""
    )
    assert not list(mint(bare, ec_key()).extensions)
