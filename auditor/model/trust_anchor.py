"""A root certificate that a chain may end at."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class TrustAnchor:
    """A root certificate that the policy or the operator names, pinned by the SHA-256 of its DER."""

    name: str
    der: bytes
    declared: bool = False
    """Whether the operator declared it as sent to onboarding, rather than the policy naming it."""
    sent: dt.date | None = None
    """The day the operator sent it to onboarding; None where nobody stated one, as on the command line."""
