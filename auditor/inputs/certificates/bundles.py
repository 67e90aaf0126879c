"""Certificates in their file formats: PEM, DER, PKCS #7 and PKCS #12, and requests for them (PKCS #10).

Only the public half of a private key leaves this module, and no error repeats anything that was read.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

from auditor.certificates.read import MalformedCertificate, quiet, read, read_request
from auditor.errors import InputError, InputErrors
from auditor.inputs.certificates.key_derivation import too_costly
from auditor.inputs.certificates.pem import Block, blocks_of, decoded

MAX_BYTES = 1024 * 1024
MAX_CERTIFICATES = 1000
"""The limit for one file; collections of public roots contain some 150."""

Passphrase: TypeAlias = Callable[[str], bytes | None]
"""Returns the passphrase for the named file; None if there is none.  Called only for encrypted content."""

_CERTIFICATES = {"CERTIFICATE", "X509 CERTIFICATE"}
_REQUESTS = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}
_PKCS7 = {"PKCS7", "CMS"}
_PFX = re.compile(rb"\x30.{1,9}\x02\x01\x03\x30", re.DOTALL)  # version 3 (RFC 7292 section 4)
_TBS = re.compile(rb"\x30.{1,4}\x30.{1,4}\xa0\x03\x02\x01", re.DOTALL)  # a version in brackets (RFC 5280 section 4.1)
_COSTLY = "needs more key-derivation iterations than are allowed here; export it again with fewer"
_JAVA_KEY_STORE = bytes.fromhex("feedfeed")


@dataclass(frozen=True)
class Bundle:
    """The contents of one file, in its order."""

    file: str
    certificates: tuple[bytes, ...] = ()
    """DER; duplicates are kept."""
    requests: tuple[bytes, ...] = ()
    """DER (RFC 2986)."""
    keys: tuple[bytes, ...] = ()
    """The public halves of the private keys, as SubjectPublicKeyInfo (DER)."""
    closed_keys: int = 0
    """Encrypted private keys that could not be decrypted without a passphrase."""
    ordered: bool = False
    """Whether the order is that in which a server sends the certificates: true for PEM, false for the other formats."""

    @property
    def empty(self) -> bool:
        """Whether there is neither a certificate nor a request nor a key."""
        return not (self.certificates or self.requests or self.keys or self.closed_keys)


def read_bundle(content: bytes, file: str, passphrase: Passphrase) -> Bundle:
    """Read one file, whatever its form.  ``InputErrors`` says what is wrong with it, and in PEM in which line."""
    bundle = _pem(content, file, passphrase) if b"-----BEGIN " in content else _der(content, file, passphrase)
    if len(bundle.certificates) > MAX_CERTIFICATES:
        raise _error(f"the file contains more than {MAX_CERTIFICATES} certificates", file)
    return bundle


def _pem(content: bytes, file: str, passphrase: Passphrase) -> Bundle:
    bundle = Bundle(file, ordered=True)
    errors: list[InputError] = []
    others: list[str] = []
    for block in blocks_of(content, file):
        try:
            found = _of_block(block, file, passphrase)
        except InputErrors as wrong:
            errors += wrong.errors
            continue
        others += [] if found else [block.label]
        bundle = _joined(bundle, found) if found else bundle
    if errors:
        raise InputErrors(errors)
    if bundle.empty:
        what = f"it contains {others[0]}" if others else "it is empty"
        raise _error(f"the file contains no certificate and no request: {what}", file)
    return bundle


def _joined(one: Bundle, other: Bundle) -> Bundle:
    return replace(
        one,
        certificates=(*one.certificates, *other.certificates),
        requests=(*one.requests, *other.requests),
        keys=(*one.keys, *other.keys),
        closed_keys=one.closed_keys + other.closed_keys,
    )


def _of_block(block: Block, file: str, passphrase: Passphrase) -> Bundle | None:
    """What a PEM block holds; none for what has no place here, such as parameters."""
    if block.label in _CERTIFICATES:
        return Bundle(file, certificates=(_certificate(decoded(block, file), file, block.line),))
    if block.label == "TRUSTED CERTIFICATE":  # OpenSSL's own: a certificate, and settings behind it
        return Bundle(file, certificates=(_certificate(first_element(decoded(block, file)), file, block.line),))
    if block.label in _REQUESTS:
        return Bundle(file, requests=(_request(decoded(block, file), file, block.line),))
    if block.label in _PKCS7:
        return Bundle(file, certificates=_pkcs7(decoded(block, file), file, block.line))
    if block.label.endswith("PRIVATE KEY"):
        return _key(block, file, passphrase)
    return None


def _der(content: bytes, file: str, passphrase: Passphrase) -> Bundle:
    if content.startswith(_JAVA_KEY_STORE):
        remedy = "write it as PKCS #12 with keytool -importkeystore -deststoretype PKCS12"
        raise _error(f"this is a Java key store in the old JKS format; {remedy}", file)
    if content[:1] != b"\x30":
        what = "is empty" if not content.strip() else "is neither PEM nor DER"
        raise _error(f"the file {what}; certificates are read as PEM, DER, PKCS #7 and PKCS #12", file)
    for recognise in (_der_certificate, _der_request, _der_pkcs7, _der_key):
        found = recognise(content, file)
        if found is not None:
            return found
    return _pkcs12(content, file, passphrase)


def _der_certificate(content: bytes, file: str) -> Bundle | None:
    try:
        return Bundle(file, certificates=(read(content).public_bytes(Encoding.DER),))
    except MalformedCertificate:
        return None


def _der_request(content: bytes, file: str) -> Bundle | None:
    try:
        return Bundle(file, requests=(read_request(content).public_bytes(Encoding.DER),))
    except MalformedCertificate:
        return None


def _der_pkcs7(content: bytes, file: str) -> Bundle | None:
    if b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" not in content[:32]:  # id-signedData (RFC 5652 section 5.1)
        return None
    return Bundle(file, certificates=_pkcs7(content, file, 0))


def _der_key(content: bytes, file: str) -> Bundle | None:
    with suppress(Exception):  # whatever it was, something else is tried then, and nothing of it is repeated
        key = load_der_private_key(content, None)
        return Bundle(file, keys=(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),))
    return None


def first_element(content: bytes) -> bytes:
    """The first DER value of several: the certificate in front of OpenSSL's settings."""
    if len(content) < 4 or content[1] != 0x82:  # every certificate has more than 255 bytes, and fewer than 65,536
        return content
    return content[: 4 + int.from_bytes(content[2:4])]


