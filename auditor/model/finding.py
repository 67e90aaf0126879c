"""Results of checks as values: remarks about subjects, and one finding for every planned check."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, WrapSerializer

from auditor.model.subject import TARGET, subject_text
from auditor.model.subject import Subject as _Subject
from auditor.model.value import Value
from auditor.model.waiver import Waiver


def _with_text(subject: _Subject, handler: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]  # noqa: ANN202 - an annotation would take the place of the subject's own schema
    """Add the text, for readers that do not know every kind.  The kind is written even though it is a default."""
    return {"kind": subject.kind, **handler(subject), "text": subject_text(subject)}


def _without_text(value: Any) -> Any:  # noqa: ANN401 - anything that is to be validated
    """Leave the text out again: it follows from the other fields."""
    return {key: part for key, part in value.items() if key != "text"} if isinstance(value, dict) else value


Subject: TypeAlias = Annotated[_Subject, BeforeValidator(_without_text), WrapSerializer(_with_text, when_used="json")]


class Violation(Value):
    """One violation of the policy."""

    subject: Subject
    expected: str
    observed: str


class Warning(Value):
    """An observation that looks right but is not proven, or is allowed but unwise.  It never fails an audit."""

    subject: Subject
    expected: str
    observed: str
    unproven: bool = Field(
        default=False, description="Whether it looks right and is not proven, so that its requirement stays open"
    )
    closes: str = Field(default="", description="What would prove it, if it is unproven; empty if unsaid")


class Doubt(Value):
    """One question that is undecided.  It is never a pass."""

    subject: Subject
    reason: str
    closes: str = Field(default="", description="What would decide it; empty if unsaid")


class NotTested(Value):
    """One check that was not made, because it needs an option that was not given."""

    subject: Subject
    reason: str
    whole: bool = Field(default=False, description="Whether the rule has nothing else to judge at this target")
    closes: str = Field(default="", description="What would test it: a command, an option or a key; empty if unsaid")


class NotApplicable(Value):
    """Why the rule does not apply to this target.  It counts only where a check yields nothing else."""

    reason: str


Remark: TypeAlias = Violation | Warning | Doubt | NotTested | NotApplicable


class Outcome(StrEnum):
    """The result of a check, worst first."""

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WARN = "warn"
    NOT_TESTED = "not-tested"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - an outcome, no password
    NOT_APPLICABLE = "not-applicable"


class Finding(Value):
    """The result of one rule at one target.  What is true of the rule itself is in the report's ``rules``."""

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
        description="Its basis, if that is not an observation: a declaration, or the files that prove it",
    )
    waiver: Waiver | None = Field(default=None, description="Who accepts the violation, if the outcome is waived")

    @property
    def evidence(self) -> tuple[Violation | Warning, ...]:
        """Violations and warnings, which are shown together."""
        return (*self.violations, *self.warnings)


def observed_text(remark: Violation | Warning) -> str:
    """What was observed, and its subject; the target is left out, because every finding names it already."""
    subject = subject_text(remark.subject)
    return f"{subject}: {remark.observed}" if subject else remark.observed


def reason_text(finding: Finding) -> str:
    """Why the result is open or does not apply, in one line; empty otherwise.

    Each reason appears once, with its subjects.  It does not repeat the outcome.
    """
    doubts, untested = "; ".join(_grouped(finding.doubts)), "; ".join(_grouped(finding.not_tested))
    if doubts and finding.outcome is not Outcome.INCONCLUSIVE:
        doubts = f"Inconclusive: {doubts}"
    if untested and finding.outcome is not Outcome.NOT_TESTED:
        untested = f"Not tested: {untested}"
    return "; ".join(filter(None, (doubts, untested, finding.not_applicable)))


def _grouped(remarks: tuple[Doubt | NotTested, ...]) -> Iterator[str]:
    subjects: dict[str, dict[str, None]] = {}
    for remark in remarks:
        subjects.setdefault(remark.reason, {})[subject_text(remark.subject)] = None
    for reason, texts in subjects.items():
        # The finding names the target already.
        yield reason if subject_text(TARGET) in texts else f"{listed(texts)}: {reason}"


def listed(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    everything = list(names)
    shown = ", ".join(everything[:most])
    return shown if len(everything) <= most else f"{shown} and {len(everything) - most} more"
