"""What no packet shows has to be confirmed by somebody.

Who, when, and in which document, so that it can be found again.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.deployment import Deployment
from auditor.model.finding import NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.rules.deployment._shared import undeclared_sku, uses_expressroute, uses_microsoft_peering


class Wanted(Value):
    """One statement that has to be confirmed."""

    statement: str = Field(min_length=1, description="The id that an attestation bears")
    meaning: str = Field(min_length=1, description="What is confirmed")
    when: Literal[
        "always", "production", "expressroute", "microsoft_peering", "microsoft_365_over_expressroute", "zoom"
    ] = Field(default="always", description="In which deployments")
    advice: bool = Field(default=False, description="Without it there is a warning, and no violation")


class Statements(Params):
    """What has to be confirmed."""

    statements: tuple[Wanted, ...] = Field(min_length=1, description="One row a statement")
    years: int = Field(default=2, ge=1, description="An older confirmation does not count")


def check(evidence: Evidence[DeploymentSeen], params: Statements) -> Iterator[Remark]:
    """Each statement that applies has an attestation that is not from the future, and not too old."""
    for seen in evidence.seen:
        wanted = [one for one in params.statements if _applies(one, seen.declared)]
        if not wanted:
            yield NotApplicable(reason="no statement is wanted of such a deployment")
        for one in wanted:
            observed = _missing(one.statement, seen.declared, evidence.at.date(), params.years)
            if observed and one.when == "production" and seen.declared.production is None:
                yield from undeclared_sku(seen.declared)
            elif observed:
                said = Warning if one.advice else Violation
                subject, expected = f"attestations[{one.statement}]", f"a confirmation: {one.meaning}"
                yield said(subject=subject, expected=expected, observed=observed)


def _applies(wanted: Wanted, declared: Deployment) -> bool:
    match wanted.when:
        case "production":
            return declared.production is not False
        case "expressroute":
            return uses_expressroute(declared)
        case "microsoft_peering":
            return uses_microsoft_peering(declared)
        case "microsoft_365_over_expressroute":
            return uses_expressroute(declared) and bool(_MICROSOFT_365 & set(declared.deployment.services))
        case "zoom":
            return "zoom_phone_cloud_peering" in declared.deployment.services
        case _:
            return True


_MICROSOFT_365 = {"operator_connect", "teams_phone_mobile", "teams_direct_routing"}


def _missing(statement: str, declared: Deployment, today: dt.date, years: int) -> str | None:
    dates = [one.date for one in declared.attestations if one.statement == statement]
    past = [date for date in dates if date <= today]
    if not dates:
        return "there is none"
    if not past:
        return f"one of {min(dates)}, which is still to come"
    return f"one of {max(past)}, which is too old" if (today - max(past)).days > 366 * years else None


RULE = Rule(
    id="attestation-missing",
    title="Something that only a person can confirm is not confirmed",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=("Have it confirmed, and add an attestation with its author, its day and the digest of the document."),
    observes=DeploymentSeen,
    params=Statements,
    check=check,
)
