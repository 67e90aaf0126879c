"""A SIP user agent server behind TLS that answers an INVITE as a script says, and writes down what it was sent."""

import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from OpenSSL import SSL

from auditor.minting.authority import Authority, make_root
from auditor.minting.certificate import ValidityPeriod

Script = Callable[[bytes], Sequence[bytes]]
"""What is answered to one whole request."""


@dataclass
class Uas:
    """One server; ``heard`` fills while it runs."""

    script: Script
    demands_certificate: bool = False
    hangs_up_after: str = ""
    heard: list[bytes] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    """Set when the caller has gone and everything it sent was read."""

    @property
    def methods(self) -> list[str]:
        """Of the requests it was sent."""
        return [request.split(b" ")[0].decode() for request in self.heard]

    def __call__(self, connection: socket.socket, _number: int) -> None:
        """Serve one connection: the server is a behaviour of ``testbed.peers``."""
        try:
            self._serve(connection)
        finally:
            self.done.set()

    def _serve(self, connection: socket.socket) -> None:
        tls = SSL.Connection(_context(demands=self.demands_certificate), connection)
        tls.set_accept_state()
        tls.do_handshake()
        data = b""
        while True:
            data += tls.recv(65_536)
            while found := _request(data):
                request, data = found
                self.heard.append(request)
                for answer in self.script(request):
                    tls.sendall(answer)
                if request.startswith(self.hangs_up_after.encode() or b"\0"):
                    tls.shutdown()
                    return


@cache
def _certificate() -> Authority:
    """Self-signed; the INVITE probe judges no certificate."""
    return make_root(
        "uas.example.net", ValidityPeriod(datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))
    )


def _context(*, demands: bool) -> SSL.Context:
    made = _certificate()
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate(made.certificate)
    context.use_privatekey(made.key)
    if demands:
        accept_any = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        context.set_verify(accept_any, lambda *_: True)
    return context


def _request(data: bytes) -> tuple[bytes, bytes] | None:
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        return None
    length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    end = int(length[1]) if length else 0
    return (head + separator + rest[:end], rest[end:]) if len(rest) >= end else None


def header(request: bytes, name: str) -> str:
    """The value of a header field; nothing where it is not there."""
    found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", request)
    return found[1].decode() if found else ""


def reply(request: bytes, status: str, body: bytes = b"", tag: str = "peer", more: Sequence[str] = ()) -> bytes:
    """A response to ``request``."""
    lines = [f"SIP/2.0 {status}"]
    lines += [f"{name}: {header(request, name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
    lines += [f"To: {header(request, 'To').partition(';')[0]};tag={tag}", *more]
    lines += ["Content-Type: application/sdp"] if body else []
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def polite(on_invite: Callable[[bytes], Sequence[bytes]]) -> Script:
    """Answer the INVITE so, and CANCEL and BYE as RFC 3261 has it."""
    invited: list[bytes] = []
    final: list[bytes] = []

    def script(request: bytes) -> Sequence[bytes]:
        match request.split(b" ")[0]:
            case b"INVITE":
                invited.append(request)
                answers = on_invite(request)
                final.extend(answer for answer in answers if not answer.startswith(b"SIP/2.0 1"))
                return answers
            case b"CANCEL":
                ended = [] if final else [reply(invited[0], "487 Request Terminated")]
                return [reply(request, "200 OK"), *ended]
            case b"BYE":
                return [reply(request, "200 OK")]
        return ()

    return script
