"""The messages of one call as its caller sends and reads them (RFC 3261 sections 9, 13, 15 and 17.1.1).  Pure."""

import base64
import re
import secrets
from dataclasses import dataclass, field
from typing import Final, Literal

SUITE: Final = "AES_CM_128_HMAC_SHA1_80"
_KEY_BYTES: Final = 30
"""The length of its key and salt together."""
MAX_BYTES: Final = 65_536
"""The limit for one message.  Azure Communications Gateway takes messages of 10 KB."""
_START: Final = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})[ \r]|[A-Z]{2,20} \S{1,1024} SIP/2\.0\r")
_URI: Final = re.compile(r"<(sips?:[!-~]{1,256}?)>|^(sips?:[!-~]{1,256}?)(?:;|$)")
_COMPACT: Final = {"i": "call-id", "l": "content-length", "m": "contact", "t": "to"}
_MOST_ROUTES: Final = 16


@dataclass(frozen=True)
class Response:
    """A response to the INVITE."""

    status: int
    raw: bytes = field(repr=False)
    """The message as sent, with its keys: only for the reader of session descriptions."""
    to: str
    contact: str
    routes: tuple[str, ...]
    has_body: bool


@dataclass(frozen=True)
class Dialog:
    """What all messages of one call have in common."""

    uri: str
    call_id: str = field(default_factory=lambda: f"{secrets.token_hex(12)}@auditor.invalid")
    tag: str = field(default_factory=lambda: secrets.token_hex(6))
    branch: str = field(default_factory=lambda: f"z9hG4bK{secrets.token_hex(8)}")

    def invite(self) -> bytes:
        """An offer of the one suite, with a fresh key.  Media, if any come, go to a documentation address."""
        key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")
        offer = (
            "v=0",
            f"o=auditor {secrets.randbelow(2**31)} 1 IN IP4 192.0.2.1",  # RFC 5737
            "s=-",
            "c=IN IP4 192.0.2.1",
            "t=0 0",
            "m=audio 49170 RTP/SAVP 8 0 101",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:101 telephone-event/8000",
            f"a=crypto:1 {SUITE} inline:{key}",
        )
        body = ("\r\n".join(offer) + "\r\n").encode("ascii")
        more = (
            "Contact: <sip:auditor@auditor.invalid;transport=tls>",
            "Allow: INVITE, ACK, CANCEL, BYE",
            "Accept: application/sdp",
            "User-Agent: auditor",
            "Content-Type: application/sdp",
        )
        return self._request("INVITE", self.uri, self.branch, f"<{self.uri}>", 1, more, body)

    def cancel(self) -> bytes:
        """End the call before it is answered (section 9.1)."""
        return self._request("CANCEL", self.uri, self.branch, f"<{self.uri}>", 1)

    def acknowledge(self, response: Response) -> bytes:
        """For a refusal in the same transaction (section 17.1.1.3), for a 2xx in the new dialog (section 13.2.2.4)."""
        if response.status >= 300:
            return self._request("ACK", self.uri, self.branch, response.to, 1)
        return self._in_dialog("ACK", response, 1)

    def bye(self, response: Response) -> bytes:
        """Hang up (section 15.1.1)."""
        return self._in_dialog("BYE", response, 2)

    def _in_dialog(self, method: Literal["ACK", "BYE"], response: Response, number: int) -> bytes:
        routes = tuple(f"Route: {route}" for route in reversed(response.routes))
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        return self._request(method, response.contact or self.uri, branch, response.to, number, routes)

    def _request(
        self, method: str, uri: str, branch: str, to: str, number: int, more: tuple[str, ...] = (), body: bytes = b""
    ) -> bytes:
        lines = (
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/TLS auditor.invalid;branch={branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:auditor@auditor.invalid>;tag={self.tag}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            *more,
            f"Content-Length: {len(body)}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body

    def read(self, message: bytes) -> Response | None:
        """The message, if it is a response to the INVITE of this call."""
        start = _START.match(message)
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields(head)
        cseq = " ".join(_first(fields, "cseq").split())
        if start is None or start[1] is None or _first(fields, "call-id") != self.call_id or cseq != "1 INVITE":
            return None
        to, contact = _first(fields, "to"), _URI.search(_first(fields, "contact"))
        return Response(
            status=int(start[1]),
            raw=message,
            to=to if 0 < len(to) <= 512 else f"<{self.uri}>",
            contact=(contact[1] or contact[2]) if contact else "",
            routes=tuple(value for value in fields.get("record-route", [])[:_MOST_ROUTES] if len(value) <= 1024),
            has_body=bool(body.strip()),
        )


def next_message(data: bytes) -> tuple[bytes, bytes] | Literal["incomplete", "foreign"]:
    """The first whole message and what follows it; RFC 3261 section 18.3 frames messages by Content-Length."""
    data = data.lstrip(b"\r\n")
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        begun = data[:1] == b"" or re.match(rb"[A-Z]", data) is not None
        return "incomplete" if begun and len(data) < MAX_BYTES else "foreign"
    length = _first(_fields(head), "content-length") or "0"
    if not _START.match(data) or not re.fullmatch(r"[0-9]{1,6}", length) or int(length) > MAX_BYTES:
        return "foreign"
    if len(rest) < int(length):
        return "incomplete"
    return head + separator + rest[: int(length)], rest[int(length) :]


def _fields(head: bytes) -> dict[str, list[str]]:
    """Header fields by their long names in lower case, with nothing in them that could break a line."""
    text = re.sub(r"\r\n[ \t]+", " ", head.decode("ascii", "replace"))
    fields: dict[str, list[str]] = {}
    for line in text.split("\r\n")[1:200]:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        value = value.strip()
        if value.isascii() and value.isprintable():
            fields.setdefault(_COMPACT.get(key, key), []).append(value)
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0]
