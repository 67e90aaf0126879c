"""The lab's certificate authority: roots, intermediates and end-entity certificates, made in memory.

What it makes is right by RFC 5280 and by the stricter web profile (authority key identifiers, critical basic
constraints and key usage), but for what the caller asks to be wrong.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
BOTH_ROLES = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
SERVER_ROLE = (ExtendedKeyUsageOID.SERVER_AUTH,)

# sha256WithRSAEncryption and sha1WithRSAEncryption as DER (RFC 4055 section 5, RFC 3279 section 2.2.1): equally long.
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")


@dataclass(frozen=True)
class Validity:
    """The first and the last moment, UTC, without fractions of a second (RFC 5280 section 4.1.2.5)."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class Authority:
    """A certificate that signs others, and its private key."""

    certificate: x509.Certificate
    key: PrivateKey


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A fresh key on secp256r1."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A fresh RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def make_root(name: str, validity: Validity) -> Authority:
    """A self-signed root with an EC key."""
    key = ec_key()
    builder = _builder(_name(name), _name(name), key, validity)
    return Authority(_add_authority_extensions(builder, key, path_length=None).sign(key, hashes.SHA256()), key)


def make_intermediate(
    issuer: Authority,
    name: str,
    validity: Validity,
    *,
    key: PrivateKey | None = None,
    usages: tuple[x509.ObjectIdentifier, ...] = (),
    path_length: int | None = None,
) -> Authority:
    """A certificate authority under ``issuer``, with an EC key unless one is given; no ``usages``, no extension."""
    key = key or ec_key()
    builder = _builder(_name(name), issuer.certificate.subject, key, validity)
    builder = _add_authority_extensions(builder, key, path_length).add_extension(
        _key_identifier(issuer), critical=False
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return Authority(builder.sign(issuer.key, hashes.SHA256()), key)


def make_leaf(
    issuer: Authority,
    names: tuple[str, ...],
    key: PrivateKey,
    validity: Validity,
    usages: tuple[x509.ObjectIdentifier, ...] = BOTH_ROLES,
) -> x509.Certificate:
    """An end-entity certificate for ``names``: DNS names (a wildcard included) or IP addresses."""
    builder = (
        _builder(_name(names[0]), issuer.certificate.subject, key, validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(sign=True, encipher=isinstance(key, rsa.RSAPrivateKey)), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_key_identifier(issuer), critical=False)
    )
    return builder.sign(issuer.key, hashes.SHA256())


def signed_with_sha1(certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate, signed by its issuer's ``key`` with SHA-1.

    The library refuses to make one, rightly, so the algorithm is exchanged in the DER: both identifiers and both
    signatures are equally long, so no length changes.
    """
    body = certificate.tbs_certificate_bytes
    if body.count(_SHA256_WITH_RSA) != 1:
        raise ValueError("the certificate must be signed with sha256WithRSAEncryption")
    weak = body.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    whole = certificate.public_bytes(Encoding.DER).replace(body, weak)
    head, _, _ = whole.rpartition(certificate.signature)
    signature = key.sign(weak, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the planted fault itself
    return x509.load_der_x509_certificate(head.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA) + signature)


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey, validity: Validity) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=validity.not_before,
        not_valid_after=validity.not_after,
    )


def _add_authority_extensions(
    builder: x509.CertificateBuilder, key: PrivateKey, path_length: int | None
) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(certify=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_identifier(issuer: Authority) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _key_usage(*, sign: bool = False, encipher: bool = False, certify: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=False,
        key_encipherment=encipher,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certify,
        crl_sign=certify,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Operator"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
