"""Keys and signatures of kinds that nobody here knows: what cannot be judged is said to be so."""

import pytest

from auditor.certificates import Status, anchor_of, facts
from auditor.certificates.facts import signature_text
from auditor.certificates.path import identity, issued_by, self_signed
from auditor.certificates.read import read
from auditor.certificates.strength import CannotTell, key_complaint, signature_complaint
from auditor.model.finding import Doubt
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.rules import all_rules
from tests.certificates.keys import KeyKind, to_der
from tests.certificates.mint import AT, AnchorSpec, Spec, mint, mint_chain

ED25519, UNKNOWN = bytes.fromhex("06032b6570"), bytes.fromhex("06032b6578")
RSA_SHA256, RSA_MD2 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010102")


def unknown(spec: Spec, issuer: Spec) -> bytes:
    """A certificate whose Ed25519 identifiers, of key or signature, are those of an algorithm nobody assigned."""
    der = to_der(mint(spec, issuer, leaf=True))
    assert ED25519 in der
    return der.replace(ED25519, UNKNOWN)


UNKNOWN_KEY = unknown(Spec(key="ed25519"), AnchorSpec())
UNKNOWN_SIGNATURE = unknown(Spec(), AnchorSpec(key="ed25519"))
MD2 = to_der(mint(Spec(), AnchorSpec(key="rsa2048"), leaf=True)).replace(RSA_SHA256, RSA_MD2)


def test_an_unknown_key_is_shown_by_its_object_identifier() -> None:
    assert facts(UNKNOWN_KEY).key == "unknown (1.3.101.120)"
    assert identity(read(UNKNOWN_KEY)) == UNKNOWN_KEY


def test_an_unknown_signature_is_shown_by_its_object_identifier_and_verifies_under_nothing() -> None:
    found = read(UNKNOWN_SIGNATURE)

    assert signature_text(found) == "1.3.101.120"
    assert not issued_by(found, mint(AnchorSpec(key="ed25519"), AnchorSpec(key="ed25519")))
    assert (
        anchor_of([UNKNOWN_SIGNATURE], mint_chain([Spec()], (AnchorSpec(key="ed25519"),))[1], AT).status
        is Status.NO_PATH
    )


def test_neither_is_called_weak_nor_strong() -> None:
    with pytest.raises(CannotTell, match="not readable"):
        key_complaint(read(UNKNOWN_KEY), minimum_rsa_bits=2048, curves=(), edwards=True)
    with pytest.raises(CannotTell, match="unknown"):
        signature_complaint(read(UNKNOWN_SIGNATURE), ("sha256",))


def test_md2_is_weak_although_nobody_can_compute_it() -> None:
    assert signature_complaint(read(MD2), ("sha256",)) == "md2WithRSAEncryption"


@pytest.mark.parametrize(
    ("rule_id", "der"), [("certificate-key-weak", UNKNOWN_KEY), ("certificate-signature-weak", UNKNOWN_SIGNATURE)]
)
def test_the_rule_is_inconclusive(rule_id: str, der: bytes) -> None:
    rule = all_rules()[rule_id]
    target = ServerTarget(name="t", host="h", port=5061, service=Service.SIP)
    seen = CertificateChainSeen(target="t", at=AT, versions=(ProtocolVersion.TLS_1_3,), certificates=(der,))
    (remark,) = rule.check(Evidence(target, AT, (seen,), ()), rule.params())
    assert isinstance(remark, Doubt)


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "ed25519", "ed448", "dsa2048"])
def test_a_signature_verifies_under_its_key_and_under_no_other_whatever_the_names_look_like(kind: KeyKind) -> None:
    """Names in other letters make cryptography decline, and the signature alone is looked at."""
    issuer, shouting = Spec(subject="Issuer", key=kind), Spec(subject="ISSUER", key=kind, key_of="Issuer")
    child = mint(Spec(), shouting, leaf=True)

    assert issued_by(child, mint(issuer, issuer))
    assert not issued_by(child, mint(Spec(subject="Issuer", key=kind, key_of="another"), issuer))
    assert not issued_by(child, mint(Spec(subject="Issuer", key="p521"), issuer))
    assert not self_signed(child)


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_a_weak_signature_verifies_under_its_key_and_under_no_other(digest: str) -> None:
    issuer = Spec(subject="Issuer", key="rsa2048")
    child = mint(Spec.model_validate({"hash": digest}), issuer, leaf=True)

    assert issued_by(child, mint(issuer, issuer))
    assert not issued_by(child, mint(Spec(subject="Issuer", key="rsa2048", key_of="another"), issuer))


def test_an_rsa_exponent_that_gives_no_signature_at_all_is_a_weak_key() -> None:
    sound = mint(Spec(key="rsa2048"), AnchorSpec(), leaf=True)
    even = read(to_der(sound).replace(bytes.fromhex("0203010001"), bytes.fromhex("0203010000")))

    assert key_complaint(sound, minimum_rsa_bits=2048, curves=(), edwards=True) is None
    complaint = key_complaint(even, minimum_rsa_bits=2048, curves=(), edwards=True)
    assert complaint == "RSA 2048 with the public exponent 65536"
