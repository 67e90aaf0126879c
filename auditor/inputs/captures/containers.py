"""The packets of a capture file, each with its link type."""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import dpkt
from pcapng import FileScanner
from pcapng.blocks import EnhancedPacket, InterfaceDescription, ObsoletePacket, SimplePacket

MAX_BYTES = 64 * 1024 * 1024
"""The limit for one capture."""
_MOST_PACKETS = 500_000
_MOST_INTERFACES = 10_000
_PCAP = tuple(
    bytes.fromhex(magic) for magic in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "a1b2cd34", "34cdb2a1")
)
_PCAPNG = bytes.fromhex("0a0d0d0a")
_FILTER = "keep only the SIP and RTP of this trunk, with tcpdump -r or editcap"


class MalformedCapture(ValueError):  # noqa: N818 - it says what the file is
    """Why a capture cannot be read, in one sentence."""


class _TooLarge(MalformedCapture):
    """A capture that is whole, and more than is read."""


@dataclass(frozen=True)
class Packet:
    """One packet as captured."""

    number: int
    """From 1, as Wireshark counts."""
    link: int
    """The link type (LINKTYPE_ of tcpdump.org)."""
    data: bytes


def is_capture(content: bytes) -> bool:
    """Whether the content begins as a packet capture does."""
    return content[:4] in (*_PCAP, _PCAPNG)


def packets(content: bytes) -> Iterator[Packet]:
    """Every packet of the capture.  Raises ``MalformedCapture`` for one that is broken or cut off."""
    stream = _CaptureFile(content)
    read = _pcapng(stream) if content[:4] == _PCAPNG else _pcap(stream)
    number = 0
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = next(read, None)
        except _TooLarge:
            raise
        except Exception:  # noqa: BLE001 - the libraries raise whatever a broken file makes them stumble over
            after = f"after packet {number}" if number else "before its first packet"
            advice = "capture again, or keep what precedes it with tcpdump -r FILE -w NEW"
            raise MalformedCapture(f"the capture is broken or cut off {after}: {advice}") from None
        if found is None:
            return
        number += 1
        if number > _MOST_PACKETS:
            raise MalformedCapture(f"the capture has more than {_MOST_PACKETS} packets, the limit: {_FILTER}")
        yield Packet(number, *found)


class _CaptureFile(io.BytesIO):
    """The file for the libraries, which take the end of a file in the middle of a packet for its end."""

    boundary = -1
    """Where a packet or block has ended: the only place for the file to end."""

    def read(self, size: int | None = -1, /) -> bytes:
        at = self.tell()
        if size is None or size < 0:
            raise MalformedCapture("a length is negative")
        found = super().read(size)
        if len(found) < size and (found or at != self.boundary):
            raise MalformedCapture("cut off")
        return found


def _pcap(stream: _CaptureFile) -> Iterator[tuple[int, bytes]]:
    reader = dpkt.pcap.Reader(stream)
    stream.boundary = stream.tell()
    # The upper bits are the length of a frame check sequence.
    link = reader.datalink() & 0xFFFF
    for _time, data in reader:
        stream.boundary = stream.tell()
        yield link, bytes(data)


def _pcapng(stream: _CaptureFile) -> Iterator[tuple[int, bytes]]:
    interfaces = 0
    for block in FileScanner(stream):
        stream.boundary = stream.tell()
        interfaces += isinstance(block, InterfaceDescription)
        if interfaces > _MOST_INTERFACES:
            raise _TooLarge(f"the capture has more than {_MOST_INTERFACES} interfaces, the limit: {_FILTER}")
        if isinstance(block, EnhancedPacket | ObsoletePacket | SimplePacket):
            yield block.interface.link_type, bytes(block.packet_data)
