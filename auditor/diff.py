"""Two reports together: what got worse, what got better, what came and what went.  Pure.

Checks are told apart by rule and target, violations by their subject.  What changes in every run is not compared:
times, connections, days that are left, and the fingerprint in the name of a certificate.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from auditor.model.report import Finding, Outcome, PolicyReference, Report, Verdict
from auditor.model.rule import Violation
from auditor.model.severity import Severity
from auditor.model.value import Value

_FINGERPRINT = re.compile(r" \(sha256 [0-9a-f]{6,64}\)")
_SETTLED = {Outcome.PASS, Outcome.NOT_APPLICABLE}
_WORSE: dict[Outcome, set[Outcome]] = {
    Outcome.FAIL: set(Outcome) - {Outcome.FAIL},
    Outcome.INCONCLUSIVE: {*_SETTLED, Outcome.WARN, Outcome.WAIVED},
    Outcome.WARN: {*_SETTLED, Outcome.WAIVED, Outcome.NOT_TESTED},
    Outcome.WAIVED: _SETTLED,
    Outcome.NOT_TESTED: {Outcome.PASS},
}
"""An outcome, and those from which it is a step down."""
_TOLD = {Outcome.FAIL, Outcome.WARN, Outcome.WAIVED, Outcome.PASS}
"""Outcomes that say which violations there are; after another one a violation is not gone, it is unknown."""


class Direction(StrEnum):
    """Which way a check went."""

    WORSE = "worse"
    BETTER = "better"
    CHANGED = "changed"
    """Neither: a failure that is waived or can no longer be told is not mended."""
    APPEARED = "appeared"
    DISAPPEARED = "disappeared"


class Change(Value):
    """What became of one rule at one target."""

    direction: Direction
    rule: str
    target: str
    title: str
    severity: Severity
    before: Outcome | None = Field(description="Null when the check is new")
    after: Outcome | None = Field(description="Null when the check is gone")
    new_failure: bool = Field(description="It fails, and did not before or for fewer subjects")
    added: tuple[Violation, ...] = ()
    removed: tuple[Violation, ...] = ()
    reason: str = ""


class Side(Value):
    """One of the two reports."""

    verdict: Verdict
    policy: PolicyReference
    fail_on: Severity
    auditor_version: str
    observed_at: datetime


class Difference(Value):
    """All that differs."""

    schema_version: Literal["1"] = "1"
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

    @property
    def new_failures(self) -> tuple[Change, ...]:
        """What fails now and did not."""
        return tuple(change for change in self.changes if change.new_failure)

    @property
    def new_doubts(self) -> tuple[Change, ...]:
        """What matters, cannot be told, and could be before or was not asked."""
        return tuple(
            change
            for change in self.changes
            if change.after is Outcome.INCONCLUSIVE
            and change.direction in {Direction.WORSE, Direction.APPEARED}
            and change.severity.rank >= self.after.fail_on.rank
        )


def compare(old: Report, new: Report) -> Difference:
    """What differs, in the order of the new report's checks; those that are gone stand last."""
    before = {(finding.rule, finding.target): finding for finding in old.findings}
    after = {(finding.rule, finding.target): finding for finding in new.findings}
    changes = [
        *(_change(before.get(key), finding) for key, finding in after.items()),
        *(_gone(finding) for key, finding in before.items() if key not in after),
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
    )


def _side(report: Report) -> Side:
    return Side(**{name: getattr(report, name) for name in Side.model_fields})


def _missing(here: Report, there: Report) -> tuple[str, ...]:
    known = {endpoint.target for endpoint in there.endpoints} | {finding.target for finding in there.findings}
    mine = [endpoint.target for endpoint in here.endpoints] + [finding.target for finding in here.findings]
    return tuple(target for target in dict.fromkeys(mine) if target not in known)


def _judged_differently(old: Report, new: Report) -> Iterator[str]:
    was, now = old.policy, new.policy
    if was.id != now.id:
        yield f"another policy: {was.id} {was.version}, now {now.id} {now.version}"
    elif was.version != now.version:
        yield f"another version of the policy {now.id}: {was.version}, now {now.version}"
    if was.sha256 != now.sha256:
        yield f"the policy demands something else: SHA-256 {was.sha256}, now {now.sha256}"
    if old.fail_on != new.fail_on:
        yield f"a violation failed from severity {old.fail_on} on, now from {new.fail_on}"
    if old.auditor_version != new.auditor_version:
        yield f"another version of the auditor: {old.auditor_version}, now {new.auditor_version}"


def _change(old: Finding | None, new: Finding) -> Change | None:
    added = _more(new.violations, old.violations if old else ())
    removed = _more(old.violations, new.violations) if old and new.outcome in _TOLD else ()
    if old and old.outcome is new.outcome and not added and not removed:
        return None
    return Change(
        direction=_direction(old, new, added=bool(added), removed=bool(removed)),
        rule=new.rule,
        target=new.target,
        title=new.title,
        severity=new.severity,
        before=old.outcome if old else None,
        after=new.outcome,
        new_failure=new.outcome is Outcome.FAIL and (old is None or old.outcome is not Outcome.FAIL or bool(added)),
        added=added,
        removed=removed,
        reason=new.reason,
    )


def _gone(old: Finding) -> Change:
    return Change(
        direction=Direction.DISAPPEARED,
        rule=old.rule,
        target=old.target,
        title=old.title,
        severity=old.severity,
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
    # Fewer violations are better only where nothing was left untold.
    mended = removed and not added and not new.reason and new.outcome in {Outcome.FAIL, Outcome.WARN}
    return Direction.BETTER if mended else Direction.CHANGED


def _more(these: Sequence[Violation], those: Sequence[Violation]) -> tuple[Violation, ...]:
    """The violations whose subject is more often here than there."""
    known = Counter(map(_subject, those))
    more = []
    for violation in these:
        if known[_subject(violation)]:
            known[_subject(violation)] -= 1
        else:
            more.append(violation)
    return tuple(more)


def _subject(violation: Violation) -> str:
    return _FINGERPRINT.sub("", violation.subject)
