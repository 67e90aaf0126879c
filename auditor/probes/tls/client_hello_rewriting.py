"""The bytes of a ClientHello: what it offers, and the same ClientHello offering something else.

No library can offer every suite or every group that a policy may forbid, and none needs to: the handshake ends at the
ServerHello or the HelloRetryRequest.  Sources: RFC 5246 section 7.4.1.2, RFC 9846 section 4.2.2, RFC 8701.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_HANDSHAKE, _CLIENT_HELLO = 22, 1
_SUPPORTED_GROUPS, _KEY_SHARE = 10, 51


@dataclass(frozen=True)
class _Layout:
    suites_from: int
    suites_to: int


def _layout(client_hello: bytes) -> _Layout | None:
    """Where the cipher suites of a ClientHello in one record begin and end (RFC 5246 section 7.4.1.2)."""
    if len(client_hello) < 46 or client_hello[0] != _HANDSHAKE or client_hello[5] != _CLIENT_HELLO:
        return None
    start = 44 + client_hello[43]
    end = start + 2 + int.from_bytes(client_hello[start : start + 2], "big")
    return _Layout(start + 2, end) if end <= len(client_hello) else None


def offered_suites(client_hello: bytes) -> tuple[int, ...]:
    """The suites a ClientHello offers, in its order; those of an SSL 2.0 CLIENT-HELLO have three bytes."""
    if client_hello[:1] > b"\x7f" and client_hello[2:3] == b"\x01":
        length = int.from_bytes(client_hello[5:7], "big")
        return tuple(int.from_bytes(client_hello[11 + index : 14 + index], "big") for index in range(0, length, 3))
    layout = _layout(client_hello)
    if layout is None:
        return ()
    raw = client_hello[layout.suites_from : layout.suites_to]
    return tuple(int.from_bytes(raw[index : index + 2], "big") for index in range(0, len(raw), 2))


# RFC 8701 section 2: suites that no server knows and every server has to skip.
_GREASE = tuple(0x0A0A + 0x1010 * index for index in range(16))


def with_suites(client_hello: bytes, suites: tuple[int, ...], length: int = 0) -> bytes:
    """The same ClientHello offering exactly ``suites`` and the renegotiation signal (RFC 5746 section 3.3).

    No library can offer every suite a policy may forbid, and none needs to: the handshake ends at the ServerHello.
    GREASE values, which servers must ignore, fill the list up to ``length`` bytes, so an accepted ClientHello
    shows that the peer did not reject another one for its length.
    """
    layout = _layout(client_hello)
    if layout is None:
        raise ValueError("not a ClientHello in one record")
    codes = (*suites, 0x00FF)
    padding = (_GREASE * 16)[: max(0, (length + 1) // 2 - len(codes))]
    raw = b"".join(code.to_bytes(2, "big") for code in (*codes, *padding))
    return _record(
        client_hello, client_hello[9 : layout.suites_from - 2] + _sized(raw) + client_hello[layout.suites_to :]
    )


def with_groups(client_hello: bytes, groups: Sequence[int]) -> bytes:
    """The same TLS 1.3 ClientHello offering exactly ``groups``, without a key share for any of them.

    A server that accepts one of them names it in a HelloRetryRequest (RFC 9846 section 4.2.4): a group can be offered
    without being able to compute in it.
    """
    layout = _layout(client_hello)
    if layout is None:
        raise ValueError("not a ClientHello in one record")
    start = layout.suites_to + 1 + client_hello[layout.suites_to]
    kept, position = b"", start + 2
    while position + 4 <= len(client_hello):
        kind, length = (int.from_bytes(client_hello[at : at + 2], "big") for at in (position, position + 2))
        if kind not in (_SUPPORTED_GROUPS, _KEY_SHARE):
            kept += client_hello[position : position + 4 + length]
        position += 4 + length
    codes = _sized(b"".join(code.to_bytes(2, "big") for code in groups))
    extensions = kept + _extension(_SUPPORTED_GROUPS, codes) + _extension(_KEY_SHARE, _sized(b""))
    return _record(client_hello, client_hello[9:start] + _sized(extensions))


def _extension(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _sized(body)


def _sized(raw: bytes) -> bytes:
    return len(raw).to_bytes(2, "big") + raw


def _record(client_hello: bytes, body: bytes) -> bytes:
    """A handshake message with another body, in a separate record."""
    message = client_hello[5:6] + len(body).to_bytes(3, "big") + body
    return client_hello[:3] + _sized(message)
