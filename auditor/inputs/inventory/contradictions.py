"""Declarations of a deployment that cannot all be true, whatever the policy."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from auditor.errors import InputError, quoted
from auditor.inputs.documents.yaml import Document, Keys
from auditor.inputs.host import parse_name
from auditor.network.addresses import is_range, overlapping, parse_range

Entries: TypeAlias = Sequence[Mapping[str, Any]]
_INJECTED = "vnet_injection"
_CIRCUIT = {"expressroute_microsoft", _INJECTED}
"""Connection types that run over a circuit."""
_TYPES = {*_CIRCUIT, "maps_voice", "public_internet"}
_GATEWAYS = "commsgw.azure.com"
"""The domain of all gateways."""
_DESTINATION = "signaling_destination"
_ANYCAST = "anycast_reason"


def contradictions(document: Document, sections: Mapping[str, Entries], resource: object) -> Iterator[InputError]:
    """Everything in the sections regions, sites, links, cross_connects and circuits that contradicts itself.

    An entry that is not a mapping stands there as an empty one.
    """
    declared = resource if isinstance(resource, dict) else {}
    for index, link in enumerate(sections["links"]):
        yield from _link(document, link, ("links", index), injected=declared.get(_INJECTED))
    for index, pair in enumerate(sections["cross_connects"]):
        sites = _texts(pair, "sites")
        if len(sites) == 2 and sites[0] == sites[1]:
            message = f"a cross-connect joins two sites, not {quoted(sites[0])} with itself"
            yield document.error(message, ("cross_connects", index, "sites", 1))
    yield from _one_circuit(document, sections["circuits"])
    yield from _shared_ranges(document, sections["regions"])
    names = _gateway_names(sections["regions"], declared)
    for path, name in _destinations(sections["sites"]):
        if whose := _whose(name, names):
            message = f"{_DESTINATION} {quoted(name)} is {whose}; items 2 and 5 are the names and addresses of the site"
            yield document.error(message, path)
    yield from _shared_names(document, sections["sites"])


def _link(document: Document, link: Mapping[str, Any], path: Keys, *, injected: object) -> Iterator[InputError]:
    connection, over = link.get("connection_type"), link.get("over")
    if not isinstance(connection, str) or connection not in _TYPES:
        return
    if connection != _INJECTED and isinstance(over, str):
        message = f"a link of type {connection} does not run over {quoted(over)}; only {_INJECTED} has a carrier (over)"
        yield document.error(message, (*path, "over"))
    if connection == _INJECTED and injected is False:
        message = f"the link uses {_INJECTED}, and the deployment declares {_INJECTED}: false"
        yield document.error(message, (*path, "connection_type"))
    if isinstance(link.get("circuit"), str):
        if connection not in _CIRCUIT:
            message = f"a link of type {connection} uses no circuit; remove circuit or change the type"
            yield document.error(message, (*path, "circuit"))
        elif connection == _INJECTED and over == "vpn":
            message = "a link over a VPN uses no circuit; remove circuit or change over"
            yield document.error(message, (*path, "circuit"))
    if isinstance(link.get("peering"), str) and connection != "maps_voice":
        message = f"a link of type {connection} uses no MAPS Voice peering; remove peering or change the type"
        yield document.error(message, (*path, "peering"))


def _one_circuit(document: Document, circuits: Entries) -> Iterator[InputError]:
    """Two entries for one circuit would count as two circuits."""
    first: dict[str, object] = {}
    for index, circuit in enumerate(circuits):
        resource = circuit.get("resource_id")
        if isinstance(resource, str) and resource.strip():
            name = circuit.get("name")
            other = first.setdefault(resource.casefold().strip("/ "), name)
            if other != name:
                message = f"{quoted(str(name))} has the resource_id of the circuit {quoted(str(other))}"
                yield document.error(message, ("circuits", index, "resource_id"))


def _shared_ranges(document: Document, regions: Entries) -> Iterator[InputError]:
    texts = {
        ("regions", index, field, position): text
        for index, region in enumerate(regions)
        for field in ("signaling_ranges", "media_ranges")
        for position, text in enumerate(_texts(region, field))
        if is_range(text)
    }
    ranges = {path: parse_range(text) for path, text in texts.items()}
    for first, second in map(sorted, overlapping(ranges, owner=lambda path: path[1])):
        field, other = second[2], regions[first[1]].get("name")
        message = f"{field} {quoted(texts[second])} overlaps {quoted(texts[first])} of the region {quoted(str(other))}"
        yield document.error(f"{message}; each region has ranges of its own", second)


def _gateway_names(regions: Entries, resource: Mapping[str, Any]) -> dict[str, str]:
    """Every name of the gateway and of communications services, and whose it is."""
    names = {}
    for region in regions:
        of = quoted(str(region.get("name")))
        for text in _texts(region, "service_side"):
            names[_plain(text)] = f"a name of a communications service in the region {of}"
        for text in _texts(region, "service_facing"):
            names[_plain(text)] = f"the gateway's name towards communications services in the region {of}"
        if isinstance(region.get("hostname"), str):
            names[_plain(region["hostname"])] = f"the gateway's hostname in the region {of}"
    if isinstance(resource.get("base_domain"), str):
        names[_plain(resource["base_domain"])] = "the base domain of the gateway"
    return names


def _whose(text: str, names: Mapping[str, str]) -> str | None:
    """Whose name this is, if not the site's."""
    name = _plain(text)
    if name in names:
        return names[name]
    labels = name.split(".")
    parents = {".".join(labels[start:]) for start in range(1, len(labels))}
    if any(names.get(parent) == "the base domain of the gateway" for parent in parents):
        return "a name of the gateway, below its base domain"
    return f"a name of a gateway, below {_GATEWAYS}" if _GATEWAYS in {name, *parents} else None


def _shared_names(document: Document, sites: Entries) -> Iterator[InputError]:
    """Names that are item 2 or 5 of several sites, unless each of these says why."""
    first: dict[str, int] = {}
    for path, text in _destinations(sites):
        index, name = path[1], _plain(text)
        other = first.setdefault(name, index)
        if other != index and not (sites[other].get(_ANYCAST) and sites[index].get(_ANYCAST)):
            message = (
                f"{_DESTINATION} {quoted(text)} is a name of the site {quoted(str(sites[other].get('name')))} too; "
                f"give each site a name of its own, or declare {_ANYCAST} at both"
            )
            yield document.error(message, path)


def _destinations(sites: Entries) -> Iterator[tuple[tuple[str, int, str, int], str]]:
    """The names in items 2 and 5, each with its place."""
    for index, site in enumerate(sites):
        for position, text in enumerate(_texts(site, _DESTINATION)):
            if not is_range(text):
                yield ("sites", index, _DESTINATION, position), text


def _texts(entry: Mapping[str, Any], key: str) -> list[str]:
    values = entry.get(key)
    return [text if isinstance(text, str) else "" for text in values] if isinstance(values, list) else []


def _plain(text: str) -> str:
    """A name in the form in which names are compared; what is no name stays as it is."""
    try:
        return parse_name(text)
    except ValueError:
        return text
