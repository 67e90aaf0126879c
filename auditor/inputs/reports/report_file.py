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
from auditor.model.report import Report

MAX_BYTES = 256 * 1024 * 1024
_READERS: Mapping[str, Callable[[dict[str, Any]], Report]] = {"1": converted, "2": Report.model_validate}
"""The reader of each schema version."""


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
    for endpoint in report.endpoints:
        for chain in endpoint.chains:
            for key in (*chain.certificates, chain.anchor):
                if key is not None and key not in report.certificates:
                    return f"a chain of {quoted(endpoint.target)} names a certificate that the report does not contain"
    return ""


def _refuse(path: Path, message: str) -> NoReturn:
    raise InputErrors([InputError(message, str(path))])
