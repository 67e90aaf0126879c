"""Evaluate an access list: the first line that matches source, destination and port decides."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from auditor.model.deployment import AclEntry
from auditor.network.addresses import Range, parse_range

_EVERYWHERE = parse_range("0.0.0.0/0")
_Span: TypeAlias = tuple[int, int]
_Part: TypeAlias = tuple[_Span, ...]
"""A set of packets: the first and the last source, destination and port."""


class AclLine(NamedTuple):
    """One parsed entry.  None as source or destination means any."""

    action: Literal["allow", "deny"]
    source: Range | None
    destination: Range | None
    protocol: str
    ports: _Span
    written: str
    """The source as declared."""


def parse_acl(acl: Iterable[AclEntry]) -> list[AclLine]:
    """The parsed entries, in order."""
    return [
        AclLine(
            entry.action,
            _range(entry.source),
            _destination(entry.destination),
            entry.protocol,
            _ports(entry.ports),
            entry.source,
        )
        for entry in acl
    ]


def without_destinations(lines: Sequence[AclLine], weakened: Literal["allow", "deny"]) -> list[AclLine]:
    """Return the list for an unknown destination, in the interpretation least favourable to the action ``weakened``.

    A line for one destination may or may not match: one with that action is left out, any other counts.
    """
    return [line._replace(destination=None) for line in lines if line.destination is None or line.action != weakened]


def decisions(
    lines: Sequence[AclLine], protocol: str, source: Range, destination: Range | None, ports: _Span
) -> set[str]:
    """Return the actions for these packets, each by the first matching line; without a match a packet is denied.

    Without a ``destination`` the lines must have none either.
    """
    left: list[_Part] = [((source.first, source.last), _span(destination), ports)]
    found: set[str] = set()
    for line in lines:
        if line.protocol not in ("any", protocol) or not _overlap(line.source, source):
            continue
        if destination is not None and not _overlap(line.destination, destination):
            continue
        matched = (_span(line.source or source), _span(line.destination or destination), line.ports)
        pieces = [_split(part, matched) for part in left]
        found |= {line.action for hit, _ in pieces if hit}
        left = [rest for _, rests in pieces for rest in rests]
        if not left:
            return found
    return found | {"deny"}


def _split(part: _Part, matched: _Part) -> tuple[bool, list[_Part]]:
    """Return whether any of a part matches, and the rest of it."""
    both = tuple((max(one[0], two[0]), min(one[1], two[1])) for one, two in zip(part, matched, strict=True))
    if any(first > last for first, last in both):
        return False, [part]
    return True, list(_remainders(part, both))


def _remainders(part: _Part, cut: _Part) -> Iterator[_Part]:
    """What is left of a part without the cut: beside it in each dimension, within it in those before."""
    for number, ((first, last), (low, high)) in enumerate(zip(part, cut, strict=True)):
        for rest in ((first, low - 1), (high + 1, last)):
            if rest[0] <= rest[1]:
                yield (*cut[:number], rest, *part[number + 1 :])


def _overlap(one: Range | None, other: Range) -> bool:
    return one is None or one.overlaps(other)


def _span(found: Range | None) -> _Span:
    return (found.first, found.last) if found else (0, 0)


def _range(text: str) -> Range | None:
    return None if text == "any" else parse_range(text)


def _destination(text: str) -> Range | None:
    found = _range(text)
    return None if found == _EVERYWHERE else found


def _ports(text: str) -> _Span:
    first, _, last = text.partition("-")
    return (0, 65535) if text == "any" else (int(first), int(last or first))
