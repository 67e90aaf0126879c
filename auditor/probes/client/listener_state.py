"""The listener's settings, and the records of its clients."""

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal

from OpenSSL import SSL

from auditor.minting.server_certificates import ServerCertificateCase, ServerCertificates
from auditor.probes.client.client_cases import ClientRecord, ConnectionAttempt
from auditor.probes.serving import Bounds
from auditor.probes.tls.client_hello import ClientHello

MOST_CLIENTS = 512
"""The most client addresses that are audited; connections from others are closed."""
_EVERY_SUITE = b"ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"
_EVERY_TLS13_SUITE = (
    b"TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:"
    b"TLS_AES_128_CCM_8_SHA256"
)
_SIP = re.compile(rb"[\r\n]*(?:[A-Z]{1,32} (?:sips?|tel):[^\r\n]{1,8192} SIP/2\.0|SIP/2\.0 [1-6][0-9]{2} )")
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class ListenerSettings:
    """How the listener treats clients.  Times are seconds."""

    cases: tuple[ServerCertificateCase, ...]
    at: datetime
    """The run's time, UTC."""
    server_name: str | None = None
    """The name in the presented certificates; by default, the name each client asks for."""
    address: str = "127.0.0.1"
    """The listening address: the name in certificates for a client that asks for none."""
    expect: int | None = None
    """Exit after this many clients have completed all cases; None listens until stopped."""
    handshake_seconds: float = 15.0
    hold_seconds: float = 5.0
    """How long a client may stay silent after the handshake, and how long a trunk is kept open."""
    bounds: Bounds = field(default_factory=lambda: Bounds(lifetime=30.0, max_bytes=131_072, connections=256))


@dataclass(frozen=True)
class ListenerEvent:
    """An event to show while the listener runs."""

    kind: Literal["attempt", "not TLS", "turned away"]
    address: str
    attempt: ConnectionAttempt | None = None
    open_cases: int = 0
    """Cases that this client has not completed."""
    reason: str = ""


@dataclass(eq=False)
class ListenerState:
    """Every client so far.  The listener's thread writes it; read it after the thread has ended."""

    settings: ListenerSettings
    certificates: ServerCertificates
    notify: Callable[[ListenerEvent], None]
    clients: dict[str, ClientRecord] = field(default_factory=dict)
    """By address."""
    foreign: dict[str, str] = field(default_factory=dict)
    """Addresses that sent something other than a ClientHello, and what."""
    without_tls: dict[str, None] = field(default_factory=dict)
    """Addresses that sent SIP instead of a ClientHello."""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """For the digests of SRTP keys; never stored."""
    satisfied: threading.Event = field(default_factory=threading.Event)
    """Set once the expected number of clients have completed all cases."""

    def __post_init__(self) -> None:
        """Hold a bounded number of TLS settings ready."""
        self.context = lru_cache(maxsize=64)(self._context)

    def client(self, address: str) -> ClientRecord | None:
        """The record of the client at this address; none when no more clients are accepted."""
        if address not in self.clients:
            if len(self.clients) >= MOST_CLIENTS:
                self.notify(ListenerEvent("turned away", address))
                return None
            self.clients[address] = ClientRecord(address, self.settings.cases)
        return self.clients[address]

    def record_foreign(self, address: str, reason: str, data: bytes = b"") -> None:
        """Record that something other than a ClientHello arrived; ``data`` is how it begins."""
        if _SIP.match(data) and len(self.without_tls) < MOST_CLIENTS:
            self.without_tls[address] = None
        if address not in self.foreign and len(self.foreign) < MOST_CLIENTS:
            self.foreign[address] = reason
            self.notify(ListenerEvent("not TLS", address, reason=reason))

    def record(self, client: ClientRecord, attempt: ConnectionAttempt) -> None:
        """Record how one connection attempt ended."""
        client.add(attempt)
        self.notify(ListenerEvent("attempt", client.address, attempt, len(client.open_cases())))
        through = sum(bool(found.client_hellos) and not found.open_cases() for found in self.clients.values())
        if self.settings.expect is not None and through >= self.settings.expect:
            self.satisfied.set()

    def name_for(self, client_hello: ClientHello) -> str:
        """The name in the certificate presented to this client."""
        asked = (client_hello.server_name or "").lower()
        return self.settings.server_name or (asked if _NAME.fullmatch(asked) else self.settings.address)

    def _context(self, case: ServerCertificateCase, name: str) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_VERSION)
        if case is ServerCertificateCase.OLD_VERSION:
            context.set_max_proto_version(SSL.TLS1_1_VERSION)
        context.set_cipher_list(_EVERY_SUITE)
        context.set_tls13_ciphersuites(_EVERY_TLS13_SUITE)
        # A resumed session would skip the check under test.
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
        for identity in self.certificates.identities(case, name):
            context.use_certificate(identity.certificate)
            context.use_privatekey(identity.key)
        for certificate in self.certificates.identities(case, name)[0].chain[1:]:
            context.add_extra_chain_cert(certificate)
        context.set_info_callback(_on_handshake)
        # Every chain is accepted and recorded; the rules judge it later.
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        return context


def _on_handshake(connection: SSL.Connection, where: int, value: int) -> None:
    """One context serves many connections: each leaves its own callback with its TLS connection."""
    note = connection.get_app_data()
    if callable(note):
        note(where, value)
