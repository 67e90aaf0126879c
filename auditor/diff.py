"""Comparison of two reports: what got worse, got better, appeared and disappeared.  Pure.

A check is identified by its rule and its target, a violation by its subject.  What changes in every run is not
compared: times, connections, remaining days, and the SHA-256 of a certificate, so a renewed one counts as the same.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from auditor.model.answer import AnswerKind, Completeness, RequirementAnswer
from auditor.model.finding import Finding, Outcome, Violation, Warning, reason_text
from auditor.model.report import PolicyReference, Report, RuleSummary, Verdict
from auditor.model.severity import Severity
from auditor.model.subject import (
    CertificateSubject,
    CertificationRequestSubject,
    Named,
    RootSubject,
    Subject,
    subject_text,
)
from auditor.model.value import Value

_SETTLED = {Outcome.PASS, Outcome.NOT_APPLICABLE}
_WORSE: dict[Outcome, set[Outcome]] = {
    Outcome.FAIL: set(Outcome) - {Outcome.FAIL},
    Outcome.INCONCLUSIVE: {*_SETTLED, Outcome.WARN, Outcome.WAIVED},
    Outcome.WARN: {*_SETTLED, Outcome.WAIVED, Outcome.NOT_TESTED},
    Outcome.WAIVED: _SETTLED,
    Outcome.NOT_TESTED: {Outcome.PASS},
}
"""An outcome, and the better outcomes it is a step down from."""
_KNOWN = {Outcome.FAIL, Outcome.WARN, Outcome.WAIVED, Outcome.PASS}
"""Outcomes for which all violations are known; with any other, a missing violation may still exist."""


_ANSWERED = {AnswerKind.CONFIRMED, AnswerKind.MET}
_CONCERNS_NOBODY = {AnswerKind.PROVIDER, AnswerKind.NOT_APPLICABLE}


class Direction(StrEnum):
    """The direction in which a check changed."""

    WORSE = "worse"
    BETTER = "better"
    CHANGED = "changed"
    """Neither: a failure that is now waived or inconclusive is not fixed."""
    APPEARED = "appeared"
    DISAPPEARED = "disappeared"


class Change(Value):
    """The change in the result of one rule at one target."""

    direction: Direction
    rule: str
    target: str
    title: str
    severity: Severity
    before: Outcome | None = Field(description="Null when the check is new")
    after: Outcome | None = Field(description="Null when the check is gone")
    new_failure: bool = Field(description="It fails now and did not before, or failed for fewer subjects")
    added: tuple[Violation, ...] = Field(default=(), description="Violations and warnings that are new")
    removed: tuple[Violation, ...] = Field(default=(), description="Violations and warnings that are gone")
    reason: str = Field(default="", description="Why it is inconclusive, not tested or not applicable")


class RequirementChange(Value):
    """The change in the answer to one requirement that both reports have."""

    direction: Direction
    id: str
    statement: str
    severity: Severity
    before: AnswerKind
    after: AnswerKind
    reason: str = Field(description="Why it has the answer it has now")
    closes: str = Field(default="", description="What would answer it, if it is open now")


class Side(Value):
    """One of the two reports."""

    verdict: Verdict
    completeness: Completeness | None = None
    policy: PolicyReference
    fail_on: Severity
    auditor_version: str
    observed_at: datetime


class Difference(Value):
    """All differences between two reports."""

    schema_version: Literal["2"] = "2"
    before: Side
    after: Side
    judged_differently: tuple[str, ...] = Field(
        description="What differs in the policy or the auditor, a sentence each"
    )
    endpoints_appeared: tuple[str, ...]
    endpoints_disappeared: tuple[str, ...]
    changes: tuple[Change, ...]
    compared: int = Field(description="Checks that both reports have")
    unchanged: int = Field(description="Checks that came out as before")
    requirements: tuple[RequirementChange, ...] = Field(
        default=(), description="Requirements that have another answer; none if one of the reports answers none"
    )

    @property
    def new_failures(self) -> tuple[Change, ...]:
        """The checks that fail now and did not before."""
        return tuple(change for change in self.changes if change.new_failure)

    @property
    def new_doubts(self) -> tuple[Change, ...]:
        """The important checks that are inconclusive now and were not before."""
        return tuple(
            change
            for change in self.changes
            if change.after is Outcome.INCONCLUSIVE
            and change.direction in {Direction.WORSE, Direction.APPEARED}
            and change.severity.rank >= self.after.fail_on.rank
        )

    @property
    def new_open(self) -> tuple[RequirementChange, ...]:
        """The important requirements that are open now and were not, where every one must be answered."""
        if self.after.completeness is None or not self.after.completeness.required:
            return ()
        return tuple(
            change
            for change in self.requirements
            if change.after is AnswerKind.OPEN
            and change.direction is Direction.WORSE
            and change.severity.rank >= self.after.fail_on.rank
        )


def compare(old: Report, new: Report) -> Difference:
    """Compare two reports, in the order of the new report's checks; checks that are gone come last."""
    before = {(finding.rule, finding.target): finding for finding in old.findings}
    after = {(finding.rule, finding.target): finding for finding in new.findings}
    changes = [
        *(_change(before.get(key), finding, new.rules[finding.rule]) for key, finding in after.items()),
        *(_gone(finding, old.rules[finding.rule]) for key, finding in before.items() if key not in after),
    ]
    found = tuple(change for change in changes if change)
    return Difference(
        before=_side(old),
        after=_side(new),
        judged_differently=tuple(_judged_differently(old, new)),
        endpoints_appeared=_missing(new, old),
        endpoints_disappeared=_missing(old, new),
        changes=found,
        compared=len(before.keys() & after.keys()),
        unchanged=len(changes) - len(found),
        requirements=tuple(_answers(old, new)),
    )


