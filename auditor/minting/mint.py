"""Certificates for the probes to show, good and bad, minted in memory for one run."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from auditor.model.identity import PrivateKey

BOTH_ROLES: Final = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
SERVER_ONLY: Final = (ExtendedKeyUsageOID.SERVER_AUTH,)
IN_FORCE: Final = (-1, 30)
"""Days after the run's moment."""
_AUTHORITY_IN_FORCE: Final = (-900, 900)
_VERSION: Final = b"\x02\x01\x00"


@dataclass(frozen=True)
class Who:
    """Whom a certificate is for."""

    subject: x509.Name
    alternatives: tuple[x509.GeneralName, ...]


def named(common_name: str) -> Who:
    """Somebody with a common name and no alternative names."""
    return Who(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]), ())


@cache
def keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """One pair a run, for leaves and for signers: making an RSA key takes far longer than all else here."""
    leaf, signer = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    return leaf, signer


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    """A signer on P-256, made once a run."""
    return ec.generate_private_key(ec.SECP256R1())


def mint(  # noqa: PLR0913 - what a certificate says, each with its default
    who: Who,
    issuer: tuple[x509.Certificate, PrivateKey] | None,
    key: PrivateKey,
    at: datetime,
    *,
    days: tuple[int, int] | None = None,
    usages: Sequence[x509.ObjectIdentifier] | None = None,
    authority: bool = False,
    key_identifier: bytes | None = None,
) -> x509.Certificate:
    """One certificate; self-signed without an issuer.  An empty ``key_identifier`` leaves the extension out."""
    start, end = days or (_AUTHORITY_IN_FORCE if authority else IN_FORCE)
    public = key.public_key()
    certificate, signer = issuer or (None, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(who.subject)
        .issuer_name(certificate.subject if certificate else who.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + timedelta(days=start))
        .not_valid_after(at + timedelta(days=end))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_key_usage(authority=authority, encipher=isinstance(key, rsa.RSAPrivateKey)), critical=True)
    )
    if key_identifier != b"":
        own = (
            x509.SubjectKeyIdentifier(key_identifier)
            if key_identifier
            else x509.SubjectKeyIdentifier.from_public_key(public)
        )
        builder = builder.add_extension(own, critical=False)
    with suppress(x509.ExtensionNotFound):
        above = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value if certificate else None
        if above:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above)
            builder = builder.add_extension(identifier, critical=False)
    purposes = (() if authority else BOTH_ROLES) if usages is None else usages
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if who.alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(who.alternatives), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _key_usage(*, authority: bool, encipher: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=encipher and not authority,  # RFC 5480 section 3: not for EC keys
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def _request_for_nobody() -> tuple[bytes, bytes]:
    """A certificate request with an empty name: what follows the name, and what follows the part that is signed."""
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(keys()[0], hashes.SHA256())
    signed = request.tbs_certrequest_bytes
    _, found, after = signed.partition(_VERSION + b"\x30\x00")
    assert found
    return after, request.public_bytes(Encoding.DER).partition(signed)[2]


def name_from_der(name: bytes) -> x509.Name | None:
    """A DER Name as a value; none where it cannot be read.

    cryptography reads names only inside something larger, so it is handed a certificate request (RFC 2986 section 4)
    for that name, whose signature nobody checks.
    """
    after, tail = _request_for_nobody()
    try:
        subject = x509.load_der_x509_csr(_sequence(_sequence(_VERSION + name + after) + tail)).subject
        return subject if subject.public_bytes() == name and list(subject) else None
    except Exception:  # noqa: BLE001 - cryptography raises whatever its parser meets
        return None


def _sequence(content: bytes) -> bytes:
    """A SEQUENCE (X.690 sections 8.1.3 and 8.9)."""
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return b"\x30" + (octets if size < 0x80 else bytes((0x80 | len(octets),)) + octets) + content
