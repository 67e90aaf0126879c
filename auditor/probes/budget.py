"""How much an endpoint may be asked, and for how long."""

from dataclasses import dataclass
from typing import Final

CANCELLED: Final = "cancelled"
"""The reason of every question that was not asked because the caller cancelled."""


@dataclass(frozen=True)
class Limits:
    """Bounds of the audit of one target.  Times are seconds."""

    target_seconds: float = 30.0
    """All connections to one target together; a peer that answers slowly gets up to four times as much."""
    connection_seconds: float = 8.0
    """One connection, from the TCP handshake to its last byte."""
    connect_seconds: float = 4.0
    """The TCP handshake alone."""
    settle_seconds: float = 0.5
    """After a TLS handshake, before anything is sent: the time in which a TLS 1.3 server refuses a certificate."""
    answer_seconds: float = 4.0
    """From a SIP or HTTP request to its answer."""
    connections: int = 120
    """The most connections to one target."""
    connections_per_second: float | None = None
    """The most new connections a second to one host; none means one after the other without a pause."""
    max_bytes: int = 262_144
    """The most bytes read on one connection."""
    forbidden_suites: int = 24
    """The most forbidden cipher suites that are listed for one protocol version."""
    weakness_seconds: float = 60.0
    """One run of sslyze's scan commands, after which its process is killed."""
