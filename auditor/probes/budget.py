"""Limits on the connections to one endpoint, and on their time."""

from dataclasses import dataclass
from typing import Final

CANCELLED: Final = "cancelled"
"""The reason of every question that was not asked because the caller cancelled."""


@dataclass(frozen=True)
class Limits:
    """Limits for the audit of one target.  Times are seconds."""

    target_seconds: float = 30.0
    """Total time for one target; a peer that answers slowly gets up to four times as much."""
    connection_seconds: float = 8.0
    """One connection, from the TCP handshake to its last byte."""
    connect_seconds: float = 4.0
    """The TCP handshake alone."""
    settle_seconds: float = 0.5
    """The wait after a TLS handshake before anything is sent; a TLS 1.3 server rejects a certificate in that time."""
    answer_seconds: float = 4.0
    """From a SIP or HTTP request to its answer."""
    connections: int = 120
    """The most connections to one target."""
    connections_per_second: float | None = None
    """The most new connections per second to one host; None means one after the other without a pause."""
    max_bytes: int = 262_144
    """The most bytes read on one connection."""
    forbidden_suites: int = 24
    """The most accepted forbidden cipher suites that are listed for one protocol version."""
    weakness_seconds: float = 60.0
    """One run of sslyze's scan commands for weaknesses, after which its process is killed; its exhaustive enumeration
    gets three times as much."""
