"""What a report shows of a certificate."""

import pytest
from cryptography import x509

from auditor.x509 import MalformedCertificate, facts
from auditor.x509.facts import MAX_NAMES, key_text, label, short_name
from tests.x509.mint import AnchorSpec, Spec, mint, mint_chain, to_der


def certificate(**fields: object) -> x509.Certificate:
    return mint(Spec.model_validate(fields), AnchorSpec(), leaf=True)


def test_facts_say_what_the_certificate_says() -> None:
    found = facts(
        to_der(
            certificate(names=("DNS:a.example", "IP:192.0.2.1", "URI:sip:a.example", "email:noc@a.example"), serial=255)
        )
    )

    assert found.subject == "CN=sbc.example.net"
    assert found.issuer == "CN=Test Root"
    assert found.serial_number == "FF"
    assert found.names == ("DNS:a.example", "IP:192.0.2.1", "URI:sip:a.example", "email:noc@a.example")
    assert found.key == "EC secp256r1"
    assert found.signature_algorithm == "ecdsa-with-SHA256"
    assert not found.certificate_authority
    assert found.not_before.utcoffset() is not None


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("rsa1024", "RSA 1024"),
        ("p384", "EC secp384r1"),
        ("ed25519", "Ed25519"),
        ("ed448", "Ed448"),
        ("dsa2048", "DSA 2048"),
    ],
)
def test_a_key_is_named_by_its_type_and_size(key: str, text: str) -> None:
    assert key_text(certificate(key=key)) == text


def test_names_are_escaped_for_showing() -> None:
    found = facts(to_der(certificate(subject="a\x1b[2J\u202eb", names=("DNS:a\n## PASS", "URI:sip:\x07"))))

    assert found.subject == r"CN=a\x1b[2J\u202eb"
    assert found.names == (r"DNS:a\x0a## PASS", r"URI:sip:\x07")


def test_thousands_of_names_are_counted_and_not_listed() -> None:
    found = facts(to_der(certificate(names=tuple(f"DNS:a{number}.example" for number in range(2000)))))

    assert len(found.names) == MAX_NAMES + 1
    assert found.names[-1] == f"and {2000 - MAX_NAMES} more"


def test_a_certificate_without_a_subject_is_known_by_its_first_name() -> None:
    nameless = certificate(dn=(), names=("DNS:a.example",))

    assert short_name(nameless) == "a.example"
    assert facts(to_der(nameless)).subject == "(empty name)"


def test_a_certificate_without_any_name_still_has_a_label() -> None:
    assert label(certificate(dn=(), names=())).startswith("(empty name) (sha256 ")


def test_an_organisation_stands_in_for_a_missing_common_name() -> None:
    assert short_name(certificate(dn=(("O", "Example"), ("C", "DE")), names=())) == "C=DE,O=Example"


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x03\x02\x01\x00", b"not a certificate", b"\x30\x84\xff\xff\xff\xff", bytes(200_000)]
)
def test_bytes_that_are_no_certificate_give_one_sentence(der: bytes) -> None:
    with pytest.raises(MalformedCertificate) as raised:
        facts(der)
    assert str(raised.value).startswith("a certificate ")
    assert "\n" not in str(raised.value)


def test_a_certificate_cut_short_is_malformed() -> None:
    (der,), _ = mint_chain([Spec()])
    with pytest.raises(MalformedCertificate):
        facts(der[:-1])
    with pytest.raises(MalformedCertificate):
        facts(der + b"\x00")


def test_two_extensions_of_one_kind_break_rfc_5280() -> None:
    der = to_der(certificate())
    usage, identifier = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d25")
    assert der.count(identifier) == 1
    with pytest.raises(MalformedCertificate, match="DuplicateExtension"):
        facts(der.replace(identifier, usage))
