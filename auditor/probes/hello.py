"""One hello, one answer: what a server chooses when it is offered these cipher suites in this version.

The ClientHello is made by sslyze's connection layer (modern OpenSSL from TLS 1.0 on, the legacy one for SSL 2.0 and
3.0).  Its list of suites is then replaced on its way out, because no library can offer every suite that a policy may
forbid, and the answer is read from the wire: the handshake is given up once the ServerHello (and, up to TLS 1.2, the
certificates that follow it) has arrived.  Nothing is concluded here: a refusal is only as good as its controls, see
``suites.py``.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from nassl.ssl_client import OpenSslEcNidEnum, OpenSslEvpPkeyEnum, SslClient
from sslyze.connection_helpers.tls_connection import SslConnection
from sslyze.server_connectivity import TlsVersionEnum
from sslyze.server_setting import ServerNetworkConfiguration, ServerNetworkLocation

from auditor.model.tls import GROUP_BY_CODE, VERSION_BY_WIRE, CipherSuite, ProtocolVersion, alert_name, suites_by_code
from auditor.probes.peer import Peer, Wire
from auditor.probes.records import ServerFlight, offered_suites, parse_server_flight, with_suites
from auditor.sanitise import clean

SSLYZE_VERSION: Final = {
    ProtocolVersion.SSL_2_0: TlsVersionEnum.SSL_2_0,
    ProtocolVersion.SSL_3_0: TlsVersionEnum.SSL_3_0,
    ProtocolVersion.TLS_1_0: TlsVersionEnum.TLS_1_0,
    ProtocolVersion.TLS_1_1: TlsVersionEnum.TLS_1_1,
    ProtocolVersion.TLS_1_2: TlsVersionEnum.TLS_1_2,
    ProtocolVersion.TLS_1_3: TlsVersionEnum.TLS_1_3,
}
_LEGACY = (ProtocolVersion.SSL_2_0, ProtocolVersion.SSL_3_0)

# Every group the library knows, so that a server with an unusual one is not taken for one that refuses.
_EC_GROUPS: Final = {
    "x25519": OpenSslEcNidEnum.X25519,
    "secp256r1": OpenSslEcNidEnum.SECP256R1,
    "x448": OpenSslEcNidEnum.X448,
    "secp521r1": OpenSslEcNidEnum.SECP521R1,
    "secp384r1": OpenSslEcNidEnum.SECP384R1,
    "secp256k1": OpenSslEcNidEnum.SECP256K1,
    "secp224r1": OpenSslEcNidEnum.SECP224R1,
    "secp192r1": OpenSslEcNidEnum.SECP192R1,
    "secp160r1": OpenSslEcNidEnum.SECP160R1,
    "brainpoolP256r1": OpenSslEcNidEnum.brainpoolP256r1,
    "brainpoolP384r1": OpenSslEcNidEnum.brainpoolP384r1,
    "brainpoolP512r1": OpenSslEcNidEnum.brainpoolP512r1,
}
# RFC 8446 section 4.2.7: the elliptic-curve groups of TLS 1.3 that the library knows.
_TLS_1_3_GROUPS: Final = ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1")

SignatureAlgorithms = Sequence[tuple[int, OpenSslEvpPkeyEnum]]


@dataclass(frozen=True)
class Accepted:
    """The server chose one of the suites."""

    suite: CipherSuite
    flight: ServerFlight
    length: int
    """Octets of the list of suites in the ClientHello: what varies in its length, and what some peers cannot take."""
    seconds: float
    certificates: tuple[bytes, ...] = ()

    @property
    def group(self) -> str | None:
        """The key-exchange group's name, where it travels in the clear."""
        return None if self.flight.group is None else GROUP_BY_CODE.get(self.flight.group, str(self.flight.group))


@dataclass(frozen=True)
class Refused:
    """The server said no: with an alert, with an orderly close (no alert), or by answering in a lower version."""

    length: int
    alert: int | None = None
    lower: ProtocolVersion | None = None

    def __str__(self) -> str:
        """As evidence."""
        if self.lower:
            return f"answered in {self.lower}"
        return "closed the connection" if self.alert is None else f"alert {alert_name(self.alert)}"


