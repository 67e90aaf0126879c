"""CRLs and OCSP responses in files, PEM or DER."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.x509 import ocsp

from auditor.certificates.read import MalformedCertificate, quiet, read
from auditor.errors import InputError, InputErrors
from auditor.inputs.certificates.pem import blocks_of, decoded
from auditor.inputs.documents.files import read_bytes
from auditor.model.observation import (
    CertificateChainSeen,
    Observation,
    RevocationSeen,
    StatusSource,
    Undetermined,
)
from auditor.sanitise import clean

MAX_BYTES = 16 * 1024 * 1024
"""The largest CRLs of public CAs have some ten million bytes."""
_LABELS = {"X509 CRL": "crl", "CRL": "crl", "OCSP RESPONSE": "ocsp"}


def load_status_files(paths: Sequence[Path]) -> tuple[StatusSource, ...]:
    """Read them all.  ``InputErrors`` says everything that is wrong with any of them."""
    found: list[StatusSource] = []
    errors: list[InputError] = []
    for path in paths:
        try:
            found += _load(read_bytes(path, MAX_BYTES), str(path))
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    return tuple(found)


def _load(content: bytes, file: str) -> Iterator[StatusSource]:
    if b"-----BEGIN " not in content:
        yield _source(content, file, 0)
        return
    blocks = [block for block in blocks_of(content, file) if block.label in _LABELS]
    if not blocks:
        raise InputErrors([InputError("the file contains no CRL and no OCSP response", file)])
    for block in blocks:
        yield _source(decoded(block, file), file, block.line)


def _source(der: bytes, file: str, line: int) -> StatusSource:
    with quiet():
        if _readable_crl(der):
            return StatusSource(form="crl", source="file", origin=clean(file), der=der)
        if _readable_response(der):
            return StatusSource(form="ocsp", source="file", origin=clean(file), der=der)
    raise InputErrors([InputError("this is neither a readable CRL nor a readable OCSP response", file, line)])


def _readable_crl(der: bytes) -> bool:
    try:
        x509.load_der_x509_crl(der)
    except Exception:  # noqa: BLE001 - cryptography raises many kinds; all mean that it is none
        return False
    return True


def _readable_response(der: bytes) -> bool:
    try:
        ocsp.load_der_ocsp_response(der)
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def beside_chains(observations: Iterable[Observation], sources: Sequence[StatusSource]) -> Iterator[RevocationSeen]:
    """The given status for every observed chain: every OCSP response, and the CRLs of its issuers."""
    issuers = {source: _issuer(source) for source in sources}
    chains = {
        (seen.target, seen.certificates): seen.at
        for seen in observations
        if isinstance(seen, CertificateChainSeen) and seen.certificates
    }
    for (target, certificates), at in chains.items():
        names = {read(der).issuer for der in certificates if _readable(der)}
        found = tuple(source for source, issuer in issuers.items() if issuer is None or issuer in names)
        gap = Undetermined(subject="file", reason="no CRL of its issuer was given")
        yield RevocationSeen(
            target=target, at=at, certificates=certificates, asked=("file",), found=found,
            missing=() if found else (gap,),
        )  # fmt: skip


def _issuer(source: StatusSource) -> x509.Name | None:
    with quiet():
        return x509.load_der_x509_crl(source.der).issuer if source.form == "crl" else None


def _readable(der: bytes) -> bool:
    try:
        read(der)
    except MalformedCertificate:
        return False
    return True
