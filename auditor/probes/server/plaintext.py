"""Whether the service answers without TLS: SIP OPTIONS over TCP and UDP, and the port itself where it speaks no TLS."""

import select
import socket
import time
from collections.abc import Iterator
from datetime import datetime

from auditor.model.observation import PlaintextSeen
from auditor.model.target import Service
from auditor.probes.application_data import request, sip_options, status_line, whole_head
from auditor.probes.connection import NOTHING_WITHIN, REFUSED, Peer, first_line

# RFC 3261 section 17.1.2.2: an unanswered request over UDP is sent again after T1 (500 ms), then after twice that.
_UDP_WAITS_SECONDS = (0.5, 1.0, 2.0)

_Found = tuple[bool | None, str]
"""Whether it answered, and the evidence."""


def plaintext_sip(peer: Peer, ports: frozenset[int], at: datetime, *, alive: bool) -> Iterator[PlaintextSeen]:
    """One observation per port and transport.

    ``alive`` says that the peer has answered another question: only then is silence an answer, otherwise the whole
    address may be out of reach.
    """
    for port in sorted(ports):
        yield _seen(peer, "tcp", port, _over_tcp(peer, port, alive=alive), at)
        yield _seen(peer, "udp", port, _over_udp(peer, port, alive=alive), at)


def plaintext_on_own_port(peer: Peer, at: datetime, *, speaks_tls: bool) -> PlaintextSeen:
    """The audited port itself, which may answer both with and without TLS."""
    ask = _over_tcp if peer.target.service is Service.SIP else _over_http
    return _seen(peer, "tcp", peer.target.port, ask(peer, peer.target.port, alive=speaks_tls), at)


def _over_http(peer: Peer, port: int, *, alive: bool) -> _Found:
    answer = _say(peer, port, request(peer.target))
    if isinstance(answer, str):
        return None, answer
    # Servers that expect TLS say so with 400 in plaintext; that is no service.
    if answer.startswith(b"HTTP/") and b" 400 " not in answer.partition(b"\r\n")[0]:
        return True, status_line(answer)
    return _unanswered(peer, answer, alive=alive)


def _over_tcp(peer: Peer, port: int, *, alive: bool) -> _Found:
    answer = _say(peer, port, sip_options(peer.target, "TCP", port))
    if answer == REFUSED:
        return False, REFUSED
    if isinstance(answer, str):
        return _quiet(peer, answer, alive=alive and answer.startswith(NOTHING_WITHIN))
    if answer.lstrip(b"\r\n").startswith(b"SIP/2.0 "):
        return True, status_line(answer)
    return _unanswered(peer, answer, alive=alive)


def _unanswered(peer: Peer, answer: bytes, *, alive: bool) -> _Found:
    """A TLS alert, a close or silence from a live peer shows that it does not answer in plaintext."""
    if answer[:1] == b"\x15":
        return _quiet(peer, "a TLS alert", alive=alive)
    if answer.startswith(b"HTTP/"):
        return _quiet(peer, status_line(answer), alive=alive)
    return (None, _unreadable(answer)) if answer else _quiet(peer, "no answer", alive=alive)


def _quiet(peer: Peer, evidence: str, *, alive: bool) -> _Found:
    """Silence proves nothing if no time was left to listen."""
    return (False if alive and time.monotonic() < peer.deadline else None), evidence


def _unreadable(answer: bytes) -> str:
    return f"an unrecognised answer: {first_line(answer)}"


def _say(peer: Peer, port: int, data: bytes) -> bytes | str:
    """Send ``data`` and read the head of an answer; a text says why there was no connection."""
    wire = peer.connect(port)
    if isinstance(wire, str):
        return wire
    try:
        wire.send(data)
        until, whole = time.monotonic() + peer.limits.answer_seconds, whole_head(peer.target.service)
        while wire.ended is None and wire.remaining(until) > 0 and not whole(bytes(wire.received)):
            wire.recv(until=until)
        return bytes(wire.received)
    finally:
        wire.close()


def _over_udp(peer: Peer, port: int, *, alive: bool) -> _Found:
    family = socket.AF_INET6 if ":" in peer.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        try:
            datagrams.connect((peer.address, port))
            for seconds in _UDP_WAITS_SECONDS:
                datagrams.send(sip_options(peer.target, "UDP", port))
                if select.select([datagrams], [], [], min(seconds, max(0.0, peer.deadline - time.monotonic())))[0]:
                    answer = datagrams.recv(8192)
                    return (
                        (True, status_line(answer)) if answer.startswith(b"SIP/2.0 ") else (None, _unreadable(answer))
                    )
        except ConnectionRefusedError:
            return False, "the port is closed"
        except OSError as error:
            return None, f"sending a datagram failed ({type(error).__name__})"
    return _quiet(peer, f"no answer to {len(_UDP_WAITS_SECONDS)} requests", alive=alive)


def _seen(peer: Peer, transport: str, port: int, found: _Found, at: datetime) -> PlaintextSeen:
    return PlaintextSeen(
        target=peer.target.name,
        at=at,
        transport="udp" if transport == "udp" else "tcp",
        port=port,
        answered=found[0],
        evidence=found[1],
    )
