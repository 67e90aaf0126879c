"""Forged issuers: authorities with the name and the key identifier of a real root, and a key of the auditor's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.minting.authority import Authority
from auditor.minting.certificate_builder import CertificateSpec, ValidityPeriod, common_name, key_identifier_of, mint
from auditor.minting.keys import ec_signing_key, rsa_leaf_key, rsa_signing_key
from auditor.sanitise import clean

_YEARS: Final = (-900, 900)
_VERSION: Final = b"\x02\x01\x00"


@dataclass(frozen=True)
class ForgedIssuer:
    """A root to imitate: its name in reports, its subject, and its subject key identifier where that is known."""

    name: str
    subject: x509.Name
    key_identifier: bytes | None = None
    elliptic: bool = False
    """Whether its key is an EC key: peers look for an issuer whose kind of key fits the signature."""

    def authority(self, at: datetime) -> Authority:
        """The forged root with its key; without a key identifier where the root's is not known."""
        return _self_signed(self.subject, at, self.key_identifier or b"", elliptic=self.elliptic)


def forged_issuer(name: str, root: bytes) -> ForgedIssuer:
    """The parts of a root (DER) that can be imitated."""
    certificate = x509.load_der_x509_certificate(root)
    elliptic = isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    return ForgedIssuer(name, certificate.subject, key_identifier_of(certificate), elliptic)


def announced(authorities: Sequence[bytes], known: Sequence[ForgedIssuer] = ()) -> Iterator[ForgedIssuer]:
    """The CA names of a CertificateRequest (DER Names) that are not ``known``, each once, if they can be read."""
    subjects = {issuer.subject for issuer in known}
    for name in authorities:
        subject = name_from_der(name)
        if subject is not None and subject not in subjects:
            subjects.add(subject)
            yield ForgedIssuer(clean(subject.rfc4514_string(), limit=60), subject)


def unrelated_authority(at: datetime) -> Authority:
    """An invented root that imitates no other, and that no peer trusts."""
    return _self_signed(common_name("Unrelated CA"), at, None)


def _self_signed(
    subject: x509.Name, at: datetime, key_identifier: bytes | None, *, elliptic: bool = False
) -> Authority:
    key = ec_signing_key() if elliptic else rsa_signing_key()
    validity = ValidityPeriod.days(at, *_YEARS)
    return Authority(mint(CertificateSpec(subject, validity, authority=True, key_identifier=key_identifier), key), key)


@cache
def _nameless_request() -> tuple[bytes, bytes]:
    """A certificate request with an empty name: what follows the name, and what follows the part that is signed."""
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(rsa_leaf_key(), hashes.SHA256())
    signed = request.tbs_certrequest_bytes
    _, found, after = signed.partition(_VERSION + b"\x30\x00")
    assert found
    return after, request.public_bytes(Encoding.DER).partition(signed)[2]


def name_from_der(name: bytes) -> x509.Name | None:
    """A DER Name as a value; none where it cannot be read.

    cryptography reads names only inside something larger, so it is given a certificate request (RFC 2986 section 4)
    for that name, whose signature is not checked.
    """
    after, tail = _nameless_request()
    try:
        subject = x509.load_der_x509_csr(_sequence(_sequence(_VERSION + name + after) + tail)).subject
        return subject if subject.public_bytes() == name and list(subject) else None
    except Exception:  # noqa: BLE001 - cryptography raises whatever its parser meets
        return None


def _sequence(content: bytes) -> bytes:
    """A SEQUENCE (X.690 sections 8.1.3 and 8.9)."""
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return b"\x30" + (length if size < 0x80 else bytes((0x80 | len(length),)) + length) + content
