"""What a report shows of a certificate."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from auditor.certificates import MalformedCertificate, facts
from auditor.certificates.facts import MAX_NAMES, key_text, label, short_name
from auditor.minting.certificate_builder import CertificateSpec, ValidityPeriod
from auditor.minting.certificate_builder import mint as minted
from auditor.minting.keys import ec_key
from tests.certificates.keys import to_der
from tests.certificates.mint import AnchorSpec, Spec, mint, mint_chain


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


def test_of_two_common_names_the_most_specific_one_is_taken() -> None:
    assert short_name(certificate(dn=(("CN", "general"), ("CN", "specific")))) == "specific"


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


def test_alternative_names_of_the_rarer_kinds_are_shown_by_their_identifiers() -> None:
    oid = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")
    names = [x509.OtherName(oid, b"\x16\x01a"), x509.RegisteredID(oid), x509.DirectoryName(certificate().subject)]
    validity = ValidityPeriod(certificate().not_valid_before_utc, certificate().not_valid_after_utc)
    found = facts(to_der(minted(CertificateSpec(certificate().subject, validity, tuple(names)), ec_key())))

    assert found.names == ("other:1.3.6.1.5.5.7.8.7", "RID:1.3.6.1.5.5.7.8.7", "DN:CN=sbc.example.net")


def test_a_negative_serial_number_is_shown_and_nothing_is_written_to_standard_error() -> None:
    der = to_der(certificate(serial=0x1122334455))
    assert facts(der.replace(b"\x11\x22\x33\x44\x55", b"\x91\x22\x33\x44\x55")).serial_number == "-6EDDCCBBAB"


def test_a_signature_with_pss_names_its_hash() -> None:
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateBuilder(
        issuer_name=certificate().issuer,
        subject_name=certificate().subject,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=certificate().not_valid_before_utc.replace(tzinfo=None),
        not_valid_after=certificate().not_valid_after_utc.replace(tzinfo=None),
    )
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), padding.PSS.DIGEST_LENGTH)
    signed = builder.sign(key, hashes.SHA384(), rsa_padding=pss)
    assert facts(to_der(signed)).signature_algorithm == "id-RSASSA-PSS with sha384"
