"""The supported Azure exports: their schemas, and which of them a file is.

Field names and words are those of the REST API of Microsoft.Network, api-version 2024-05-01: ExpressRouteCircuit,
ExpressRouteCircuitPeering, ExpressRouteCircuitsRoutesTableListResult, ExpressRouteCircuitsArpTableListResult and
RouteFilter.  ``az`` flattens ``properties``; the REST API does not; both are read.  Azure adds fields over time, so
only the fields that are read are checked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.validation import ONE_LINE, complaints
from auditor.inputs.documents.yaml import Document, Keys

CIRCUIT = "az network express-route show"
PEERING = "az network express-route peering show"
ROUTES = "az network express-route list-route-tables"
ARP = "az network express-route list-arp-tables"
FILTER = "az network route-filter show"
EMPTY = "an empty list of az network express-route list-route-tables or list-arp-tables"
LISTS = {CIRCUIT: "az network express-route list", PEERING: "az network express-route peering list"}
"""The kind of one item, for exports that list several."""
TABLES = (ROUTES, ARP, EMPTY)
"""Exports that do not name their path."""
ACCEPTED = (
    "accepted are the JSON of az network express-route show, list, peering show, peering list, list-route-tables and "
    "list-arp-tables, and of az network route-filter show"
)
MICROSOFT = "MicrosoftPeering"
PRIVATE = "AzurePrivatePeering"

_SUMMARY = "az network express-route list-route-tables-summary"
_RESOURCE = r"(?i)^/subscriptions/[0-9a-z-]+/resourceGroups/[\w.()-]+/providers/Microsoft\.Network/"
_STATE = {"enum": ["Succeeded", "Updating", "Deleting", "Failed"]}
_TEXT = {**ONE_LINE, "maxLength": 200}
_CONFIG = {
    "type": "object",
    "properties": {
        "advertisedPublicPrefixes": {"type": "array", "items": _TEXT},
        "advertisedPublicPrefixesState": {"enum": ["NotConfigured", "Configuring", "Configured", "ValidationNeeded"]},
        "legacyMode": {"type": "integer"},
        "routingRegistryName": {"type": "string", "maxLength": 200},
    },
}


def _id(rest: str, description: str) -> dict[str, Any]:
    return {
        "type": "string",
        "maxLength": 1000,
        "pattern": f"{_RESOURCE}{rest}$(?!\\n)",
        "description": f"it is not a resource id of {description}",
    }


_CIRCUIT_ID = r"expressRouteCircuits/[\w.-]+"
_FILTER_ID = _id(r"routeFilters/[\w.-]+", "a route filter")
_PEERING_SCHEMA = {
    "type": "object",
    "required": ["peeringType"],
    "properties": {"peeringType": {"enum": ["AzurePublicPeering", PRIVATE, MICROSOFT]}},
    "if": {"required": ["peeringType"], "properties": {"peeringType": {"enum": [MICROSOFT, PRIVATE]}}},
    "then": {
        "required": ["id", "state"],
        "properties": {
            "id": _id(rf"{_CIRCUIT_ID}/peerings/[\w.-]+", "a peering of an ExpressRoute circuit"),
            "state": {"enum": ["Disabled", "Enabled"]},
            "provisioningState": _STATE,
            "peerASN": {"type": "integer", "minimum": 1, "maximum": 4_294_967_295},
            "primaryPeerAddressPrefix": _TEXT,
            "secondaryPeerAddressPrefix": _TEXT,
            "microsoftPeeringConfig": _CONFIG,
            "routeFilter": {"type": "object", "required": ["id"], "properties": {"id": _FILTER_ID}},
            "ipv6PeeringConfig": {
                "type": "object",
                "properties": {"state": {"enum": ["Disabled", "Enabled"]}, "microsoftPeeringConfig": _CONFIG},
            },
        },
    },
}
_SCHEMAS: dict[str, dict[str, Any]] = {
    CIRCUIT: {
        "type": "object",
        "required": ["id", "circuitProvisioningState", "serviceProviderProvisioningState", "peerings"],
        "properties": {
            "id": _id(_CIRCUIT_ID, "an ExpressRoute circuit"),
            "provisioningState": _STATE,
            "circuitProvisioningState": _TEXT,
            "serviceProviderProvisioningState": {
                "enum": ["NotProvisioned", "Provisioning", "Provisioned", "Deprovisioning"]
            },
            "serviceProviderProperties": {
                "type": "object",
                "properties": {"serviceProviderName": _TEXT, "peeringLocation": _TEXT},
            },
            "expressRoutePort": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": _id(r"expressRoutePorts/[\w.-]+", "an ExpressRoute Direct port")},
            },
            "peerings": {"type": "array", "items": _PEERING_SCHEMA},
        },
    },
    PEERING: _PEERING_SCHEMA,
    ROUTES: {
        "type": "object",
        "required": ["network", "nextHop"],
        "properties": {"network": {"type": "string"}, "nextHop": {"type": "string"}, "path": {"type": "string"}},
    },
    ARP: {
        "type": "object",
        "required": ["interface"],
        "properties": {"interface": {"enum": ["On-Prem", "Microsoft"]}, "macAddress": {"type": "string"}},
    },
    FILTER: {
        "type": "object",
        "required": ["id", "rules"],
        "properties": {
            "id": _FILTER_ID,
            "provisioningState": _STATE,
            "rules": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["access", "routeFilterRuleType", "communities"],
                    "properties": {
                        "provisioningState": _STATE,
                        "access": {"enum": ["Allow", "Deny"]},
                        "routeFilterRuleType": {"enum": ["Community"]},
                        "communities": {
                            "type": "array",
                            "items": {
                                "type": "string",
                                "pattern": "^[0-9]{1,5}:[0-9]{1,5}$(?!\\n)",
                                "description": "a community is two numbers with a colon between them",
                            },
                        },
                    },
                },
            },
            "peerings": {
                "type": "array",
                "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            },
        },
    },
}
# An export is identified by all of these keys and one of those.
_SIGNATURES: tuple[tuple[set[str], set[str], str], ...] = (
    (set(), {"error"}, "an error response from Azure"),
    (set(), {"circuitProvisioningState", "serviceProviderProvisioningState"}, CIRCUIT),
    (set(), {"peeringType"}, PEERING),
    ({"rules"}, {"peerings"}, FILTER),
    (set(), {"neighbor", "statePfxRcd"}, _SUMMARY),
    ({"network"}, {"nextHop", "path"}, ROUTES),
    ({"interface"}, {"ipAddress", "macAddress"}, ARP),
)


def flattened(document: Document) -> Document:
    """The document as ``az`` would print it: ``properties`` hoisted, nothing that is null, one spelling of peerASN."""
    values = {_way(path): where for path, where in document.values.items()}
    keys = {_way(path): where for path, where in document.keys.items()}
    return replace(document, data=_flat(document.data, document, ()), values=values, keys=keys)


def _way(path: Keys) -> Keys:
    # Older releases of az write peerAsn.
    return tuple("peerASN" if key == "peerAsn" else key for key in path if key != "properties")


def _flat(value: Any, document: Document, path: Keys) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_flat(inner, document, (*path, index)) for index, inner in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    inner = value.get("properties")
    for around, level in ((path, value), ((*path, "properties"), inner if isinstance(inner, dict) else {})):
        for key, part in level.items():
            plain = "peerASN" if key == "peerAsn" else key
            if (level is value and part is inner and isinstance(part, dict) and key == "properties") or part is None:
                continue
            if plain in found:
                message = f"{quoted(key)} appears twice, once within properties or in another spelling"
                raise InputErrors([document.error(message, (*around, key), at_key=True)])
            found[plain] = _flat(part, document, (*around, key))
    return found


def kind_of(document: Document) -> str:
    """Which export a flattened document is; ``InputErrors`` says what it looks like where it is none."""
    entries, _ = entries_of(document)
    if not entries:
        return EMPTY
    kinds = {_kind(entry) for entry in entries}
    if len(kinds) > 1:
        raise InputErrors([document.error(f"this is a list of different kinds of resource; {ACCEPTED}")])
    kind = kinds.pop()
    if kind not in _SCHEMAS or (kind == FILTER and isinstance(document.data, list)):
        several = "a list of " if isinstance(document.data, list) else ""
        raise InputErrors([document.error(f"this looks like {several}{kind}; {ACCEPTED}")])
    return kind


def entries_of(document: Document) -> tuple[list[Any], Keys]:
    """The entries of the document, one or several, and the path to the list, if there is one."""
    data = document.data
    if isinstance(data, list):
        return data, ()
    if isinstance(data, dict) and isinstance(data.get("value"), list):
        return data["value"], ("value",)
    return [data], ()


def _kind(entry: object) -> str:
    if not isinstance(entry, dict):
        return "something other than an Azure export"
    if str(entry.get("type", "")).casefold() == "microsoft.network/routefilters":
        return FILTER
    for every, some, kind in _SIGNATURES:
        if every <= set(entry) and some & set(entry):
            return kind
    return _unsupported(entry)


def _unsupported(entry: Mapping[str, Any]) -> str:
    """Describe an unsupported document by its type or its keys, never by a value, which may be a secret."""
    if isinstance(entry.get("type"), str):
        return f"a resource of the type {quoted(entry['type'])}"
    if {"ServiceProviderProvisioningState", "PeeringType", "NextHop", "MacAddress"} & set(entry):
        return "the output of PowerShell"
    shown = ", ".join(map(quoted, list(entry)[:5]))
    return f"a mapping with the keys {shown}" if shown else "an empty mapping"


def format_errors(document: Document, kind: str) -> Iterator[InputError]:
    """Every deviation of a flattened document from the schema of its kind."""
    if kind == EMPTY:
        return
    schema = _SCHEMAS[kind]
    if entries_of(document)[0] is document.data:
        schema = {"type": "array", "items": schema}
    elif entries_of(document)[1]:
        schema = {"properties": {"value": {"type": "array", "items": schema}}}
    yield from complaints(document, schema)
    if isinstance(document.data, dict) and document.data.get("nextLink"):
        yield document.error("this is one page of several (nextLink); export all of it", ("nextLink",))
