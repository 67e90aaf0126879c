"""Trust stores: the files of root certificates that endpoints verify their peers with."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.certificates.bundles import Passphrase, first_element, read_bundle
from auditor.inputs.certificates.given_files import File
from auditor.inputs.certificates.pem import blocks_of, decoded
from auditor.inputs.documents.files import check_size, read_bytes
from auditor.model.observation import Observation, TrustSettings, TrustStoreSeen
from auditor.model.target import Target, TrustStoreTarget
from auditor.sanitise import clean

MAX_BYTES: Final = 4 * 1024 * 1024
"""Collections of public roots have some 250 KiB, and three times that with the text that OpenSSL writes before each."""
_TRUSTED: Final = "TRUSTED CERTIFICATE"
_SEQUENCE, _REJECTED = 0x30, 0xA0
_ANY_PURPOSE: Final = bytes.fromhex("0604551d2500")  # anyExtendedKeyUsage (RFC 5280 section 4.2.1.12)
_PURPOSES: Final[dict[Literal["serverAuth", "clientAuth"], bytes]] = {
    "serverAuth": bytes.fromhex("06082b06010505070301"),
    "clientAuth": bytes.fromhex("06082b06010505070302"),
}


def observe_trust_stores(
    files: Sequence[File], passphrase: Passphrase, at: datetime
) -> tuple[tuple[Target, ...], tuple[Observation, ...]]:
    """One target for every file, and the certificates in it.  Raises ``InputErrors`` with everything that is wrong."""
    targets: list[Target] = []
    seen: list[Observation] = []
    errors: list[InputError] = []
    for file in files:
        try:
            name, content = _content(file)
            certificates = _certificates(content, name, passphrase)
            settings = tuple(_settings(content, name))
        except InputErrors as wrong:
            errors += wrong.errors
            continue
        if clean(name) in {target.name for target in targets}:
            errors.append(InputError(f"the trust store {quoted(name)} is listed twice"))
            continue
        targets.append(TrustStoreTarget(name=clean(name)))
        seen.append(TrustStoreSeen(target=clean(name), at=at, certificates=certificates, settings=settings))
    if errors:
        raise InputErrors(errors)
    return tuple(targets), tuple(seen)


def _content(file: File) -> tuple[str, bytes]:
    if not isinstance(file, Path):
        name, content = file
        check_size(content, MAX_BYTES, name)
        return name, content
    if file.is_dir():
        message = "a trust store is one file; write the certificates of this directory into one (cat *.pem >roots.pem)"
        raise InputErrors([InputError(message, str(file))])
    return str(file), read_bytes(file, MAX_BYTES)


def _certificates(content: bytes, file: str, passphrase: Passphrase) -> tuple[bytes, ...]:
    """The certificates; ``InputErrors`` where the file holds anything that no trust store holds."""
    bundle = read_bundle(content, file, passphrase)
    if bundle.keys or bundle.closed_keys:
        message = "this file contains a private key, so it is no trust store; remove the key, or give another file"
        raise InputErrors([InputError(message, file)])
    if bundle.requests:
        message = "this file contains a certification request; a trust store contains only certificates"
        raise InputErrors([InputError(message, file)])
    if not bundle.certificates:
        raise InputErrors([InputError("this file contains no certificate", file)])
    return bundle.certificates


def _settings(content: bytes, file: str) -> Iterator[TrustSettings]:
    """The certificates that OpenSSL's settings exclude from a purpose."""
    if _TRUSTED.encode() not in content:
        return
    for block in blocks_of(content, file):
        if block.label == _TRUSTED:
            whole = decoded(block, file)
            certificate = first_element(whole)
            excluded = _excluded(whole[len(certificate) :])
            if excluded:
                yield TrustSettings(sha256=hashlib.sha256(certificate).hexdigest(), excluded=excluded)


def _excluded(settings: bytes) -> tuple[Literal["serverAuth", "clientAuth"], ...]:
    """The purposes that X509_CERT_AUX excludes: those it rejects, and those that its list of trusted ones lacks.

    Settings that cannot be read exclude every purpose: a certificate counts as trusted only where that is certain.
    """
    try:
        lists = dict(_elements(_value(settings)))
        trusted = list(_objects(lists[_SEQUENCE])) if _SEQUENCE in lists else None
        rejected = list(_objects(lists.get(_REJECTED, b"")))
    except ValueError:
        return tuple(_PURPOSES)
    return tuple(
        purpose
        for purpose, oid in _PURPOSES.items()
        if {oid, _ANY_PURPOSE} & {*rejected} or (trusted is not None and not {oid, _ANY_PURPOSE} & {*trusted})
    )


def _value(data: bytes) -> bytes:
    """The content of the one sequence, or nothing where there is none."""
    if not data:
        return b""
    ((tag, value),) = _elements(data)
    if tag != _SEQUENCE:
        raise ValueError("no sequence")
    return value


def _objects(data: bytes) -> Iterator[bytes]:
    """Object identifiers, as they are encoded."""
    for tag, value in _elements(data):
        if tag != _PURPOSES["serverAuth"][0]:
            raise ValueError("no object identifier")
        yield bytes([tag, len(value)]) + value


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of DER elements of fewer than 65,536 bytes, one after the other."""
    while data:
        if len(data) < 2 or (data[1] & 0x80 and (data[1] not in (0x81, 0x82) or len(data) < 4)):
            raise ValueError("no DER")
        extra = data[1] & 0x7F if data[1] & 0x80 else 0
        length = int.from_bytes(data[2 : 2 + extra]) if extra else data[1]
        start = 2 + extra
        if len(data) < start + length:
            raise ValueError("an element ends early")
        yield data[0], data[start : start + length]
        data = data[start + length :]
