"""The validity of a certificate on the day of the audit, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from auditor.model.report import CertificateFacts
from auditor.render.wording import number

_SOON = timedelta(days=30)
_FLOOR = timedelta(days=7)


@dataclass(frozen=True)
class Validity:
    """Whether a certificate is valid, and until when."""

    state: Literal["valid", "soon", "expired", "future"]
    words: str
    short: str


def validity(certificate: CertificateFacts, at: datetime) -> Validity:
    """``soon`` is a third of the lifetime, 30 days at most and 7 at least, as certificate-expires-soon has it."""
    left = certificate.not_after - at
    if left < timedelta():
        return Validity("expired", f"Expired {_days(-left)} ago", "expired")
    if certificate.not_before > at:
        ahead = _days(certificate.not_before - at)
        return Validity("future", f"Not valid for another {ahead}", "not valid yet")
    lifetime = certificate.not_after - certificate.not_before
    if left < max(_FLOOR, min(_SOON, lifetime / 3)):
        return Validity("soon", f"Expires in {_days(left)}", f"in {_days(left)}")
    return Validity("valid", f"Valid for {_days(left)} more", f"in {_days(left)}")


def _days(span: timedelta) -> str:
    """Whole days, or years from two years on."""
    if span.days < 730:
        return number(span.days, "day")
    return f"{span.days // 365} years"
