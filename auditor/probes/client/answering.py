"""What a client sends to the listener inside TLS, and the answers: just enough for a trunk to come up.

Only the kind and method of a message are kept.  Header fields and bodies are read if an answer needs them, then
discarded; an INVITE's session description goes to a reader that keeps no key.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from auditor.probes.requests import (
    HTTP_REQUEST,
    MAX_BYTES,
    METHOD_STARTS,
    SIP_REQUEST,
    content_length,
    copied_fields,
    fields,
    sip_response,
)

MOST_BODY = 65_536
_ALLOW = "OPTIONS, INVITE, ACK, CANCEL, BYE"
_SIP_STATUS = {
    "OPTIONS": "200 OK",
    "REGISTER": "200 OK",
    "INVITE": "488 Not Acceptable Here",
    "CANCEL": "200 OK",
    "BYE": "200 OK",
}


class MessageKind(NamedTuple):
    """What the first line of a message says it is."""

    text: str
    """As ``SIP OPTIONS`` or ``HTTP GET``; empty while that is unknown."""
    service: Literal["SIP", "HTTP"] | None = None
    """None where it is no request."""
    method: str = ""
    """Empty where it cannot be answered, as in HTTP/2."""


_UNKNOWN = MessageKind("")
_NEITHER = MessageKind("bytes that are neither SIP nor HTTP")


class ClientMessage(NamedTuple):
    """One message a client sent, and the answer to it."""

    kind: MessageKind
    reply: bytes = b""
    size: int = 0
    """How many received bytes have been processed."""
    close: bool = False


def read_message(received: bytes, invited: Callable[[bytes], None]) -> ClientMessage:
    """Read the message that ``received`` starts with.  ``invited`` is handed a whole INVITE.

    Nothing is answered, and ``size`` is 0, while it is not complete.
    """
    message = received.lstrip(b"\r\n")  # RFC 3261 section 7.5, RFC 9112 section 2.2
    if not message:
        return ClientMessage(_UNKNOWN)
    if not METHOD_STARTS.match(message):
        return ClientMessage(_NEITHER, close=True)
    line, whole_line, _ = message.partition(b"\r\n")
    head, whole_head, body = message.partition(b"\r\n\r\n")
    if len(head) > MAX_BYTES:
        return ClientMessage(_kind(line) if whole_line else _UNKNOWN, close=True)
    if not whole_head:
        return ClientMessage(_kind(line) if whole_line else _UNKNOWN)
    said = _answer(head, body, message, invited)
    return said._replace(size=said.size and len(received) - len(message) + said.size)


def _kind(line: bytes) -> MessageKind:
    text = line.decode("ascii", "replace")
    if sip := SIP_REQUEST.fullmatch(text):
        return MessageKind(f"SIP {sip[1]}", "SIP", sip[1])
    if http := HTTP_REQUEST.fullmatch(text):
        return MessageKind(f"HTTP {http[1]}", "HTTP", http[1])
    if text.startswith("SIP/2.0 "):
        return MessageKind("a SIP response")
    return MessageKind("HTTP/2", "HTTP") if text == "PRI * HTTP/2.0" else _NEITHER


def _answer(head: bytes, body: bytes, message: bytes, invited: Callable[[bytes], None]) -> ClientMessage:
    found = fields(head)
    kind = _kind(head.partition(b"\r\n")[0])
    method = kind.method
    if kind.service == "HTTP" and method:
        status = "204 No Content" if method in ("GET", "HEAD", "OPTIONS") else "404 Not Found"
        length = "" if status.startswith("204") else "Content-Length: 0\r\n"
        return ClientMessage(
            kind, f"HTTP/1.1 {status}\r\n{length}Connection: close\r\n\r\n".encode("ascii"), 0, close=True
        )
    length_of_body = content_length(found, MOST_BODY)
    if kind.service != "SIP" or not found or length_of_body is None:
        return ClientMessage(kind, close=True)
    if len(body) < length_of_body:
        return ClientMessage(kind)
    size = len(head) + 4 + length_of_body
    copied, whole = copied_fields(found, method)
    if not whole:
        return ClientMessage(kind, sip_response("400 Bad Request", copied), size, close=True)
    if method == "INVITE":
        invited(message[:size])
    if method == "ACK":  # never answered (RFC 3261 section 17)
        return ClientMessage(kind, b"", size)
    return ClientMessage(kind, sip_response(_SIP_STATUS.get(method, "405 Method Not Allowed"), copied, _ALLOW), size)
