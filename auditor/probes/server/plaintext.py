"""Whether the service answers without TLS: on its own port, and on others of the same address.

SIP gets OPTIONS over TCP and UDP.  HTTP gets a GET of two paths, ``/`` and one that nobody has, because a server may
redirect its front page alone.  Where an answer redirects to is carried along; whether that is enough is for the rule.
"""

import re
import secrets
import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from auditor.model.observation import PlaintextSeen
from auditor.model.target import Service
from auditor.probes.application_data import bracketed, http_get, request, sip_options, status_line, whole_head
from auditor.probes.connection import NOTHING_WITHIN, REFUSED, Peer, first_line
from auditor.sanitise import clean

# RFC 3261 section 17.1.2.2: an unanswered request over UDP is sent again after T1 (500 ms), then after twice that.
_UDP_WAITS_SECONDS = (0.5, 1.0, 2.0)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""The statuses that send the client to another URI (RFC 9110 section 15.4)."""
_SWITCHING = 101
"""The one status below 200 that is final."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")
_LOCATION = re.compile(rb"(?im)^location[ \t]*:[ \t]*([^\r\n]*)")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,9})[ \t]*\r?$")
_MOST_BODY = 4096
"""A redirect has a short note for people as its body; more than this is content, sent without TLS after all."""
_UPGRADE_TO_TLS = re.compile(rb"(?im)^upgrade[ \t]*:[^\r\n]*\btls/")


@dataclass(frozen=True)
class _Found:
    """Whether a port answered, and the evidence."""

    answered: bool | None
    evidence: str
    redirect: str = ""
    demands_tls: bool = False


def plaintext_sip(peer: Peer, ports: frozenset[int], at: datetime, *, alive: bool) -> Iterator[PlaintextSeen]:
    """One observation per port and transport.

    ``alive`` says that the peer has answered another question: only then is silence an answer, otherwise the whole
    address may be out of reach.
    """
    for port in sorted(ports):
        yield _seen(peer, "tcp", port, _over_tcp(peer, port, alive=alive), at)
        yield _seen(peer, "udp", port, _over_udp(peer, port, alive=alive), at)


def plaintext_http(peer: Peer, ports: frozenset[int], at: datetime, *, alive: bool) -> Iterator[PlaintextSeen]:
    """One observation per port, of both paths together; ``alive`` as above."""
    for port in sorted(ports):
        found = _over_http_beside(peer, port, "/", alive=alive)
        if found.redirect.startswith("https://"):
            found = _over_http_beside(peer, port, f"/{secrets.token_hex(8)}", alive=alive)
        yield _seen(peer, "tcp", port, found, at)


def plaintext_on_own_port(peer: Peer, at: datetime, *, speaks_tls: bool) -> PlaintextSeen:
    """The audited port itself, which may answer both with and without TLS."""
    ask = _over_tcp if peer.target.service is Service.SIP else _over_http
    return _seen(peer, "tcp", peer.target.port, ask(peer, peer.target.port, alive=speaks_tls), at)


def _over_http(peer: Peer, port: int, *, alive: bool) -> _Found:
    answer = _say(peer, port, request(peer.target), whole_head(Service.HTTPS))
    if isinstance(answer, str):
        return _Found(None, answer)
    # Servers that expect TLS say so with 400 in plaintext; that is no service.
    if answer.startswith(b"HTTP/") and _status(answer) != 400:
        return _http_answer(peer, port, answer)
    return _unanswered(peer, answer, alive=alive)


def _over_http_beside(peer: Peer, port: int, path: str, *, alive: bool) -> _Found:
    answer = _say(peer, port, http_get(peer.target, port, path), _whole)
    if isinstance(answer, str):
        return _not_connected(peer, answer, alive=alive)
    if answer.startswith(b"HTTP/"):
        return _http_answer(peer, port, answer)
    return _unanswered(peer, answer, alive=alive)


def _http_answer(peer: Peer, port: int, answer: bytes) -> _Found:
    """What the final response says; one that is cut short may redirect nobody knows where."""
    head = _final_head(answer)
    code = _status(answer if head is None else head)
    if head is None and (code in _REDIRECTS or code < 200):
        return _Found(None, f"an incomplete answer: {status_line(answer)}")
    line = status_line(answer if head is None else head)
    if head is not None and code in _REDIRECTS:
        if len(_body(answer)) >= _MOST_BODY:
            return _Found(answered=True, evidence=f"{line}, with content of {_MOST_BODY} bytes or more")
        redirect = _redirect(head, f"http://{bracketed(peer.target.server_name or peer.target.host)}:{port}/")
        evidence = f"{line}, redirect to {redirect}" if redirect else line
        return _Found(answered=True, evidence=evidence, redirect=redirect)
    demands_tls = head is not None and code == 426 and bool(_UPGRADE_TO_TLS.search(head))
    return _Found(answered=True, evidence=line, demands_tls=demands_tls)