def _certificate(der: bytes, file: str, line: int) -> bytes:
    try:
        return read(der).public_bytes(Encoding.DER)
    except MalformedCertificate as error:
        raise _error(str(error), file, line) from None


def _request(der: bytes, file: str, line: int) -> bytes:
    try:
        return read_request(der).public_bytes(Encoding.DER)
    except MalformedCertificate as error:
        raise _error(str(error), file, line) from None


def _pkcs7(der: bytes, file: str, line: int) -> tuple[bytes, ...]:
    try:
        with quiet():  # BER is what Windows and Java write
            found = pkcs7.load_der_pkcs7_certificates(der)
    except Exception:  # noqa: BLE001 - not all that cryptography raises is a ValueError: InvalidVersion is none
        raise _error("this PKCS #7 contains no readable certificate", file, line) from None
    return tuple(_certificate(certificate.public_bytes(Encoding.DER), file, line) for certificate in found)


def _key(block: Block, file: str, passphrase: Passphrase) -> Bundle:
    encrypted = block.label == "ENCRYPTED PRIVATE KEY" or b"ENCRYPTED" in block.text
    secret = passphrase(f"the private key in {file}") if encrypted else None
    if encrypted and secret is None:
        return Bundle(file, closed_keys=1)
    if block.label == "ENCRYPTED PRIVATE KEY" and too_costly(decoded(block, file)):
        raise _error(f"this private key {_COSTLY}", file, block.line)
    try:
        with quiet():
            public = load_pem_private_key(block.text, secret).public_key()
        return Bundle(file, keys=(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),))
    except Exception:  # noqa: BLE001 - whatever it was, its text may quote the key
        why = "; is the passphrase the right one?" if encrypted else ""
        raise _error(f"this private key cannot be read{why}", file, block.line) from None


def _pkcs12(content: bytes, file: str, passphrase: Passphrase) -> Bundle:
    if not _PFX.match(content):
        if _TBS.match(content):
            _certificate(content, file, 0)  # says why it cannot be read
        raise _error("this DER is not a certificate, request, PKCS #7 or PKCS #12", file)
    if too_costly(content):
        raise _error(f"this PKCS #12 {_COSTLY}", file)
    for secret in _secrets(file, passphrase):
        store = None
        with suppress(Exception), quiet():  # as above
            store = pkcs12.load_pkcs12(content, secret)
        if store is not None:
            return _opened(store, file)
    raise _error("this PKCS #12 cannot be opened: the passphrase is wrong or missing, or the file is damaged", file)


def _secrets(file: str, passphrase: Passphrase) -> Iterator[bytes | None]:
    """No passphrase, an empty one, and only then the one that has to be asked for."""
    yield from (None, b"")
    given = passphrase(f"the PKCS #12 {file}")
    if given is not None:
        yield given


def _opened(store: pkcs12.PKCS12KeyAndCertificates, file: str) -> Bundle:
    own = [store.cert.certificate] if store.cert else []
    others = [found.certificate for found in store.additional_certs]
    keys = () if store.key is None else (store.key.public_key(),)
    return Bundle(
        file,
        certificates=tuple(_certificate(found.public_bytes(Encoding.DER), file, 0) for found in (*own, *others)),
        keys=tuple(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in keys),
    )


def _error(message: str, file: str, line: int = 0) -> InputErrors:
    return InputErrors([InputError(message, file, line)])
