"""A policy in effect: after ``extends``, ``disable`` and ``severity`` have been applied."""

from dataclasses import dataclass, field
from typing import Any

from auditor.model.dated import FactsReference
from auditor.model.requirement import Requirement, Requirements, distinct
from auditor.model.rule import Citation, Params, Rule
from auditor.model.severity import Severity
from auditor.model.trust_anchor import TrustAnchor


@dataclass(frozen=True)
class RuleSetting:
    """One rule as the policy sets it."""

    rule: Rule[Any, Any]
    params: Params
    severity: Severity


@dataclass(frozen=True)
class Policy:
    """A policy in effect."""

    id: str
    version: str
    title: str
    source: str
    fail_on: Severity
    """A violation below this severity is a warning."""
    settings: tuple[RuleSetting, ...]
    disabled: tuple[tuple[str, str], ...]
    """Rules switched off, each with its reason."""
    anchors: tuple[TrustAnchor, ...]
    """The pinned roots that ship with the policies, by file name."""
    sha256: str
    """The digest of the policy in effect: equal for two files with the same requirements."""
    complete: bool = False
    """Whether an open requirement keeps the verdict from being a pass."""
    facts: FactsReference | None = None
    """The file of dated facts that rules take lists from, if one does."""
    requirements_file: Requirements = field(default_factory=Requirements)
    """What the documents behind the policy require; empty if the policy names no requirements file."""

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements of the file that the policy names, in the file's order."""
        return self.requirements_file.entries

    def requirement_ids(self, rule_id: str) -> tuple[str, ...]:
        """The requirements that the rule answers, in the file's order."""
        return tuple(entry.id for entry in self.requirements if rule_id in entry.rules)

    def citations(self, rule_id: str) -> tuple[Citation, ...]:
        """The documents behind the policy that require what the rule checks, each section once."""
        return distinct(tuple(source.citation for source in self.requirements_file.sources_of(rule_id)))

    def all_citations(self, rule: Rule[Any, Any]) -> tuple[Citation, ...]:
        """The documents behind the policy, then the standards that the rule cites, each section once."""
        return distinct((*self.citations(rule.id), *rule.citations))
