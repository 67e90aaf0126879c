"""What an access list does with packets: the first line that holds their source, destination and port decides."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from auditor.model.deployment import AclEntry
from auditor.network.addresses import Range, parse_range

_EVERYWHERE = parse_range("0.0.0.0/0")
_Span: TypeAlias = tuple[int, int]
_Part: TypeAlias = tuple[_Span, ...]
"""Of what comes in: first and last source, destination and port."""


class Line(NamedTuple):
    """An entry, read.  A source or a destination of none stands for any."""

    action: Literal["allow", "deny"]
    source: Range | None
    destination: Range | None
    protocol: str
    ports: _Span
    written: str
    """The source, as it stands there."""


def lines_of(acl: Iterable[AclEntry]) -> list[Line]:
    """The list in its order."""
    return [
        Line(
            entry.action,
            _range(entry.source),
            _destination(entry.destination),
            entry.protocol,
            _ports(entry.ports),
            entry.source,
        )
        for entry in acl
    ]


def surely(lines: Sequence[Line], action: Literal["allow", "deny"]) -> list[Line]:
    """The list where nobody knows the address behind it, at the least for ``action``.

    A line for one destination does so only if it is that address: one with ``action`` is left out, any other counts.
    """
    return [line._replace(destination=None) for line in lines if line.destination is None or line.action != action]


def decided(lines: Sequence[Line], protocol: str, source: Range, destination: Range | None, ports: _Span) -> set[str]:
    """What is done with each packet of them: by the first line that holds it; one that none holds is denied.

    Without a ``destination`` the lines name none either.
    """
    left: list[_Part] = [((source.first, source.last), _span(destination), ports)]
    found: set[str] = set()
    for line in lines:
        if line.protocol not in ("any", protocol) or not _reach(line.source, source):
            continue
        if destination is not None and not _reach(line.destination, destination):
            continue
        held = (_span(line.source or source), _span(line.destination or destination), line.ports)
        parts = [_cut(part, held) for part in left]
        found |= {line.action for hit, _ in parts if hit}
        left = [rest for _, rests in parts for rest in rests]
        if not left:
            return found
    return found | {"deny"}


def _cut(part: _Part, held: _Part) -> tuple[bool, list[_Part]]:
    """Whether any of a part is held, and what of it is not."""
    both = tuple((max(one[0], two[0]), min(one[1], two[1])) for one, two in zip(part, held, strict=True))
    if any(first > last for first, last in both):
        return False, [part]
    return True, list(_rests(part, both))


def _rests(part: _Part, cut: _Part) -> Iterator[_Part]:
    """What is left when the cut is taken out: beside it in each dimension, within it in those before."""
    for number, ((first, last), (low, high)) in enumerate(zip(part, cut, strict=True)):
        for rest in ((first, low - 1), (high + 1, last)):
            if rest[0] <= rest[1]:
                yield (*cut[:number], rest, *part[number + 1 :])


def _reach(one: Range | None, other: Range) -> bool:
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
