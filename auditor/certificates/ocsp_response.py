"""What an OCSP response (RFC 6960) says about a certificate."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from auditor.certificates.facts import public_key
from auditor.certificates.path import issued_by
from auditor.certificates.read import quiet
from auditor.certificates.status import (
    SKEW,
    State,
    StatusAnswer,
    combined,
    out_of_date,
    revoked,
    unknown,
    verifies,
    weakly_signed,
)
from auditor.certificates.usage import purposes


def by_ocsp(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> StatusAnswer:
    """Return the status of the certificate at that moment by an OCSP response (DER).  Never raises."""
    try:
        with quiet():
            return _by_ocsp(ocsp.load_der_ocsp_response(der), certificate, issuer, at)
    except Exception:  # noqa: BLE001 - cryptography raises many kinds; all mean that it cannot be read
        return unknown("the OCSP response is not readable")


def _by_ocsp(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> StatusAnswer:
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return unknown(f"the responder answered {response.response_status.name.lower()}")
    if problem := _signature_problem(response, issuer, at):
        return unknown(problem)
    if any(extension.critical for extension in response.extensions):
        return unknown("the OCSP response has an unknown critical extension")
    said = [_said(single, at) for single in response.responses if _speaks_of(single, certificate, issuer)]
    return combined(said) if said else unknown("the OCSP response is for another certificate")


def _said(about: ocsp.OCSPSingleResponse, at: datetime) -> StatusAnswer:
    late = out_of_date("the OCSP response", about.this_update_utc, about.next_update_utc, at)
    if about.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        return revoked(about.revocation_time_utc, about.revocation_reason, late)
    if about.certificate_status is ocsp.OCSPCertStatus.GOOD and late is None:
        return StatusAnswer(State.GOOD, "")
    return unknown(late or "the responder does not know the certificate")


def _speaks_of(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether a CertID is the certificate's: serial number, and hashes of the issuer's name and key (section 4.1.1)."""
    key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return (
        single.serial_number == certificate.serial_number
        and single.issuer_name_hash == _digest(single.hash_algorithm, certificate.issuer.public_bytes())
        and single.issuer_key_hash == _digest(single.hash_algorithm, _bit_string(key))
    )


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    hasher = hashes.Hash(algorithm)
    hasher.update(data)
    return hasher.finalize()


def _bit_string(info: bytes) -> bytes:
    """The key itself in a SubjectPublicKeyInfo: the BIT STRING at its end, without tag, length and unused bits."""
    position = 0
    for inside in (True, False):  # into the outer SEQUENCE, over the AlgorithmIdentifier
        length, size = _length(info, position + 1)
        position += 1 + size + (0 if inside else length)
    _, size = _length(info, position + 1)
    return info[position + 1 + size + 1 :]


def _length(data: bytes, position: int) -> tuple[int, int]:
    """A DER length and the number of bytes it takes."""
    first = data[position]
    if first < 0x80:
        return first, 1
    count = first & 0x7F
    return int.from_bytes(data[position + 1 : position + 1 + count]), 1 + count


def _signature_problem(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> str | None:
    digest = response.signature_hash_algorithm
    signed = any(
        verifies(public_key(signer), response.signature, response.tbs_response_bytes, digest)
        for signer in _signers(response, issuer, at)
    )
    if not signed:
        return "the OCSP response is signed neither by the issuer nor by a responder it has authorised"
    return weakly_signed("the OCSP response", digest)


def _never_checked(certificate: x509.Certificate) -> bool:
    """Whether the responder's own revocation need not be checked (RFC 6960 section 4.2.2.2.1); others do not count."""
    return any(extension.oid == ExtensionOID.OCSP_NO_CHECK for extension in certificate.extensions)


def _signers(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> Iterator[x509.Certificate]:
    """The issuer itself, and responders that it certified for just this (RFC 6960 section 4.2.2.2)."""
    yield issuer
    for certificate in response.certificates:
        delegated = ExtendedKeyUsageOID.OCSP_SIGNING in (purposes(certificate) or ()) and _never_checked(certificate)
        in_date = certificate.not_valid_before_utc - SKEW <= at <= certificate.not_valid_after_utc + SKEW
        if delegated and in_date and issued_by(certificate, issuer):
            yield certificate
