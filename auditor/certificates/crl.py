"""What a CRL (RFC 5280 sections 5 and 6.3) says about a certificate."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from auditor.certificates.distinguished import same_name
from auditor.certificates.facts import is_authority, public_key
from auditor.certificates.read import quiet
from auditor.certificates.status import (
    State,
    StatusAnswer,
    distribution_points,
    out_of_date,
    revoked,
    unknown,
    uri,
    verifies,
    weakly_signed,
)

_KNOWN_CRITICAL = {ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.DELTA_CRL_INDICATOR}


def by_crl(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> StatusAnswer:
    """Return the status of the certificate at that moment by a CRL (DER).  Never raises."""
    try:
        with quiet():
            return _by_crl(x509.load_der_x509_crl(der), certificate, issuer, at)
    except Exception:  # noqa: BLE001 - cryptography raises many kinds; all mean that it cannot be read
        return unknown("the CRL is not readable")


def _by_crl(
    crl: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> StatusAnswer:
    if problem := next(_problems(crl, certificate, issuer), None):
        return unknown(problem)
    late = out_of_date("the CRL", crl.last_update_utc, crl.next_update_utc, at)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        return _listed(entry, late)
    silent = late or _says_nothing_of_the_others(crl, certificate)
    return unknown(silent) if silent else StatusAnswer(State.GOOD, "")


def _problems(
    crl: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate
) -> Iterator[str]:
    """Why the list cannot be used at all."""
    if not same_name(crl.issuer, certificate.issuer):
        yield "the CRL is from another issuer"
    elif not _signs_lists(issuer) or not _signed(crl, issuer):
        yield "the CRL is not signed by the issuer"
    if problem := weakly_signed("the CRL", crl.signature_hash_algorithm):
        yield problem
    if any(extension.critical and extension.oid not in _KNOWN_CRITICAL for extension in crl.extensions):
        yield "the CRL has an unknown critical extension"
    point = _distribution_point(crl)
    if point is not None and point.indirect_crl:
        yield "the CRL is an indirect CRL"


def _listed(entry: x509.RevokedCertificate, late: str | None) -> StatusAnswer:
    reason = next((e.value.reason for e in entry.extensions if isinstance(e.value, x509.CRLReason)), None)
    if reason is x509.ReasonFlags.remove_from_crl:
        return unknown("the CRL removes an earlier revocation")
    return revoked(entry.revocation_date_utc, reason, late)


def _says_nothing_of_the_others(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> str | None:
    """Why a certificate that is not on the list may still be revoked (RFC 5280 sections 5.2.4 and 5.2.5)."""
    if any(extension.oid == ExtensionOID.DELTA_CRL_INDICATOR for extension in crl.extensions):
        return "the CRL is a delta CRL"
    point = _distribution_point(crl)
    if point is None:
        return None
    if point.only_some_reasons:
        return "the CRL covers only some revocation reasons"
    if point.only_contains_attribute_certs or (
        point.only_contains_ca_certs if not is_authority(certificate) else point.only_contains_user_certs
    ):
        return "the CRL covers another kind of certificate"
    if point.full_name and not set(map(uri, point.full_name)) & set(distribution_points(certificate)):
        return "the CRL covers another distribution point"
    return "the CRL covers another distribution point" if point.relative_name else None


def _distribution_point(crl: x509.CertificateRevocationList) -> x509.IssuingDistributionPoint | None:
    try:
        return crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return None


def _signs_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = public_key(issuer)
    return verifies(key, crl.signature, crl.tbs_certlist_bytes, crl.signature_hash_algorithm)
