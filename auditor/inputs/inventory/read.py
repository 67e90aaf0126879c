"""The inventory: one operator's endpoints, roots, waivers and deployment, in a YAML file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.certificates.declared_roots import load_declared_roots
from auditor.inputs.documents.validation import ONE_LINE, complaints
from auditor.inputs.documents.yaml import Document, Keys, ReadLimits, read_yaml
from auditor.inputs.host import parse_name
from auditor.inputs.inventory.attested_documents import attestation_errors, with_documents
from auditor.inputs.inventory.declared_deployment import DEPLOYMENT, deployment_errors, deployment_of, deployment_schema
from auditor.inputs.inventory.endpoint_errors import endpoint_errors
from auditor.inputs.inventory.evidence_files import (
    SECTION,
    EvidenceFile,
    evidence_errors,
    evidence_of,
    evidence_schema,
    with_evidence,
)
from auditor.inputs.inventory.waiver_file import waivers_of, waivers_schema
from auditor.inputs.targets import TargetRequest, repeated, split_target
from auditor.model.deployment import Deployment, Proof
from auditor.model.source_location import SourceLocation
from auditor.model.target import Service
from auditor.model.trust_anchor import TrustAnchor
from auditor.model.waiver import Waiver

Checked = TypeVar("Checked")
_TEXT = {**ONE_LINE, "maxLength": 200}
_LARGEST = ReadLimits(size=64 * 1024 * 1024, values=2_000_000)
"""Some 300,000 endpoints; reading takes time and memory in proportion to their number."""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the inventory."""

    request: TargetRequest
    client_name: str | None
    """The name in the certificate it presents when it is the client."""


@dataclass(frozen=True)
class DeclaredRoot:
    """A root certificate that was sent to onboarding."""

    anchor: TrustAnchor
    sent: str
    """The day, as YYYY-MM-DD."""
    file: str
    """The file's name in the inventory."""
    location: SourceLocation
    """Where the inventory states the day."""


@dataclass(frozen=True)
class Inventory:
    """An operator's inventory."""

    operator: str
    endpoints: tuple[Endpoint, ...]
    declared: tuple[DeclaredRoot, ...]
    waivers: tuple[Waiver, ...] = ()
    deployment: Deployment | None = None
    """The declared sites, network and connection; proven values replace declared ones."""
    evidence: tuple[EvidenceFile, ...] = ()
    proofs: tuple[Proof, ...] = ()
    """What those files prove about the deployment."""

    @property
    def requests(self) -> tuple[TargetRequest, ...]:
        """The endpoints to audit."""
        return tuple(endpoint.request for endpoint in self.endpoints)

    @property
    def roots(self) -> tuple[TrustAnchor, ...]:
        """The declared roots, each once, with the first day each was sent."""
        by_day = sorted(self.declared, key=lambda root: root.sent, reverse=True)
        first = {root.anchor.der: root.anchor for root in by_day}
        return tuple({root.anchor.der: first[root.anchor.der] for root in self.declared}.values())