@dataclass(frozen=True)
class NoAnswer:
    """Neither: nothing can be said, for this reason."""

    reason: str
    length: int = 0
    foreign: bool = False
    """The peer answered with something that is not TLS."""


Answer = Accepted | Refused | NoAnswer


class _SeenEnoughError(Exception):
    """Raised through the TLS library once the wire holds everything that was asked for."""


class _Tap:
    """Stands between library and wire: replaces the suites of the hello, and stops after the server's flight."""

    def __init__(self, wire: Wire, suites: tuple[int, ...] | None, length: int, *, stop: bool) -> None:
        self._wire, self._suites, self._length, self._stop = wire, suites, length, stop
        self.hello = b""

    def send(self, data: bytes) -> int:
        if not self.hello:
            data = data if self._suites is None else with_suites(data, self._suites, self._length)
            self.hello = data
        self._wire.send(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        while True:
            data = self._wire.recv(size)
            flight = parse_server_flight(bytes(self._wire.received))
            if flight.foreign or flight.alert or self._wire.ended or (flight.complete and self._stop):
                raise _SeenEnoughError
            # After a HelloRetryRequest it is the client's turn again, so the library must see it.
            if data and (flight.retry or not self._stop):
                return data

    def close(self) -> None:
        self._wire.close()


def hello(
    peer: Peer,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite],
    *,
    groups: Sequence[str] | None = None,
    signatures: SignatureAlgorithms | None = None,
    chain: bool = False,
    length: int = 0,
) -> Answer:
    """Offer ``suites`` in ``version`` on a new connection.

    ``groups`` limits the key-exchange groups and ``signatures`` the signature algorithms that are offered.  ``chain``
    completes a TLS 1.3 handshake, without a client certificate, to read the certificates.  ``length`` pads the list of
    suites, from TLS 1.0 on, to at least so many octets.  Raises ``OutOfBudgetError``.
    """
    wire = peer.connect()
    if isinstance(wire, str):
        return NoAnswer(wire)
    started = time.monotonic()
    client = _client(peer, version, suites, groups, signatures)
    as_made = version in _LEGACY or (version is ProtocolVersion.TLS_1_3 and (chain or not length))
    rewritten = None if as_made else tuple(suite.code for suite in suites)
    tap = _Tap(wire, rewritten, length, stop=not chain)
    client.set_underlying_socket(tap)
    certificates: tuple[bytes, ...] = ()
    try:
        client.do_handshake()
        if chain:
            certificates = _received_chain(client)
    except _SeenEnoughError:
        pass
    except Exception:  # noqa: BLE001, S110 - the library's view is not used; the wire is read below
        pass
    finally:
        wire.close()
    seconds = time.monotonic() - started
    return read_answer_of_hello(peer, wire, version, suites, suites_length(tap.hello), seconds, certificates)


def suites_length(client_hello: bytes) -> int:
    """Octets of the list of suites; 0 where no ClientHello was sent."""
    width = 3 if client_hello[:1] > b"\x7f" else 2  # SSL 2.0 counts suites in three octets
    return width * len(offered_suites(client_hello))


def read_answer_of_hello(
    peer: Peer,
    wire: Wire,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite] | None,
    length: int,
    seconds: float,
    certificates: tuple[bytes, ...],
) -> Answer:
    """What the wire says the server answered; ``length`` is the hello's, without ``suites`` it may choose any."""
    data = bytes(wire.received)
    flight = parse_server_flight(data)
    if flight.foreign:
        return NoAnswer(f"the peer does not speak TLS here: it sent {shown(data)}", length, foreign=True)
    if flight.version is not None and flight.suite is not None:
        peer.answered_in(seconds)
        chosen = VERSION_BY_WIRE.get(flight.version)
        suite = suites_by_code().get(flight.suite)
        offered = chosen is not None and chosen.wire <= version.wire
        if (
            chosen is None
            or not offered
            or (chosen is version and (suite is None or (suites is not None and suite not in suites)))
        ):
            return NoAnswer(
                f"it chose something that was not offered (version {flight.version:#06x}, suite {flight.suite:#06x})",
                length,
            )
        if chosen is not version:
            return Refused(length, lower=chosen)
        if suite is None:
            raise AssertionError("a suite that was offered has a number")
        return Accepted(suite, flight, length, seconds, certificates or flight.certificates or ())
    if flight.alert is not None:
        peer.answered_in(seconds)
        return Refused(length, alert=flight.alert[1])
    return _silence(wire, length, seconds)


