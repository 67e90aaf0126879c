"""Read the facts about a circuit from Azure exports.

The export of a circuit shows Microsoft's records: the provider, AS number and prefixes.  It cannot prove that a BGP
session is established, but it proves that none is where the circuit is not in operation or has no enabled Microsoft
peering.  A route table can show that a session is established.  An ARP table shows layer 2: only the absence of the
operator's router proves something, that the session is down.  Service keys, authorization keys and session keys are
not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from auditor.errors import InputErrors, quoted
from auditor.inputs.azure.export_format import (
    ARP,
    CIRCUIT,
    FILTER,
    LISTS,
    MICROSOFT,
    PRIVATE,
    ROUTES,
    entries_of,
    format_errors,
)
from auditor.inputs.documents.text import HIDDEN
from auditor.inputs.documents.yaml import Document, Keys
from auditor.model.deployment import Circuit, Path
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import parse_range
from auditor.network.proofs import (
    PATHS,
    EvidenceSource,
    Fact,
    LearnedRoute,
    RouteTable,
    session_prefix,
    session_state,
)
from auditor.network.subjects import CIRCUITS

_MAC = re.compile(r"[0-9a-f]{4}(\.[0-9a-f]{4}){2}|[0-9a-f]{2}([:-][0-9a-f]{2}){5}", re.IGNORECASE)
_REGISTRIES = {
    "RIPENCC": "RIPE",
    **{name: name for name in ("ARIN", "APNIC", "AFRINIC", "LACNIC", "RIPE", "RADB", "ALTDB")},
}
"""Azure's names and the model's; Microsoft validates against no other registry."""


class RouteFilter(NamedTuple):
    """A route filter; it is evidence only for the circuits it is attached to."""

    id: str
    circuits: frozenset[str]
    """Resource ids of the circuits that its own export says it is attached to, in lower case."""
    communities: tuple[str, ...]


@dataclass(frozen=True)
class Export:
    """The facts about one circuit in one file."""

    circuit: str
    source: EvidenceSource
    facts: tuple[Fact, ...] = ()
    tables: tuple[RouteTable, ...] = ()
    filter: RouteFilter | None = None
    attached: str | None = None
    """The id of the attached route filter, according to the export of the circuit."""


def export_of(
    document: Document, kind: str, circuit: Circuit, path: Path | None, source: EvidenceSource, *, private: bool = False
) -> Export:
    """Read a flattened document of that kind; ``InputErrors`` lists everything that is wrong with it.

    ``private`` says that private peering is in use on the circuit, and Microsoft peering is not.
    """
    if errors := [*format_errors(document, kind)]:
        raise InputErrors(errors)
    entries, around = entries_of(document)
    several = around or isinstance(document.data, list)
    source = replace(source, kind=LISTS.get(kind, kind) if several else kind)
    reader = _ExportReader(document, circuit, source, PRIVATE if private else MICROSOFT)
    if path is not None:
        return reader.table(kind, entries, path)
    if kind == FILTER:
        return reader.filter(entries[0])
    paths = [(*around, index) for index in range(len(entries))] if several else [around]
    read = reader.circuits if kind == CIRCUIT else reader.peerings
    return read(list(zip(entries, paths, strict=True)))


@dataclass(frozen=True)
class _ExportReader:
    document: Document
    circuit: Circuit
    source: EvidenceSource
    used: str
    """The type of the peering in use."""

    def error(self, message: str, path: Keys = ()) -> InputErrors:
        return InputErrors([self.document.error(message, path)])

    def fact(self, subject: DeclaredSubject, value: Any) -> Fact:  # noqa: ANN401 - any part of a model
        return Fact(subject, value, self.source)

    def field(self, name: str, value: Any) -> Fact:  # noqa: ANN401 - any part of a model
        return self.fact(CIRCUITS.named(self.circuit.name).at(name), value)

    def down(self) -> tuple[Fact, ...]:
        return tuple(self.fact(session_state(self.circuit.name, path), "down") for path in PATHS)

    def export(self, *facts: Fact, **others: Any) -> Export:  # noqa: ANN401 - the fields of an export
        return Export(self.circuit.name, self.source, facts, **others)

    def table(self, kind: str, entries: list[dict[str, Any]], path: Path) -> Export:
        """A route table or ARP table of one path; an empty list is read as either."""
        if kind == ROUTES:
            # Microsoft's routers mark the best of several next hops with a star.
            routes = tuple(
                LearnedRoute(one["nextHop"].strip().removesuffix("*"), next(iter(one.get("path", "").split()), ""))
                for one in entries
            )
            return self.export(tables=(RouteTable(self.circuit.name, path, routes, self.source),))
        known = [one for one in entries if one["interface"] == "On-Prem" and _MAC.fullmatch(one.get("macAddress", ""))]
        if kind == ARP and known:
            return self.export()
        return self.export(self.fact(session_state(self.circuit.name, path), "down"))

    def filter(self, entry: dict[str, Any]) -> Export:
        """A route filter: the allowed communities without the denied ones.  Rules still being changed are rejected."""
        self.require_succeeded(entry, ())
        for index, rule in enumerate(entry["rules"]):
            self.require_succeeded(rule, ("rules", index))
        rules = [(rule["access"], community) for rule in entry["rules"] for community in rule["communities"]]
        denied = {community for access, community in rules if access == "Deny"}
        allowed = dict.fromkeys(community for access, community in rules if access == "Allow")
        circuits = frozenset(_circuit_of(one["id"]) for one in entry.get("peerings", ()))
        communities = tuple(one for one in allowed if one not in denied)
        return self.export(filter=RouteFilter(entry["id"].casefold(), circuits, communities))

    def circuits(self, entries: list[tuple[dict[str, Any], Keys]]) -> Export:
        """The requested circuit, of one or several."""
        wanted, found = self.circuit.resource_id, entries
        if wanted:
            found = [one for one in entries if one[0]["id"].casefold() == wanted.casefold()]
        elif entries[0][1]:  # one of several is found by name; a single one may have another name than in the inventory
            ending = f"/expressRouteCircuits/{self.circuit.name}".casefold()
            found = [one for one in entries if one[0]["id"].casefold().endswith(ending)]
        if len(found) != 1:
            raise self.wrong_circuit([(entry["id"], path) for entry, path in entries])
        entry, path = found[0]
        self.require_succeeded(entry, path)
        provider = entry.get("serviceProviderProperties", {})
        facts = [
            *self.identity(entry["id"]),
            *(self.field("provider", text) for text in self.text(provider, "serviceProviderName", path)),
            *(self.field("peering_location", text) for text in self.text(provider, "peeringLocation", path)),
        ]
        if "expressRoutePort" in entry:
            facts.append(self.field("connectivity_model", "expressroute_direct"))
        inner = self.peering([(one, (*path, "peerings", index)) for index, one in enumerate(entry["peerings"])])
        works = (entry["circuitProvisioningState"], entry["serviceProviderProvisioningState"])
        down = () if works == ("Enabled", "Provisioned") else self.down()
        return replace(inner, facts=tuple(dict.fromkeys([*facts, *inner.facts, *down])))

    def peerings(self, entries: list[tuple[dict[str, Any], Keys]]) -> Export:
        """The peering in use, of one or several of the same circuit."""
        if entries[0][1] == () and entries[0][0]["peeringType"] != self.used:
            raise self.error(f"this is the {entries[0][0]['peeringType']}; the {self.used} is required")
        found = [(entry, path) for entry, path in entries if entry["peeringType"] == self.used]
        named = [(entry["id"], path) for entry, path in entries if isinstance(entry.get("id"), str)]
        ids = {_circuit_of(text) for text, _ in named}
        if len(ids) > 1 or (self.circuit.resource_id and ids - {self.circuit.resource_id.casefold()}):
            raise self.wrong_circuit(named)
        inner = self.peering(entries)
        facts = [part for entry, _ in found for part in self.identity(entry["id"].rpartition("/peerings/")[0])]
        return replace(inner, facts=(*facts, *inner.facts))

    def peering(self, entries: list[tuple[dict[str, Any], Keys]]) -> Export:
        """The facts about the peerings of a circuit; without one in use and enabled both sessions are down."""
        found = [(entry, path) for entry, path in entries if entry["peeringType"] == self.used]
        if not found:
            return self.export(*self.down())
        if len(found) > 1:
            raise self.error(f"there are two peerings of the type {self.used}; export one circuit", found[1][1])
        entry, path = found[0]
        self.require_succeeded(entry, path)
        facts = [self.field("asn", entry["peerASN"])] if "peerASN" in entry else []
        for end in PATHS:
            key = f"{end}PeerAddressPrefix"
            facts += [
                self.fact(session_prefix(self.circuit.name, end), text)
                for text in self.text(entry, key, path)
                if self.is_range(text, (*path, key))
            ]
        if entry["state"] != "Enabled":
            facts += self.down()
        if self.used == PRIVATE:
            return self.export(*facts)
        facts += self.configuration(entry, path)
        attached = entry.get("routeFilter", {}).get("id")
        if attached is None and entry.get("microsoftPeeringConfig", {}).get("legacyMode") == 0:
            # Since August 2017 nothing is announced without an attached filter; older peerings are in legacy mode.
            facts.append(self.field("route_filter_communities", ()))
        return self.export(*facts, attached=attached.casefold() if attached else None)

    def configuration(self, entry: dict[str, Any], path: Keys) -> Iterator[Fact]:
        """Registry and prefixes, including IPv6; a state other than Configured outranks Configured."""
        six = entry.get("ipv6PeeringConfig", {})
        configs = [(entry.get("microsoftPeeringConfig", {}), path)]
        if six.get("state", "Enabled") == "Enabled":
            configs.append((six.get("microsoftPeeringConfig", {}), (*path, "ipv6PeeringConfig")))
        registry = configs[0][0].get("routingRegistryName")
        if registry is not None:
            yield self.field("registry", _REGISTRIES.get(registry.strip().upper()))
        prefixes: dict[str, None] = {}
        for config, around in configs:
            listed = (*around, "microsoftPeeringConfig", "advertisedPublicPrefixes")
            for index, text in enumerate(config.get("advertisedPublicPrefixes", ())):
                if self.is_range(text, (*listed, index)):
                    prefixes[text] = None
        if any("advertisedPublicPrefixes" in config for config, _ in configs):
            yield self.field("advertised_prefixes", tuple(prefixes))
        states = [
            config["advertisedPublicPrefixesState"]
            for config, _ in configs
            if "advertisedPublicPrefixesState" in config
            and (config is configs[0][0] or config.get("advertisedPublicPrefixes"))
        ]
        if states:
            yield self.field("advertised_prefixes_state", next((s for s in states if s != "Configured"), states[0]))

    def identity(self, resource: str) -> Iterator[Fact]:
        """The ids in the resource id of a circuit."""
        yield self.field("resource_id", resource)
        yield self.field("subscription_id", resource.split("/")[2])

    def require_succeeded(self, entry: dict[str, Any], path: Keys) -> None:
        """Reject a resource that is being or could not be changed: it shows the requested settings."""
        state = entry.get("provisioningState", "Succeeded")
        if state != "Succeeded":
            message = f"provisioningState is {quoted(state)}, so it may not show the settings in force; export it"
            raise self.error(f"{message} again once it is Succeeded", (*path, "provisioningState"))

    def text(self, entry: dict[str, Any], key: str, path: Keys) -> Iterator[str]:
        """The text of a key, if present; hidden characters are rejected."""
        text = entry.get(key)
        if text is None:
            return
        if hidden := HIDDEN.search(text):
            raise self.error(f"{key}: the hidden character U+{ord(hidden[0]):04X} is not accepted", (*path, key))
        yield text.strip()

    def is_range(self, text: str, path: Keys) -> bool:
        """True for a network; otherwise raises ``InputErrors`` with the reason."""
        try:
            parse_range(text)
        except ValueError as error:
            key = next(str(key) for key in reversed(path) if isinstance(key, str))
            raise self.error(f"{key} {quoted(text)}: {error}", path) from None
        return True

    def wrong_circuit(self, found: list[tuple[str, Keys]]) -> InputErrors:
        """The error for an export without the requested circuit."""
        wanted = self.circuit.resource_id
        is_declared = f", whose resource_id is {quoted(wanted)}" if wanted else "; declare its resource_id"
        others = f", but {quoted(found[0][0])}" if found else ""
        message = f"this is not the circuit {quoted(self.circuit.name)}{is_declared}{others}"
        return self.error(message, (*found[0][1], "id") if found else ())


def _circuit_of(peering: str) -> str:
    return peering.casefold().rpartition("/peerings/")[0]
