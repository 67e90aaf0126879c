"""JSON reports of earlier audits, read back."""

from collections import Counter
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import from_json

from auditor.inputs.documents.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.files import read_bytes
from auditor.model.report import Report

MAX_BYTES = 256 * 1024 * 1024
_SUPPORTED = "1"


def load_report(path: Path) -> Report:
    """Read a report; ``InputErrors`` with one sentence when it is none, or one of another schema version."""
    try:
        document = from_json(read_bytes(path, MAX_BYTES))
    except ValueError:
        _refuse(path, "this is not JSON; name the file of --report FILE.json")
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version is None:
        _refuse(path, "this is not a report of auditor; name the file of --report FILE.json")
    if version != _SUPPORTED:
        said = quoted(version) if isinstance(version, str) else "of another kind"
        _refuse(path, f'its schema_version is {said} and this auditor reads "{_SUPPORTED}"; audit again to compare')
    try:
        report = Report.model_validate(document)
    except ValidationError as error:
        _refuse(path, f"this is not a report of auditor: {_first(error)}")
    twice = [key for key, count in Counter((seen.rule, seen.target) for seen in report.findings).items() if count > 1]
    if twice:
        rule, target = twice[0]
        _refuse(path, f"this is not a report of auditor: it has {quoted(rule)} at {quoted(target)} twice")
    return report


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, by its place in the document."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the document"
    return f"{quoted(place)} is wrong ({first['type'].replace('_', ' ')})"


def _refuse(path: Path, message: str) -> NoReturn:
    raise InputErrors([InputError(message, str(path))])
