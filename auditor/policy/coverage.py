"""Which rules answer which requirement of a policy, and whether an inventory provides their input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.model.finding import Finding, Outcome
from auditor.model.policy import Policy
from auditor.model.requirement import Requirement
from auditor.model.rule import Group
from auditor.rules import all_rules


@dataclass(frozen=True)
class Answer:
    """The rules that answer a requirement."""

    requirement: Requirement
    rules: tuple[str, ...]
    """Rules of the policy that answer it."""
    elsewhere: tuple[str, ...]
    """Rules that answer it but are not in the policy."""
    given: str
    """What the inventory provides; empty without one."""

    @property
    def by(self) -> str:
        """The rules and what none of them checks, or why there is no rule."""
        if self.elsewhere and not self.rules:
            return f"not in this policy: {', '.join(self.elsewhere)}"
        return ". ".join(filter(None, (", ".join(self.rules), self.requirement.reason)))


def coverage(policy: Policy, findings: Sequence[Finding] | None = None, endpoints: int = 0) -> tuple[Answer, ...]:
    """Every requirement behind the policy with its rules.

    ``findings`` are those about an inventory's deployment, if there is one.
    """
    own = {setting.rule.id for setting in policy.settings}
    outcomes = {finding.rule: finding.outcome for finding in findings or ()}
    answers = []
    for requirement in policy.requirements:
        mine = tuple(rule for rule in requirement.rules if rule in own)
        given = "" if findings is None else _given(mine, outcomes, endpoints)
        answers.append(Answer(requirement, mine, tuple(rule for rule in requirement.rules if rule not in own), given))
    return tuple(answers)


def _given(mine: Sequence[str], outcomes: Mapping[str, Outcome], endpoints: int) -> str:
    """What the inventory provides for the rules; the best-provided rule counts."""
    declared = [outcomes[rule] for rule in mine if rule in outcomes]
    if any(outcome in {Outcome.PASS, Outcome.FAIL, Outcome.WARN} for outcome in declared):
        return "declared"
    if declared and all(outcome is Outcome.NOT_APPLICABLE for outcome in declared):
        return "does not apply"
    if declared:
        return "not declared"
    live = [rule for rule in mine if all_rules()[rule].group != Group.DEPLOYMENT]
    if not live:
        return ""
    return f"observed at {endpoints} endpoints" if endpoints else "needs an endpoint"
