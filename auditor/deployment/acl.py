"""What an access list does with packets: the first entry that holds an address and a port decides about them."""

from collections.abc import Sequence
from typing import TypeAlias

from auditor.deployment.addresses import parse_range
from auditor.model.deployment import AclEntry

_Part: TypeAlias = tuple[int, int, int, int]
"""The first and the last address, the first and the last port."""


def decided(acl: Sequence[AclEntry], text: str, protocol: str, ports: tuple[int, int]) -> set[str]:
    """What the list does with each address and port of it: by the first entry that holds them, else they are denied."""
    wanted = parse_range(text)
    left: list[_Part] = [(wanted.first, wanted.last, *ports)]
    found: set[str] = set()
    for entry in acl:
        source = wanted if entry.source == "any" else parse_range(entry.source)
        if entry.protocol not in ("any", protocol) or not wanted.overlaps(source):
            continue
        held = (source.first, source.last, *ports_of(entry.ports))
        parts = [_cut(part, held) for part in left]
        found |= {entry.action for hit, _ in parts if hit}
        left = [rest for _, rests in parts for rest in rests]
    return found | {"deny"} if left else found


def _cut(part: _Part, held: _Part) -> tuple[bool, list[_Part]]:
    """Whether a part of the addresses and ports is held, and what of it is not."""
    low, high = max(part[0], held[0]), min(part[1], held[1])
    first, last = max(part[2], held[2]), min(part[3], held[3])
    if low > high or first > last:
        return False, [part]
    rests = [
        (part[0], low - 1, part[2], part[3]),
        (high + 1, part[1], part[2], part[3]),
        (low, high, part[2], first - 1),
        (low, high, last + 1, part[3]),
    ]
    return True, [rest for rest in rests if rest[0] <= rest[1] and rest[2] <= rest[3]]


def ports_of(text: str) -> tuple[int, int]:
    """The first and the last port of an entry."""
    first, _, last = text.partition("-")
    return (0, 65535) if text == "any" else (int(first), int(last or first))
