"""The lab's applications inside TLS: a SIP element that answers OPTIONS, and an HTTP server with one page.

Pure: bytes received in, bytes to send out.  Whatever is longer than a real message of the kind, or is not one at all,
ends the connection.
"""

from typing import NamedTuple

from auditor.model.target import Service
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


class ApplicationAnswer(NamedTuple):
    """What to send, how many of the received bytes are done with (unless it ends), and whether the connection ends."""

    reply: bytes
    consumed: int
    close: bool


_HANG_UP = ApplicationAnswer(b"", 0, close=True)


def answer(service: Service, received: bytes) -> ApplicationAnswer | None:
    """The answer to the message that ``received`` starts with; none while it is not complete."""
    message = received.lstrip(b"\r\n")  # RFC 3261 section 7.5, RFC 9112 section 2.2
    if not message:
        return None
    head, found, body = message.partition(b"\r\n\r\n")
    if not METHOD_STARTS.match(message) or len(head) > MAX_BYTES:
        return _HANG_UP
    if not found:
        return None
    reply = _answer_sip(head, body) if service is Service.SIP else _answer_http(head)
    if reply is None or reply.close:
        return reply
    return reply._replace(consumed=len(received) - len(body) + reply.consumed)


def _answer_sip(head: bytes, body: bytes) -> ApplicationAnswer | None:
    """Copy the fields of RFC 3261 section 8.2.6.2 into a response: 200 to OPTIONS, 405 to any other method."""
    found = fields(head)
    request = SIP_REQUEST.fullmatch(found[0][1]) if found else None
    length = content_length(found)
    if request is None or length is None:
        return _HANG_UP
    if len(body) < length:
        return None
    copied, whole = copied_fields(found, request[1])
    if not whole:
        return ApplicationAnswer(sip_response("400 Bad Request", copied), length, close=True)
    if request[1] == "ACK":  # never answered (RFC 3261 section 17)
        return ApplicationAnswer(b"", length, close=False)
    status = "200 OK" if request[1] == "OPTIONS" else "405 Method Not Allowed"
    return ApplicationAnswer(sip_response(status, copied), length, close=False)


def _answer_http(head: bytes) -> ApplicationAnswer:
    """One page for GET and HEAD, and the end of the connection in any case (RFC 9112 section 9.6)."""
    found = fields(head)
    request = HTTP_REQUEST.fullmatch(found[0][1]) if found else None
    if request is None:
        status, body = "400 Bad Request", b"That is not an HTTP request.\n"
    elif request[1] in {"GET", "HEAD"}:
        status, body = "200 OK", b"The operator's service answers.\n"
    else:
        status, body = "405 Method Not Allowed", b"Only GET and HEAD.\n"
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(("Allow: GET, HEAD",) if status.startswith("405") else ()),
        "",
        "",
    )
    shown = b"" if request is not None and request[1] == "HEAD" else body
    return ApplicationAnswer("\r\n".join(lines).encode() + shown, 0, close=True)
