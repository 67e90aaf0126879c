"""IP addresses and ranges: reading, comparing, and whether they are public."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias, TypeVar

K = TypeVar("K")
Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, order=True)
class Range:
    """From the first to the last address, both included, of one IP version."""

    version: int
    first: int
    last: int

    def overlaps(self, other: "Range") -> bool:
        """Whether the ranges share an address."""
        return self.version == other.version and self.first <= other.last and other.first <= self.last

    def within(self, other: "Range") -> bool:
        """Whether the other range contains this one."""
        return self.version == other.version and other.first <= self.first and self.last <= other.last


def parse_range(text: str) -> Range:
    """Read an address, a network or first-last.  Raises ``ValueError`` with the reason."""
    first, dash, last = text.partition("-")
    if dash:
        low, high = _address(first.strip()), _address(last.strip())
        if low.version != high.version:
            raise ValueError("its first and last address have different IP versions")
        if int(low) > int(high):
            raise ValueError("its first address is higher than its last")
        return Range(low.version, int(low), int(high))
    if "/" not in text:
        single = _address(text)
        return Range(single.version, int(single), int(single))
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError("not a network in CIDR notation, such as 198.51.100.0/28") from None
    if str(network.network_address) != str(_address(text.partition("/")[0])):
        raise ValueError(f"it has host bits set; the network is {network}")
    return Range(network.version, int(network.network_address), int(network.broadcast_address))


def is_range(text: str) -> bool:
    """Whether the text is an address or a range; a host name is neither."""
    try:
        parse_range(text)
    except ValueError:
        return False
    return True


def overlapping(ranges: Mapping[K, Range], owner: Callable[[K], object] = lambda key: key) -> Iterator[tuple[K, K]]:
    """Each range that overlaps an earlier one (by first address) of another owner, after that one.

    Where it overlaps several, the pair names the one with the highest last address.  No overlapping range is missed,
    in time n log n.
    """
    ahead: list[tuple[K, Range]] = []
    for key, found in sorted(ranges.items(), key=lambda item: item[1]):
        other = next((one for one in ahead if owner(one[0]) != owner(key)), None)
        if other and other[1].overlaps(found):
            yield other[0], key
        # The range with the highest last address, and the one with the highest among those of all other owners.
        ahead.append((key, found))
        ahead.sort(key=lambda item: (item[1].version, item[1].last), reverse=True)
        ahead = ahead[:1] + [one for one in ahead[1:] if owner(one[0]) != owner(ahead[0][0])][:1]


def prefix_length(text: str) -> int | None:
    """The prefix length of a network or an address; None for another range."""
    found = parse_range(text)
    size = found.last - found.first + 1
    if size & (size - 1) or found.first % size:
        return None
    return (32 if found.version == 4 else 128) - size.bit_length() + 1


def why_not_public(text: str) -> str | None:
    """Why a range is not public; None where it is.

    It may hold no special-purpose address (IANA's registries of RFC 6890), and IPv6 must be global unicast.
    """
    found = parse_range(text)
    if any(network.overlaps(found) for network in _MULTICAST):
        return "multicast addresses"
    if any(network.overlaps(found) for network in _SPECIAL) or (found.version == 6 and not found.within(_UNICAST)):
        return "addresses that are not globally routable"
    return None


def _address(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError:
        raise ValueError("not an IP address") from None


_MULTICAST = tuple(map(parse_range, ("224.0.0.0/4", "ff00::/8")))
_UNICAST = parse_range("2000::/3")
# Written out because ``is_global`` differs between versions of Python.  Some are routed but belong to no one: AS112
# (RFC 7534, RFC 7535), relays of AMT (RFC 7450) and of 6to4 (RFC 7526).
_SPECIAL = tuple(
    map(
        parse_range,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "240.0.0.0/4", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24",
            "2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16", "2620:4f:8000::/48",
        ),
    )
)  # fmt: skip
