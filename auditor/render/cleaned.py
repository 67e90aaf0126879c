"""A report in which every string has passed the sanitiser, so that no renderer can forget one."""

from typing import Any, TypeVar

from auditor.model.report import Report
from auditor.model.value import Value
from auditor.sanitise import clean

V = TypeVar("V", bound=Value)
LIMIT = 4000
"""Longer than anything the auditor itself writes; what a peer sent was cut much shorter when it was observed."""


def cleaned(report: Report) -> Report:
    """The same report without control characters, bidirectional overrides or endless strings.

    A remedy may be written over several lines; it becomes one.
    """
    document = report.model_dump()
    for finding in document["findings"]:
        finding["remediation"] = " ".join(finding["remediation"].split())
    return Report.model_validate(_walk(document))


def cleaned_value(value: V) -> V:
    """Any other value in the same way."""
    return type(value).model_validate(_walk(value.model_dump()))


def _walk(value: Any) -> Any:  # noqa: ANN401 - any part of a dumped model
    if type(value) is str:  # an enum's value is ours, and stays what it is
        return clean(value, limit=LIMIT)
    if isinstance(value, dict):
        return {key: _walk(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(_walk(item) for item in value)
    return value
