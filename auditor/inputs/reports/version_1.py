"""Reports of schema version 1, converted to the current model.

In version 1 each finding repeated what is true of its rule, each chain held its certificates, and subjects and reasons
were text.  A text stays a text: nothing but the digest of a certificate is taken out of it, so that a renewed
certificate is the same subject.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation
from auditor.model.report import (
    CertificateFacts,
    ChainSummary,
    EndpointSummary,
    PolicyReference,
    Report,
    RuleSummary,
    Verdict,
    VersionSummary,
)
from auditor.model.rule import Citation
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, Named, Subject
from auditor.model.value import Value
from auditor.model.waiver import Waiver, WaiverStatus

_GROUP = "Other"
"""Version 1 does not name the heading of a rule."""


class _OldViolation(Value):
    subject: str
    expected: str
    observed: str


class _OldFinding(Value):
    rule: str
    target: str
    outcome: Outcome
    severity: Severity
    title: str
    violations: tuple[_OldViolation, ...] = ()
    reason: str = ""
    remediation: str = ""
    citations: tuple[Citation, ...] = ()
    requirements: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    waiver: Waiver | None = None


class _OldChain(Value):
    versions: tuple[str, ...]
    certificates: tuple[CertificateFacts, ...]
    anchor: CertificateFacts | None = None
    anchor_name: str | None = None


class _OldEndpoint(Value):
    target: str
    host: str
    address: str | None
    port: int
    service: str
    perspective: str = "server"
    server_name: str | None
    site: str | None = None
    connections: int | None = None
    seconds: float | None = None
    versions: tuple[VersionSummary, ...] = ()
    chains: tuple[_OldChain, ...] = ()


class _OldReport(Value):
    schema_version: Literal["1"]
    verdict: Verdict
    policy: PolicyReference
    auditor_version: str
    generated_at: datetime
    observed_at: datetime
    fail_on: Severity
    counts: dict[Outcome, int]
    findings: tuple[_OldFinding, ...]
    endpoints: tuple[_OldEndpoint, ...] = ()
    deployment: Deployment | None = None
    waivers: tuple[WaiverStatus, ...] = ()
    notes: tuple[str, ...] = ()


def converted(document: dict[str, Any]) -> Report:
    """Read a document of version 1; ``ValidationError`` where it is none."""
    old = _OldReport.model_validate(document)
    chains = [chain for endpoint in old.endpoints for chain in endpoint.chains]
    return Report(
        verdict=old.verdict,
        policy=old.policy,
        auditor_version=old.auditor_version,
        generated_at=old.generated_at,
        observed_at=old.observed_at,
        fail_on=old.fail_on,
        counts=old.counts,
        rules=_rules(old.findings),
        findings=tuple(map(_finding, old.findings)),
        certificates={certificate.sha256: certificate for chain in chains for certificate in _sent_and_anchor(chain)},
        endpoints=tuple(map(_endpoint, old.endpoints)),
        deployment=old.deployment,
        waivers=old.waivers,
        notes=old.notes,
    )


def _rules(findings: Iterable[_OldFinding]) -> dict[str, RuleSummary]:
    """What the first finding of each rule says of it; the others say the same."""
    rules: dict[str, RuleSummary] = {}
    for finding in findings:
        if finding.rule not in rules:
            rules[finding.rule] = RuleSummary(
                title=finding.title,
                group=_GROUP,
                severity=finding.severity,
                remedy=" ".join(finding.remediation.split()),
                citations=finding.citations,
                requirements=finding.requirements,
            )
    return dict(sorted(rules.items()))


def _finding(old: _OldFinding) -> Finding:
    reason, outcome = old.reason, old.outcome
    untested = outcome in {Outcome.NOT_TESTED, Outcome.PASS}
    excused = outcome is Outcome.NOT_APPLICABLE
    return Finding(
        rule=old.rule,
        target=old.target,
        outcome=outcome,
        violations=tuple(
            Violation(subject=_subject(seen.subject, old.target), expected=seen.expected, observed=seen.observed)
            for seen in old.violations
        ),
        doubts=(Doubt(subject=TARGET, reason=reason),) if reason and not untested and not excused else (),
        not_tested=(NotTested(subject=TARGET, reason=reason),) if reason and untested else (),
        not_applicable=reason if excused else "",
        basis=old.basis,
        waiver=old.waiver,
    )


def _subject(text: str, target: str) -> Subject:
    return TARGET if text == target else Named(name=_without_digests(text))


def _without_digests(text: str) -> str:
    """The text without any `` (sha256 0123456789ab)`` in it."""
    first, *others = text.split(_DIGEST)
    kept = [first]
    for part in others:
        digits, bracket, rest = part.partition(")")
        is_digest = bracket and len(digits) in _LENGTHS and not digits.strip(_DIGITS)
        kept.append(rest if is_digest else f"{_DIGEST}{part}")
    return "".join(kept)


_DIGEST = " (sha256 "
_DIGITS = "0123456789abcdef"
_LENGTHS = range(6, 65)


def _sent_and_anchor(chain: _OldChain) -> tuple[CertificateFacts, ...]:
    return (*chain.certificates, *((chain.anchor,) if chain.anchor else ()))


def _endpoint(old: _OldEndpoint) -> EndpointSummary:
    same = {name: getattr(old, name) for name in EndpointSummary.model_fields if name != "chains"}
    return EndpointSummary(**same, chains=tuple(map(_chain, old.chains)))


def _chain(old: _OldChain) -> ChainSummary:
    return ChainSummary(
        versions=old.versions,
        certificates=tuple(certificate.sha256 for certificate in old.certificates),
        anchor=old.anchor.sha256 if old.anchor else None,
        anchor_name=old.anchor_name,
    )
