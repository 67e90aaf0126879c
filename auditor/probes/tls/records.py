"""Handshake bytes read without a TLS library: ServerHellos, plaintext certificates, alerts.

A library that aborts a handshake does not always report what it received, so the decisive facts (chosen version, chosen
suite, alert) are read from the wire.  Everything here is bounded by the length of its input and never raises for
what a peer sent.  Sources: RFC 5246 sections 6.2 and 7.4, RFC 9846 sections 4 and 5, draft-hickman-netscape-ssl-00.
"""

from dataclasses import dataclass, replace

_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION_DATA = 20, 21, 22, 23
_SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _CERTIFICATE_REQUEST, _SERVER_HELLO_DONE = 2, 11, 12, 13, 14
_ENCRYPT_THEN_MAC, _SUPPORTED_VERSIONS, _KEY_SHARE = 22, 43, 51
_TLS_1_3 = 0x0304
# RFC 6066 section 3: a server that does not know the name may send a warning and continue the handshake.
_UNRECOGNIZED_NAME_WARNING = (1, 112)
# RFC 9846 section 4.2.3: a ServerHello with this random is a HelloRetryRequest.
_HELLO_RETRY_REQUEST = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@dataclass(frozen=True)
class ServerFlight:
    """The server's first messages, as far as they can be read without keys."""

    version: int | None = None
    """The version it chose, as on the wire; None before its ServerHello."""
    suite: int | None = None
    """The cipher suite it chose."""
    suites: tuple[int, ...] = ()
    """SSL 2.0 only: every suite it offers; there the client chooses."""
    retry: bool = False
    """Whether it was a HelloRetryRequest; a second ServerHello follows."""
    group: int | None = None
    """TLS 1.3: the key-exchange group of its key share.  Earlier: the named curve of its ServerKeyExchange."""
    signature: int | None = None
    """TLS 1.2: the signature scheme of an ECDHE ServerKeyExchange (hash byte, then signature byte)."""
    encrypt_then_mac: bool = False
    certificates: tuple[bytes, ...] | None = None
    """The certificate chain, where it is sent in plaintext (up to TLS 1.2)."""
    certificate_requested: bool = False
    """Whether a plaintext CertificateRequest was seen (up to TLS 1.2)."""
    complete: bool = False
    """Whether the plaintext part has ended: ServerHelloDone, or the ServerHello of TLS 1.3."""
    alert: tuple[int, int] | None = None
    """Level and description of the first plaintext alert."""
    foreign: bool = False
    """Whether the bytes are something other than TLS records."""


def parse_server_flight(data: bytes) -> ServerFlight:
    """Read as much of the server's flight as ``data`` contains; a partial message is ignored until it is complete."""
    if _looks_like_ssl2(data):
        return _parse_ssl2(data)
    flight, handshake, position = ServerFlight(), b"", 0
    while position + 5 <= len(data):
        kind, major, length = (
            data[position],
            data[position + 1],
            int.from_bytes(data[position + 3 : position + 5], "big"),
        )
        if kind not in (_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION_DATA) or major != 3:
            return replace(flight, foreign=flight.version is None)
        body = data[position + 5 : position + 5 + length]
        if len(body) < length:
            break
        position += 5 + length
        if kind == _ALERT and length == 2 and tuple(body) != _UNRECOGNIZED_NAME_WARNING:
            return replace(flight, alert=(body[0], body[1]))
        if kind in (_CHANGE_CIPHER_SPEC, _APPLICATION_DATA):
            if flight.version is not None and not flight.retry:
                return replace(flight, complete=True)
            continue
        if kind == _HANDSHAKE:
            handshake += body
            flight = _parse_messages(handshake)
            if flight.complete:
                return flight
    perhaps_ssl2 = len(data) < 3 and data[:1] > b"\x7f"
    foreign = bool(data) and data[0] not in (_ALERT, _HANDSHAKE) and position == 0 and not perhaps_ssl2
    return replace(flight, foreign=True) if foreign else flight


