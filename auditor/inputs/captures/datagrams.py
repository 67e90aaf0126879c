"""Packets to the UDP datagrams and TCP segments in them, with fragments put together."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

import dpkt
from dpkt.ethernet import Ethernet
from dpkt.ip import IP
from dpkt.ip6 import IP6
from dpkt.loopback import Loopback
from dpkt.sll import SLL
from dpkt.sll2 import SLL2

from auditor.inputs.captures.containers import MalformedCapture, Packet

_MOST_TUNNELS = 4
_LINKS: Mapping[int, Callable[[bytes], object]] = {
    0: Loopback,
    1: Ethernet,
    108: Loopback,
    113: SLL,
    276: SLL2,
    **dict.fromkeys((12, 14, 101, 228, 229), lambda data: IP6(data) if data[0] >> 4 == 6 else IP(data)),
}
_NAMES = "Ethernet, Linux cooked (SLL, SLL2), loopback and raw IP"
_UDP, _TCP = 17, 6
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
"""VLAN tags."""
_IP: Mapping[int, Callable[[bytes], IP | IP6]] = {0x0800: IP, 0x86DD: IP6}


@dataclass(frozen=True)
class Part:
    """A UDP datagram, or a TCP segment."""

    number: int
    source: str
    destination: str
    source_port: int
    destination_port: int
    dscp: int
    data: bytes
    cut: bool
    """Whether the capture holds less of it than was sent."""
    sequence: int | None = None
    """None for UDP."""
    syn: bool = False


@dataclass
class Unread:
    """What could not be read of a capture."""

    broken: int = 0
    """Packets that are not what their headers say."""
    fragments: int = 0
    """IP packets of which fragments are missing."""


@dataclass
class _Pieces:
    found: dict[int, bytes] = field(default_factory=dict)
    size: int = 0
    whole: int | None = None
    """The length, known from the last fragment."""
    overlap: bool = False
    """Whether they contradict each other; they are then never put together (RFC 5722)."""


_Key = tuple[bytes, bytes, int, int]


def parts(packets: Iterable[Packet], unread: Unread) -> Iterator[Part]:
    """Every datagram and segment in the packets; what cannot be read is counted in ``unread``."""
    waiting: dict[_Key, _Pieces] = {}
    for packet in packets:
        read = _LINKS.get(packet.link)
        if read is None:
            raise MalformedCapture(f"the capture has link type {packet.link}; supported are {_NAMES}")
        try:
            found = _part(packet.number, _network(read(packet.data)), waiting)
        except Exception:  # noqa: BLE001 - dpkt raises whatever a broken packet makes it stumble over
            unread.broken += 1
            continue
        if found is not None:
            yield found
    unread.fragments += len(waiting)


def _network(layer: object) -> IP | IP6 | None:
    """The IP packet in a frame; none for ARP and the like.  Raises ``ValueError`` where it is under unread tags."""
    kind: int | None = 0
    for _ in range(_MOST_TUNNELS * 2):
        if isinstance(layer, IP | IP6):
            return layer
        kind = getattr(layer, "_next_type", None) or getattr(layer, "ethtype", kind)
        if isinstance(layer, bytes):
            while kind in _TAGS:
                kind, layer = int.from_bytes(layer[2:4], "big"), layer[4:]
            if kind is not None and kind in _IP:
                return _IP[kind](layer)
            return None
        layer = getattr(layer, "data", None)
    return None


def _part(number: int, packet: IP | IP6 | None, waiting: dict[_Key, _Pieces]) -> Part | None:
    for _ in range(_MOST_TUNNELS):
        if packet is None:
            return None
        inner = None if isinstance(packet.data, bytes | dpkt.udp.UDP | dpkt.tcp.TCP) else _network(packet.data)
        if inner is None:
            break
        packet = inner  # IP in IP, or in GRE
    else:
        return None
    protocol, payload, cut = _payload(packet)
    if (fragment := _fragment(packet)) is not None:
        offset, more, identity = fragment
        if cut:
            raise ValueError("a fragment is cut")
        whole = _put_together(waiting, (packet.src, packet.dst, identity, protocol), offset, payload, more=more)
        if whole is None:
            return None
        payload = whole
    if protocol == _UDP:
        udp = dpkt.udp.UDP(payload)
        return Part(number, *_ends(packet), udp.sport, udp.dport, _dscp(packet), bytes(udp.data), cut)
    if protocol == _TCP:
        tcp = dpkt.tcp.TCP(payload)
        syn = bool(tcp.flags & dpkt.tcp.TH_SYN)
        ends = _ends(packet)
        return Part(number, *ends, tcp.sport, tcp.dport, _dscp(packet), bytes(tcp.data), cut, tcp.seq, syn)
    return None


def _payload(packet: IP | IP6) -> tuple[int, bytes, bool]:
    """The protocol, the payload, and whether it is shorter than the header says."""
    data = bytes(packet.data)
    if isinstance(packet, IP):
        return packet.p, data, packet.len > packet.hl * 4 + len(data)
    headers = sum(len(bytes(header)) for header in packet.all_extension_headers)
    return packet.p, data, packet.plen > headers + len(data)


def _fragment(packet: IP | IP6) -> tuple[int, bool, int] | None:
    """Offset, whether more follow, and the identification; none for a packet in one piece."""
    if isinstance(packet, IP):
        return (packet.offset * 8, bool(packet.mf), packet.id) if packet.offset or packet.mf else None
    for header in packet.all_extension_headers:
        if isinstance(header, dpkt.ip6.IP6FragmentHeader):
            return header.frag_off * 8, bool(header.m_flag), header.id
    return None


def _put_together(waiting: dict[_Key, _Pieces], key: _Key, offset: int, payload: bytes, *, more: bool) -> bytes | None:
    pieces = waiting.setdefault(key, _Pieces())
    if offset not in pieces.found:
        pieces.found[offset] = payload
        pieces.size += len(payload)
    elif pieces.found[offset] != payload:
        pieces.overlap = True
    if not more:
        pieces.whole = offset + len(payload)
    if pieces.overlap or pieces.whole is None or pieces.size < pieces.whole:
        return None
    data = bytearray()
    for at, piece in sorted(pieces.found.items()):
        if at != len(data):
            pieces.overlap = True
            return None
        data += piece
    del waiting[key]
    return bytes(data)


def _ends(packet: IP | IP6) -> tuple[str, str]:
    return str(ip_address(bytes(packet.src))), str(ip_address(bytes(packet.dst)))


def _dscp(packet: IP | IP6) -> int:
    return int(packet.tos if isinstance(packet, IP) else packet.fc) >> 2
