"""Certificates with their private keys: the operator's own, and the CA of a lab that its endpoints trust.

No part of a private key appears anywhere: not in an error, not in a log, not in the value's own text.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from auditor.errors import InputError, InputErrors
from auditor.inputs.documents.files import read_bytes
from auditor.model.identity import Identity, PrivateKey

PASSPHRASE_VARIABLE = "AUDITOR_KEY_PASSPHRASE"  # noqa: S105 - its name, no passphrase
MAX_BYTES = 1024 * 1024
MAX_CERTIFICATES = 16

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(rb"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)


def load_identity(certificate: Path, key: Path, passphrase: bytes | None, at: datetime) -> Identity:
    """Read a certificate chain (PEM, leaf first) and the leaf's private key (PEM: PKCS #8, PKCS #1 or SEC 1).

    ``passphrase`` is for an encrypted key, and unused otherwise.  Both may be one file.  ``InputErrors``
    when either cannot be read, when they do not belong together, when a certificate does not certify the one before
    it, or when the certificate is not in force ``at`` that moment: refused by everybody, it would prove nothing.
    """
    chain = _chain(certificate)
    private = _private_key(key, passphrase)
    if not _same_key(chain[0], private):
        message = "this private key does not belong to the certificate"
        _fail(message, str(key))
    _in_force(chain[0], certificate, at)
    return Identity(chain, private)


def load_authority(certificate: Path, key: Path, passphrase: bytes | None, at: datetime) -> Identity:
    """Read a CA certificate and its key in the same way.  ``InputErrors`` as well when it is not one of a CA."""
    authority = load_identity(certificate, key, passphrase, at)
    if not _signs_certificates(authority.certificate):
        message = "this is not a CA certificate (basicConstraints and keyUsage must let it sign certificates)"
        _fail(message, str(certificate))
    return authority


def _chain(path: Path) -> tuple[x509.Certificate, ...]:
    content = read_bytes(path, MAX_BYTES)
    blocks = [(content.count(b"\n", 0, match.start()) + 1, match[0]) for match in _CERTIFICATE.finditer(content)]
    if not blocks:
        what = "only a private key" if _KEY.search(content) else "no certificate in PEM (-----BEGIN CERTIFICATE-----)"
        _fail(f"this file contains {what}; give the certificate with its intermediates", str(path))
    if len(blocks) > MAX_CERTIFICATES:
        _fail(f"the file contains more than {MAX_CERTIFICATES} certificates", str(path))
    chain = tuple(_parsed(block, str(path), line) for line, block in blocks)
    for (line, _), issued, issuer in zip(blocks[1:], chain, chain[1:], strict=False):
        if not _issued_by(issued, issuer):
            message = (
                "this certificate did not issue the one before it; the file starts with your own certificate, and each "
                "one that follows certifies the one before it"
            )
            _fail(message, str(path), line)
    return chain


def _parsed(block: bytes, file: str, line: int) -> x509.Certificate:
    """Access every field that is used later, because cryptography reads them lazily."""
    try:
        certificate = x509.load_pem_x509_certificate(block)
        certificate.public_key()
        list(certificate.extensions)
        list(certificate.subject)
    except Exception:  # noqa: BLE001 - cryptography raises many kinds; all mean that it cannot be read
        _fail("this certificate cannot be read", file, line)
    return certificate


def _issued_by(issued: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _private_key(path: Path, passphrase: bytes | None) -> PrivateKey:
    found = _KEY.search(read_bytes(path, MAX_BYTES))
    if found is None:
        _fail("this file contains no private key in PEM (-----BEGIN PRIVATE KEY-----)", str(path))
    encrypted = b"ENCRYPTED" in found[0]
    if encrypted and passphrase is None:
        _fail(f"this private key is encrypted; set its passphrase in {PASSPHRASE_VARIABLE}", str(path))
    try:
        key = load_pem_private_key(found[0], passphrase if encrypted else None)
    except Exception:  # noqa: BLE001 - whatever it was, its text may quote the key
        why = "; is the passphrase the right one?" if encrypted else ""
        _fail(f"this private key cannot be read{why}", str(path))
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        _fail("this private key is neither RSA nor EC; other kinds are not supported", str(path))
    return key


def _same_key(certificate: x509.Certificate, key: PrivateKey) -> bool:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def _in_force(certificate: x509.Certificate, path: Path, at: datetime) -> None:
    if at > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date()
        _fail(f"this certificate expired on {day}; renew it or leave it out", str(path))
    if at < certificate.not_valid_before_utc:
        day = certificate.not_valid_before_utc.date()
        _fail(f"this certificate is valid only from {day}; leave it out until then", str(path))


def _signs_certificates(certificate: x509.Certificate) -> bool:
    extensions = {extension.oid: extension.value for extension in certificate.extensions}
    constraints = extensions.get(x509.BasicConstraints.oid)
    usage = extensions.get(x509.KeyUsage.oid)
    signs = not isinstance(usage, x509.KeyUsage) or usage.key_cert_sign
    return isinstance(constraints, x509.BasicConstraints) and constraints.ca and signs


def _fail(message: str, file: str, line: int = 0) -> NoReturn:
    raise InputErrors([InputError(message, file, line)]) from None
