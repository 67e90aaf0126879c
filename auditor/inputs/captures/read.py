"""A capture to observations: every SIP message in it, what it describes, and what could not be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from auditor.errors import InputError, InputErrors
from auditor.inputs.captures.containers import MalformedCapture, packets
from auditor.inputs.captures.datagrams import Part, Unread, parts
from auditor.inputs.captures.marking import Markings
from auditor.inputs.captures.sip_messages import (
    CapturedMessage,
    TcpStreams,
    chunks,
    in_chunk,
    in_datagram,
    is_like_sip,
    is_tls,
)
from auditor.model.observation import NotAttempted, NotObserved, Observation, Transport
from auditor.network.addresses import Range, parse_range
from auditor.sip import Captured, Origin, captured

_MOST_MESSAGES = 5000
_MOST_PROBLEMS = 3
"""Messages that are not readable and are named; the others are counted."""
_LONGEST = 1024 * 1024
"""The most bytes of a message that is read."""
_FEWER = "split it with editcap -c, or give the gateway's addresses with --peer"
_CLOSES = "auditor sdp FILE, a packet capture of a call whose SIP messages are readable"
_MEDIA, _MESSAGE, _MARKING = "sdp", "sip-message", "dscp"


def load_capture(content: bytes, origin: Origin, peers: Sequence[Range] = ()) -> tuple[Observation, ...]:
    """Every observation that a capture gives; with ``peers`` only of what was sent to or from these.

    Raises ``InputErrors`` for a capture that is broken.
    """
    try:
        return tuple(_observations(content, origin, peers))
    except MalformedCapture as error:
        raise InputErrors([InputError(str(error), origin.source)]) from None


@dataclass
class _CaptureReading:
    """What is found while a capture is read."""

    peers: tuple[Range, ...]
    unread: Unread = field(default_factory=Unread)
    markings: Markings = field(default_factory=Markings)
    streams: TcpStreams = field(default_factory=TcpStreams)
    found: list[CapturedMessage] = field(default_factory=list)
    encrypted: set[frozenset[str]] = field(default_factory=set)
    others: set[frozenset[str]] = field(default_factory=set)
    contradicted: list[Part] = field(default_factory=list)
    """Segments that repeat what was sent before with other bytes."""

    def take(self, part: Part) -> None:
        """Sort one datagram or segment."""
        if not _concerns(part, self.peers):
            return
        if part.sequence is not None:
            self.streams.add(part)
        elif message := in_datagram(part):
            self.found.append(message)
        elif _outgoing(part, self.peers):
            self.markings.add_datagram(part)

    def end(self) -> None:
        """Read the TCP streams, and put the messages in the order of their packets."""
        for stream in self.streams.all():
            first = stream.parts[0][1]
            ends = frozenset({_end(first.source, first.source_port), _end(first.destination, first.destination_port)})
            for chunk in chunks(stream):
                before = len(self.found)
                self.found += islice(in_chunk(chunk), _MOST_MESSAGES + 1)
                if len(self.found) == before and is_like_sip(chunk.data):
                    self.found.append(CapturedMessage(chunk.begins[0][1], b"", complete=False))
                elif len(self.found) == before:
                    (self.encrypted if is_tls(chunk.data) else self.others).add(ends)
                elif chunk.contradicted is not None:
                    self.contradicted.append(chunk.contradicted)
                self.check()
        self.found = [
            one if len(one.content) <= _LONGEST else CapturedMessage(one.part, b"", complete=False)
            for one in self.found
        ]
        self.found.sort(key=lambda message: message.part.number)
        for message in self.found:
            if _outgoing(message.part, self.peers):
                self.markings.add_sip(message.part)

    def check(self) -> None:
        """Refuse more messages than the limit."""
        if len(self.found) > _MOST_MESSAGES:
            limit = f"the capture has more than {_MOST_MESSAGES} SIP messages, the limit"
            raise MalformedCapture(f"{limit}: split it with editcap -c")

    def problems(self) -> Iterator[str]:
        """What could not be read."""
        if self.unread.fragments:
            yield f"fragments of {self.unread.fragments} IP packets are missing"
        if self.unread.broken:
            yield f"{self.unread.broken} packets are not readable"

    def nothing(self) -> str:
        """Why there is no message."""
        where = " to or from the given peers" if self.peers else ""
        because = f"nothing could be read: the capture contains no SIP message{where}"
        if self.encrypted:
            return f"{because}, but {len(self.encrypted)} TLS connections; provide the messages as the SBC logs them"
        return f"{because} and no TLS connection ({len(self.others)} other TCP connections)"


def _observations(content: bytes, origin: Origin, peers: Sequence[Range]) -> Iterator[Observation]:
    reading = _CaptureReading(tuple(peers))
    for part in parts(packets(content), reading.unread):
        reading.take(part)
        reading.check()
    reading.end()
    messages = [
        Captured(one.content, _place(origin, one.part), _transport(one.part)) for one in reading.found if one.content
    ]
    described, measured, problems = captured(messages, origin)
    problems += [
        f"{_place(origin, one.part)}: a SIP message is not complete" for one in reading.found if not one.complete
    ]
    problems += [
        f"{_place(origin, part)}: the segment repeats an earlier one with other content; only one of them was received"
        for part in reading.contradicted
    ]
    problems += reading.problems()
    yield from described
    yield from measured
    marked = tuple(reading.markings.seen(origin.target, origin.at))
    yield from marked
    if reading.markings.left_out:
        reason = f"the capture has more senders, receivers and streams than are counted: {_FEWER}"
        yield NotObserved(target=origin.target, at=origin.at, wanted=_MARKING, reason=reason)
    elif not marked:
        yield _missing(origin, _MARKING, "the capture contains no SIP message and no RTP stream")
    unseen = [] if measured or problems else [reading.nothing()]
    for kind, seen in ((_MEDIA, described), (_MESSAGE, measured)):
        for reason in (*unseen, *_few(problems)):
            yield NotObserved(target=origin.target, at=origin.at, wanted=kind, reason=reason)
        if not (seen or unseen or problems):
            yield _missing(origin, kind, "the SIP messages in the capture contain no session description")


def _missing(origin: Origin, kind: str, reason: str) -> NotAttempted:
    return NotAttempted(target=origin.target, at=origin.at, wanted=kind, reason=reason, closes=_CLOSES)


def _few(problems: Sequence[str]) -> Iterator[str]:
    yield from problems[:_MOST_PROBLEMS]
    if len(problems) > _MOST_PROBLEMS:
        yield f"{len(problems) - _MOST_PROBLEMS} more messages or packets are not readable"


def _concerns(part: Part, peers: tuple[Range, ...]) -> bool:
    return not peers or _is_among(part.source, peers) or _is_among(part.destination, peers)


def _outgoing(part: Part, peers: tuple[Range, ...]) -> bool:
    """Whether it was sent to a peer; without peers every packet counts."""
    return not peers or _is_among(part.destination, peers)


@lru_cache(maxsize=65536)
def _is_among(address: str, peers: tuple[Range, ...]) -> bool:
    return any(parse_range(address).within(peer) for peer in peers)


def _transport(part: Part) -> Transport:
    return "udp" if part.sequence is None else "tcp"


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _place(origin: Origin, part: Part) -> str:
    source, destination = _end(part.source, part.source_port), _end(part.destination, part.destination_port)
    return f"{origin.source}, packet {part.number} ({source} to {destination})"
