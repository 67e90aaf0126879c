"""An inventory as it is understood, in plain values: what is left out stays out, and the same twice gives the same."""

from ipaddress import ip_network
from typing import Any

from auditor.inputs.host import parse_name
from auditor.inputs.inventory.declared_deployment import NAMES
from auditor.inputs.inventory.read import Endpoint, Inventory
from auditor.network.addresses import is_range, parse_range, prefix_length


def normalised(inventory: Inventory) -> dict[str, Any]:
    """A mapping that is an inventory itself: read again, it gives the same."""
    shown: dict[str, Any] = {"operator": inventory.operator}
    if inventory.deployment is not None:
        shown |= _plain(inventory.deployment.model_dump(mode="json", exclude_defaults=True))
        shown.setdefault("deployment", {})
    if inventory.evidence:
        shown["evidence"] = [
            {key: value for key, value in vars(entry).items() if value is not None} for entry in inventory.evidence
        ]
    if inventory.endpoints:
        shown["endpoints"] = [_endpoint(endpoint) for endpoint in inventory.endpoints]
    if inventory.declared:
        files = {root.file: root.sent for root in inventory.declared}
        shown["roots"] = [{"file": file, "sent": sent} for file, sent in files.items()]
    if inventory.waivers:
        shown["waivers"] = [waiver.model_dump(mode="json") for waiver in inventory.waivers]
    return shown


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    request = endpoint.request
    host = f"[{request.host}]" if ":" in request.host else request.host
    found = {
        "name": request.name,
        "address": f"{host}:{request.port}",
        "service": str(request.service),
        "server_name": request.server_name,
        "site": request.site,
        "client_name": endpoint.client_name,
    }
    return {key: value for key, value in found.items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a dumped model
    if isinstance(value, dict):
        return {key: parse_name(inner) if key in NAMES else _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return _range(value) if isinstance(value, str) and is_range(value) else value


def _range(text: str) -> str:
    """A network in CIDR notation wherever it is one, an address without its prefix."""
    found = parse_range(text)
    length = prefix_length(text)
    if length is None:
        return text.replace(" ", "")
    bits = 32 if found.version == 4 else 128
    network = ip_network((found.first, length))
    return str(network.network_address) if length == bits else str(network)
