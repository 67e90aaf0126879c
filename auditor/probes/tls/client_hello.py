"""Parsing a ClientHello from raw bytes, without a TLS library.

A listener learns versions, suites and names from the ClientHello alone, even if the handshake fails.  Everything here
is bounded and never raises for what a client sent.  Sources: RFC 9846 sections 4.2.2, 4.3 and 5.1, RFC 5246 section
7.4.1.2 and appendix E.2 (the ClientHello in SSL 2.0 form), RFC 6066 section 3, RFC 7301 section 3.1, RFC 8701 (GREASE).
"""

from dataclasses import dataclass

from auditor.model.tls import (
    VERSION_BY_WIRE,
    ProtocolVersion,
    group_name,
    signature_scheme_name,
    suites_by_code,
    suites_by_name,
)

MAX_BYTES = 65_536
"""The longest ClientHello that is read; OpenSSL accepts 131,396 bytes, real ones have a few thousand."""

_HANDSHAKE, _CLIENT_HELLO = 22, 1
_OLDEST = (ProtocolVersion.SSL_3_0, ProtocolVersion.TLS_1_0)
_MOST_RECORD = 16_384
_SERVER_NAME, _SUPPORTED_GROUPS, _SIGNATURE_ALGORITHMS, _ALPN, _SUPPORTED_VERSIONS = 0, 10, 13, 16, 43
# Signals in the list of suites that are not suites: RFC 5746 section 3.3 and RFC 7507 section 2.
_SIGNALS = (0x00FF, 0x5600)


@dataclass(frozen=True)
class ClientHello:
    """A ClientHello, in the client's own order and without GREASE.  Unassigned numbers stand as hexadecimal."""

    versions: tuple[str, ...]
    """As TLSv1.2."""
    versions_listed: bool
    """Whether the versions come from supported_versions; otherwise only the highest is known."""
    suites: tuple[str, ...]
    groups: tuple[str, ...] = ()
    signature_schemes: tuple[str, ...] = ()
    server_name: str | None = None
    """The host name of SNI as sent, neither checked nor cleaned; None for bytes outside ASCII."""
    protocols: tuple[bytes, ...] = ()
    """ALPN."""

    @property
    def versions_known(self) -> bool:
        """Whether it rules out every version below those it names.

        They are listed, or none of its suites can be used below TLS 1.2, or it names the oldest one there is.
        """
        suites = suites_by_name()
        fit = any(name not in suites or ProtocolVersion.TLS_1_1 in suites[name].versions for name in self.suites)
        return self.versions_listed or not fit or not set(_OLDEST).isdisjoint(self.versions)


@dataclass(frozen=True)
class NotClientHello:
    """Why the bytes are not a ClientHello, as the end of a sentence."""

    reason: str


class ClientHelloReader:
    """Takes bytes as they arrive, over however many segments and records, in time linear in their number."""

    def __init__(self) -> None:
        self._records, self._message = bytearray(), bytearray()
        self._taken = 0
        self._old: bool | None = None

    def feed(self, data: bytes) -> ClientHello | NotClientHello | None:
        """The ClientHello, why it is invalid, or None while it is incomplete."""
        self._taken += len(data)
        self._records += data
        if self._old is None and self._records:
            maybe = self._records[0] & 0x80 != 0
            if maybe and len(self._records) < 3:
                return None
            self._old = maybe and self._records[2] == _CLIENT_HELLO
        found = self._ssl2_client_hello() if self._old else self._read_records()
        if found is None and self._taken > MAX_BYTES:
            return NotClientHello(f"more than {MAX_BYTES} bytes without a complete ClientHello")
        return found

    def _read_records(self) -> ClientHello | NotClientHello | None:
        records, position = self._records, 0
        if records and records[0] != _HANDSHAKE:
            return NotClientHello("the received data is not TLS")
        while position + 5 <= len(records):
            length = int.from_bytes(records[position + 3 : position + 5], "big")
            if records[position] != _HANDSHAKE or records[position + 1] != 3 or not 0 < length <= _MOST_RECORD:
                return NotClientHello("the received data is not a TLS handshake")
            if position + 5 + length > len(records):
                break
            self._message += records[position + 5 : position + 5 + length]
            position += 5 + length
        del records[:position]
        return self._whole_message()

    def _whole_message(self) -> ClientHello | NotClientHello | None:
        message = self._message
        if message and message[0] != _CLIENT_HELLO:
            return NotClientHello("the handshake does not begin with a ClientHello")
        if len(message) < 4:
            return None
        length = int.from_bytes(message[1:4], "big")
        if length > MAX_BYTES:
            return NotClientHello(f"the ClientHello declares more than {MAX_BYTES} bytes")
        return _parse(bytes(message[4 : 4 + length])) if len(message) >= 4 + length else None

    def _ssl2_client_hello(self) -> ClientHello | NotClientHello | None:
        """RFC 5246 appendix E.2: three bytes a suite, those of TLS with a zero in front."""
        length = int.from_bytes(self._records[:2], "big") & 0x7FFF
        if len(self._records) < 2 + length:
            return None
        body = bytes(self._records[2 : 2 + length])
        specs = int.from_bytes(body[3:5], "big")
        if len(body) < 9 + specs:
            return NotClientHello("the ClientHello is malformed")
        suites = [int.from_bytes(body[9 + at : 12 + at], "big") for at in range(0, specs - 2, 3)]
        return ClientHello((_version(int.from_bytes(body[1:3], "big")),), False, _suites(suites))


