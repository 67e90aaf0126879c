"""The report as SARIF 2.1.0 (OASIS), for code scanning.

A result represents a finding that failed, warns, is inconclusive or is waived.  What passed, was not tested or does
not apply is counted in the run's properties and has no result: code scanning shows every result as an alert, whatever
its ``kind`` (section 3.27.9).  A fingerprint is made of the rule and the target alone, so an alert stays the same
alert when a date, a certificate or a line number changes.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import PurePath
from typing import Any, TypeAlias
from urllib.parse import quote

from auditor.model.answer import AnswerKind
from auditor.model.finding import Finding, Outcome, observed_text, reason_text
from auditor.model.report import Report, RuleSummary
from auditor.model.severity import Severity
from auditor.model.source_location import SourceLocation
from auditor.render.cleaned import cleaned
from auditor.render.rule_page import explain_markdown
from auditor.render.wording import (
    EXIT_CODES,
    NO_REASON,
    headline,
    idle_waivers,
    standing,
    summary,
    waived,
    web_address,
)
from auditor.rules import all_rules, rationale

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {Outcome.FAIL: "fail", Outcome.WARN: "fail", Outcome.INCONCLUSIVE: "open", Outcome.WAIVED: "fail"}
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub sorts alerts by this number: above 9 critical, from 7 high, from 4 medium.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.1",
}

Json: TypeAlias = dict[str, Any]


def render(
    report: Report, locations: Mapping[str, SourceLocation] | None = None, policy: SourceLocation | None = None
) -> str:
    """The report as SARIF text, pure ASCII.

    ``locations`` says where each target is written; a target without one is located in the file of the policy, if
    there is one.  Without either a result has a logical location only.
    """
    locations = {target: location for target, location in (locations or {}).items() if location.file}
    report = cleaned(report)
    shown = [finding for finding in report.findings if finding.outcome in _KINDS]
    index = {rule: position for position, rule in enumerate(dict.fromkeys(finding.rule for finding in shown))}
    run = {
        "tool": {
            "driver": {
                "name": "auditor",
                "semanticVersion": report.auditor_version,
                "rules": [_rule(rule, report.rules[rule]) for rule in index],
            }
        },
        "automationDetails": {"id": f"auditor/{report.policy.id}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": EXIT_CODES[report.verdict],
                "endTimeUtc": report.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [
                    *_standing(report),
                    *({"level": "note", "message": {"text": _plain(note)}} for note in report.notes),
                    *({"level": "warning", "message": {"text": _plain(said)}} for said in idle_waivers(report)),
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, report.rules[finding.rule], index[finding.rule], locations.get(finding.target) or policy)
            for finding in shown
        ],
        "properties": {
            "verdict": report.verdict.value,
            "policy": report.policy.model_dump(mode="json", exclude_none=True),
            "failOn": report.fail_on.value,
            "counts": {outcome.value: report.counts[outcome] for outcome in Outcome if outcome in report.counts},
            **_requirements(report),
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _standing(report: Report) -> Iterator[Json]:
    """The verdict and how complete the audit is: results show only what was looked at."""
    if standing(report):
        level = "warning" if report.completeness is not None and report.completeness.open else "note"
        yield {"level": level, "message": {"text": _plain(f"{headline(report)}. {summary(report)}")}}


def _requirements(report: Report) -> Json:
    if report.completeness is None:
        return {}
    counts = Counter(found.answer for found in report.requirements)
    return {
        "completeness": report.completeness.model_dump(),
        "requirements": {kind.value: counts[kind] for kind in AnswerKind},
    }


def _rule(rule_id: str, summarised: RuleSummary) -> Json:
    """The rule's page; a rule that this version does not know has what the report says of it."""
    rule = all_rules().get(rule_id)
    remedy = summarised.remedy or summarised.title
    described = {
        "id": rule_id,
        "shortDescription": {"text": summarised.title},
        "fullDescription": {"text": " ".join(rationale(rule).split()) if rule else summarised.title},
        "help": {"text": remedy, "markdown": explain_markdown(rule, summarised)} if rule else {"text": remedy},
        "defaultConfiguration": {"level": LEVELS[rule.severity if rule else summarised.severity]},
        "properties": {
            "tags": list(dict.fromkeys(("security", summarised.group, *summarised.requirements))),
            "security-severity": _SCORES[summarised.severity],
        },
    }
    address = next((address for citation in summarised.citations if (address := web_address(citation))), "")
    return {**described, "helpUri": address} if address else described


def _result(finding: Finding, rule: RuleSummary, index: int, location: SourceLocation | None) -> Json:
    fingerprint = sha256(json.dumps([finding.rule, finding.target]).encode()).hexdigest()
    kind = _KINDS[finding.outcome]
    if finding.outcome is Outcome.WAIVED and not finding.evidence:
        kind = "open"
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": kind,
        "level": _level(finding.outcome, rule.severity) if kind == "fail" else "none",
        "message": {"text": _message(finding, rule)},
        "locations": [_location(finding.target, location)],
        "partialFingerprints": {"auditorFinding/v1": fingerprint, "primaryLocationLineHash": fingerprint},
        # All results of a run have this or none has (section 3.27.23).
        "suppressions": list(_suppressions(finding)),
        "properties": {"outcome": finding.outcome.value, "severity": rule.severity.value},
    }


def _level(outcome: Outcome, severity: Severity) -> str:
    """That of the severity, but a warning is never an error."""
    level = LEVELS[severity]
    return "warning" if outcome is Outcome.WARN and level == "error" else level


def _message(finding: Finding, rule: RuleSummary) -> str:
    """The target, what was observed and what is required, as plain text."""
    said = [f"{finding.target}: {rule.title}."]
    if finding.outcome is Outcome.INCONCLUSIVE:
        said = [f"{finding.target}: inconclusive: {rule.title}."]
    said += [f"{observed_text(remark)}; required: {remark.expected}." for remark in finding.evidence]
    reason = reason_text(finding)
    if reason or not finding.evidence:
        said.append(f"{reason or NO_REASON}.")
    return _plain(" ".join(said))


def _plain(text: str) -> str:
    """Text of a message in which nothing is taken for a link or a placeholder (section 3.11)."""
    return text.replace("](", "] (").replace("{", "{{").replace("}", "}}")


def _location(target: str, written: SourceLocation | None) -> Json:
    location: Json = {"logicalLocations": [{"name": target, "fullyQualifiedName": target, "kind": "resource"}]}
    if written:
        physical: Json = {"artifactLocation": {"uri": _uri(written.file)}}
        if written.line:
            column = {"startColumn": written.column} if written.column else {}
            physical["region"] = {"startLine": written.line, **column}
        location["physicalLocation"] = physical
    return location


def _uri(file: str) -> str:
    """A relative path as a URI reference (RFC 3986), an absolute one with the scheme file."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _suppressions(finding: Finding) -> Iterator[Json]:
    if finding.waiver:
        yield {"kind": "external", "status": "accepted", "justification": waived(finding.waiver)}
