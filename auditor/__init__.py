"""Audit TLS endpoints of telephone operators against a policy: certificates, cipher suites and mutual TLS.

This is the whole public API; docs/api.md explains it, with programs.  A name is loaded when it is first used, so
``import auditor`` costs next to nothing.  Nothing here prints or ends the process: wrong input raises ``InputErrors``.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from auditor.diff import Difference
    from auditor.diff import compare as compare_reports
    from auditor.errors import InputError, InputErrors
    from auditor.inputs.certificates.file_targets import Use as CertificateUse
    from auditor.inputs.inventory.read import Inventory
    from auditor.inputs.inventory.waiver_file import load_waivers
    from auditor.inputs.reports.report_file import load_report as read_report
    from auditor.model.finding import Doubt, Finding, Outcome, Violation
    from auditor.model.policy import Policy
    from auditor.model.report import Report, Verdict
    from auditor.model.severity import Severity
    from auditor.model.subject import subject_text
    from auditor.model.waiver import Waiver
    from auditor.pipeline import (
        FORMATS,
        CollectSettings,
        Dns,
        Observations,
        Progress,
        Revocation,
        audit,
        audit_certificates,
        audit_session_descriptions,
        collect_observations,
        evaluate_observations,
        load_client,
        load_inventory,
        load_policy,
        read_observations,
        render_report,
        with_revocation,
        write_observations,
        write_report,
    )
    from auditor.probes.budget import Limits
    from auditor.probes.server.client_role import ClientRole

__version__ = "0.1.0"

__all__ = [
    "FORMATS",
    "CertificateUse",
    "ClientRole",
    "CollectSettings",
    "Difference",
    "Dns",
    "Doubt",
    "Finding",
    "InputError",
    "InputErrors",
    "Inventory",
    "Limits",
    "Observations",
    "Outcome",
    "Policy",
    "Progress",
    "Report",
    "Revocation",
    "Severity",
    "Verdict",
    "Violation",
    "Waiver",
    "__version__",
    "audit",
    "audit_certificates",
    "audit_session_descriptions",
    "collect_observations",
    "compare_reports",
    "evaluate_observations",
    "load_client",
    "load_inventory",
    "load_policy",
    "load_waivers",
    "read_observations",
    "read_report",
    "render_report",
    "subject_text",
    "with_revocation",
    "write_observations",
    "write_report",
]

# Name in the API -> the module that has it, and its name there where that is another one.
_LOCATIONS: Final[dict[str, tuple[str, str]]] = {
    "Difference": ("auditor.diff", "Difference"),
    "compare_reports": ("auditor.diff", "compare"),
    "CertificateUse": ("auditor.inputs.certificates.file_targets", "Use"),
    "InputError": ("auditor.errors", "InputError"),
    "InputErrors": ("auditor.errors", "InputErrors"),
    "Inventory": ("auditor.inputs.inventory.read", "Inventory"),
    "load_waivers": ("auditor.inputs.inventory.waiver_file", "load_waivers"),
    "read_report": ("auditor.inputs.reports.report_file", "load_report"),
    "Doubt": ("auditor.model.finding", "Doubt"),
    "Finding": ("auditor.model.finding", "Finding"),
    "Outcome": ("auditor.model.finding", "Outcome"),
    "Violation": ("auditor.model.finding", "Violation"),
    "Policy": ("auditor.model.policy", "Policy"),
    "Report": ("auditor.model.report", "Report"),
    "Verdict": ("auditor.model.report", "Verdict"),
    "Severity": ("auditor.model.severity", "Severity"),
    "subject_text": ("auditor.model.subject", "subject_text"),
    "Waiver": ("auditor.model.waiver", "Waiver"),
    "FORMATS": ("auditor.pipeline", "FORMATS"),
    "CollectSettings": ("auditor.pipeline", "CollectSettings"),
    "Dns": ("auditor.pipeline", "Dns"),
    "Observations": ("auditor.pipeline", "Observations"),
    "Progress": ("auditor.pipeline", "Progress"),
    "Revocation": ("auditor.pipeline", "Revocation"),
    "audit": ("auditor.pipeline", "audit"),
    "audit_certificates": ("auditor.pipeline", "audit_certificates"),
    "audit_session_descriptions": ("auditor.pipeline", "audit_session_descriptions"),
    "collect_observations": ("auditor.pipeline", "collect_observations"),
    "evaluate_observations": ("auditor.pipeline", "evaluate_observations"),
    "load_client": ("auditor.pipeline", "load_client"),
    "load_inventory": ("auditor.pipeline", "load_inventory"),
    "load_policy": ("auditor.pipeline", "load_policy"),
    "read_observations": ("auditor.pipeline", "read_observations"),
    "render_report": ("auditor.pipeline", "render_report"),
    "with_revocation": ("auditor.pipeline", "with_revocation"),
    "write_observations": ("auditor.pipeline", "write_observations"),
    "write_report": ("auditor.pipeline", "write_report"),
    "Limits": ("auditor.probes.budget", "Limits"),
    "ClientRole": ("auditor.probes.server.client_role", "ClientRole"),
}

if not TYPE_CHECKING:  # or type checkers would accept every name

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
        """Load a name of the API."""
        if name not in _LOCATIONS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, attribute = _LOCATIONS[name]
        value = getattr(importlib.import_module(module), attribute)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