def _final_head(data: bytes) -> bytes | None:
    """The head of the final response, behind any interim ones (RFC 9110 section 15.2); none while it is not whole."""
    final = _final(data)
    end = _HEAD_END.search(final)
    return final[: end.start()] if end else None


def _body(data: bytes) -> bytes:
    """What follows the head of the final response."""
    final = _final(data)
    end = _HEAD_END.search(final)
    return final[end.end() :] if end else b""


def _final(data: bytes) -> bytes:
    """The final response, or its beginning."""
    while 100 <= _status(data) < 200 and _status(data) != _SWITCHING and (end := _HEAD_END.search(data)):
        data = data[end.end() :]
    return data


def _whole(data: bytes) -> bool:
    """Whether enough has arrived: the head, and of a redirect the body too, as far as it may reach."""
    head = _final_head(data)
    if head is None or _status(head) not in _REDIRECTS:
        return head is not None
    length = _LENGTH.search(head)
    return len(_body(data)) >= min(int(length[1]) if length else _MOST_BODY, _MOST_BODY)


def _status(data: bytes) -> int:
    found = _STATUS.match(data)
    return int(found[1]) if found else 0


def _redirect(head: bytes, asked: str) -> str:
    """Scheme and host of the Location field; of several such fields, of one that is not https.  Empty without any."""
    found = [_scheme_and_host(value.decode("latin-1").strip(), asked) for value in _LOCATION.findall(head)]
    return min(found, key=lambda one: one.startswith("https://"), default="")


def _scheme_and_host(location: str, asked: str) -> str:
    try:
        parts = urlsplit(urljoin(asked, location))
        host = parts.hostname
    except ValueError:
        return ""
    return clean(f"{parts.scheme}://{bracketed(host)}", limit=120) if location and host else ""


def _over_tcp(peer: Peer, port: int, *, alive: bool) -> _Found:
    answer = _say(peer, port, sip_options(peer.target, "TCP", port), whole_head(Service.SIP))
    if isinstance(answer, str):
        return _not_connected(peer, answer, alive=alive)
    if answer.lstrip(b"\r\n").startswith(b"SIP/2.0 "):
        return _Found(answered=True, evidence=status_line(answer))
    return _unanswered(peer, answer, alive=alive)


def _not_connected(peer: Peer, why: str, *, alive: bool) -> _Found:
    if why == REFUSED:
        return _Found(answered=False, evidence=REFUSED)
    return _quiet(peer, why, alive=alive and why.startswith(NOTHING_WITHIN))


def _unanswered(peer: Peer, answer: bytes, *, alive: bool) -> _Found:
    """A TLS alert, a close or silence from a live peer shows that it does not answer in plaintext."""
    if answer[:1] == b"\x15":
        return _quiet(peer, "a TLS alert", alive=alive)
    if answer.startswith(b"HTTP/"):
        return _quiet(peer, status_line(answer), alive=alive)
    return _Found(None, _unreadable(answer)) if answer else _quiet(peer, "no answer", alive=alive)


def _quiet(peer: Peer, evidence: str, *, alive: bool) -> _Found:
    """Silence proves nothing if no time was left to listen."""
    return _Found(False if alive and time.monotonic() < peer.deadline else None, evidence)


def _unreadable(answer: bytes) -> str:
    return f"an unrecognised answer: {first_line(answer)}"


def _say(peer: Peer, port: int, data: bytes, whole: Callable[[bytes], bool]) -> bytes | str:
    """Send ``data`` and read the head of an answer; a text says why there was no connection."""
    wire = peer.connect(port)
    if isinstance(wire, str):
        return wire
    try:
        wire.send(data)
        until = time.monotonic() + peer.limits.answer_seconds
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
                    if answer.startswith(b"SIP/2.0 "):
                        return _Found(answered=True, evidence=status_line(answer))
                    return _Found(None, _unreadable(answer))
        except ConnectionRefusedError:
            return _Found(answered=False, evidence="the port is closed")
        except OSError as error:
            return _Found(None, f"sending a datagram failed ({type(error).__name__})")
    return _quiet(peer, f"no answer to {len(_UDP_WAITS_SECONDS)} requests", alive=alive)


def _seen(peer: Peer, transport: Literal["tcp", "udp"], port: int, found: _Found, at: datetime) -> PlaintextSeen:
    return PlaintextSeen(
        target=peer.target.name,
        at=at,
        transport=transport,
        port=port,
        answered=found.answered,
        evidence=found.evidence,
        redirect=found.redirect,
        demands_tls=found.demands_tls,
    )
