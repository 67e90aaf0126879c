"""Findings in reading order; equal ones form one row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.model.finding import Finding, Outcome
from auditor.model.report import RuleSummary
from auditor.model.severity import Severity
from auditor.render.wording import by_weight, number, waived

MOST_RULES = 4
"""The most findings named in one row; a single further one is named too, because counting it is no shorter."""


@dataclass(frozen=True)
class FindingGroup:
    """One or more findings that are shown as one: the same target, outcome, reason and waiver."""

    findings: tuple[Finding, ...]
    severity: Severity
    """The highest severity of the findings."""
    everything: bool = False
    """Whether these are all the findings of the target."""

    @property
    def first(self) -> Finding:
        """The most important finding."""
        return self.findings[0]

    @property
    def target(self) -> str:
        """The target of them all."""
        return self.first.target

    @property
    def outcome(self) -> Outcome:
        """The outcome of them all."""
        return self.first.outcome

    @property
    def rules(self) -> str:
        """The rules by their ids, the first few where they are many, or how many where that is every one."""
        if self.everything and len(self.findings) > 1:
            return f"all {number(len(self.findings), 'check')}"
        more = len(self.findings) - MOST_RULES
        named = ", ".join(finding.rule for finding in self.findings[: MOST_RULES if more > 1 else None])
        return f"{named} and {more} more" if more > 1 else named


def grouped(findings: Iterable[Finding], rules: Mapping[str, RuleSummary]) -> list[FindingGroup]:
    """Worst first.  Findings without evidence form one row where all but the rule is the same.

    An unreachable endpoint leaves every check inconclusive for one reason; that is one row, not forty.
    """
    of_target: dict[str, int] = defaultdict(int)
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for position, finding in enumerate(by_weight(findings, rules)):
        of_target[finding.target] += 1
        reasons = (finding.doubts, finding.not_tested, finding.not_applicable)
        alone = bool(finding.evidence) or not any(reasons)
        key = (position,) if alone else (finding.target, finding.outcome, reasons, _grounds(finding))
        groups.setdefault(key, []).append(finding)
    return [
        FindingGroup(tuple(group), rules[group[0].rule].severity, len(group) == of_target[group[0].target])
        for group in groups.values()
    ]


def _grounds(finding: Finding) -> str:
    """Who waived it and why, whatever the rule."""
    return waived(finding.waiver) if finding.waiver else ""
