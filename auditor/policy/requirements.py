"""Requirements files: what the documents behind a policy require, and which rules answer it."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.inputs.documents.validation import ONE_LINE, complaints
from auditor.inputs.documents.yaml import Document, Keys, read_yaml
from auditor.model.requirement import Requirement, Requirements, RequirementSource, SourceDocument
from auditor.model.severity import Severity
from auditor.policy.schema import DIALECT, IDENTIFIER, NAME, Json
from auditor.policy.shipped import requirements_directory
from auditor.rules import all_rules

CHECK_KINDS = (
    "live_tls_scan",
    "live_sip",
    "reverse_tls",
    "reverse_sip",
    "cert_file",
    "sdp_file",
    "pcap",
    "dns",
    "inventory",
    "attestation",
    "not_auditable",
)
"""Where the answer to a requirement can be observed."""
_TEXT = {**ONE_LINE, "maxLength": 1000}


@cache
def requirements_schema() -> Json:
    """JSON Schema 2020-12 of a requirements file."""
    sources = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/source"}}
    return {
        "$schema": DIALECT,
        "type": "object",
        "description": "Requirements of the documents behind a policy, and the rules that answer them",
        "additionalProperties": False,
        "required": ["documents", "requirements"],
        "properties": {
            "documents": {
                "type": "object",
                "description": "The documents by id",
                "propertyNames": IDENTIFIER,
                "additionalProperties": _document(),
            },
            "requirements": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/requirement"}},
            "citations": {
                "type": "object",
                "title": "rule",
                "description": "Further documents that a rule cites, beyond the sources of its requirements",
                "additionalProperties": False,
                "properties": dict.fromkeys(all_rules(), sources),
            },
        },
        "$defs": {"source": _source_schema(), "requirement": _requirement_schema(sources)},
    }


def _document() -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["title"],
        "properties": {
            "title": {**NAME, "description": "The title of the document"},
            "url": {"type": "string", "pattern": "^https://[^\\s]+$(?!\\n)", "description": "an https URL"},
        },
    }


def _source_schema() -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["document"],
        "properties": {
            "document": {**IDENTIFIER, "description": "The id of one of the documents"},
            "section": {**NAME, "description": "A heading of the document; without it, the whole document"},
        },
    }


def _requirement_schema(sources: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "statement", "sources", "check_kind", "severity"],
        "properties": {
            "id": {
                "type": "string",
                "pattern": "^[A-Z0-9]+(-[A-Z0-9]+)*$(?!\\n)",
                "maxLength": 32,
                "description": "capital letters, digits and single hyphens",
            },
            "statement": {**_TEXT, "description": "What the document requires"},
            "sources": {**sources, "description": "The documents that contain it"},
            "check_kind": {
                "type": "array",
                "description": "Where the answer can be observed",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"enum": list(CHECK_KINDS)},
            },
            "severity": {"title": "severity", "enum": [str(severity) for severity in Severity]},
            "rules": {
                "type": "array",
                "description": "The rules that answer it",
                "uniqueItems": True,
                "items": {"title": "rule", "enum": list(all_rules())},
            },
            "reason": {**_TEXT, "description": "Why no rule answers it, or which part no rule checks"},
        },
    }


def read_requirements(path: Path) -> Requirements:
    """Read a requirements file.  Raises ``InputErrors`` with everything that is wrong with it."""
    return _read(path, str(path.absolute()))


@cache
def shipped_requirements_file(name: str) -> Requirements:
    """Read a requirements file that ships with the auditor."""
    return _read(requirements_directory() / f"{name}.yaml", name)


def _read(path: Path, name: str) -> Requirements:
    file = read_yaml(path)
    if errors := complaints(file, requirements_schema()) or tuple(chain(_twice(file), _documents(file))):
        raise InputErrors(errors)
    data = file.data
    documents = {id_: SourceDocument(id_, **given) for id_, given in data["documents"].items()}
    return Requirements(
        name=name,
        entries=tuple(_requirement(given, documents) for given in data["requirements"]),
        cited=tuple(
            (rule, _source(given, documents))
            for rule, sources in data.get("citations", {}).items()
            for given in sources
        ),
    )


def _requirement(given: Mapping[str, Any], documents: Mapping[str, SourceDocument]) -> Requirement:
    return Requirement(
        id=given["id"],
        statement=given["statement"],
        sources=tuple(_source(source, documents) for source in given["sources"]),
        check_kind=tuple(given["check_kind"]),
        severity=Severity(given["severity"]),
        rules=tuple(given.get("rules", ())),
        reason=given.get("reason", ""),
    )


def _source(given: Mapping[str, str], documents: Mapping[str, SourceDocument]) -> RequirementSource:
    return RequirementSource(documents[given["document"]], given.get("section", ""))


def _twice(file: Document) -> Iterator[InputError]:
    """Find the ids that two requirements have."""
    first: dict[str, int] = {}
    for index, given in enumerate(file.data["requirements"]):
        where: Keys = ("requirements", index, "id")
        if given["id"] in first:
            line, _ = file.values["requirements", first[given["id"]], "id"]
            yield file.error(f"the requirement {given['id']} appears twice; the first is on line {line}", where)
        first.setdefault(given["id"], index)


def _documents(file: Document) -> Iterator[InputError]:
    """Find the documents that are named and not listed, or listed and not named."""
    known = file.data["documents"]
    named = set()
    for where in file.values:
        if where[-1:] == ("document",) and where[0] in ("requirements", "citations"):
            id_ = _at(file.data, where)
            named.add(id_)
            if id_ not in known:
                hint = suggestion(id_, known) or f"; known are {', '.join(known)}"
                yield file.error(f"unknown document {quoted(id_)}{hint}", where)
    for id_ in known:
        if id_ not in named:
            yield file.error(f"no requirement cites the document {quoted(id_)}", ("documents", id_), at_key=True)


def _at(data: Any, where: Keys) -> Any:  # noqa: ANN401 - any YAML
    for key in where:
        data = data[key]
    return data
