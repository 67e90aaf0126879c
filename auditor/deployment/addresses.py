"""Addresses and ranges as they are declared, and which of them are public."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias, TypeVar

K = TypeVar("K")
Address: TypeAlias = IPv4Address | IPv6Address

# "Global" for Python, and yet not an operator's to use: 6to4 relays (RFC 7526) and AS112 (RFC 7534, RFC 7535).
_NOBODYS = tuple(map(ip_network, ("192.88.99.0/24", "192.31.196.0/24", "192.175.48.0/24")))


@dataclass(frozen=True, order=True)
class Range:
    """From the first to the last address, both included, of one IP version."""

    version: int
    first: int
    last: int

    def overlaps(self, other: "Range") -> bool:
        """Whether an address is in both."""
        return self.version == other.version and self.first <= other.last and other.first <= self.last

    def within(self, other: "Range") -> bool:
        """Whether every address is in the other one."""
        return self.version == other.version and other.first <= self.first and self.last <= other.last


def parse_range(text: str) -> Range:
    """Read an address, a network or first-last.  Raises ``ValueError`` with one sentence."""
    first, dash, last = text.partition("-")
    if dash:
        low, high = _address(first.strip()), _address(last.strip())
        if low.version != high.version:
            raise ValueError("its ends are of two IP versions")
        if int(low) > int(high):
            raise ValueError("its first address comes after its last")
        return Range(low.version, int(low), int(high))
    if "/" not in text:
        single = _address(text)
        return Range(single.version, int(single), int(single))
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError("this is no network in CIDR notation, such as 198.51.100.0/28") from None
    if str(network.network_address) != str(_address(text.partition("/")[0])):
        raise ValueError(f"it has bits of a host behind the prefix; the network is {network}")
    return Range(network.version, int(network.network_address), int(network.broadcast_address))


def is_range(text: str) -> bool:
    """Whether it is a range at all; a host name is none."""
    try:
        parse_range(text)
    except ValueError:
        return False
    return True


def overlapping(ranges: Mapping[K, Range]) -> Iterator[tuple[K, K]]:
    """Every range that overlaps one before it in the order of addresses, with the one of those that reaches furthest.

    None is missed, in time n log n: where many overlap each other, each is named with one other.
    """
    furthest: tuple[K, Range] | None = None
    for key, found in sorted(ranges.items(), key=lambda item: item[1]):
        if furthest and furthest[1].overlaps(found):
            yield furthest[0], key
        if not furthest or (found.version, found.last) > (furthest[1].version, furthest[1].last):
            furthest = key, found


def prefix_length(text: str) -> int | None:
    """The length of the prefix, where the range is a network or an address; none for first-last."""
    found = parse_range(text)
    size = found.last - found.first + 1
    if size & (size - 1) or found.first % size:
        return None
    return (32 if found.version == 4 else 128) - size.bit_length() + 1


def not_public(text: str) -> str | None:
    """Why a range is not one of public addresses; none where it is.

    Both ends are looked at, and every special range that lies between them (IANA's registries of RFC 6890).
    """
    found = parse_range(text)
    for end in (found.first, found.last):
        address = _made(found.version, end)
        if address.is_multicast:
            return "multicast addresses"
        if not address.is_global or any(address in network for network in _NOBODYS if network.version == found.version):
            return "addresses that are not globally routable"
    inside = (*_SPECIAL, *_NOBODYS)
    if any(_of(network).within(found) for network in inside):
        return "addresses that are not globally routable"
    return None


def _of(network: IPv4Network | IPv6Network) -> Range:
    return Range(network.version, int(network.network_address), int(network.broadcast_address))


_SPECIAL = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4", "fc00::/7", "fe80::/10", "ff00::/8", "2001:db8::/32",
        ),
    )
)  # fmt: skip


def _address(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError:
        raise ValueError("this is no IP address") from None


def _made(version: int, number: int) -> Address:
    return IPv4Address(number) if version == 4 else IPv6Address(number)
