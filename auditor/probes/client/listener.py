"""The auditor as the gateway: it listens, shows each client one certificate after the other, and notes what it does.

TLS runs over memory buffers, so nothing a client does or leaves undone holds anybody else.  A client certificate is
asked for and taken whatever it is; that the client has its key is checked by TLS itself.  In TLS 1.3 too a client
refuses a server's certificate inside the handshake: the server's side is complete only with the client's Finished.
"""

import re
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from socket import socket
from typing import Literal

from OpenSSL import SSL

from auditor.probes.client.client_cases import Meeting, Series
from auditor.probes.client.client_connection import ClientSession
from auditor.probes.client.shown_certificates import Case, ShownCertificates, in_order
from auditor.probes.serving import Bounds, Listener, serving
from auditor.probes.tls.client_hello import ClientHello

MOST_CLIENTS = 512
"""Addresses that are audited; further ones are turned away."""
_EVERY_SUITE = b"ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"
_EVERY_TLS13_SUITE = (
    b"TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:"
    b"TLS_AES_128_CCM_8_SHA256"
)
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Rules:
    """How the listener deals with clients.  Times are seconds."""

    cases: tuple[Case, ...]
    at: datetime
    """The run's moment, UTC."""
    server_name: str | None = None
    """The name the shown certificates are for; without one, the name each client asks for."""
    address: str = "127.0.0.1"
    """Where it listens: the name for a client that asks for none."""
    expect: int | None = None
    """How many clients have to be through all cases; none goes on until it is stopped."""
    handshake_seconds: float = 15.0
    hold_seconds: float = 5.0
    """How long a client that has completed the handshake may stay silent; and how long a trunk is held up."""
    bounds: Bounds = field(default_factory=lambda: Bounds(lifetime=30.0, octets=131_072, connections=256))


@dataclass(frozen=True)
class Event:
    """What the running display is told."""

    kind: Literal["met", "no hello", "turned away"]
    address: str
    meeting: Meeting | None = None
    open_cases: int = 0
    """Cases this client has not been through yet."""
    reason: str = ""


@dataclass(eq=False)
class Audience:
    """Every client so far.  Written by the listener's thread; to be read once it has ended."""

    rules: Rules
    certificates: ShownCertificates
    tell: Callable[[Event], None]
    clients: dict[str, Series] = field(default_factory=dict)
    """By address."""
    strangers: dict[str, str] = field(default_factory=dict)
    """Addresses that sent something other than a ClientHello, and what."""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """For the digests of SRTP keys; never stored."""
    satisfied: threading.Event = field(default_factory=threading.Event)
    """Set once as many clients as expected are through."""

    def __post_init__(self) -> None:
        """Hold a bounded number of TLS settings ready."""
        self.context = lru_cache(maxsize=64)(self._context)

    def series(self, address: str) -> Series | None:
        """The client's series; none where no more clients are taken."""
        if address not in self.clients:
            if len(self.clients) >= MOST_CLIENTS:
                self.tell(Event("turned away", address))
                return None
            self.clients[address] = Series(address, self.rules.cases)
        return self.clients[address]

    def strange(self, address: str, reason: str) -> None:
        """Note that something other than a ClientHello arrived."""
        if address not in self.strangers and len(self.strangers) < MOST_CLIENTS:
            self.strangers[address] = reason
            self.tell(Event("no hello", address, reason=reason))

    def met(self, series: Series, meeting: Meeting) -> None:
        """Note what came of one connection."""
        series.add(meeting)
        self.tell(Event("met", series.address, meeting, len(series.open_cases())))
        through = sum(bool(found.hellos) and not found.open_cases() for found in self.clients.values())
        if self.rules.expect is not None and through >= self.rules.expect:
            self.satisfied.set()

    def name_for(self, hello: ClientHello) -> str:
        """The name the certificate shown to this client is for."""
        asked = (hello.server_name or "").lower()
        return self.rules.server_name or (asked if _NAME.fullmatch(asked) else self.rules.address)

    def _context(self, case: Case, name: str) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_VERSION)
        if case is Case.OLD_VERSION:
            context.set_max_proto_version(SSL.TLS1_1_VERSION)
        context.set_cipher_list(_EVERY_SUITE)
        context.set_tls13_ciphersuites(_EVERY_TLS13_SUITE)
        # A resumed session would skip the very check that is looked for.
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
        for identity in self.certificates.identities(case, name):
            context.use_certificate(identity.certificate)
            context.use_privatekey(identity.key)
        for certificate in self.certificates.identities(case, name)[0].chain[1:]:
            context.add_extra_chain_cert(certificate)
        context.set_info_callback(_tell_session)
        # Whatever chain the client has is recorded, and judged later by the rules.
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        return context


def _tell_session(connection: SSL.Connection, where: int, value: int) -> None:
    session = connection.get_app_data()
    if isinstance(session, ClientSession):
        session.note(where, value)


@contextmanager
def listening(
    port: socket, rules: Rules, certificates: ShownCertificates, tell: Callable[[Event], None]
) -> Iterator[Audience]:
    """Serve clients until the end of the context; ``tell`` is called in the listener's thread."""
    audience = Audience(rules, certificates, tell)

    with serving((Listener(port, lambda address: ClientSession(audience, address)),), rules.bounds):
        yield audience


def showable(cases: Sequence[Case], certificates: ShownCertificates) -> tuple[Case, ...]:
    """Those of the cases that can be shown, in their order."""
    return tuple(case for case in in_order(cases) if certificates.available(case))
