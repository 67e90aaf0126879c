"""Root certificates that the operator declares: PEM bundles or single DER files, with nothing skipped silently."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.errors import InputError, InputErrors
from auditor.inputs.documents.files import read_bytes
from auditor.model.deployment import SentRoot
from auditor.model.trust_anchor import TrustAnchor

MAX_BYTES = 1024 * 1024
MAX_CERTIFICATES = 1000

_BEGIN = b"-----BEGIN CERTIFICATE-----"
_END = b"-----END CERTIFICATE-----"
_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")


def load_declared_roots(paths: Iterable[Path]) -> tuple[TrustAnchor, ...]:
    """Load every root of the files, each once, named by its common name and the start of its SHA-256.

    ``InputErrors`` for a file that holds a private key (which is never repeated), anything but certificates of CAs, or
    a block that does not end: such a file is not the one that was sent.
    """
    anchors: dict[bytes, TrustAnchor] = {}
    errors: list[InputError] = []
    for path in paths:
        try:
            anchors.update({anchor.der: anchor for anchor in _load(path)})
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    return tuple(anchors.values())


def sent_roots(anchors: Iterable[TrustAnchor]) -> tuple[SentRoot, ...]:
    """The operator's own roots, each once, with the first day each was sent where anybody stated one."""
    found: dict[bytes, TrustAnchor] = {}
    for one in anchors:
        known = found.get(one.der)
        earlier = known is None or (one.sent and (known.sent is None or one.sent < known.sent))
        if one.declared and earlier:
            found[one.der] = one
    return tuple(
        SentRoot(name=one.name, sha256=hashlib.sha256(one.der).hexdigest(), sent=one.sent) for one in found.values()
    )


def _load(path: Path) -> tuple[TrustAnchor, ...]:
    content = read_bytes(path, MAX_BYTES)
    if key := _KEY.search(content):
        line = content.count(b"\n", 0, key.start()) + 1
        message = "this file contains a private key; remove it, a root needs only its certificate"
        raise InputErrors([InputError(message, str(path), line, 1)])
    found = _pem(content, str(path)) if b"-----" in content else iter([(1, content)])
    return tuple(_anchor(encoded, str(path), line) for line, encoded in found)


def _pem(content: bytes, file: str) -> Iterator[tuple[int, bytes]]:
    """Take the PEM blocks apart, each with the line it starts in; text between them is allowed, OpenSSL writes some."""
    block: list[bytes] = []
    start = count = 0
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip()
        if b"-----" in line and line != (_END if start else _BEGIN):
            what = "the certificate that starts at line {0} has no end" if start else "only CERTIFICATE blocks are read"
            raise InputErrors([InputError(what.format(start), file, number, 1)])
        if line == _BEGIN:
            start, block, count = number, [], count + 1
        if start:
            block.append(line)
        if line == _END:
            yield start, b"\n".join(block) + b"\n"
            start = 0
    if start:
        raise InputErrors([InputError(f"the certificate that starts at line {start} has no end", file, start, 1)])
    if count > MAX_CERTIFICATES:
        raise InputErrors([InputError(f"the file contains more than {MAX_CERTIFICATES} certificates", file)])


def _anchor(encoded: bytes, file: str, line: int) -> TrustAnchor:
    try:
        certificate = _parsed(encoded)
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        common_names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        der = certificate.public_bytes(Encoding.DER)
    except x509.ExtensionNotFound:
        is_authority, common_names, der = False, [], b""
    except Exception:  # noqa: BLE001 - cryptography raises many kinds; all mean that this cannot be a root
        raise InputErrors([InputError("this certificate cannot be read", file, line, 1)]) from None
    if not is_authority:
        message = "this is not a CA certificate (basicConstraints CA is not true), so it cannot be a root"
        raise InputErrors([InputError(message, file, line, 1)])
    digest = hashlib.sha256(der).hexdigest()
    name = "".join(filter(str.isprintable, str(common_names[0].value)))[:64] if common_names else "unnamed root"
    return TrustAnchor(f"{name} ({digest[:8]})", der, declared=True)


def _parsed(encoded: bytes) -> x509.Certificate:
    if encoded.startswith(_BEGIN):
        return x509.load_pem_x509_certificate(encoded)
    return x509.load_der_x509_certificate(encoded)
