"""The report as SARIF 2.1.0 (OASIS), for code scanning.

A result stands for a finding that failed, warns, could not be told or is waived.  What passed, was not tested or does
not apply is counted in the run's properties and has no result: code scanning shows every result as an alert, whatever
its ``kind`` (section 3.27.9).  A fingerprint is made of the rule and the target alone, so that an alert stays the same
alert when a date, a certificate or a line number changes.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import PurePath
from typing import Any, TypeAlias
from urllib.parse import quote

from auditor.model.report import Finding, Outcome, Report
from auditor.model.severity import Severity
from auditor.render.cleaned import cleaned
from auditor.render.html.page import web_address
from auditor.render.rule_page import explain_markdown
from auditor.render.source_location import Place
from auditor.render.wording import EXIT_CODES, NO_REASON, idle_waivers, subject_of, waived
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


def render(report: Report, places: Mapping[str, Place] | None = None, policy: Place | None = None) -> str:
    """The report as SARIF text, pure ASCII.

    ``places`` says where each target is written; a target without one is placed in the file of the policy, if there
    is one.  Without either a result has a logical location only.
    """
    places = {target: place for target, place in (places or {}).items() if place.file}
    report = cleaned(report)
    shown = [finding for finding in report.findings if finding.outcome in _KINDS]
    rules = list(dict.fromkeys(finding.rule for finding in shown))
    first = {finding.rule: finding for finding in reversed(shown)}
    run = {
        "tool": {
            "driver": {
                "name": "auditor",
                "semanticVersion": report.auditor_version,
                "rules": [_rule(first[rule]) for rule in rules],
            }
        },
        "automationDetails": {"id": f"auditor/{report.policy.id}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": EXIT_CODES[report.verdict],
                "endTimeUtc": report.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [
                    *({"level": "note", "message": {"text": _plain(note)}} for note in report.notes),
                    *({"level": "warning", "message": {"text": _plain(said)}} for said in idle_waivers(report)),
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, rules.index(finding.rule), places.get(finding.target) or policy) for finding in shown
        ],
        "properties": {
            "verdict": report.verdict.value,
            "policy": report.policy.model_dump(),
            "failOn": report.fail_on.value,
            "counts": {outcome.value: report.counts[outcome] for outcome in Outcome if outcome in report.counts},
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(finding: Finding) -> Json:
    """The rule's page; a rule this version does not know has what the finding says of it."""
    rule = all_rules().get(finding.rule)
    remedy = finding.remediation or finding.title
    described = {
        "id": finding.rule,
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": " ".join(rationale(rule).split()) if rule else finding.title},
        "help": {"text": remedy, "markdown": explain_markdown(rule)} if rule else {"text": remedy},
        "defaultConfiguration": {"level": LEVELS[rule.severity if rule else finding.severity]},
        "properties": {
            "tags": ["security", subject_of(finding.rule)],
            "security-severity": _SCORES[finding.severity],
        },
    }
    address = next((address for citation in finding.citations if (address := web_address(citation))), "")
    return {**described, "helpUri": address} if address else described


def _result(finding: Finding, index: int, place: Place | None) -> Json:
    fingerprint = sha256(json.dumps([finding.rule, finding.target]).encode()).hexdigest()
    kind = _KINDS[finding.outcome]
    if finding.outcome is Outcome.WAIVED and not finding.violations:
        kind = "open"
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": kind,
        "level": _level(finding) if kind == "fail" else "none",
        "message": {"text": _message(finding)},
        "locations": [_location(finding.target, place)],
        "partialFingerprints": {"auditorFinding/v1": fingerprint, "primaryLocationLineHash": fingerprint},
        # All results of a run have this or none has (section 3.27.23).
        "suppressions": list(_suppressions(finding)),
        "properties": {"outcome": finding.outcome.value, "severity": finding.severity.value},
    }


def _level(finding: Finding) -> str:
    """That of the severity, but a warning is never an error."""
    level = LEVELS[finding.severity]
    return "warning" if finding.outcome is Outcome.WARN and level == "error" else level


def _message(finding: Finding) -> str:
    """The target, what was seen and what was expected, as plain text."""
    said = [f"{finding.target}: {finding.title}."]
    if finding.outcome is Outcome.INCONCLUSIVE:
        said = [f"{finding.target}: could not tell: {finding.title}."]
    said += [f"{seen.subject}: {seen.observed}; expected: {seen.expected}." for seen in finding.violations]
    if finding.reason or not finding.violations:
        said.append(f"{finding.reason or NO_REASON}.")
    return _plain(" ".join(said))


def _plain(text: str) -> str:
    """Text of a message in which nothing is taken for a link or a placeholder (section 3.11)."""
    return text.replace("](", "] (").replace("{", "{{").replace("}", "}}")


def _location(target: str, place: Place | None) -> Json:
    location: Json = {"logicalLocations": [{"name": target, "fullyQualifiedName": target, "kind": "resource"}]}
    if place:
        physical: Json = {"artifactLocation": {"uri": _uri(place.file)}}
        if place.line:
            column = {"startColumn": place.column} if place.column else {}
            physical["region"] = {"startLine": place.line, **column}
        location["physicalLocation"] = physical
    return location


def _uri(file: str) -> str:
    """A relative path as a URI reference (RFC 3986), an absolute one with the scheme file."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _suppressions(finding: Finding) -> Iterator[Json]:
    if finding.waiver:
        yield {"kind": "external", "status": "accepted", "justification": waived(finding.waiver)}
