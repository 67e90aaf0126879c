"""The elements that a deployment's picture shows: all of them, or, in a large one, the worst."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias, TypeVar

from auditor.model.deployment import Deployment, Link
from auditor.model.report import EndpointSummary, Report
from auditor.model.target import OWED, Perspective
from auditor.render.html.deployment_marks import Element, Marks, weights
from auditor.render.wording import WORST_FIRST, number
from auditor.sanitise import clean

MOST = 12
"""Sites, service regions, connections of a site, cross-connects, and what belongs to no connection."""
MOST_ENDPOINTS = 6
"""At one site."""
NOT_LOOKED_AT = "Nobody looked at an endpoint here"
_TYPES = {
    "maps_voice": "MAPS Voice",
    "expressroute_microsoft": "ExpressRoute",
    "public_internet": "Internet",
    "vnet_injection": "VNet injection",
}
_CIRCUIT, _PEERING = "ExpressRoute circuit", "MAPS Voice peering"
_NOTHING = (len(WORST_FIRST), 0)
Weights: TypeAlias = Mapping[Element, tuple[int, int]]
T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """A region, a circuit or a peering: its name, and a line or two about it."""

    element: Element
    name: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Connection:
    """A link, or a missing one."""

    element: Element
    region: str
    words: str
    circuit: Element | None = None
    missing: bool = False


@dataclass(frozen=True)
class SiteScene:
    """A site, or where the endpoints stand that are at none."""

    node: Node
    endpoints: tuple[Element, ...]
    connections: tuple[Connection, ...]
    more: tuple[str, ...]
    """The details that are not drawn."""


@dataclass(frozen=True)
class Crossing:
    """Two sites, by their places in the picture, that are cross-connected or should be."""

    element: Element
    upper: int
    lower: int
    missing: bool
    lane: int = 0
    """Adjacent ones have separate lanes."""


@dataclass(frozen=True)
class Scene:
    """Everything that is drawn, and a description of the rest."""

    sites: tuple[SiteScene, ...]
    regions: tuple[Node, ...]
    circuits: Mapping[Element, Node]
    crossings: tuple[Crossing, ...]
    loose: tuple[Node, ...]
    """Circuits that no link names, and peerings, which links cannot name."""
    more: tuple[str, ...]


def short(text: str) -> str:
    """A name, shortened if it is long."""
    return clean(text, 80)


def scene(report: Report, declared: Deployment, marks: Marks) -> Scene:
    """The elements that are drawn, as they were declared; where there are too many, the worst first."""
    standing = [endpoint for endpoint in report.endpoints if _stands(endpoint)]
    weight = weights(marks, standing)
    links: dict[str, list[Link]] = defaultdict(list)
    for link in declared.links:
        links[link.site].append(link)
    targets: dict[str, list[Element]] = {site.name: [] for site in declared.sites}
    nowhere: list[Element] = []
    for endpoint in standing:
        targets.get(endpoint.site or "", nowhere).append(("endpoints", endpoint.target))
    sites, more_sites = _taken(list(declared.sites), lambda site: ("sites", site.name), weight, "site")
    regions, more_regions = _taken(_regions(declared), lambda node: node.element, weight, "service region")
    crossings, more_crossings = _taken(
        list(_crossings(declared, [site.name for site in sites], marks)),
        lambda one: one.element,
        weight,
        "cross-connect",
    )
    circuits = {node.element: node for node in _circuits(declared)}
    carrying = {link.circuit for link in declared.links}
    spare = [
        replace(one, details=(_CIRCUIT, *one.details)) for one in circuits.values() if one.element[1] not in carrying
    ]
    spare, more_circuits = _taken(spare, lambda node: node.element, weight, "circuit")
    peerings = [Node(("maps", one.location), short(one.location), (_PEERING,)) for one in declared.maps]
    peerings, more_peerings = _taken(peerings, lambda node: node.element, weight, "peering")
    order = [node.element[1] for node in regions]
    drawn_sites = []
    for site in sites:
        connections = list(_connections(site.name, links[site.name], order, marks))
        drawn, more = _taken(connections, lambda one: one.element, weight, "connection")
        apart = len(links[site.name]) - sum(not one.missing for one in connections)
        more += [f"and {number(apart, 'link')} to regions not drawn"] if apart else []
        seen = targets[site.name] if len(declared.sites) > 1 else [*targets[site.name], *nowhere]
        more += [] if any(target not in marks.unseen for _, target in seen) else [NOT_LOOKED_AT]
        node = Node(("sites", site.name), short(site.name), _lines(site.location))
        drawn_sites.append(_site(node, targets[site.name], tuple(_side_by_side(drawn)), more, weight))
    if nowhere:
        drawn_sites.append(_site(Node((), "At no declared site"), nowhere, (), [], weight))
    left = (*more_sites, *more_regions, *more_crossings, *more_circuits, *more_peerings)
    return Scene(tuple(drawn_sites), tuple(regions), circuits, tuple(_in_lanes(crossings)), (*spare, *peerings), left)


def _stands(endpoint: EndpointSummary) -> bool:
    """Whether it stands at a site: an endpoint, a client, or one that a site owes."""
    owed = endpoint.perspective == OWED and endpoint.site is not None
    return owed or endpoint.perspective in {Perspective.SERVER, Perspective.CLIENT}


def _taken(
    things: Sequence[T], element: Callable[[T], Element], weight: Weights, what: str, most: int = MOST
) -> tuple[list[T], list[str]]:
    """Those that are drawn, and in words how many are not and how many of these are marked."""
    if len(things) <= most:
        return list(things), []
    ordered = sorted(things, key=lambda thing: weight.get(element(thing), _NOTHING))
    left = ordered[most:]
    marked = sum(element(thing) in weight for thing in left)
    return ordered[:most], [
        f"and {number(len(left), f'more {what}')}" + (f", {marked} of them marked" if marked else "")
    ]


def _site(
    node: Node, targets: Sequence[Element], connections: tuple[Connection, ...], more: Sequence[str], weight: Weights
) -> SiteScene:
    endpoints, others = _taken(targets, lambda target: target, weight, "endpoint", MOST_ENDPOINTS)
    return SiteScene(node, tuple(endpoints), connections, (*others, *more))


def _lines(*texts: str | None) -> tuple[str, ...]:
    return tuple(short(text) for text in texts if text)


def _regions(declared: Deployment) -> list[Node]:
    return [
        Node(("regions", one.name), short(one.name), _lines(one.azure_region, one.hostname)) for one in declared.regions
    ]


def _circuits(declared: Deployment) -> Iterator[Node]:
    """Those that are declared, and those that a link only names."""
    known = {one.name: one.peering_location for one in declared.circuits}
    for name in dict.fromkeys((*known, *(link.circuit for link in declared.links if link.circuit is not None))):
        yield Node(("circuits", name), short(name), _lines(known.get(name, "not declared")))


def _connections(site: str, links: Sequence[Link], regions: Sequence[str], marks: Marks) -> Iterator[Connection]:
    """The links of a site in the order of the regions, and where there should be one and is none."""
    for region in regions:
        element = ("links", site, region)
        between = [link for link in links if link.region == region]
        for link in between:
            circuit = None if link.circuit is None else ("circuits", link.circuit)
            yield Connection(element, region, _TYPES.get(link.connection_type or "", "Undeclared type"), circuit)
        if not between and element in marks.at:
            yield Connection(element, region, "No link", missing=True)


def _side_by_side(connections: Sequence[Connection]) -> list[Connection]:
    """Those of one circuit one after the other, where the first of them stands."""
    first: dict[Element, int] = {}
    for position, one in enumerate(connections):
        first.setdefault(one.circuit or ("none", str(position)), position)
    return sorted(connections, key=lambda one: first[one.circuit] if one.circuit else connections.index(one))


def _crossings(declared: Deployment, sites: Sequence[str], marks: Marks) -> Iterator[Crossing]:
    """Between sites that are drawn, those that are declared, and those that should be."""
    place = {name: position for position, name in enumerate(sites)}
    pairs = {tuple(sorted(pair.sites)) for pair in declared.cross_connects}
    for one, other in combinations(sites, 2):
        element: Element = ("cross_connects", *sorted((one, other)))
        missing = element[1:] not in pairs
        if not missing or element in marks.at:
            yield Crossing(element, place[one], place[other], missing)


def _in_lanes(crossings: Sequence[Crossing]) -> Iterator[Crossing]:
    """Each in the first lane that is free between its sites, short ones first."""
    taken: list[list[Crossing]] = []
    for one in sorted(crossings, key=lambda crossing: (crossing.lower - crossing.upper, crossing.upper)):
        lane = next(
            (
                position
                for position, others in enumerate(taken)
                if all(other.lower <= one.upper or one.lower <= other.upper for other in others)
            ),
            len(taken),
        )
        taken += [[]] if lane == len(taken) else []
        taken[lane].append(one)
        yield replace(one, lane=lane)
