"""What no packet shows has to be confirmed by somebody.

Who, when, and in which document, so that it can be found again.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.deployment.declared import uses_expressroute
from auditor.model.deployment import Deployment
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Params, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.value import Value


class Wanted(Value):
    """One statement that has to be confirmed."""

    statement: str = Field(min_length=1, description="The id that an attestation bears")
    meaning: str = Field(min_length=1, description="What is confirmed")
    when: Literal["always", "production", "expressroute", "zoom"] = Field(
        default="always", description="In which deployments"
    )


class Statements(Params):
    """What has to be confirmed."""

    statements: tuple[Wanted, ...] = Field(min_length=1, description="One row a statement")
    years: int = Field(default=2, ge=1, description="An older confirmation does not count")


def check(evidence: Evidence[DeploymentSeen], params: Statements) -> Iterator[Remark]:
    """Each statement that applies has an attestation that is not from the future, and not too old."""
    for seen in evidence.seen:
        for wanted in params.statements:
            if _applies(wanted, seen.declared):
                yield from _confirmed(wanted, seen.declared, evidence.at.date(), params.years)


def _applies(wanted: Wanted, declared: Deployment) -> bool:
    match wanted.when:
        case "production":
            return declared.production is not False
        case "expressroute":
            return uses_expressroute(declared)
        case "zoom":
            return "zoom_phone_cloud_peering" in declared.deployment.services
        case _:
            return True


def _confirmed(wanted: Wanted, declared: Deployment, today: dt.date, years: int) -> Iterator[Remark]:
    found = [one for one in declared.attestations if one.statement == wanted.statement]
    subject, expected = f"attestations[{wanted.statement}]", f"a confirmation: {wanted.meaning}"
    if not found:
        yield Violation(subject=subject, expected=expected, observed="there is none")
        return
    newest = max(found, key=lambda one: one.date)
    if newest.date > today:
        yield Violation(subject=subject, expected=expected, observed=f"one of {newest.date}, which is still to come")
    elif (today - newest.date).days > 366 * years:
        yield Violation(subject=subject, expected=expected, observed=f"one of {newest.date}, which is too old")


RULE = Rule(
    id="attestation-missing",
    title="Something that only a person can confirm is not confirmed",
    severity=Severity.MEDIUM,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
        Citation(
            document="Overview of security for Azure Communications Gateway",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/security",
        ),
    ),
    requirements=(
        "CON-07",
        "CON-11",
        "CON-IP14",
        "CON-IP15",
        "CON-IP16",
        "CON-IP17",
        "CON-IP18",
        "CON-IP19",
        "ER-03",
        "ER-12",
        "SEC-02",
        "SEC-19",
    ),
    remediation=("Have it confirmed, and add an attestation with its author, its day and the digest of the document."),
    observes=DeploymentSeen,
    params=Statements,
    check=check,
)
