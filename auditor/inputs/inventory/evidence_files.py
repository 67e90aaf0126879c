"""The section ``evidence`` of an inventory: files that prove declared values."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.inputs.azure.export_format import EMPTY, TABLES, flattened, kind_of
from auditor.inputs.azure.exports import Export, export_of
from auditor.inputs.documents.files import read_bytes
from auditor.inputs.documents.json_document import EXPORTS, parse_json
from auditor.inputs.documents.validation import ONE_LINE
from auditor.inputs.documents.yaml import Document
from auditor.inputs.inventory.access_list import KIND, LARGEST, access_list
from auditor.model.deployment import Circuit, Deployment, Proof
from auditor.model.deployment import Path as SessionPath
from auditor.model.subject import subject_text
from auditor.network.connections import circuits_with_private_peering
from auditor.network.proofs import EvidenceSource, Fact, conflicts, session_states, with_facts
from auditor.network.subjects import CIRCUITS, SITES

SECTION = "evidence"
_MOST = 1000
_FEW = 1000
"""The most names among which an error suggests a similar one."""
_NAME = {**ONE_LINE, "maxLength": 200}


@dataclass(frozen=True)
class EvidenceFile:
    """One file, and the circuit or the site that it covers."""

    file: str
    circuit: str | None = None
    site: str | None = None
    path: SessionPath | None = None


@dataclass(frozen=True)
class _Of:
    """The circuit that an export is to show."""

    circuit: Circuit
    private: bool
    """Whether private peering is in use on it, and Microsoft peering is not."""


def evidence_schema() -> dict[str, Any]:
    """The section in the schema of an inventory."""
    properties = {
        "file": {
            **ONE_LINE,
            "maxLength": 4096,
            "description": "JSON output of az, or an access list as CSV; by its path from this file",
        },
        "circuit": {**_NAME, "description": "The circuit of the export"},
        "site": {**_NAME, "description": "The site of the access list"},
        "path": {"enum": ["primary", "secondary"], "description": "The path of a route table or an ARP table"},
    }
    item = {"type": "object", "additionalProperties": False, "required": ["file"], "properties": properties}
    return {"type": "array", "maxItems": _MOST, "description": "Files that prove what is declared", "items": item}


def evidence_errors(document: Document) -> Iterator[InputError]:
    """Errors in the section that the schema cannot find, apart from the contents of the files."""
    data = document.data if isinstance(document.data, dict) else {}
    listed = data.get(SECTION)
    if listed and "deployment" not in data:
        yield document.error("evidence requires a declared deployment", (SECTION,), at_key=True)
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(entry, dict):
            continue
        where = (SECTION, index)
        if ("circuit" in entry) == ("site" in entry):
            yield document.error("evidence names either a circuit or a site", where)
        if "path" in entry and "circuit" not in entry:
            yield document.error("path requires a circuit", (*where, "path"))
        for key, section in (("circuit", "circuits"), ("site", "sites")):
            entries = data.get(section)
            names = [one.get("name") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
            if isinstance(entry.get(key), str) and entry[key] not in names:
                hint = suggestion(entry[key], sorted(map(str, names))) if len(names) <= _FEW else ""
                yield document.error(f"there is no entry of {section} called {quoted(entry[key])}{hint}", (*where, key))


def evidence_of(document: Document) -> tuple[EvidenceFile, ...]:
    """The section of a document without errors."""
    return tuple(EvidenceFile(**entry) for entry in document.data.get(SECTION) or ())


def with_evidence(document: Document, declared: Deployment, folder: Path) -> tuple[Deployment, tuple[Proof, ...]]:
    """The deployment with the proven values, and the proofs; ``InputErrors`` lists everything wrong with the files.

    ``document`` is the inventory, and ``folder`` its folder.
    """
    circuits = {circuit.name: circuit for circuit in declared.circuits}
    private = circuits_with_private_peering(declared)
    facts: list[Fact] = []
    exports: list[Export] = []
    errors: list[InputError] = []
    for index, entry in enumerate(evidence_of(document)):
        try:
            content = read_bytes(folder / entry.file, LARGEST if entry.site else EXPORTS.size)
        except InputErrors as unread:
            errors += [document.error(str(error), (SECTION, index, "file")) for error in unread.errors]
            continue
        source = EvidenceSource(entry.file, KIND, hashlib.sha256(content).hexdigest(), index)
        try:
            if entry.circuit is None:
                acl = access_list(content, str(folder / entry.file))
                facts.append(Fact(SITES.named(entry.site or "").at("acl"), acl, source))
            else:
                of = _Of(circuits[entry.circuit], private=entry.circuit in private)
                exports.append(_export(document, content, folder, entry, of, source))
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    return _merged(document, declared, exports, facts)


def _export(
    document: Document, content: bytes, folder: Path, entry: EvidenceFile, of: _Of, source: EvidenceSource
) -> Export:
    export = flattened(parse_json(content, str(folder / entry.file)))
    kind = kind_of(export)
    where = (SECTION, source.entry)
    if kind in TABLES and entry.path is None:
        message = f"{quoted(entry.file)} is {kind}, which does not name its path; add path: primary or path: secondary"
        if kind == EMPTY:
            message = f"{quoted(entry.file)} is an empty list, which does not show what it lists; add its path"
        raise InputErrors([document.error(message, where)])
    if kind not in TABLES and entry.path is not None:
        message = f"{quoted(entry.file)} is {kind}, which covers both paths; remove path"
        raise InputErrors([document.error(message, (*where, "path"))])
    return export_of(export, kind, of.circuit, entry.path, source, private=of.private)


def _merged(
    document: Document, declared: Deployment, exports: list[Export], facts: list[Fact]
) -> tuple[Deployment, tuple[Proof, ...]]:
    facts = [*facts, *(one for export in exports for one in export.facts)]
    facts.sort(key=lambda one: one.source.entry)
    errors = [*_conflicts(document, facts), *_one_resource(document, declared, facts)]
    if errors:
        raise InputErrors(errors)
    # Route filters and route tables are interpreted with the ids, prefixes and AS numbers of the other files.
    known, _ = with_facts(declared, facts)
    for export in exports:
        wrong = _unattached(export, known, exports)
        errors += [document.error(wrong, (SECTION, export.source.entry))] if wrong else []
        if export.filter:
            facts.append(
                Fact(
                    CIRCUITS.named(export.circuit).at("route_filter_communities"),
                    export.filter.communities,
                    export.source,
                )
            )
    facts += session_states(known, (table for export in exports for table in export.tables))
    facts.sort(key=lambda one: one.source.entry)
    errors += _conflicts(document, facts)
    if errors:
        raise InputErrors(errors)
    return with_facts(declared, facts)


def _conflicts(document: Document, facts: list[Fact]) -> Iterator[InputError]:
    for first, second in conflicts(facts):
        files = f"{quoted(second.source.file)} and {quoted(first.source.file)}"
        message = f"{files} do not agree on {subject_text(first.subject)}"
        yield document.error(f"{message}; export both again", (SECTION, second.source.entry))


def _one_resource(document: Document, declared: Deployment, facts: list[Fact]) -> Iterator[InputError]:
    """Two circuits of an inventory cannot be the same resource: that would be no redundancy."""
    shown = {one.subject.names[0] for one in facts if one.subject.field == "resource_id"}
    first = {
        circuit.resource_id.casefold().strip("/ "): circuit.name
        for circuit in declared.circuits
        if circuit.resource_id and circuit.name not in shown
    }
    for one in facts:
        if one.subject.field == "resource_id":
            (name,) = one.subject.names
            other = first.setdefault(one.value.casefold().strip("/ "), name)
            if other != name:
                message = f"the evidence of the circuits {quoted(other)} and {quoted(name)} shows the same circuit"
                if other not in shown:
                    message = f"the evidence of the circuit {quoted(name)} shows the circuit {quoted(other)}"
                yield document.error(message, (SECTION, one.source.entry))


def _unattached(export: Export, known: Deployment, exports: list[Export]) -> str:
    """Why a route filter is no evidence for its circuit: nothing shows that it is attached to it."""
    if export.filter is None:
        return ""
    name = quoted(export.source.file)
    others = [other for other in exports if other.circuit == export.circuit and other.attached]
    for other in others:
        if other.attached != export.filter.id:
            return f"{name} is not the route filter that is attached according to {quoted(other.source.file)}"
    resource = next(circuit.resource_id for circuit in known.circuits if circuit.name == export.circuit) or ""
    if others or resource.casefold() in export.filter.circuits:
        return ""
    if resource and export.filter.circuits:
        return f"the route filter of {name} is attached to other circuits, not to {quoted(export.circuit)}"
    wanted = "add the output of az network express-route show as evidence"
    return f"no evidence shows that the route filter of {name} is attached to {quoted(export.circuit)}; {wanted}"