@cache
def inventory_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of an inventory file."""
    endpoint = {
        "name": {**_TEXT, "description": "Its name in reports"},
        "address": {**_TEXT, "maxLength": 300, "description": "HOST:PORT, or [ADDRESS]:PORT for IPv6"},
        "service": {
            "enum": [str(service) for service in Service],
            "description": "By default SIP on port 5061, else HTTPS",
        },
        "site": {**_TEXT, "description": "The site it belongs to"},
        "server_name": {**_TEXT, "maxLength": 254, "description": "DNS name for SNI and for the certificate"},
        "client_name": {
            **_TEXT,
            "maxLength": 254,
            "description": "DNS name in the certificate it presents as a client",
        },
    }
    root = {
        "file": {**_TEXT, "maxLength": 4096, "description": "PEM or DER file, by its path from this file"},
        "sent": {"type": "string", "format": "date", "description": "The day it was sent to onboarding"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "description": "An inventory: one operator's endpoints, the roots it has declared, and its deployment",
        "additionalProperties": False,
        "required": ["operator"],
        "if": {"not": {"required": ["deployment"]}},
        "then": {"required": ["endpoints"]},
        "properties": {
            "operator": {**_TEXT, "description": "The operator's name"},
            "endpoints": {"type": "array", "minItems": 1, "items": _object(endpoint, ["name", "address"])},
            "roots": {"type": "array", "items": _object(root, ["file", "sent"])},
            "waivers": waivers_schema(),
            **deployment_schema(),
            SECTION: evidence_schema(),
        },
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def load_inventory(path: Path) -> Inventory:
    """Read an inventory; ``InputErrors`` says everything that is wrong with it, by name, line and column."""
    document = read_yaml(path, _LARGEST)
    errors = list(complaints(document, inventory_schema()))
    endpoints: list[Endpoint] = []
    declared: list[DeclaredRoot] = []
    for where, entry in _entries(document, "endpoints", "address"):
        endpoint, wrong = _endpoint(document, where, entry)
        errors += wrong
        endpoints += [endpoint] if endpoint else []
    errors += repeated([endpoint.request for endpoint in endpoints])
    for where, entry in _entries(document, "roots", "file"):
        try:
            found = load_declared_roots([path.parent / entry["file"]])
        except InputErrors as wrong_file:
            errors += [document.error(str(error), (*where, "file")) for error in wrong_file.errors]
        else:
            day, place = entry.get("sent"), document.values.get((*where, "sent"), document.values[where])
            location = SourceLocation(document.file, *place)
            declared += [DeclaredRoot(replace(one, sent=_day(day)), str(day), entry["file"], location) for one in found]
    errors += deployment_errors(document)
    errors += endpoint_errors(document)
    errors += evidence_errors(document)
    errors += attestation_errors(document)
    errors += [
        endpoint.request.error(f"no endpoint can be called {quoted(DEPLOYMENT)}, which is the deployment's name")
        for endpoint in endpoints
        if endpoint.request.name == DEPLOYMENT
    ]
    if errors:
        raise InputErrors(errors)
    deployment = deployment_of(document)
    proofs: tuple[Proof, ...] = ()
    if deployment is not None:
        deployment = with_documents(document, deployment, path.parent)
        deployment, proofs = with_evidence(document, deployment, path.parent)
    return Inventory(
        operator=document.data["operator"],
        endpoints=tuple(endpoints),
        declared=tuple(declared),
        waivers=waivers_of(document),
        deployment=deployment,
        evidence=evidence_of(document),
        proofs=proofs,
    )


def roots_of_the_future(inventory: Inventory, today: date) -> Iterator[InputError]:
    """Each root that the inventory says was sent after today."""
    for root in inventory.declared:
        if root.anchor.sent and root.anchor.sent > today:
            message = f"sent {root.sent} is in the future; state the day on which the root was sent to onboarding"
            yield InputError(message, root.location.file, root.location.line, root.location.column)


def _day(value: object) -> date | None:
    """The day; None for what the schema has complained about."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _entries(document: Document, section: str, key: str) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Take the entries of a section that have the key as text; what else is there the schema has complained about."""
    entries = document.data.get(section) if isinstance(document.data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get(key), str) and isinstance(entry.get("name", ""), str):
            yield (section, index), entry


def _endpoint(document: Document, where: Keys, entry: dict[str, Any]) -> tuple[Endpoint | None, list[InputError]]:
    label = quoted(entry.get("name", entry["address"]))
    errors: list[InputError] = []

    def checked(key: str, check: Callable[[str], Checked]) -> Checked | None:
        if not isinstance(entry.get(key), str):
            return None
        try:
            return check(entry[key])
        except ValueError as error:
            errors.append(document.error(f"endpoint {label}: {error}", (*where, key)))
            return None

    address = checked("address", split_target)
    server_name, client_name = checked("server_name", parse_name), checked("client_name", parse_name)
    if "://" in entry["address"]:
        message = f"endpoint {label}: an address is HOST:PORT; set the service with the key service"
        errors.append(document.error(message, (*where, "address")))
    if address is None or errors:
        return None, errors
    host, port, service = address
    stated = entry.get("service")
    request = TargetRequest(
        name=entry.get("name", ""),
        host=host.text,
        port=port,
        service=Service(stated) if stated in list(Service) else service,
        server_name=server_name or (None if host.is_address else host.text),
        is_address=host.is_address,
        location=SourceLocation(document.file, *document.values[where]),
        site=entry.get("site"),
    )
    return Endpoint(request, client_name), errors
