"""SBCs as clients, good and deliberately broken: each connects to a listener as often as it is asked to.

They stand for the trunk that calls Azure Communications Gateway.  Each opens its connections one after the other, as a
rejected trunk does, and sends SIP if it accepts the certificate.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from cryptography import x509
from OpenSSL import SSL, crypto

from auditor.lab.pki import Pki, client_identity
from auditor.lab.settings import SUITES_TLS12, SUITES_TLS13
from auditor.minting.server_certificates import ServerCertificateCase, ServerCertificates
from auditor.model.identity import Identity
from auditor.model.observation import Observation
from auditor.model.target import Target
from auditor.model.tls import ProtocolVersion
from auditor.probes.client.client_observations import observed
from auditor.probes.client.listener import listening, showable
from auditor.probes.client.listener_state import ListenerSettings
from auditor.probes.serving import listen

SERVER_NAME = "gateway.example.net"
_SECONDS = 5.0
_HOLD = 1.0
_CASES = tuple(case for case in ServerCertificateCase if case is not ServerCertificateCase.WILDCARD)
_OPTIONS = (
    f"OPTIONS sips:{SERVER_NAME} SIP/2.0\r\n"
    "Via: SIP/2.0/TLS sbc.example.net;branch=z9hG4bK1\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sips:sbc.example.net>;tag=1\r\n"
    f"To: <sips:{SERVER_NAME}>\r\n"
    "Call-ID: 1@sbc.example.net\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
).encode("ascii")


@dataclass(frozen=True)
class LabClient:
    """One client and its fault; the defaults meet the policy."""

    name: str
    fault: str = ""
    """The fault, as one sentence; empty if there is none."""
    expected: frozenset[str] = frozenset()
    """Every rule of the ``acg`` policy that must fail or warn, unavoidable consequences included."""
    verifies_chain: bool = True
    verifies_name: bool = True
    presents: bool = True
    sends_name: bool = True
    oldest: ProtocolVersion = ProtocolVersion.TLS_1_2
    tls13_suites: str = SUITES_TLS13

    undecidable: frozenset[str] = frozenset()
    inconclusive: bool = False


def clients() -> Iterator[LabClient]:
    """The clients: a compliant one, and one for each planted fault."""
    yield LabClient("client-compliant")
    yield LabClient(
        "client-verifies-nothing",
        "It accepts any certificate.",
        frozenset({"server-certificate-unverified", "server-name-unverified"}),
        verifies_chain=False,
        verifies_name=False,
    )
    yield LabClient(
        "client-ignores-names",
        "It verifies the chain but accepts a certificate for any name.",
        frozenset({"server-name-unverified"}),
        verifies_name=False,
    )
    yield LabClient(
        "client-without-certificate",
        "It presents no certificate.",
        frozenset({"client-certificate-not-presented"}),
        presents=False,
    )
    yield LabClient(
        "client-old-version",
        "It also offers TLS 1.0, with a suite for it.",
        frozenset({"client-protocol-not-allowed", "client-cipher-suite-not-allowed"}),
        oldest=ProtocolVersion.TLS_1_0,
    )
    yield LabClient(
        "client-chacha20-only",
        "In TLS 1.3 it offers only ChaCha20.",
        frozenset({"client-cipher-suite-none-usable", "client-cipher-suite-not-allowed"}),
        tls13_suites="TLS_CHACHA20_POLY1305_SHA256",
    )
    yield LabClient(
        "client-without-server-name",
        "It sends no server name (SNI).",
        frozenset({"server-name-not-sent"}),
        sends_name=False,
    )


def hear(pki: Pki) -> tuple[tuple[Target, ...], list[Observation]]:
    """Have every client connect to a listener that plays the gateway, and say what was seen, under the client's name.

    Raises ``OSError`` when loopback cannot be listened on.
    """
    authority = Identity((pki.root.certificate,), pki.root.key)
    certificates = ServerCertificates(pki.at, authority=authority)
    settings = ListenerSettings(showable(_CASES, certificates), pki.at, server_name=SERVER_NAME, hold_seconds=_HOLD)
    targets: list[Target] = []
    observations: list[Observation] = []
    for client in clients():
        opened = listen("127.0.0.1")
        port = opened.getsockname()[1]
        with listening(opened, settings, certificates, lambda _event: None) as state:
            _connect(client, pki, port, len(settings.cases))
        found, seen = observed(tuple(state.clients.values()), pki.at, port, None)
        targets += [target.model_copy(update={"name": client.name}) for target in found]
        observations += [observation.model_copy(update={"target": client.name}) for observation in seen]
    return tuple(targets), observations


def _connect(client: LabClient, pki: Pki, port: int, times: int) -> None:
    context = _context(client, pki)
    for _ in range(times):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), _SECONDS) as connection:
            _talk(client, context, connection)


def _context(client: LabClient, pki: Pki) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(client.oldest.wire)
    old = client.oldest is not ProtocolVersion.TLS_1_2
    suites = f"{SUITES_TLS12}:ECDHE-RSA-AES256-SHA:@SECLEVEL=0" if old else SUITES_TLS12
    context.set_cipher_list(suites.encode())
    context.set_tls13_ciphersuites(client.tls13_suites.encode())
    if client.presents:
        own = client_identity(pki)
        context.use_certificate(own.certificate)
        context.use_privatekey(own.key)
        context.add_extra_chain_cert(pki.issuing.certificate)
    store = context.get_cert_store()
    assert store is not None  # a context is made with one
    store.add_cert(crypto.X509.from_cryptography(pki.root.certificate))
    store.set_time(pki.at)
    if client.verifies_chain:
        context.set_verify(SSL.VERIFY_PEER)
    return context


def _talk(client: LabClient, context: SSL.Context, connection: socket.socket) -> None:
    tls = SSL.Connection(context, None)
    tls.set_connect_state()
    if client.sends_name:
        tls.set_tlsext_host_name(SERVER_NAME.encode())
    with suppress(SSL.Error, ConnectionError):
        while not _handshake(tls, connection):
            pass
        # As in most applications, the name is checked after the handshake.
        if client.verifies_name and not _is_for(tls, SERVER_NAME):
            return
        tls.sendall(_OPTIONS)
        connection.sendall(tls.bio_read(65_536))
        while not _answered(tls, connection):
            pass
    with suppress(SSL.Error, OSError):
        connection.sendall(tls.bio_read(65_536))


def _handshake(tls: SSL.Connection, connection: socket.socket) -> bool:
    try:
        tls.do_handshake()
    except SSL.WantReadError:
        done = False
    else:
        done = True
    with suppress(SSL.WantReadError):
        connection.sendall(tls.bio_read(65_536))
    if not done:
        _take(tls, connection)
    return done


def _answered(tls: SSL.Connection, connection: socket.socket) -> bool:
    try:
        return bool(tls.recv(4096))
    except SSL.WantReadError:
        _take(tls, connection)
        return False


def _take(tls: SSL.Connection, connection: socket.socket) -> None:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionResetError
    tls.bio_write(data)


def _is_for(tls: SSL.Connection, name: str) -> bool:
    """Whether an alternative name of the server's certificate is ``name`` (RFC 5922 section 7.2)."""
    certificate = tls.get_peer_certificate(as_cryptography=True)
    if certificate is None:
        return False
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return name in names.get_values_for_type(x509.DNSName)
