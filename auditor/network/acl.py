"""Evaluate an access list: the first line that matches a packet decides.

The limits of the lines divide all packets into cells by destination, protocol and port.  Within a cell packets differ
only by source, and one pass over the sources finds the first line for each.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from auditor.model.deployment import AclEntry
from auditor.network.addresses import Range, parse_range

Span: TypeAlias = tuple[int, int]
"""The first and the last of several numbers, such as ports or the addresses of one IP version."""

_EVERYWHERE = parse_range("0.0.0.0/0")
_BITS = {4: 32, 6: 128}
_PORTS: Span = (1, 65535)
_WORK = 3_000_000
"""The most steps: some seconds, and far more than any list that people maintain needs."""
_OTHERS = "other"
"""All protocols but TCP and UDP."""


class AclLine(NamedTuple):
    """One parsed entry.  None as source or destination means any."""

    number: int
    """Its position in the list, from 1."""
    action: Literal["allow", "deny"]
    source: Range | None
    destination: Range | None
    protocol: str
    ports: Span
    written: str
    """The source as declared."""


class ListTooComplex(Exception):  # noqa: N818 - no error of the program
    """The entries of the list divide the packets into more cells than are examined."""


class _Work:
    """The steps that are left."""

    def __init__(self) -> None:
        self._left = _WORK

    def take(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise ListTooComplex


def parse_acl(acl: Iterable[AclEntry]) -> list[AclLine]:
    """The parsed entries, in order."""
    return [
        AclLine(
            number,
            entry.action,
            _range(entry.source),
            _destination(entry.destination),
            entry.protocol,
            _ports(entry.ports),
            entry.source,
        )
        for number, entry in enumerate(acl, start=1)
    ]


def without_destinations(lines: Sequence[AclLine], weakened: Literal["allow", "deny"]) -> list[AclLine]:
    """Return the list for an unknown destination, in the interpretation least favourable to the action ``weakened``.

    A line for one destination may or may not match: one with that action is left out, any other counts.
    """
    return [line._replace(destination=None) for line in lines if line.destination is None or line.action != weakened]


def decisions(
    lines: Sequence[AclLine], protocol: str, source: Range, destination: Range | None, ports: Span
) -> set[str]:
    """Return the actions for these packets, each by the first matching line; without a match a packet is denied.

    Without a ``destination`` the lines must have none either.  Raises ``ListTooComplex``.
    """
    sources, destinations = (
        (source.first, source.last),
        ((destination.first, destination.last) if destination else None),
    )
    cells = _cells(lines, source.version, protocol, destinations, ports, _Work())
    stretches = (found for cell in cells for _, found in _first_matches(cell, source.version, sources))
    return {line.action if line else "deny" for line in stretches}


def permitted(
    lines: Sequence[AclLine], version: int, destinations: Iterable[Range | None]
) -> Mapping[AclLine, tuple[Span, ...]]:
    """The sources of one IP version that each line admits, by TCP or UDP to any port of any of the destinations.

    For None as a destination the lines must have none.  Raises ``ListTooComplex``.
    """
    found: dict[AclLine, list[Span]] = {}
    work = _Work()
    for destination in destinations:
        window = _span(destination) if destination else None
        for protocol in ("tcp", "udp"):
            for cell in _cells(lines, version, protocol, window, _PORTS, work):
                for span, line in _first_matches(cell, version, _whole(version)):
                    if line and line.action == "allow":
                        found.setdefault(line, []).append(span)
    return {line: merged(spans) for line, spans in found.items()}


def dead_lines(lines: Sequence[AclLine]) -> list[AclLine]:
    """The lines that decide for no packet, in order.  Raises ``ListTooComplex``."""
    alive: set[int] = set()
    work = _Work()
    for version in _BITS:
        for protocol in ("tcp", "udp", _OTHERS):
            for cell in _cells(lines, version, protocol, _whole(version), _PORTS, work):
                alive |= {line.number for _, line in _first_matches(cell, version, _whole(version)) if line}
    return [line for line in lines if line.number not in alive]


def covers(line: AclLine, other: AclLine) -> bool:
    """Whether one line matches every packet that another one matches."""
    return (
        line.protocol in ("any", other.protocol)
        and line.ports[0] <= other.ports[0]
        and other.ports[1] <= line.ports[1]
        and _holds(line.source, other.source)
        and _holds(line.destination, other.destination)
    )


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same numbers in as few spans as possible, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def beyond(spans: Iterable[Span], allowed: Sequence[Span]) -> tuple[Span, ...]:
    """What is left of merged spans without the allowed ones, which are merged too."""
    left: list[Span] = []
    at = 0
    for first, last in spans:
        start = first
        while at < len(allowed) and allowed[at][1] < first:
            at += 1
        for low, high in allowed[at:]:
            if low > last:
                break
            if start < low:
                left.append((start, low - 1))
            start = high + 1
        if start <= last:
            left.append((start, last))
    return tuple(left)


def size(spans: Iterable[Span]) -> int:
    """How many numbers the spans hold."""
    return sum(last - first + 1 for first, last in spans)


def _cells(
    lines: Sequence[AclLine], version: int, protocol: str, destination: Span | None, ports: Span, work: _Work
) -> Iterator[tuple[AclLine, ...]]:
    """The lines that match in each cell, in order, every combination of lines once."""
    seen: set[tuple[int, ...]] = set()
    window = destination or (0, 0)
    known = dict(enumerate(line for line in lines if _concerns(line, version, protocol)))
    work.take(len(lines))
    to = [(_span(line.destination) if line.destination else window, at) for at, line in known.items()]
    for here in _divided(to, window, work):
        for matching in _divided([(known[at].ports, at) for at in here], ports, work):
            if matching not in seen:
                seen.add(matching)
                work.take(4 * len(matching))
                yield tuple(known[at] for at in matching)


def _concerns(line: AclLine, version: int, protocol: str) -> bool:
    if any(found and found.version != version for found in (line.source, line.destination)):
        return False
    if protocol == _OTHERS:  # which have no ports
        return line.protocol == "any" and line.ports == _PORTS
    return line.protocol in ("any", protocol)


def _divided(spans: Sequence[tuple[Span, int]], window: Span, work: _Work) -> Iterator[tuple[int, ...]]:
    """The keys of the spans that hold each part of the window, in ascending order."""
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for (first, last), key in spans:
        if first <= window[1] and window[0] <= last:
            begins.setdefault(max(first, window[0]), []).append(key)
            ends.setdefault(min(last, window[1]) + 1, []).append(key)
    active: set[int] = set()
    for at in sorted({window[0], *begins, *(end for end in ends if end <= window[1])}):
        active.difference_update(ends.get(at, ()))
        active.update(begins.get(at, ()))
        work.take(len(active) + 1)
        yield tuple(sorted(active))


def _first_matches(cell: Sequence[AclLine], version: int, window: Span) -> Iterator[tuple[Span, AclLine | None]]:
    """Every stretch of the sources in the window with the first of the lines that matches it, or None."""
    whole = _whole(version)
    waiting = sorted(
        (span[0], order, span[1])
        for order, line in enumerate(cell)
        if (span := _span(line.source) if line.source else whole)[0] <= window[1] and window[0] <= span[1]
    )
    matching: list[tuple[int, int]] = []
    at, read = window[0], 0
    while at <= window[1]:
        while read < len(waiting) and waiting[read][0] <= at:
            heapq.heappush(matching, (waiting[read][1], waiting[read][2]))
            read += 1
        while matching and matching[0][1] < at:
            heapq.heappop(matching)
        until = min(window[1], waiting[read][0] - 1 if read < len(waiting) else window[1])
        if matching:
            order, last = matching[0]
            until = min(until, last)
            yield (at, until), cell[order]
        else:
            yield (at, until), None
        at = until + 1


def _holds(one: Range | None, other: Range | None) -> bool:
    return one is None or (other is not None and other.within(one))


def _whole(version: int) -> Span:
    return 0, (1 << _BITS[version]) - 1


def _span(found: Range) -> Span:
    return found.first, found.last


@lru_cache(maxsize=100_000)
def _range(text: str) -> Range | None:
    return None if text == "any" else parse_range(text)


def _destination(text: str) -> Range | None:
    found = _range(text)
    return None if found == _EVERYWHERE else found


def _ports(text: str) -> Span:
    first, _, last = text.partition("-")
    return _PORTS if text == "any" else (int(first), int(last or first))
