"""JSON reports of earlier audits, read back."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError
from pydantic_core import from_json

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.files import read_bytes
from auditor.inputs.reports.version_1 import converted
from auditor.model.answer import AnswerKind
from auditor.model.report import Report

MAX_BYTES = 256 * 1024 * 1024
_READERS: Mapping[str, Callable[[dict[str, Any]], Report]] = {"1": converted, "2": Report.model_validate}
"""The reader of each schema version."""
_CONCERN = set(AnswerKind) - {AnswerKind.PROVIDER, AnswerKind.NOT_APPLICABLE}
"""The answers that count in a report's completeness."""


def load_report(path: Path) -> Report:
    """Read a report; ``InputErrors`` with one sentence for any other file, and for another schema version."""
    try:
        document = from_json(read_bytes(path, MAX_BYTES))
    except ValueError:
        _refuse(path, "this is not JSON; name the file of --report FILE.json")
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version is None:
        _refuse(path, "this is not a report of auditor; name the file of --report FILE.json")
    reader = _READERS.get(version) if isinstance(version, str) else None
    if reader is None:
        said = quoted(version) if isinstance(version, str) else "of another kind"
        known = " and ".join(map(quoted, _READERS))
        _refuse(path, f"its schema_version is {said} and this auditor reads {known}; audit again to compare")
    try:
        report = reader(document)
    except ValidationError as error:
        _refuse(path, f"this is not a report of auditor: {_first(error)}")
    if said := _inconsistent(report):
        _refuse(path, f"this is not a report of auditor: {said}")
    return report


def _first(error: ValidationError) -> str:
    """The first error, by its path in the document."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(map(str, first["loc"])) or "the document"
    return f"{quoted(path)} is wrong ({first['type'].replace('_', ' ')})"


def _inconsistent(report: Report) -> str:
    """The first reference that leads nowhere, or check that is there twice."""
    for finding in report.findings:
        if finding.rule not in report.rules:
            return f"it has a finding of {quoted(finding.rule)}, which is not among its rules"
    for (rule, target), count in Counter((finding.rule, finding.target) for finding in report.findings).items():
        if count > 1:
            return f"it has {quoted(rule)} at {quoted(target)} twice"
    if said := _inconsistent_answers(report):
        return said
    for endpoint in report.endpoints:
        for chain in endpoint.chains:
            for key in (*chain.certificates, chain.anchor):
                if key is not None and key not in report.certificates:
                    return f"a chain of {quoted(endpoint.target)} names a certificate that the report does not contain"
    return ""


def _inconsistent_answers(report: Report) -> str:
    """What contradicts itself in the answers to requirements."""
    for answer_id, count in Counter(found.id for found in report.requirements).items():
        if count > 1:
            return f"it answers the requirement {quoted(answer_id)} twice"
    known = {(finding.rule, finding.target) for finding in report.findings}
    for found in report.requirements:
        for key in found.findings:
            if (key.rule, key.target) not in known:
                named = f"{quoted(key.rule)} at {quoted(key.target)}"
                return f"its requirement {quoted(found.id)} names a finding of {named}, which it does not have"
    counts = Counter(found.answer for found in report.requirements)
    unanswered, concern = counts[AnswerKind.OPEN], sum(counts[kind] for kind in _CONCERN)
    stated = report.completeness
    if stated and (stated.answered, stated.open, stated.total) != (concern - unanswered, unanswered, concern):
        return "its completeness does not agree with its answers to requirements"
    return "" if stated or not counts else "it answers requirements and has no completeness"


def _refuse(path: Path, message: str) -> NoReturn:
    raise InputErrors([InputError(message, str(path))])
