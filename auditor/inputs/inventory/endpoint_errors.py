"""Endpoints that contradict the deployment beside them: a site that nobody declares, or the gateway's own name."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from auditor.errors import InputError, quoted
from auditor.inputs.documents.yaml import Document, Keys
from auditor.inputs.targets import split_target
from auditor.model.target import Service
from auditor.network.endpoints import plain_name

_GATEWAYS = "commsgw.azure.com"
"""The domain of all gateways."""
_Entry: TypeAlias = dict[str, Any]


def endpoint_errors(document: Document) -> Iterator[InputError]:
    """Errors of endpoints in an inventory that declares a deployment; without one a site is a label of its own."""
    data = document.data if isinstance(document.data, dict) else {}
    if "deployment" not in data:
        return
    theirs = _gateway_names(data)
    endpoints = data.get("endpoints")
    for index, entry in enumerate(endpoints if isinstance(endpoints, list) else ()):
        if isinstance(entry, dict):
            where = ("endpoints", index)
            if "sites" not in data and isinstance(entry.get("site"), str):
                message = f"there is no entry of sites called {quoted(entry['site'])}: the inventory declares no sites"
                yield document.error(message, (*where, "site"))
            yield from _names(document, where, entry, theirs)


def _names(document: Document, where: Keys, entry: _Entry, theirs: set[str]) -> Iterator[InputError]:
    label = quoted(str(entry.get("name", entry.get("address"))))
    whose = "is a name of the gateway"
    host, service = _target(entry)
    client, server = (str(entry.get(key, "")) for key in ("client_name", "server_name"))
    if _is_gateway(client, theirs):
        message = f"endpoint {label}: client_name {quoted(client)} {whose}; give the name in your own certificate"
        yield document.error(message, (*where, "client_name"))
    if _is_gateway(host, theirs):
        if service is Service.SIP or "site" in entry:
            message = f"endpoint {label}: {quoted(host)} {whose}; to audit the gateway itself, name it as TARGET"
            yield document.error(message, (*where, "address"))
    elif _is_gateway(server, theirs):
        message = f"endpoint {label}: server_name {quoted(server)} {whose}; give the name of your own endpoint"
        yield document.error(message, (*where, "server_name"))


def _target(entry: _Entry) -> tuple[str, Service | None]:
    """The host and the service; nothing of an address that is wrong, which is an error elsewhere."""
    try:
        host, _, service = split_target(str(entry.get("address")))
    except ValueError:
        return "", None
    stated = entry.get("service")
    return host.text, Service(stated) if stated in list(Service) else service


def _gateway_names(data: _Entry) -> set[str]:
    resource, regions = data["deployment"], data.get("regions")
    listed = regions if isinstance(regions, list) else []
    found = [region.get("hostname") for region in listed if isinstance(region, dict)]
    if isinstance(resource, dict):
        found.append(resource.get("base_domain"))
    return {plain_name(name) for name in found if isinstance(name, str) and name.strip()} | {_GATEWAYS}


def _is_gateway(name: str, theirs: set[str]) -> bool:
    """Whether it is one of these names, or below one."""
    labels = plain_name(name).split(".")
    return any(".".join(labels[start:]) in theirs for start in range(len(labels)))
