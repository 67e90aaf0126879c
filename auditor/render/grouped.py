"""Findings in the order they are read, and the many that say one and the same thing put together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.model.report import Finding, Outcome
from auditor.model.severity import Severity
from auditor.render.wording import by_weight, number, waived

MOST_RULES = 4
"""Named in one row; one more is named too, as that takes no more room than counting it."""


@dataclass(frozen=True)
class Row:
    """One or more findings that are shown as one: all of one target, one outcome, one reason and one waiver."""

    findings: tuple[Finding, ...]
    everything: bool = False
    """Whether these are all the findings of the target."""

    @property
    def first(self) -> Finding:
        """The one that weighs most."""
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
    def severity(self) -> Severity:
        """The highest of them."""
        return self.first.severity

    @property
    def rules(self) -> str:
        """The rules by their ids, the first few where they are many, or how many where that is every one."""
        if self.everything and len(self.findings) > 1:
            return f"every one of {number(len(self.findings), 'check')}"
        more = len(self.findings) - MOST_RULES
        named = ", ".join(finding.rule for finding in self.findings[: MOST_RULES if more > 1 else None])
        return f"{named} and {more} more" if more > 1 else named


def gathered(findings: Iterable[Finding]) -> list[Row]:
    """Worst first.  Findings without a violation are put together where all but the rule is the same.

    An endpoint that is out of reach leaves every check undecided for one reason; that is one row, not forty.
    """
    ordered = by_weight(findings)
    of_target: dict[str, int] = defaultdict(int)
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for position, finding in enumerate(ordered):
        of_target[finding.target] += 1
        alone = bool(finding.violations) or not finding.reason
        key = (position,) if alone else (finding.target, finding.outcome, finding.reason, _grounds(finding))
        groups.setdefault(key, []).append(finding)
    return [Row(tuple(group), len(group) == of_target[group[0].target]) for group in groups.values()]


def _grounds(finding: Finding) -> str:
    """Who waived it and why, whatever the rule."""
    return waived(finding.waiver) if finding.waiver else ""
