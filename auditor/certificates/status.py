"""Whether a certificate is revoked: what an answer is, and what CRLs and OCSP responses have in common.

These modules never take silence for an answer: data that is not signed by the issuer, is out of date, or does not
cover the certificate leaves the status unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID

SKEW = timedelta(minutes=5)
"""The allowed difference between the clocks of a responder and this machine."""
_WEAK = ("md5", "sha1")


class State(StrEnum):
    """The status of a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StatusAnswer:
    """What one list or response says about one certificate."""

    state: State
    words: str
    """When and why it was revoked, or why its status is unknown."""


def combined(answers: Sequence[StatusAnswer]) -> StatusAnswer:
    """Return the worst status: revoked by any, else good by any, else why it is unknown."""
    for state in (State.REVOKED, State.GOOD):
        found = next((answer for answer in answers if answer.state is state), None)
        if found is not None:
            return found
    return unknown(
        "; ".join(dict.fromkeys(answer.words for answer in answers)) or "no CRL or OCSP response covers the certificate"
    )


def must_staple(certificate: x509.Certificate) -> bool:
    """Return whether the certificate demands a stapled response (TLS feature status_request, RFC 7633)."""
    try:
        features = certificate.extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False
    return x509.TLSFeatureType.status_request in features


def distribution_points(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the URIs of the certificate's CRLs (RFC 5280 section 4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(dict.fromkeys(uri(name) for point in points for name in point.full_name or () if uri(name)))


def responders(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the URIs of its OCSP responders (RFC 5280 section 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ()
    wanted = AuthorityInformationAccessOID.OCSP
    found = (uri(description.access_location) for description in access if description.access_method == wanted)
    return tuple(dict.fromkeys(uri for uri in found if uri))


def uri(name: x509.GeneralName) -> str:
    """Return a URI; of another kind of name nothing."""
    return name.value if isinstance(name, x509.UniformResourceIdentifier) else ""


def weakly_signed(what: str, digest: hashes.HashAlgorithm | None) -> str | None:
    """Return what makes a signature forgeable; None if nothing does."""
    return f"{what} is signed with {digest.name}" if digest is not None and digest.name in _WEAK else None


def verifies(
    key: CertificatePublicKeyTypes | None, signature: bytes, signed: bytes, digest: hashes.HashAlgorithm | None
) -> bool:
    """Return whether the signature is the key's; of RSA ones only PKCS #1 v1.5 is known here."""
    try:
        match key:
            case rsa.RSAPublicKey() if digest is not None:
                key.verify(signature, signed, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if digest is not None:
                key.verify(signature, signed, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(signature, signed)
            case _:
                return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def out_of_date(what: str, since: datetime, until: datetime | None, at: datetime) -> str | None:
    """Return why a list or response does not cover this moment; None if it does."""
    if until is None:
        return f"{what} has no nextUpdate"
    if since - SKEW > at:
        return f"{what} is not valid before {since:%Y-%m-%d %H:%M} UTC"
    return f"{what} is out of date (nextUpdate {until:%Y-%m-%d %H:%M} UTC)" if at > until + SKEW else None


def revoked(since: datetime | None, reason: x509.ReasonFlags | None, dated: str | None) -> StatusAnswer:
    """Return the answer of an entry.

    Revocation is permanent, so even an old list proves it; but a hold may have been lifted since.
    """
    if dated is not None and reason is x509.ReasonFlags.certificate_hold:
        return unknown(f"the certificate was on hold, and {dated}")
    words = f"revoked on {since:%Y-%m-%d %H:%M} UTC" if since else "revoked"
    words += f", {reason.value}" if reason is not None and reason is not x509.ReasonFlags.unspecified else ""
    return StatusAnswer(State.REVOKED, words)


def unknown(words: str) -> StatusAnswer:
    """Return the unknown status, and why."""
    return StatusAnswer(State.UNKNOWN, words)
