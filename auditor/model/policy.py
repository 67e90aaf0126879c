"""A policy in effect: after ``extends``, ``disable`` and ``severity`` have been worked out."""

from dataclasses import dataclass
from typing import Any

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
    """What is demanded."""

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
    """Of the policy in effect: the same for two files that demand the same."""

    def citations(self, rule_id: str) -> tuple[Citation, ...]:  # noqa: ARG002 - until the policy names its requirements
        """Where the policy's issuer demands what the rule checks."""
        return ()

    def requirement_ids(self, rule_id: str) -> tuple[str, ...]:  # noqa: ARG002 - as above
        """The requirements of the policy's list that the rule answers."""
        return ()
