"""SIP messages in datagrams and in TCP streams, and what else a TCP stream is."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from auditor.inputs.captures.datagrams import Part

# The version is case-insensitive (RFC 3261 section 7.1).
_START = re.compile(
    rb"(?:[A-Z]{2,20} \S{1,2048} (?i:SIP)/2\.0|(?i:SIP)/2\.0 [1-6][0-9]{2}(?: [^\r\n]{0,1024})?)[ \t]*\r?\n"
)
_START_OF_LINE = re.compile(rb"(?m)^" + _START.pattern)
_HEAD_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LENGTH = re.compile(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,7})[ \t]*\r?$")
_LIKE_SIP = re.compile(rb"(?m)^(?:[A-Z]{3,20}[ \t]+sips?:|(?i:SIP)/2\.0)")
_KEEP_ALIVE = b"\r\n\0 "
_TLS_RECORD = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")


@dataclass(frozen=True)
class CapturedMessage:
    """One SIP message."""

    part: Part
    """The datagram, or the segment in which it begins."""
    content: bytes
    """Where the message is not complete, the lines of its head that are there, or nothing."""
    complete: bool = True


@dataclass
class TcpStream:
    """One direction of one TCP connection."""

    base: int
    parts: list[tuple[int, Part]] = field(default_factory=list)
    """The position of each in the stream, and the segment."""


@dataclass
class TcpStreams:
    """The TCP streams of a capture."""

    current: dict[tuple[str, int, str, int], TcpStream] = field(default_factory=dict)
    ended: list[TcpStream] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Take in one segment; a SYN with another number begins a new stream."""
        key = (part.source, part.source_port, part.destination, part.destination_port)
        sequence = (part.sequence or 0) + part.syn
        stream = self.current.get(key)
        if stream is None or (part.syn and stream.base != sequence):
            if stream is not None:
                self.ended.append(stream)
            stream = self.current[key] = TcpStream(sequence)
        if part.data:
            position = (sequence - stream.base) % 2**32
            stream.parts.append((position - 2**32 if position >= 2**31 else position, part))

    def all(self) -> Iterator[TcpStream]:
        """Every stream with data."""
        yield from (stream for stream in (*self.ended, *self.current.values()) if stream.parts)


def in_datagram(part: Part) -> CapturedMessage | None:
    """The SIP message in a UDP datagram; keep-alives of line ends may precede it."""
    content = part.data.lstrip(b"\r\n")
    if _START.match(content):
        if part.cut or _HEAD_END.search(content) is None:
            return CapturedMessage(part, _head(content), complete=False)
        return CapturedMessage(part, content)
    if _LIKE_SIP.match(content) or (part.cut and not content):
        return CapturedMessage(part, b"", complete=False)
    return None


def _next(data: bytes, at: int) -> re.Match[bytes] | None:
    """The next start line: right behind the message before it, or at the start of a line."""
    return _START.match(data, at) or _START_OF_LINE.search(data, at)


def _head(content: bytes) -> bytes:
    """The lines of the head that are there, without the last one if it is cut."""
    end = _HEAD_END.search(content)
    return content[: end.end()] if end else content[: content.rindex(b"\n") + 1] + b"\r\n"


@dataclass(frozen=True)
class Chunk:
    """What is there of a stream without a gap."""

    data: bytes
    begins: Sequence[tuple[int, Part]]
    """The segment that begins at each offset."""
    contradicted: Part | None = None
    """The first segment that repeats a part of it with other bytes; which of them was received is not known."""


def chunks(stream: TcpStream) -> Iterator[Chunk]:
    """The chunks of a stream, in its order."""
    data, at = bytearray(), 0
    begins: list[tuple[int, Part]] = []
    other: Part | None = None
    for position, part in sorted(stream.parts, key=lambda found: (found[0], -len(found[1].data))):
        if not begins or position > at + len(data):
            if data:
                yield Chunk(bytes(data), begins, other)
            data, at, begins, other = bytearray(), position, [], None
        if other is None and _contradicts(data, position - at, part.data):
            other = part
        new = part.data[at + len(data) - position :]
        if new:
            begins.append((len(data), part))
            data += new
    if data:
        yield Chunk(bytes(data), begins, other)


def _contradicts(data: bytearray, offset: int, again: bytes) -> bool:
    """Whether a segment differs from what is there; a single byte may be any, as a keep-alive of TCP is."""
    return len(again) > 1 and data[offset : offset + len(again)] != again[: len(data) - offset]


def is_like_sip(data: bytes) -> bool:
    """Whether a line looks like the start of a SIP message that is not one."""
    return _LIKE_SIP.search(data) is not None


def is_tls(data: bytes) -> bool:
    """Whether the bytes begin with a TLS record."""
    return _TLS_RECORD.match(data) is not None


def in_chunk(chunk: Chunk) -> Iterator[CapturedMessage]:
    """The SIP messages of a stream, framed by Content-Length (RFC 3261 section 18.3)."""
    data, begins = chunk.data, chunk.begins
    at, offsets = len(data) - len(data.lstrip(_KEEP_ALIVE)), [offset for offset, _ in begins]
    first = at
    while start := _next(data, at):
        part = begins[bisect_right(offsets, start.start()) - 1][1]
        if data[at : start.start()].strip(_KEEP_ALIVE):
            yield CapturedMessage(part, b"", complete=False)  # the rest of a message whose beginning is missing
        head = _HEAD_END.search(data, start.end() - 2)
        if head is None:
            yield CapturedMessage(part, _head(data[start.start() :]), complete=False)
            return
        length = _LENGTH.search(data, start.start(), head.start() + 1)
        following = None if length else _START_OF_LINE.search(data, head.end())
        end = head.end() + int(length[1]) if length else following.start() if following else len(data)
        complete = end <= len(data)
        content = data[start.start() : end]
        yield CapturedMessage(part, content if complete else _head(content), complete=complete)
        at = end
    if at > first and data[at:].strip(_KEEP_ALIVE):
        yield CapturedMessage(begins[-1][1], b"", complete=False)