def _parse_messages(data: bytes) -> ServerFlight:
    flight, position = ServerFlight(), 0
    while position + 4 <= len(data) and not flight.complete:
        kind, length = data[position], int.from_bytes(data[position + 1 : position + 4], "big")
        body = data[position + 4 : position + 4 + length]
        if len(body) < length:
            break
        position += 4 + length
        if kind == _SERVER_HELLO:
            flight = _parse_server_hello(body)
        elif kind == _CERTIFICATE:
            flight = replace(flight, certificates=_parse_certificates(body))
        elif kind == _SERVER_KEY_EXCHANGE:
            flight = replace(flight, group=_named_curve(body), signature=_key_exchange_signature(body))
        elif kind == _CERTIFICATE_REQUEST:
            flight = replace(flight, certificate_requested=True)
        elif kind == _SERVER_HELLO_DONE:
            flight = replace(flight, complete=True)
    return flight


def _parse_server_hello(body: bytes) -> ServerFlight:
    """RFC 5246 section 7.4.1.3 and RFC 9846 section 4.2.3."""
    if len(body) < 38:
        return ServerFlight()
    version = int.from_bytes(body[:2], "big")
    position = 35 + body[34]
    suite = int.from_bytes(body[position : position + 2], "big")
    extensions = _parse_extensions(body[position + 5 :])
    if _SUPPORTED_VERSIONS in extensions:
        version = int.from_bytes(extensions[_SUPPORTED_VERSIONS][:2], "big")
    retry = body[2:34] == _HELLO_RETRY_REQUEST
    share = extensions.get(_KEY_SHARE, b"")
    return ServerFlight(
        version=version,
        suite=suite,
        retry=retry,
        group=int.from_bytes(share[:2], "big") if len(share) >= 2 else None,
        encrypt_then_mac=_ENCRYPT_THEN_MAC in extensions,
        complete=version == _TLS_1_3 and not retry,
    )


def _parse_extensions(data: bytes) -> dict[int, bytes]:
    extensions, position = {}, 0
    while position + 4 <= len(data):
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        extensions[int.from_bytes(data[position : position + 2], "big")] = data[position + 4 : position + 4 + length]
        position += 4 + length
    return extensions


def _parse_certificates(body: bytes) -> tuple[bytes, ...]:
    """RFC 5246 section 7.4.2: a list of ASN.1 certificates, each with a length of three bytes."""
    certificates, position = [], 3
    while position + 3 <= len(body):
        length = int.from_bytes(body[position : position + 3], "big")
        certificates.append(body[position + 3 : position + 3 + length])
        position += 3 + length
    return tuple(certificate for certificate in certificates if certificate)


def _named_curve(body: bytes) -> int | None:
    """RFC 8422 section 5.4: curve type 3 is a named curve."""
    return int.from_bytes(body[1:3], "big") if len(body) > 3 and body[0] == 3 else None


def _key_exchange_signature(body: bytes) -> int | None:
    """RFC 8422 section 5.4 and RFC 5246 section 4.7: the two bytes after the public point."""
    if _named_curve(body) is None:
        return None
    position = 4 + body[3]
    return int.from_bytes(body[position : position + 2], "big") if position + 2 <= len(body) else None


def _looks_like_ssl2(data: bytes) -> bool:
    """Whether it is an SSL 2.0 record that holds a SERVER-HELLO (message 4)."""
    return len(data) >= 3 and bool(data[0] & 0x80) and data[2] == 4


def _parse_ssl2(data: bytes) -> ServerFlight:
    """SERVER-HELLO of draft-hickman-netscape-ssl-00 section 5.6: all suites that both sides know."""
    length = int.from_bytes(data[:2], "big") & 0x7FFF
    body = data[2 : 2 + length]
    if len(body) < length or length < 11:
        return ServerFlight()
    certificate_length, specs_length = int.from_bytes(body[5:7], "big"), int.from_bytes(body[7:9], "big")
    specs = body[11 + certificate_length : 11 + certificate_length + specs_length]
    suites = tuple(int.from_bytes(specs[index : index + 3], "big") for index in range(0, len(specs) - 2, 3))
    return ServerFlight(
        version=int.from_bytes(body[3:5], "big"),
        suite=suites[0] if suites else None,
        suites=suites,
        certificates=(body[11 : 11 + certificate_length],) if certificate_length else (),
        complete=True,
    )
