"""What a site's connections advertise to Microsoft: the prefixes of its circuits, and its ranges for MAPS Voice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from auditor.model.deployment import Circuit, Deployment, Link, Maps, Ranges
from auditor.model.subject import subject_text
from auditor.network.address_sets import AddressSet, address_set, in_all
from auditor.network.addresses import parse_range
from auditor.network.subjects import CIRCUITS, MAPS

_EXPRESSROUTE = "expressroute_microsoft"
_MAPS_VOICE = "maps_voice"
PEERED = frozenset({_EXPRESSROUTE, _MAPS_VOICE})
"""Connection types over which Microsoft learns the operator's addresses by BGP."""


@dataclass(frozen=True)
class Way:
    """A circuit or a peering that a site's links run over, or several of which it may be any."""

    shown: str
    certain: AddressSet
    """The addresses that are advertised whichever of them it is."""
    possible: AddressSet | None
    """The addresses that are advertised at all; None if that is not declared."""
    doubt: str = ""
    """Why what is certain may not be all that is possible."""


@dataclass(frozen=True)
class Advertised:
    """The ways of every site of a deployment."""

    declared: Deployment
    circuits: tuple[Circuit, ...]
    """The circuits with Microsoft peering."""

    @cached_property
    def links(self) -> Mapping[str, tuple[Link, ...]]:
        """The links of each site."""
        found: dict[str, list[Link]] = {}
        for link in self.declared.links:
            found.setdefault(link.site, []).append(link)
        return {site: tuple(links) for site, links in found.items()}

    def ways(self, site: str, location: str | None) -> tuple[Way, ...]:
        """The ways of a site at this location, each once; none if no link of it has a peered connection type."""
        found = {}
        for link in self.links.get(site, ()):
            if link.connection_type == _EXPRESSROUTE:
                found["circuit", link.circuit] = self._circuits.get(link.circuit) or self._any_circuit
            elif link.connection_type == _MAPS_VOICE:
                local = self._peerings.get(link.peering) or self._local_peerings.get(_place(location))
                found["peering", link.peering] = local or self._any_peering
        return tuple(found.values())

    @cached_property
    def _circuits(self) -> Mapping[str | None, Way]:
        return {circuit.name: _way([_circuit(circuit)]) for circuit in self.declared.circuits}

    @cached_property
    def _any_circuit(self) -> Way:
        doubt = "a link over ExpressRoute names no circuit" if self.circuits else "no circuit is declared"
        return _way([_circuit(circuit) for circuit in self.circuits], "any circuit", doubt)

    @cached_property
    def _peerings(self) -> Mapping[str | None, Way]:
        return {maps.location: _way([_peering(maps)]) for maps in self.declared.maps}

    @cached_property
    def _local_peerings(self) -> Mapping[str, Way]:
        by_location: dict[str, list[Maps]] = {}
        for maps in self.declared.maps:
            by_location.setdefault(_place(maps.location), []).append(maps)
        return {
            location: _way([_Source(_peering(found[0]).shown, tuple(_ranges(found)), "address_ranges")])
            for location, found in by_location.items()
            if location
        }

    @cached_property
    def _any_peering(self) -> Way:
        peerings = [_peering(maps) for maps in self.declared.maps]
        doubt = "a link over MAPS Voice names no peering, and none is at the location of the site"
        return _way(peerings, "any MAPS Voice peering", doubt if peerings else "no MAPS Voice peering is declared")


def ranges_set(ranges: Iterable[str]) -> AddressSet:
    """The addresses of these ranges."""
    return address_set(map(parse_range, ranges))


class _Source(NamedTuple):
    """What advertises ranges, and the field that declares them."""

    shown: str
    ranges: Ranges
    field: str


def _circuit(circuit: Circuit) -> _Source:
    return _Source(subject_text(CIRCUITS.named(circuit.name)), circuit.advertised_prefixes, "advertised_prefixes")


def _peering(maps: Maps) -> _Source:
    return _Source(subject_text(MAPS.named(maps.location)), maps.address_ranges, "address_ranges")


def _ranges(found: Iterable[Maps]) -> Iterator[str]:
    for maps in found:
        yield from maps.address_ranges


def _place(text: str | None) -> str:
    """The name of a location without differences in case and spaces."""
    return " ".join((text or "").split()).casefold()


def _way(sources: list[_Source], several: str = "", doubt: str = "") -> Way:
    """The way over any one of these sources."""
    shown = sources[0].shown if len(sources) == 1 else several
    missing = [source for source in sources if not source.ranges]
    if missing or not sources:
        why = f"{missing[0].shown} declares no {missing[0].field}" if missing else doubt
        return Way(shown, AddressSet(), None, why)
    each = [ranges_set(source.ranges) for source in sources]
    return Way(shown, in_all(each), address_set(one for part in each for one in part.ranges), doubt)
