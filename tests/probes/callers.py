"""A listener for the tests, and clients of Python's ssl that call it."""

import queue
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auditor.minting.authority import Authority, make_leaf, make_root
from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.keys import ec_key
from auditor.minting.server_certificates import ServerCertificateCase, ServerCertificates
from auditor.model.identity import Identity
from auditor.model.observation import Observation
from auditor.model.target import ClientTarget
from auditor.probes.client.client_observations import observed
from auditor.probes.client.listener import listening, showable
from auditor.probes.client.listener_state import ListenerEvent, ListenerSettings, ListenerState
from auditor.probes.serving import Bounds, listen

AT = datetime(2040, 3, 1, 12, 30, tzinfo=UTC)
NAME = "gateway.example.net"
ALL = tuple(ServerCertificateCase)
SECONDS = 10.0
OPTIONS = (
    b"OPTIONS sip:gateway.example.net SIP/2.0\r\nVia: SIP/2.0/TLS sbc.example.net;branch=z9hG4bK1\r\n"
    b"From: <sip:sbc.example.net>;tag=1\r\nTo: <sip:gateway.example.net>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
    b"Authorization: Digest username=trunk, response=verysecret\r\nContent-Length: 0\r\n\r\n"
)


@cache
def trusted() -> Authority:
    """The CA that the clients trust; its dates are around now as well, since Python's ssl reads the clock."""
    return make_root(
        "Test Trusted CA", ValidityPeriod(datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))
    )


@cache
def certificates(*, authority: bool = True) -> ServerCertificates:
    if not authority:
        return ServerCertificates(AT, required_root=trusted().certificate)
    return ServerCertificates(AT, authority=Identity((trusted().certificate,), trusted().key))


def client_pem(directory: Path) -> Path:
    """A client certificate of a CA nobody knows, with its key."""
    made_up = make_root(
        "Nobody's CA", ValidityPeriod(datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))
    )
    key = ec_key()
    leaf = make_leaf(made_up, ("sbc.example.net",), key, ValidityPeriod(AT.replace(year=2039), AT.replace(year=2041)))
    path = directory / "client.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem(leaf, made_up.certificate) + secret)
    return path


def pem(*found: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in found)


@dataclass
class Heard:
    """A running listener."""

    port: int
    state: ListenerState
    events: "queue.Queue[ListenerEvent]" = field(default_factory=queue.Queue)

    def next(self) -> ListenerEvent:
        return self.events.get(timeout=SECONDS)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), SECONDS)

    def seen(self, client_name: str | None = None) -> tuple[tuple[ClientTarget, ...], list[Observation]]:
        return observed(tuple(self.state.clients.values()), AT, self.port, client_name)


@contextmanager
def hearing(
    cases: Sequence[ServerCertificateCase] = ALL,
    shown: ServerCertificates | None = None,
    *,
    bounds: Bounds | None = None,
    hold: float = 5.0,
    handshake: float = 15.0,
    expect: int | None = None,
) -> Iterator[Heard]:
    shown = shown or certificates()
    settings = ListenerSettings(
        showable(cases, shown),
        AT,
        server_name=NAME,
        expect=expect,
        hold_seconds=hold,
        handshake_seconds=handshake,
        bounds=bounds or Bounds(lifetime=30.0, max_bytes=131_072, connections=256),
    )
    events: queue.Queue[ListenerEvent] = queue.Queue()
    opened = listen("127.0.0.1")
    port = opened.getsockname()[1]
    with listening(opened, settings, shown, events.put) as state:
        yield Heard(port, state, events)


def context(*, certificate: Path | None = None) -> ssl.SSLContext:
    """A client that verifies nothing, so that what it is shown does not depend on the clock."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        made.load_cert_chain(certificate)
    return made


def say(heard: Heard, what: bytes, tls: ssl.SSLContext | None = None, *, name: str | None = NAME) -> bytes:
    """Everything that is answered to ``what``."""
    answer = b""
    with heard.connect() as raw, (tls or context()).wrap_socket(raw, server_hostname=name) as connection:
        if what:
            connection.sendall(what)
            with suppress(ssl.SSLError, OSError):
                answer = connection.recv(4096)
    return answer
