"""Applying waivers to findings.  Pure; a waiver never changes a pass, and never hides what it waives."""

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase

from auditor.model.finding import Finding, Outcome
from auditor.model.waiver import Waiver, WaiverState, WaiverStatus

WAIVABLE = frozenset({Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN})


def apply_waivers(
    findings: Sequence[Finding], waivers: Sequence[Waiver], day: date
) -> tuple[tuple[Finding, ...], tuple[WaiverStatus, ...]]:
    """Return the findings, with those waived that a waiver valid on ``day`` (UTC) names; and every waiver.

    If several valid waivers name a finding, the first is shown with it, and all of them count as used.
    """
    valid = [waiver for waiver in waivers if day <= waiver.expires]
    return (
        tuple(_waived(finding, valid) for finding in findings),
        tuple(_status(waiver, findings, day) for waiver in waivers),
    )


def concerns(waiver: Waiver, finding: Finding) -> bool:
    """Whether the waiver names the finding, and there is something to waive.

    Upper and lower case differ.  Brackets match literally, so ``[2001:db8::*]:5061`` matches IPv6 targets.
    """
    return (
        finding.outcome in WAIVABLE
        and finding.rule == waiver.rule
        and fnmatchcase(finding.target, waiver.target.replace("[", "[[]"))
    )


def _waived(finding: Finding, valid: Sequence[Waiver]) -> Finding:
    waiver = next((waiver for waiver in valid if concerns(waiver, finding)), None)
    return finding.model_copy(update={"outcome": Outcome.WAIVED, "waiver": waiver}) if waiver else finding


def _status(waiver: Waiver, findings: Sequence[Finding], day: date) -> WaiverStatus:
    count = sum(concerns(waiver, finding) for finding in findings)
    state = WaiverState.EXPIRED if day > waiver.expires else WaiverState.USED if count else WaiverState.UNUSED
    return WaiverStatus(waiver=waiver, state=state, findings=count)
