"""The DSCP values of SIP messages and RTP streams."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from auditor.inputs.captures.datagrams import Part
from auditor.model.observation import DscpSeen

_MOST_STREAMS = 20_000
_MOST_ROWS = 500
_ENOUGH = 5
"""Packets with consecutive numbers that make a stream RTP."""
_RTCP = range(64, 96)
"""Payload types that are RTCP packets (RFC 5761 section 4)."""
_AUDIO, _VIDEO = frozenset({*range(19)}), frozenset({26, 28, *range(31, 35)})
"""Static payload types (RFC 3551 section 6)."""


@dataclass
class _RtpStream:
    last: int
    kind: int
    packets: int = 1
    in_order: int = 0
    values: Counter[int] = field(default_factory=Counter)


@dataclass
class Markings:
    """Counts packets while a capture is read."""

    sip: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    left_out: bool = False
    """Whether there is more than is counted."""
    streams: dict[tuple[str, int, str, int, bytes], _RtpStream] = field(default_factory=dict)

    def add_sip(self, part: Part) -> None:
        """Count the packet of a SIP message."""
        self.sip[part.source, part.destination, part.dscp] += 1

    def add_datagram(self, part: Part) -> None:
        """Count a datagram that may be RTP (RFC 3550 section 5.1)."""
        data = part.data
        if len(data) < 12 or data[0] >> 6 != 2 or data[1] & 0x7F in _RTCP:
            return
        key = (part.source, part.source_port, part.destination, part.destination_port, data[8:12])
        number = int.from_bytes(data[2:4], "big")
        stream = self.streams.get(key)
        if stream is None:
            if len(self.streams) < _MOST_STREAMS:
                self.streams[key] = _RtpStream(number, data[1] & 0x7F, values=Counter([part.dscp]))
            else:
                self.left_out = True
            return
        stream.packets += 1
        stream.in_order += 0 < (number - stream.last) % 65536 < 10
        stream.last = number
        stream.values[part.dscp] += 1

    def seen(self, target: str, at: datetime) -> Iterator[DscpSeen]:
        """One observation for each sender, receiver, kind of traffic and value."""
        rows: Counter[tuple[str, str, str, int]] = Counter()
        for (source, destination, value), count in self.sip.items():
            rows["sip", source, destination, value] += count
        for (source, _, destination, _, _), stream in self.streams.items():
            if stream.in_order >= _ENOUGH and stream.in_order * 5 >= (stream.packets - 1) * 4:
                kind = "audio" if stream.kind in _AUDIO else "video" if stream.kind in _VIDEO else "rtp"
                for value, count in stream.values.items():
                    rows[kind, source, destination, value] += count
        self.left_out = self.left_out or len(rows) > _MOST_ROWS
        for (traffic, sender, receiver, value), count in sorted(rows.items())[:_MOST_ROWS]:
            row = {"traffic": traffic, "sender": sender, "receiver": receiver, "value": value, "packets": count}
            yield DscpSeen.model_validate({"target": target, "at": at, **row})
