"""Fetching one file from a URL in a certificate: http, bounded in time and size, and only from public addresses.

The maker of the certificate chose the URL.  So the name is resolved here, every address of it must be public,
and the connection goes to the checked address; redirections are not followed.  The fetched data is signed by
the CA and checked by the rule, so http is enough (RFC 5280 section 8).
"""

import http.client
import ipaddress
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from auditor.probes.connection import Wire
from auditor.probes.resolve import resolve

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_BYTES: Final = 16 * 1024 * 1024
SECONDS: Final = 15.0
_MOST_URL: Final = 2048
_FROM_INSIDE: Final = "its name has an address that is not public; the auditor connects only to public ones"
_MOST_HEAD: Final = 65_536
_LENGTH: Final = re.compile(rb"^content-length:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
# Global for Python: 6to4 relays (RFC 7526), the dummy address (RFC 7600), and Azure's platform, reachable from inside.
_REFUSED: Final = tuple(map(ipaddress.ip_network, ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")))


@dataclass(frozen=True)
class HttpLocation:
    """Where a URL leads, in parts."""

    host: str
    port: int
    path: str


def is_public(address: Address) -> bool:
    """Whether an address is public, even if embedded in another form (RFC 6890 and its registries).

    Of IPv6 only global unicast (2000::/3, RFC 4291 section 2.4) is, and what wraps a public IPv4 address in it.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address not in _GLOBAL_UNICAST:
            return False
    refused = any(address in network for network in _REFUSED if network.version == address.version)
    return address.is_global and not address.is_multicast and not refused


def fetch(
    url: str,
    body: bytes | None = None,
    *,
    seconds: float = SECONDS,
    allowed: Callable[[Address], bool] = is_public,
) -> bytes | str:
    """GET the URL, or POST ``body`` as an OCSP request (RFC 6960 appendix A); return the content, or why there is none.

    ``allowed`` says which addresses may be connected to.  Never raises.
    """
    location = _location(url)
    if isinstance(location, str):
        return location
    deadline = time.monotonic() + seconds
    addresses = resolve(location.host, min(5.0, seconds))
    if isinstance(addresses, str):
        return addresses
    if not addresses or not all(allowed(ipaddress.ip_address(address.partition("%")[0])) for address in addresses):
        return _FROM_INSIDE
    try:
        connection = socket.create_connection((addresses[0], location.port), timeout=min(5.0, seconds))
    except OSError:
        return f"{location.host} was unreachable"
    wire = Wire(connection, deadline, MAX_BYTES)
    try:
        wire.send(_request(location, body))
        while wire.ended is None and not _whole(wire.received):
            wire.recv()
    finally:
        wire.close()
    return _content(wire, seconds)


def _location(url: str) -> HttpLocation | str:
    if len(url) > _MOST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return "its URL cannot be requested"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", 80 if parts.port is None else parts.port
    except ValueError:
        return "its URL cannot be requested"
    if parts.scheme != "http":
        return "only http URLs are fetched"
    if not host or not port or parts.username is not None or set(host) & set('$\\"<>'):
        return "its URL cannot be requested"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return HttpLocation(host, port, path)


def _request(location: HttpLocation, body: bytes | None) -> bytes:
    host = f"[{location.host}]" if ":" in location.host else location.host
    host += "" if location.port == http.client.HTTP_PORT else f":{location.port}"
    lines = [f"{'GET' if body is None else 'POST'} {location.path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += ["User-Agent: auditor", "Accept: */*", "Accept-Encoding: identity"]
    if body is not None:
        lines += ["Content-Type: application/ocsp-request", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + (body or b"")


class _Received:
    """What has arrived, in the form in which the library reads an answer."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._data)


def _whole(received: bytearray) -> bool:
    """Whether an answer with a stated length is complete; some servers keep the connection open afterwards."""
    head, blank, _ = bytes(received[:_MOST_HEAD]).partition(b"\r\n\r\n")
    length = _LENGTH.search(head) if blank else None
    if not blank or length is None:
        return bool(blank) and b"chunked" in head.lower() and received.endswith(b"\r\n0\r\n\r\n")
    return len(received) - len(head) - len(blank) >= int(length[1])


def _content(wire: Wire, seconds: float) -> bytes | str:
    if wire.ended == "timeout":
        return f"no complete answer within {seconds:.0f} s"
    if wire.ended == "too much":
        return f"its answer has more than {MAX_BYTES} bytes"
    answer = http.client.HTTPResponse(_Received(bytes(wire.received)))  # type: ignore[arg-type]  # all it uses is makefile
    try:
        answer.begin()
        content = answer.read()
    except (http.client.HTTPException, ValueError):
        return "its answer is incomplete"
    if answer.status != http.client.OK:
        return f"it answered with HTTP status {answer.status}"
    return content
