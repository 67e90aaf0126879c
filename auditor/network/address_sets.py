"""Sets of addresses: whether several ranges together contain one range."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from auditor.network.addresses import Range


@dataclass(frozen=True)
class AddressSet:
    """The addresses of several ranges: sorted, and neither overlapping nor adjacent."""

    ranges: tuple[Range, ...] = ()

    def contains(self, wanted: Range) -> bool:
        """Whether every address of the range is in it."""
        found = self._at(wanted.version, wanted.first)
        return found is not None and wanted.last <= found.last

    def touches(self, wanted: Range) -> bool:
        """Whether any address of the range is in it."""
        found = self._at(wanted.version, wanted.last)
        return found is not None and found.last >= wanted.first

    def end_from(self, version: int, address: int) -> int | None:
        """The last address up to which it has all addresses from this one on; None if it does not have this one."""
        found = self._at(version, address)
        return found.last if found and found.last >= address else None

    def shared(self, other: "AddressSet") -> "AddressSet":
        """The addresses in both."""
        both, mine, theirs = [], 0, 0
        while mine < len(self.ranges) and theirs < len(other.ranges):
            one, two = self.ranges[mine], other.ranges[theirs]
            if one.overlaps(two):
                both.append(Range(one.version, max(one.first, two.first), min(one.last, two.last)))
            if (one.version, one.last) < (two.version, two.last):
                mine += 1
            else:
                theirs += 1
        return AddressSet(tuple(both))

    @property
    def size(self) -> int:
        """The number of addresses."""
        return sum(found.last - found.first + 1 for found in self.ranges)

    def _at(self, version: int, address: int) -> Range | None:
        """The last range that begins at this address or before it."""
        at = bisect_right(self.ranges, (version, address), key=lambda found: (found.version, found.first))
        found = self.ranges[at - 1] if at else None
        return found if found and found.version == version else None


def address_set(ranges: Iterable[Range]) -> AddressSet:
    """The addresses of these ranges."""
    merged: list[Range] = []
    for found in sorted(ranges):
        before = merged[-1] if merged else None
        if before and before.version == found.version and found.first <= before.last + 1:
            merged[-1] = Range(found.version, before.first, max(before.last, found.last))
        else:
            merged.append(found)
    return AddressSet(tuple(merged))


def in_all(parts: Sequence[AddressSet]) -> AddressSet:
    """The addresses that every one of them has; none without any."""
    return reduce(AddressSet.shared, parts) if parts else AddressSet()


def together_contain(parts: Sequence[AddressSet], wanted: Range) -> bool:
    """Whether each address of the range is in one of them."""
    reached = wanted.first
    while True:
        ends = [end for part in parts if (end := part.end_from(wanted.version, reached)) is not None]
        if not ends:
            return False
        if max(ends) >= wanted.last:
            return True
        reached = max(ends) + 1
