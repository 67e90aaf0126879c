"""What the lab says inside TLS: a SIP element that answers OPTIONS and an HTTP server with one page.

Pure: bytes received in, bytes to send out.  Whatever is longer than a real message of the kind, or is not one at all,
ends the connection.
"""

import hashlib
import re
from typing import NamedTuple

from auditor.model.target import Service

MOST_BYTES = 10_240
"""The longest message that is read, in bytes: what Azure Communications Gateway takes."""

_SIP_REQUEST = re.compile(r"([A-Z]{1,32}) sips?:[^\s]+ SIP/2\.0")
_METHOD_STARTS = re.compile(rb"[A-Z]")
_HTTP_REQUEST = re.compile(r"([A-Z]{1,32}) /[^\s]* HTTP/1\.[01]")
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length"}  # RFC 3261 section 7.3.3
_COPIED = {"via": "Via", "from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}


class Answer(NamedTuple):
    """What to send, how many of the received bytes are done with (unless it ends), and whether the connection ends."""

    reply: bytes
    consumed: int
    close: bool


_HANG_UP = Answer(b"", 0, close=True)


def answer(service: Service, received: bytes) -> Answer | None:
    """The answer to the message that ``received`` starts with; none while it is not complete."""
    message = received.lstrip(b"\r\n")  # RFC 3261 section 7.5, RFC 9112 section 2.2
    if not message:
        return None
    head, found, body = message.partition(b"\r\n\r\n")
    if not _METHOD_STARTS.match(message) or len(head) > MOST_BYTES:
        return _HANG_UP
    if not found:
        return None
    reply = _answer_sip(head, body) if service is Service.SIP else _answer_http(head)
    if reply is None or reply.close:
        return reply
    return reply._replace(consumed=len(received) - len(body) + reply.consumed)


def _answer_sip(head: bytes, body: bytes) -> Answer | None:
    """Copy the fields of RFC 3261 section 8.2.6.2 into a response: 200 to OPTIONS, 405 to any other method."""
    fields = _fields(head)
    request = _SIP_REQUEST.fullmatch(fields[0][1]) if fields else None
    length = _content_length(fields)
    if request is None or length is None:
        return _HANG_UP
    if len(body) < length:
        return None
    copied = [(name, value) for name, value in fields if name in _COPIED]
    cseq = f"[0-9]{{1,10}}[ \t]+{request[1]}"  # RFC 3261 section 8.1.1.5
    if {name for name, _ in copied} != set(_COPIED) or not re.fullmatch(cseq, dict(copied)["cseq"]):
        return Answer(_sip_response("400 Bad Request", copied), length, close=True)
    if request[1] == "ACK":  # never answered (RFC 3261 section 17)
        return Answer(b"", length, close=False)
    status = "200 OK" if request[1] == "OPTIONS" else "405 Method Not Allowed"
    return Answer(_sip_response(status, copied), length, close=False)


def _sip_response(status: str, copied: list[tuple[str, str]]) -> bytes:
    lines = [f"SIP/2.0 {status}"]
    tag = hashlib.sha256(repr(copied).encode()).hexdigest()[:16]
    for name, value in copied:
        needs_tag = name == "to" and not re.search(r";\s*tag\s*=", value, re.IGNORECASE)
        lines.append(f"{_COPIED[name]}: {value};tag={tag}" if needs_tag else f"{_COPIED[name]}: {value}")
    lines += ["Allow: OPTIONS", "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()


def _answer_http(head: bytes) -> Answer:
    """One page for GET and HEAD, and the end of the connection in any case (RFC 9112 section 9.6)."""
    fields = _fields(head)
    request = _HTTP_REQUEST.fullmatch(fields[0][1]) if fields else None
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
    return Answer("\r\n".join(lines).encode() + shown, 0, close=True)


def _fields(head: bytes) -> list[tuple[str, str]]:
    """The start line under an empty name, then the header fields in order; empty when it is not text of that form."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return []
    start, *lines = re.sub(r"\r\n[ \t]+", " ", text).split("\r\n")
    fields = [("", start)]
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or re.search(r"[\r\n\0]", line):
            return []
        key = name.strip().lower()
        fields.append((_COMPACT.get(key, key), value.strip()))
    return fields


def _content_length(fields: list[tuple[str, str]]) -> int | None:
    """How long the body is; none where that is not a number, or more than is ever read."""
    values = {value for name, value in fields if name == "content-length"} or {"0"}
    value = values.pop()
    if values or not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > MOST_BYTES:
        return None
    return int(value)
