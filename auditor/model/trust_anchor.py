"""A root certificate that a chain may end at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrustAnchor:
    """A root certificate the policy or the operator names, pinned by the SHA-256 of its DER."""

    name: str
    der: bytes
    declared: bool = False
    """Declared by the operator as sent to onboarding, rather than named by the policy."""
