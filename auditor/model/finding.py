"""What a check finds, as values: remarks about subjects, and the one finding that comes of every promised check."""

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from auditor.model.subject import Named
from auditor.model.subject import Subject as _Subject
from auditor.model.value import Value
from auditor.model.waiver import Waiver

# For as long as some rules still write subjects as text.
Subject: TypeAlias = Annotated[
    _Subject, BeforeValidator(lambda value: Named(name=value) if isinstance(value, str) else value)
]


class Violation(Value):
    """One thing that is not as it has to be."""

    subject: Subject
    expected: str
    observed: str


class Warning(Value):
    """Something that looks right and was not proven, or is right and unwise: it never fails an audit."""

    subject: Subject
    expected: str
    observed: str


class Doubt(Value):
    """One question that could not be settled.  It is never a pass."""

    subject: Subject
    reason: str


class NotTested(Value):
    """One thing that was not tested, because it needs an option that was not given."""

    subject: Subject
    reason: str
    whole: bool = Field(default=False, description="Whether the rule has nothing else to judge at this target")


class NotApplicable(Value):
    """The rule has nothing to say about this target, and why.  It counts only where a check yields nothing else."""

    reason: str


Remark: TypeAlias = Violation | Warning | Doubt | NotTested | NotApplicable


class Outcome(StrEnum):
    """What came of a check, worst first."""

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WARN = "warn"
    NOT_TESTED = "not-tested"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - an outcome, no password
    NOT_APPLICABLE = "not-applicable"


class Finding(Value):
    """What one rule says about one target.  What is true of the rule stands once, in the report's ``rules``."""

    rule: str = Field(description="Id of the rule, a key of the report's rules")
    target: str = Field(description="Name of the target")
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    warnings: tuple[Warning, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    not_tested: tuple[NotTested, ...] = ()
    not_applicable: str = Field(default="", description="Why the rule does not apply; empty otherwise")
    basis: tuple[str, ...] = Field(
        default=(),
        description="What it rests on, where that is no observation: a declaration, or the files that prove it",
    )
    waiver: Waiver | None = Field(default=None, description="Who accepts the violation, where the outcome is waived")
