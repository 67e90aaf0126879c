"""Every public root of certifi and of Debian: what the auditor says of it is what ``openssl x509 -text`` says."""

import re
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.certificates.facts import facts
from auditor.certificates.read import read
from auditor.inputs.certificates.bundles import read_bundle
from auditor.model.report import CertificateFacts
from testbed.process import program
from tests.inputs.certificates.test_bundles import nobody, public_roots

pytestmark = pytest.mark.live
CURVES = {"prime256v1": "secp256r1"}

# RFC 4514 section 3 names few types of attributes; the others are written as numbers, which OpenSSL does not do.
NUMBERS = {"organizationIdentifier": "2.5.4.97", "emailAddress": "1.2.840.113549.1.9.1", "serialNumber": "2.5.4.5"}


def said(der: bytes) -> str:
    shown = "-text -serial -dates -fingerprint -sha256 -subject -issuer -nameopt RFC2253,-esc_msb,utf8"
    words = [program("openssl"), "x509", "-noout", "-inform", "DER", *shown.split()]
    done = subprocess.run(words, input=der, capture_output=True, check=True)
    return done.stdout.decode()


def only(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, pattern
    return found[1].strip()


def distinguished(text: str) -> str:
    for name, number in NUMBERS.items():
        text = re.sub(rf"\b{name}=", f"{number}=", text)
    return text


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


def key(text: str) -> str:
    bits = only(r"Public-Key: \((\d+) bit\)", text)
    match only(r"Public Key Algorithm: (.+)", text):
        case "rsaEncryption":
            return f"RSA {bits}"
        case "id-ecPublicKey":
            curve = only(r"ASN1 OID: (.+)", text)
            return f"EC {CURVES.get(curve, curve)}"
        case other:
            return other


def test_the_facts_of_every_public_root_are_those_of_openssl() -> None:
    ders = {der for content in public_roots() for der in read_bundle(content, "f", nobody).certificates}
    assert len(ders) > 100
    for der in ders:
        found, text = facts(der), said(der)
        assert isinstance(found, CertificateFacts)
        assert found.sha256 == only(r"Fingerprint=(.+)", text).replace(":", "").lower()
        assert int(found.serial_number, 16) == int(only(r"^serial=(.+)", text), 16)
        assert (found.not_before, found.not_after) == (
            moment(only(r"^notBefore=(.+)", text)),
            moment(only(r"^notAfter=(.+)", text)),
        )
        assert found.key == key(text)
        assert found.signature_algorithm.lower() == only(r"Signature Algorithm: (.+)", text).lower()
        assert found.certificate_authority == ("CA:TRUE" in text)
        assert read(der).public_bytes(Encoding.DER) == der
        assert found.subject == distinguished(only(r"^subject=(.+)", text))
        assert found.issuer == distinguished(only(r"^issuer=(.+)", text))