def _silence(wire: Wire, length: int, seconds: float) -> Answer:
    """No ServerHello and no alert: only an orderly close with nothing said may be a refusal."""
    if wire.ended == "closed" and not wire.received:
        return Refused(length)
    what = {
        "closed": "the peer closed the connection in the middle of a message",
        "reset": "the peer reset the connection",
        "too much": "the peer sent more than a handshake may hold",
    }.get(wire.ended or "", f"no complete answer within {seconds:.0f} s")
    return NoAnswer(what, length)


def shown(data: bytes, most: int = 40) -> str:
    """The first line of what a peer sent, safe to show."""
    line = data.splitlines()[0] if data.splitlines() else b""
    return clean(repr(line[:most].decode("ascii", "backslashreplace")), limit=most * 2)


def _client(
    peer: Peer,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite],
    groups: Sequence[str] | None,
    signatures: SignatureAlgorithms | None,
) -> Any:  # noqa: ANN401 - nassl's clients are not typed
    """A TLS client of sslyze's connection layer, set up but not connected."""
    target = peer.target
    connection = SslConnection(
        server_location=ServerNetworkLocation(hostname="auditor.invalid", port=target.port, ip_address=peer.address),
        network_configuration=ServerNetworkConfiguration(
            tls_server_name_indication=target.server_name or "auditor.invalid", network_max_retries=1
        ),
        tls_version=SSLYZE_VERSION[version],
        # Without this the handshake stops at a CertificateRequest and the rest of the flight stays unread.
        should_ignore_client_auth=True,
        should_use_legacy_openssl=version in _LEGACY,
        should_enable_server_name_indication=target.server_name is not None,
    )
    client = connection.ssl_client
    names = ":".join(suite.openssl_name for suite in suites)
    if version is ProtocolVersion.TLS_1_3:
        client.set_ciphersuites(names)
    elif version in _LEGACY:
        client.set_cipher_list(names)
    else:
        # Only for the extensions of the hello; the suites themselves are replaced on the wire.
        client.set_cipher_list("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    if isinstance(client, SslClient):
        known = _TLS_1_3_GROUPS if version is ProtocolVersion.TLS_1_3 else tuple(_EC_GROUPS)
        client.set_groups([_EC_GROUPS[name] for name in groups or known])
        if signatures is not None:
            client.set_signature_algorithms(list(signatures))
    return client


def _received_chain(client: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - only where a chain is wanted
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    with suppress(ValueError):
        return tuple(
            load_pem_x509_certificate(pem.encode("ascii")).public_bytes(Encoding.DER)
            for pem in client.get_received_chain()
        )
    return ()


@cache
def askable_groups() -> tuple[str, ...]:
    """The key-exchange groups that can be offered one by one."""
    return tuple(_EC_GROUPS)


def groups_of(version: ProtocolVersion) -> tuple[str, ...]:
    """The askable groups that exist in ``version`` (RFC 8446 section 4.2.7 dropped the small and the odd ones)."""
    return _TLS_1_3_GROUPS if version is ProtocolVersion.TLS_1_3 else askable_groups()


def hello_on_the_wire(
    version: ProtocolVersion, suites: Sequence[CipherSuite], server_name: str | None = None
) -> tuple[int, ...]:
    """The numbers of the suites a hello would really offer, without a network: for the self-test of this module."""
    from auditor.model.target import Service, Target  # noqa: PLC0415
    from auditor.probes.limits import Limits  # noqa: PLC0415

    target = Target(name="x", host="x", port=1, service=Service.HTTPS, address="192.0.2.1", server_name=server_name)
    client = _client(Peer(target, Limits()), version, suites, None, None)
    with suppress(Exception):
        client._ssl.do_handshake()  # noqa: SLF001 - the octets are in the library's buffer, there is no other way to them
    data = client._network_bio.read(client._network_bio.pending())  # noqa: SLF001
    if version in (*_LEGACY, ProtocolVersion.TLS_1_3):
        return tuple(code for code in offered_suites(data) if code not in (0x00FF, 0x5600))
    return tuple(code for code in offered_suites(with_suites(data, tuple(s.code for s in suites))) if code != 0x00FF)
