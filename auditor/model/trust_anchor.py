"""A root certificate that a chain may end at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrustAnchor:
    """A root certificate that the policy or the operator names, pinned by the SHA-256 of its DER."""

    name: str
    der: bytes
    declared: bool = False
    """Whether the operator declared it as sent to onboarding, rather than the policy naming it."""
