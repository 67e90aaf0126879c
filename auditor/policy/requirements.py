"""Requirements files: what the documents behind a policy require, and which rules answer it."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.inputs.documents.validation import ONE_LINE, complaints
from auditor.inputs.documents.yaml import Document, Keys, read_yaml
from auditor.model.requirement import (
    About,
    Condition,
    Need,
    Requirement,
    Requirements,
    RequirementSource,
    SourceDocument,
    TargetKind,
)
from auditor.model.severity import Severity
from auditor.policy.schema import DIALECT, IDENTIFIER, NAME, Json
from auditor.policy.shipped import requirements_directory
from auditor.requirements.kinds import KINDS
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
    rules = _rules_schema()
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
            "applies": {
                "enum": list(Condition),
                "description": "When it applies, by what the inventory declares; default: always",
            },
            "needs": {
                "type": "array",
                "description": "The rules that answer it: it is met when all of them pass at every such target",
                "minItems": 1,
                "items": _need_schema({"or": {**_need_schema(), "description": "Another proof of the same"}}),
            },
            "breaks": {
                **rules,
                "description": "Rules of which a violation breaks it; none of them has to pass",
            },
            "related": {**rules, "description": "Rules that report on it and do not decide it"},
            "not_proved": {**_TEXT, "description": "The part that no rule proves"},
            "confirmation": {
                **IDENTIFIER,
                "description": "The statement of the attestation that confirms that part; default: the id, lower case",
            },
            "provider": {**_TEXT, "description": "What the provider states, where only the provider can answer"},
            "derived": {**_TEXT, "description": "How it was derived, if its document does not say it in these words"},
        },
    }


def _need_schema(more: Json | None = None) -> Json:
    texts = {"type": "array", "minItems": 1, "uniqueItems": True, "items": NAME}
    position = {"type": "integer", "minimum": 1, "maximum": 2}
    about: Json = {
        "advice": {"const": False, "description": "false leaves out warnings that say more than the requirement"},
        "cases": {**texts, "description": "Certificate cases, such as wrong-name"},
        "fields": {**texts, "description": "Fields of the declared deployment, such as media or connections.bfd"},
        "statements": {**texts, "description": "Statements of attestations"},
        "site": {**position, "description": "The site by its position in the inventory; 2 for all but the first"},
        "region": {**position, "description": "The region by its position in the inventory; 2 for all but the first"},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["at", "rules"],
        "properties": {
            "at": {"enum": list(TargetKind), "description": "The kind of target"},
            "rules": {**_rules_schema(), "minItems": 1, "description": "The rules that must pass there"},
            "about": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "description": "The part of their findings that concerns the requirement; default: all of it",
                "properties": about,
            },
            **(more or {}),
        },
    }


def _rules_schema() -> Json:
    return {"type": "array", "uniqueItems": True, "items": {"title": "rule", "enum": list(all_rules())}}


def read_requirements(path: Path) -> Requirements:
    """Read a requirements file.  Raises ``InputErrors`` with everything that is wrong with it."""
    return _read(path, str(path.absolute()))


@cache
def shipped_requirements_file(name: str) -> Requirements:
    """Read a requirements file that ships with the auditor."""
    return _read(requirements_directory() / f"{name}.yaml", name)


def _read(path: Path, name: str) -> Requirements:
    file = read_yaml(path)
    if errors := complaints(file, requirements_schema()) or tuple(
        chain(_twice(file), _documents(file), _unanswerable(file))
    ):
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
        applies=Condition(given.get("applies", Condition.ALWAYS)),
        needs=tuple(map(_need, given.get("needs", ()))),
        breaks=tuple(given.get("breaks", ())),
        related=tuple(given.get("related", ())),
        not_proved=given.get("not_proved", ""),
        confirmation=given.get("confirmation", given["id"].lower() if "not_proved" in given else ""),
        provider=given.get("provider", ""),
        derived=given.get("derived", ""),
    )


def _need(given: Mapping[str, Any]) -> Need:
    about = given.get("about", {})
    texts = {key: tuple(about[key]) for key in ("cases", "fields", "statements") if key in about}
    return Need(
        at=TargetKind(given["at"]),
        rules=tuple(given["rules"]),
        about=About(**texts, site=about.get("site"), region=about.get("region"), advice=about.get("advice", True)),
        otherwise=_need(given["or"]) if "or" in given else None,
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


def _unanswerable(file: Document) -> Iterator[InputError]:
    """Find rules that cannot judge the kind of target they are needed at, and requirements that nothing can answer."""
    for index, given in enumerate(file.data["requirements"]):
        for number, need in enumerate(given.get("needs", ())):
            where: Keys = ("requirements", index, "needs", number)
            yield from _misplaced(file, need, where)
            yield from _misplaced(file, need["or"], (*where, "or")) if "or" in need else ()
        if not {"needs", "not_proved", "provider"} & given.keys():
            message = f"nothing can answer {given['id']}: it lacks the keys needs, not_proved and provider"
            yield file.error(message, ("requirements", index, "id"))


def _misplaced(file: Document, need: Mapping[str, Any], where: Keys) -> Iterator[InputError]:
    for position, rule in enumerate(need["rules"]):
        if KINDS[TargetKind(need["at"])].perspective not in all_rules()[rule].observes.seen_of:
            message = f"the rule {rule} never judges a target of the kind {need['at']}"
            yield file.error(message, (*where, "rules", position))


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
