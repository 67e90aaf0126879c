"""Application data inside TLS: a SIP OPTIONS or HTTP request, and reading the answer."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from auditor.model.target import ServerTarget, Service
from auditor.probes.connection import first_line
from auditor.probes.options_answer import whole_sip_answer
from auditor.sanitise import clean

Meaning = Literal["served", "refused", "undetermined"]
Doubt = Literal["", "closed", "status", "silent"]

_HTTP_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
# RFC 3261 section 7.5: empty lines before a message are ignored.
_SIP_STATUS = re.compile(rb"(?:\r\n)*SIP/2\.0 (\d{3})")
# nginx's own statuses for "SSL Certificate Error" and "SSL Certificate Required".
_NO_REASON = "does not show whether the certificate is the reason"
# nginx and its kin: "No required SSL certificate was sent".  The word alone may be the application's own.
_WANTS_CERTIFICATE = re.compile(rb"(?i)\b(?:ssl|tls|client)[ -]certificate\b")
_CERTIFICATE_STATUSES = (495, 496)


@dataclass(frozen=True)
class Reading:
    """What an answer means for a client without a certificate, and the evidence."""

    meaning: Meaning
    evidence: str
    doubt: Doubt = ""
    """What makes it undetermined: a close without an alert, a status that may have another reason, or silence.  The
    first two count as a rejection where another certificate is served."""


def request(target: ServerTarget) -> bytes:
    """The request that an idle client would send: OPTIONS (RFC 3261 section 11) or GET / (RFC 9112)."""
    return sip_options(target, "TLS") if target.service is Service.SIP else http_get(target)


def sip_options(target: ServerTarget, transport: Literal["TLS", "TCP", "UDP"], port: int | None = None) -> bytes:
    """A SIP OPTIONS to ``target``; its host part has been checked to hold no byte that could break a line."""
    host = bracketed(target.server_name or target.host)
    scheme = "sips" if transport == "TLS" else "sip"
    lines = (
        f"OPTIONS {scheme}:{host}:{port or target.port} SIP/2.0",
        f"Via: SIP/2.0/{transport} auditor.invalid;branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <{scheme}:auditor@auditor.invalid>;tag={secrets.token_hex(6)}",
        f"To: <{scheme}:{host}>",
        f"Call-ID: {secrets.token_hex(12)}@auditor.invalid",
        "CSeq: 1 OPTIONS",
        f"Contact: <{scheme}:auditor@auditor.invalid>",
        "Accept: application/sdp",
        "User-Agent: auditor",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def http_get(target: ServerTarget, port: int | None = None, path: str = "/") -> bytes:
    """A GET of ``path`` from ``target``, or from another port of it, where http is spoken without TLS."""
    host = bracketed(target.server_name or target.host)
    at = "" if port == 80 else f":{port or target.port}"
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}{at}\r\nUser-Agent: auditor\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def bracketed(host: str) -> str:
    """The host as a URI writes it."""
    return f"[{host}]" if ":" in host else host


def whole_head(service: Service) -> Callable[[bytes], bool]:
    """When enough of an answer has arrived to read it: HTTP: the first lines of the body; SIP: ``whole_sip_answer``."""
    if service is Service.HTTPS:
        return lambda data: _has_body(data) or (bool(data) and not data.startswith(b"HTTP/"[: len(data)]))
    return whole_sip_answer


def _has_body(data: bytes) -> bool:
    head, separator, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length:\s*(\d{1,9})", head)
    return bool(separator) and len(body) >= min(int(length[1]) if length else 4096, 4096)


def read_answer(service: Service, data: bytes) -> Reading:
    """Interpret the first bytes of an answer.  A status with several possible reasons decides nothing."""
    return _read_http(data) if service is Service.HTTPS else _read_sip(data)


def _read_http(data: bytes) -> Reading:
    status = _HTTP_STATUS.match(data)
    if status is None:
        return Reading("undetermined", f"an answer that is not HTTP: {first_line(data)}")
    code, line = int(status[1]), status_line(data)
    body = data[:4096].partition(b"\r\n\r\n")[2]
    if code in _CERTIFICATE_STATUSES or (code == 400 and _WANTS_CERTIFICATE.search(body)):
        return Reading("refused", f"{line}, because the client presented no valid certificate")
    if code in (400, 403):
        return Reading("undetermined", f"{line}, which {_NO_REASON}", "status")
    if 200 <= code < 500:
        return Reading("served", line)
    return Reading("undetermined", f"{line}, which is neither an answer of the application nor a rejection")


def _read_sip(data: bytes) -> Reading:
    status = _SIP_STATUS.match(data)
    if status is None:
        return Reading("undetermined", f"an answer that is not SIP: {first_line(data)}")
    line = status_line(data)
    if int(status[1]) == 403:
        return Reading("undetermined", f"{line}, which {_NO_REASON}", "status")
    return Reading("served", line)


def status_line(data: bytes) -> str:
    """The status line, safe to show."""
    return clean(data.lstrip(b"\r\n").partition(b"\r\n")[0][:120].decode("utf-8", "backslashreplace"), limit=120)