def _answers(old: Report, new: Report) -> Iterator[RequirementChange]:
    """The requirements that have another answer, in the order of the new report."""
    before = {found.id: found.answer for found in old.requirements}
    for found in new.requirements:
        earlier = before.get(found.id, found.answer)
        if earlier is not found.answer:
            yield RequirementChange(
                direction=_direction_of(earlier, found),
                before=earlier,
                after=found.answer,
                **{name: getattr(found, name) for name in ("id", "statement", "severity", "reason", "closes")},
            )


def _direction_of(before: AnswerKind, found: RequirementAnswer) -> Direction:
    """Open is never better than not met: nobody proved that it was put right."""
    if found.answer is AnswerKind.NOT_MET or (found.answer is AnswerKind.OPEN and before is not AnswerKind.NOT_MET):
        return Direction.WORSE
    proven = found.answer in _ANSWERED and before not in {*_ANSWERED, *_CONCERNS_NOBODY}
    return Direction.BETTER if proven else Direction.CHANGED


def _side(report: Report) -> Side:
    return Side(**{name: getattr(report, name) for name in Side.model_fields})


def _missing(here: Report, there: Report) -> tuple[str, ...]:
    known = {endpoint.target for endpoint in there.endpoints} | {finding.target for finding in there.findings}
    mine = [endpoint.target for endpoint in here.endpoints] + [finding.target for finding in here.findings]
    return tuple(target for target in dict.fromkeys(mine) if target not in known)


def _judged_differently(old: Report, new: Report) -> Iterator[str]:
    was, now = old.policy, new.policy
    if was.id != now.id:
        yield f"the policy changed: {was.id} {was.version}, now {now.id} {now.version}"
    elif was.version != now.version:
        yield f"the version of the policy {now.id} changed: {was.version}, now {now.version}"
    if was.sha256 != now.sha256:
        yield f"the policy's requirements changed: SHA-256 {was.sha256}, now {now.sha256}"
    if old.fail_on != new.fail_on:
        yield f"violations failed at severity {old.fail_on} or above, now at {new.fail_on} or above"
    if old.auditor_version != new.auditor_version:
        yield f"the version of the auditor changed: {old.auditor_version}, now {new.auditor_version}"


def _change(old: Finding | None, new: Finding, rule: RuleSummary) -> Change | None:
    earlier = old.evidence if old else ()
    identity = _identity(*earlier, *new.evidence)
    added = _more(new.evidence, earlier, identity)
    removed = _more(earlier, new.evidence, identity) if new.outcome in _KNOWN else ()
    if old and old.outcome is new.outcome and not added and not removed:
        return None
    return Change(
        direction=_direction(old, new, added=bool(added), removed=bool(removed)),
        rule=new.rule,
        target=new.target,
        title=rule.title,
        severity=rule.severity,
        before=old.outcome if old else None,
        after=new.outcome,
        new_failure=new.outcome is Outcome.FAIL and (old is None or old.outcome is not Outcome.FAIL or bool(added)),
        added=added,
        removed=removed,
        reason=reason_text(new),
    )


def _gone(old: Finding, rule: RuleSummary) -> Change:
    return Change(
        direction=Direction.DISAPPEARED,
        rule=old.rule,
        target=old.target,
        title=rule.title,
        severity=rule.severity,
        before=old.outcome,
        after=None,
        new_failure=False,
    )


def _direction(old: Finding | None, new: Finding, *, added: bool, removed: bool) -> Direction:
    if old is None:
        return Direction.APPEARED
    if old.outcome in _WORSE.get(new.outcome, set()):
        return Direction.WORSE
    if new.outcome is Outcome.PASS:
        return Direction.CHANGED if old.outcome is Outcome.NOT_APPLICABLE else Direction.BETTER
    if old.outcome is new.outcome and added and new.outcome is not Outcome.WAIVED:
        return Direction.WORSE
    # Fewer violations are better only if no question was left open.
    settled = not new.doubts and not new.not_tested
    fixed = removed and not added and settled and new.outcome in {Outcome.FAIL, Outcome.WARN}
    return Direction.BETTER if fixed else Direction.CHANGED


Identity: TypeAlias = Callable[[Subject], Hashable]


def _more(
    these: Sequence[Violation | Warning], those: Sequence[Violation | Warning], identity: Identity
) -> tuple[Violation, ...]:
    """The violations and warnings whose subject is more often here than there."""
    known = Counter(identity(remark.subject) for remark in those)
    more = []
    for remark in these:
        key = identity(remark.subject)
        if known[key]:
            known[key] -= 1
        else:
            more.append(Violation(subject=remark.subject, expected=remark.expected, observed=remark.observed))
    return tuple(more)


def _identity(*remarks: Violation | Warning) -> Identity:
    """What makes two subjects the same: their values, or their texts where some are names alone, as in version 1."""
    if any(isinstance(remark.subject, Named) for remark in remarks):
        return lambda subject: subject_text(_without_digest(subject))
    return _without_digest


def _without_digest(subject: Subject) -> Subject:
    match subject:
        case CertificateSubject():
            return subject.model_copy(update={"sha256": "", "chain_sha256": ""})
        case RootSubject():
            return subject.model_copy(update={"chain_sha256": ""})
        case CertificationRequestSubject():
            return subject.model_copy(update={"sha256": ""})
    return subject
