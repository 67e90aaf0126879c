"""Which rules answer which requirement, and whether an inventory gives them what they need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.model.finding import Finding, Outcome
from auditor.model.policy import Policy
from auditor.model.rule import Group
from auditor.rules import all_rules


@dataclass(frozen=True)
class Requirement:
    """One requirement of the packaged list."""

    id: str
    statement: str
    check_kind: tuple[str, ...]
    severity: str
    reason: str = ""
    """Why no rule answers it; where one does, which part of it none looks at."""


@dataclass(frozen=True)
class Answer:
    """Who answers a requirement in a policy."""

    requirement: Requirement
    rules: tuple[str, ...]
    """Of the policy."""
    elsewhere: tuple[str, ...]
    """Rules that the policy does not have."""
    given: str
    """What the inventory gives; empty without one."""

    @property
    def by(self) -> str:
        """The rules and what none of them looks at, or why there is none."""
        if self.elsewhere and not self.rules:
            return f"not in this policy: {', '.join(self.elsewhere)}"
        return ". ".join(filter(None, (", ".join(self.rules), self.requirement.reason)))


def requirements_of(data: Sequence[Mapping[str, object]]) -> tuple[Requirement, ...]:
    """The entries of requirements.yaml."""
    return tuple(
        Requirement(
            id=str(entry["id"]),
            statement=str(entry["statement"]),
            check_kind=tuple(map(str, entry["check_kind"] if isinstance(entry["check_kind"], list) else ())),
            severity=str(entry["severity"]),
            reason=str(entry.get("reason", "")),
        )
        for entry in data
    )


def coverage(
    requirements: Sequence[Requirement], policy: Policy, findings: Sequence[Finding] | None = None, endpoints: int = 0
) -> tuple[Answer, ...]:
    """Every requirement with its rules; ``findings`` are those about an inventory's deployment, if there is one."""
    own = {setting.rule.id for setting in policy.settings}
    outcomes = {finding.rule: finding.outcome for finding in findings or ()}
    rules = all_rules()
    answers = []
    for requirement in requirements:
        naming = [rule for rule in rules.values() if requirement.id in rule.requirements]
        mine = tuple(rule.id for rule in naming if rule.id in own)
        given = "" if findings is None else _given(mine, outcomes, endpoints)
        answers.append(Answer(requirement, mine, tuple(rule.id for rule in naming if rule.id not in own), given))
    return tuple(answers)


def _given(mine: Sequence[str], outcomes: Mapping[str, Outcome], endpoints: int) -> str:
    """What the rules can tell from the inventory, the best of them first."""
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
    return f"seen at {endpoints} endpoints" if endpoints else "needs an endpoint"
