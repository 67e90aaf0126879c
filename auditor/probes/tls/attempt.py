"""One handshake attempt: what a server chooses when offered these cipher suites in this version.

The ClientHello is made by sslyze's connection layer (modern OpenSSL from TLS 1.0 on, the legacy one for SSL 2.0 and
3.0).  Its list of suites is then replaced on its way out, because no library can offer every suite that a policy may
forbid, and the answer is read from the wire: the handshake is given up once the ServerHello (and, up to TLS 1.2, the
certificates that follow it) has arrived.  Nothing is concluded here: a rejection is only as good as its controls, see
``controls.py``.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from auditor.model.tls import (
    GROUP_BY_CODE,
    GROUPS,
    VERSION_BY_WIRE,
    CipherSuite,
    ProtocolVersion,
    alert_name,
    suites_by_code,
)
from auditor.probes.connection import Peer, Wire, first_line
from auditor.probes.tls.client_hello_rewriting import offered_suites, with_groups, with_suites
from auditor.probes.tls.client_setup import LEGACY, SignatureAlgorithms, make_client, received_chain
from auditor.probes.tls.records import ServerFlight, parse_server_flight


@dataclass(frozen=True)
class Accepted:
    """The server chose one of the suites."""

    suite: CipherSuite
    flight: ServerFlight
    length: int
    """Bytes of the list of suites in the ClientHello: the part that varies, and that some peers cannot handle."""
    seconds: float
    certificates: tuple[bytes, ...] = ()

    @property
    def group(self) -> str | None:
        """The key-exchange group's name, where it travels in the clear."""
        return None if self.flight.group is None else GROUP_BY_CODE.get(self.flight.group, str(self.flight.group))


@dataclass(frozen=True)
class Refused:
    """The server rejected the attempt: with an alert, an orderly close (no alert), or an answer in a lower version."""

    length: int
    alert: int | None = None
    lower: ProtocolVersion | None = None

    def __str__(self) -> str:
        """The rejection as evidence."""
        if self.lower:
            return f"answered in {self.lower}"
        return "closed the connection" if self.alert is None else f"alert {alert_name(self.alert)}"


@dataclass(frozen=True)
class NoAnswer:
    """Neither accepted nor rejected, for this reason."""

    reason: str
    length: int = 0
    foreign: bool = False
    """Whether the peer answered with something other than TLS."""


Answer = Accepted | Refused | NoAnswer


class _SeenEnoughError(Exception):
    """Raised through the TLS library once everything needed has been received."""


class _Tap:
    """Stands between library and wire: replaces the suites of the ClientHello, and stops after the server's flight."""

    def __init__(self, wire: Wire, rewrite: Callable[[bytes], bytes] | None, *, stop: bool, at_retry: bool) -> None:
        self._wire, self._rewrite, self._stop, self._at_retry = wire, rewrite, stop, at_retry
        self.client_hello = b""

    def send(self, data: bytes) -> int:
        if not self.client_hello:
            data = data if self._rewrite is None else self._rewrite(data)
            self.client_hello = data
        self._wire.send(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        while True:
            data = self._wire.recv(size)
            flight = parse_server_flight(bytes(self._wire.received))
            enough = (flight.complete and self._stop) or (flight.retry and self._at_retry)
            if flight.foreign or flight.alert or self._wire.ended or enough:
                raise _SeenEnoughError
            # After a HelloRetryRequest it is the client's turn again, so the library must see it.
            if data and (flight.retry or not self._stop):
                return data

    def close(self) -> None:
        self._wire.close()


def attempt(
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
    suites, from TLS 1.0 on, to at least so many bytes.  Raises ``OutOfBudgetError``.
    """
    wire = peer.connect()
    if isinstance(wire, str):
        return NoAnswer(wire)
    started = time.monotonic()
    client = make_client(peer, version, suites, groups, signatures)
    retry = groups is not None and version is ProtocolVersion.TLS_1_3
    rewrite: Callable[[bytes], bytes] | None = None
    if retry and groups is not None:
        # The library knows no finite-field and no hybrid groups; a HelloRetryRequest names one without computing in it.
        rewrite = partial(with_groups, groups=[GROUPS[name] for name in groups])
    elif version not in LEGACY and not (version is ProtocolVersion.TLS_1_3 and (chain or not length)):
        rewrite = partial(with_suites, suites=tuple(suite.code for suite in suites), length=length)
    tap = _Tap(wire, rewrite, stop=not chain, at_retry=retry)
    client.set_underlying_socket(tap)
    certificates: tuple[bytes, ...] = ()
    try:
        client.do_handshake()
        if chain:
            certificates = received_chain(client)
    except _SeenEnoughError:
        pass
    except Exception:  # noqa: BLE001, S110 - the library's view is not used; the wire is read below
        pass
    finally:
        wire.close()
    seconds = time.monotonic() - started
    return read_server_answer(peer, wire, version, suites, suites_length(tap.client_hello), seconds, certificates)


def suites_length(client_hello: bytes) -> int:
    """Bytes of the list of suites; 0 where no ClientHello was sent."""
    width = 3 if client_hello[:1] > b"\x7f" else 2  # SSL 2.0 counts suites in three bytes
    return width * len(offered_suites(client_hello))


def read_server_answer(
    peer: Peer,
    wire: Wire,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite] | None,
    length: int,
    seconds: float,
    certificates: tuple[bytes, ...],
) -> Answer:
    """The server's answer on the wire; ``length`` is the ClientHello's; without ``suites`` it may choose any."""
    data = bytes(wire.received)
    flight = parse_server_flight(data)
    if flight.foreign:
        return NoAnswer(f"the peer does not speak TLS here: it sent {first_line(data)}", length, foreign=True)
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
                f"the peer chose something that was not offered (version {flight.version:#06x}, "
                f"suite {flight.suite:#06x})",
                length,
            )
        if chosen is not version:
            return Refused(length, lower=chosen)
        if suite is None:
            raise AssertionError("every offered suite has a number")
        return Accepted(suite, flight, length, seconds, certificates or flight.certificates or ())
    if flight.alert is not None:
        peer.answered_in(seconds)
        return Refused(length, alert=flight.alert[1])
    return _silence(wire, length, seconds)


def _silence(wire: Wire, length: int, seconds: float) -> Answer:
    """No ServerHello and no alert: only an orderly close without data may be a rejection."""
    if wire.ended == "closed" and not wire.received:
        return Refused(length)
    what = {
        "closed": "the peer closed the connection in the middle of a message",
        "reset": "the peer reset the connection",
        "too much": "the peer sent more than the limit for a handshake",
    }.get(wire.ended or "", f"no complete answer within {seconds:.0f} s")
    return NoAnswer(what, length)
