"""Answers to requirements: findings answer checks, and a requirement is what the user was asked for."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from auditor.model.rule import Citation
from auditor.model.severity import Severity
from auditor.model.value import Value


class AnswerKind(StrEnum):
    """The answer to one requirement, worst first."""

    NOT_MET = "not-met"
    OPEN = "open"
    CONFIRMED = "confirmed"
    MET = "met"
    PROVIDER = "provider"
    NOT_APPLICABLE = "not-applicable"


class FindingKey(Value):
    """One finding of the report, by its rule and its target."""

    rule: str
    target: str


class Confirmation(Value):
    """Who confirmed a statement, when, and in which document."""

    statement: str
    by: str
    date: date
    document: str | None = None
    sha256: str | None = Field(default=None, description="SHA-256 of the document, 64 digits from 0 to f")


class RequirementAnswer(Value):
    """The answer to one requirement of the documents behind the policy."""

    id: str
    statement: str
    severity: Severity
    sources: tuple[Citation, ...]
    answer: AnswerKind
    reason: str = Field(description="Why, in one sentence")
    closes: str = Field(default="", description="What would answer it, if it is open: a command, an option, or a key")
    derived: str = Field(default="", description="How it was derived, if its document does not say it in these words")
    findings: tuple[FindingKey, ...] = Field(default=(), description="The findings that decide it")
    confirmations: tuple[Confirmation, ...] = ()


class Completeness(Value):
    """How many of the requirements that concern the operator are answered."""

    required: bool = Field(description="Whether an open requirement keeps the verdict from being a pass")
    answered: int = Field(description="Met, not met or confirmed")
    open: int
    total: int = Field(description="Those that apply and are not the provider's")