def _parse(body: bytes) -> ClientHello | NotClientHello:
    if len(body) < 35:
        return NotClientHello("the ClientHello is malformed")
    legacy = int.from_bytes(body[:2], "big")
    session, rest = _vector(body[34:], 1)
    suites, rest = _vector(rest, 2) if rest is not None else (None, None)
    compression, rest = _vector(rest, 1) if rest is not None else (None, None)
    if session is None or suites is None or compression is None or rest is None:
        return NotClientHello("the ClientHello is malformed")
    extensions = _extensions(rest)
    listed = extensions.get(_SUPPORTED_VERSIONS)
    versions = _numbers(_vector(listed, 1)[0] or b"") if listed is not None else [legacy]
    return ClientHello(
        versions=tuple(_version(number) for number in _known(versions)),
        versions_listed=listed is not None,
        suites=_suites(_numbers(suites)),
        groups=tuple(map(group_name, _known(_inner(extensions, _SUPPORTED_GROUPS)))),
        signature_schemes=tuple(map(signature_scheme_name, _known(_inner(extensions, _SIGNATURE_ALGORITHMS)))),
        server_name=_server_name(extensions.get(_SERVER_NAME, b"")),
        protocols=_protocols(extensions.get(_ALPN, b"")),
    )


def _vector(data: bytes, width: int) -> tuple[bytes | None, bytes | None]:
    """A vector with a length prefix of so many bytes, and what follows it; None if it is truncated."""
    end = width + int.from_bytes(data[:width], "big")
    return (data[width:end], data[end:]) if width <= len(data) and end <= len(data) else (None, None)


def _extensions(data: bytes) -> dict[int, bytes]:
    """Those that can be read; a ClientHello may end without any (RFC 5246 section 7.4.1.2)."""
    inside = _vector(data, 2)[0] or b""
    found: dict[int, bytes] = {}
    while len(inside) >= 4:
        kind = int.from_bytes(inside[:2], "big")
        value, rest = _vector(inside[2:], 2)
        if value is None or rest is None:
            break
        found.setdefault(kind, value)
        inside = rest
    return found


def _inner(extensions: dict[int, bytes], kind: int) -> list[int]:
    return _numbers(_vector(extensions.get(kind, b""), 2)[0] or b"")


def _numbers(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2)]


def _known(numbers: list[int]) -> list[int]:
    """Each once, without GREASE: 0x0a0a, 0x1a1a and so on."""
    return [number for number in dict.fromkeys(numbers) if number & 0x0F0F != 0x0A0A or number >> 8 != number & 0xFF]


def _version(number: int) -> str:
    return VERSION_BY_WIRE.get(number) or f"0x{number:04x}"


def _suites(numbers: list[int]) -> tuple[str, ...]:
    names = suites_by_code()
    found = (number for number in _known(numbers) if number not in _SIGNALS)
    return tuple(names[number].name if number in names else f"0x{number:04x}" for number in found)


def _server_name(extension: bytes) -> str | None:
    """RFC 6066 section 3: a list of names, of which those of type 0 are host names."""
    names = _vector(extension, 2)[0] or b""
    while names:
        name, rest = _vector(names[1:], 2)
        if name is None or rest is None:
            return None
        if names[0] == 0:
            return name.decode("ascii") if name and name.isascii() else None
        names = rest
    return None


def _protocols(extension: bytes) -> tuple[bytes, ...]:
    names, found = _vector(extension, 2)[0] or b"", []
    while names:
        name, rest = _vector(names, 1)
        if name is None or rest is None:
            break
        found.append(name)
        names = rest
    return tuple(found)
