"""The one place where certificates are built and signed.

A specification states only what is special about a certificate, or wrong with it; everything else follows RFC 5280
and the stricter web profile: key identifiers, and critical basic constraints and key usage.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Digest: TypeAlias = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
Extension: TypeAlias = tuple[x509.ExtensionType, bool]
"""An extension, and whether it is critical."""

BOTH_ROLES: Final = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
SERVER_ROLE: Final = (ExtendedKeyUsageOID.SERVER_AUTH,)
_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
# The object identifiers of RSA signatures with SHA-256, and with digests that cryptography signs nothing with
# (RFC 4055 section 5, RFC 3279 section 2.2.1): equally long.
_SHA256_WITH_RSA: Final = bytes.fromhex("2a864886f70d01010b")
_WEAK: Final = {"md5": bytes.fromhex("2a864886f70d010104"), "sha1": bytes.fromhex("2a864886f70d010105")}


@dataclass(frozen=True)
class ValidityPeriod:
    """The first and the last moment, UTC, without fractions of a second (RFC 5280 section 4.1.2.5)."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def days(cls, at: datetime, first: float, last: float) -> "ValidityPeriod":
        """From ``first`` to ``last``, in days after ``at``."""
        return cls(at + timedelta(days=first), at + timedelta(days=last))


@dataclass(frozen=True)
class CertificateSpec:
    """The contents of a certificate to be made."""

    subject: x509.Name
    validity: ValidityPeriod
    names: tuple[x509.GeneralName, ...] = ()
    """Subject alternative names; None omits the extension."""
    authority: bool = False
    path_length: int | None = None
    basic_constraints: bool = True
    purposes: tuple[x509.ObjectIdentifier, ...] | None = None
    """Extended key usage: by default both TLS roles, and none for an authority.  Empty omits the extension."""
    usages: frozenset[str] | None = None
    """Key usage, by the names of ``x509.KeyUsage``: by default what the role needs.  Empty omits the extension."""
    key_identifier: bytes | None = None
    """By default that of its key.  Empty omits the extension."""
    more: tuple[Extension, ...] = ()
    serial_number: int | None = None
    """By default a random one."""
    digest: Digest = "sha256"
    """MD5 and SHA-1 need an issuer with an RSA key."""


@dataclass(frozen=True)
class Issuer:
    """The issuer: its name in the certificate, the key, and its identifier; None omits that."""

    name: x509.Name
    key: CertificateIssuerPrivateKeyTypes
    key_identifier: bytes | None = None


def issuer_of(certificate: x509.Certificate, key: CertificateIssuerPrivateKeyTypes) -> Issuer:
    """The issuer whose certificate and key these are."""
    return Issuer(certificate.subject, key, key_identifier_of(certificate))


def key_identifier_of(certificate: x509.Certificate) -> bytes | None:
    """The subject key identifier, if there is one."""
    with suppress(x509.ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    return None


def mint(
    spec: CertificateSpec, key: CertificateIssuerPrivateKeyTypes, issuer: Issuer | None = None
) -> x509.Certificate:
    """Make the certificate of ``key``; self-signed without an issuer."""
    signer = issuer or Issuer(spec.subject, key)
    builder = x509.CertificateBuilder(
        subject_name=spec.subject,
        issuer_name=signer.name,
        public_key=key.public_key(),
        serial_number=spec.serial_number or x509.random_serial_number(),
        not_valid_before=spec.validity.not_before,
        not_valid_after=spec.validity.not_after,
    )
    for extension, critical in extensions(spec, key.public_key(), signer):
        builder = builder.add_extension(extension, critical)
    return _signed(builder, signer.key, spec.digest)


def extensions(spec: CertificateSpec, public: CertificatePublicKeyTypes, issuer: Issuer) -> Iterator[Extension]:
    """The extensions of the certificate of a public key."""
    if spec.basic_constraints:
        yield x509.BasicConstraints(spec.authority, spec.path_length if spec.authority else None), True
    usages = _fitting_usages(spec, public) if spec.usages is None else spec.usages
    if usages:
        yield x509.KeyUsage(**{usage: usage in usages for usage in _USAGES}), True
    if spec.key_identifier:
        yield x509.SubjectKeyIdentifier(spec.key_identifier), False
    elif spec.key_identifier is None:
        yield x509.SubjectKeyIdentifier.from_public_key(public), False
    if issuer.key_identifier:
        yield x509.AuthorityKeyIdentifier(issuer.key_identifier, None, None), False
    purposes = (() if spec.authority else BOTH_ROLES) if spec.purposes is None else spec.purposes
    if purposes:
        yield x509.ExtendedKeyUsage(purposes), False
    if spec.names:
        yield x509.SubjectAlternativeName(spec.names), False
    yield from spec.more


def common_name(name: str) -> x509.Name:
    """A subject with a common name alone."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def host_name(name: str) -> x509.GeneralName:
    """A DNS name (a wildcard included) or an IP address as an alternative name."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _fitting_usages(spec: CertificateSpec, public: CertificatePublicKeyTypes) -> frozenset[str]:
    if spec.authority:
        return frozenset({"key_cert_sign", "crl_sign"})
    # RFC 5480 section 3: keyEncipherment is not for EC keys.
    rsa_only = {"key_encipherment"} if isinstance(public, rsa.RSAPublicKey) else set()
    return frozenset({"digital_signature", *rsa_only})


def _signed(
    builder: x509.CertificateBuilder, key: CertificateIssuerPrivateKeyTypes, digest: Digest
) -> x509.Certificate:
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return builder.sign(key, None)
    if digest in _WEAK:
        return _signed_weakly(builder, key, digest)
    match digest:
        case "sha224":
            return builder.sign(key, hashes.SHA224())
        case "sha384":
            return builder.sign(key, hashes.SHA384())
        case "sha512":
            return builder.sign(key, hashes.SHA512())
        case _:
            return builder.sign(key, hashes.SHA256())


def _signed_weakly(
    builder: x509.CertificateBuilder, key: CertificateIssuerPrivateKeyTypes, digest: Digest
) -> x509.Certificate:
    """Sign with MD5 or SHA-1, which cryptography refuses.

    A certificate signed with SHA-256 is taken apart and signed again: both object identifiers and both signatures are
    equally long, so no length changes.
    """
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("only an RSA key signs with MD5 or SHA-1 here")
    strong = builder.sign(key, hashes.SHA256())
    body = strong.tbs_certificate_bytes
    if body.count(_SHA256_WITH_RSA) != 1:
        raise ValueError("the certificate must name sha256WithRSAEncryption once")
    weak = body.replace(_SHA256_WITH_RSA, _WEAK[digest])
    algorithm = hashes.MD5() if digest == "md5" else hashes.SHA1()  # noqa: S303 - the planted fault itself
    whole = strong.public_bytes(Encoding.DER).replace(body, weak)
    head, _, _ = whole.rpartition(strong.signature)
    signature = key.sign(weak, padding.PKCS1v15(), algorithm)
    return x509.load_der_x509_certificate(head.replace(_SHA256_WITH_RSA, _WEAK[digest]) + signature)
