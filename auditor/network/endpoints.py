"""Endpoints joined with the declaration: which of items 2 and 5 an endpoint stands at.

An endpoint stands at an item that is a name if it has that host or server name, and at an item that is a range if one
of its addresses lies in it.  What a name resolves to is known where an endpoint with that host was resolved, or where
the name was looked up (``--dns``).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

import idna

from auditor.model.deployment import DeclaredEndpoint, Deployment, ResolvedName
from auditor.network.addresses import Range, is_range, parse_range

O = TypeVar("O")


@dataclass(frozen=True)
class SignalingItem:
    """One entry of item 2 or 5."""

    site: str
    text: str
    is_name: bool
    """Whether it is a name in DNS, not an address or a range."""


class Spans(Generic[O]):
    """Ranges with their owners, to be asked for those that hold an address."""

    def __init__(self, owned: Iterable[tuple[Range, O]]) -> None:
        self._owned = sorted(owned, key=lambda one: one[0])
        self._starts = [(span.version, span.first) for span, _ in self._owned]
        self._highest = list(accumulate(((span.version, span.last) for span, _ in self._owned), max))

    def holding(self, address: str) -> Iterator[O]:
        """The owners of every range that holds the address, once for each range."""
        wanted = parse_range(address)
        for position in range(bisect_right(self._starts, (wanted.version, wanted.first)) - 1, -1, -1):
            if self._highest[position] < (wanted.version, wanted.last):
                return  # no range that starts earlier reaches this far
            span, owner = self._owned[position]
            if wanted.within(span):
                yield owner


@dataclass(frozen=True)
class SignalingItems:
    """Items 2 and 5 of every site, by site, by name and by address."""

    of_site: Mapping[str, tuple[SignalingItem, ...]]
    by_name: Mapping[str, tuple[SignalingItem, ...]]
    by_address: Mapping[str, tuple[SignalingItem, ...]]
    """The items that are names, by the addresses that they are known to resolve to."""
    resolved: frozenset[SignalingItem]
    """The items that are names of which it is known what they resolve to."""
    unknown: Mapping[str | None, tuple[SignalingItem, ...]]
    """The items of a site, or of any (None), that are names of which nobody knows what they resolve to."""
    spans: Spans[SignalingItem]
    internal: Spans[str]
    """Internal ranges of sites."""
    gateway: Spans[str]
    """The gateway's own ranges, by the names of its regions."""

    def named(self, endpoint: DeclaredEndpoint) -> tuple[SignalingItem, ...]:
        """The items that are the endpoint's host or server name, unless they are known to resolve elsewhere."""
        host, server = plain_name(endpoint.host), plain_name(endpoint.server_name or "")
        claimed = () if server == host else self.by_name.get(server, ())
        here = {item for address in endpoint.addresses for item in self.by_address.get(address, ())}
        unproven = not endpoint.addresses or not self.resolved.issuperset(claimed)
        return (*self.by_name.get(host, ()), *(item for item in claimed if unproven or item in here))

    def at(self, address: str) -> tuple[SignalingItem, ...]:
        """The items that hold the address: ranges, and names that are known to resolve to it."""
        return (*self.spans.holding(address), *self.by_address.get(address, ()))


def signaling_items(
    declared: Deployment, endpoints: Iterable[DeclaredEndpoint], names: Iterable[ResolvedName] = ()
) -> SignalingItems:
    """Index items 2 and 5 of all sites, and what their names resolved to, as endpoints or where they were looked up."""
    of_site = {
        site.name: tuple(
            SignalingItem(site.name, text, not is_range(text)) for text in dict.fromkeys(site.signaling_destination)
        )
        for site in declared.sites
    }
    everything = [item for items in of_site.values() for item in items]
    by_name: dict[str, list[SignalingItem]] = defaultdict(list)
    for item in everything:
        if item.is_name:
            by_name[plain_name(item.text)].append(item)
    by_address: dict[str, dict[SignalingItem, None]] = defaultdict(dict)
    resolved: set[SignalingItem] = set()
    found = ((endpoint.host, endpoint.addresses) for endpoint in endpoints)
    for name, addresses in (*found, *((one.name, one.addresses) for one in names)):
        for item in by_name.get(plain_name(name), ()) if addresses else ():
            resolved.add(item)
            for address in addresses:
                by_address[address][item] = None
    unknown: dict[str | None, list[SignalingItem]] = {None: [], **{site: [] for site in of_site}}
    for item in everything:
        if item.is_name and item not in resolved:
            unknown[item.site].append(item)
            unknown[None].append(item)
    gateway = (
        (parse_range(text), region.name)
        for region in declared.regions
        for text in (*region.signaling_ranges, *region.media_ranges)
        if is_range(text)
    )
    return SignalingItems(
        of_site=of_site,
        by_name={name: tuple(items) for name, items in by_name.items()},
        by_address={address: tuple(items) for address, items in by_address.items()},
        resolved=frozenset(resolved),
        unknown={site: tuple(items) for site, items in unknown.items()},
        spans=Spans((parse_range(item.text), item) for item in everything if not item.is_name),
        internal=Spans(
            (parse_range(text), site.name) for site in declared.sites for text in site.internal_ranges if is_range(text)
        ),
        gateway=Spans(gateway),
    )


def plain_name(text: str) -> str:
    """A DNS name as it is compared: in A-labels and lower case, without a trailing dot."""
    name = text.strip().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return name.casefold()  # no inventory that was read has such a name
    return name.lower()
