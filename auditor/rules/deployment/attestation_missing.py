"""Some requirements cannot be measured; a person must confirm them.

An attestation records who confirmed what, when, and in which document.
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
from auditor.network.connections import uses_expressroute, uses_microsoft_peering
from auditor.network.subjects import ATTESTATIONS
from auditor.rules.deployment._shared import undeclared_sku


class RequiredStatement(Value):
    """One statement that somebody must confirm."""

    statement: str = Field(min_length=1, description="The id in the attestation")
    meaning: str = Field(min_length=1, description="What is confirmed")
    when: Literal[
        "always", "production", "expressroute", "microsoft_peering", "microsoft_365_over_expressroute", "zoom"
    ] = Field(default="always", description="In which deployments")
    advice: bool = Field(default=False, description="Report a missing confirmation as a warning, not as a violation")


class Statements(Params):
    """The statements that need a confirmation."""

    statements: tuple[RequiredStatement, ...] = Field(min_length=1, description="One row per statement")
    years: int = Field(default=2, ge=1, description="How many years a confirmation is valid")


def check(evidence: Evidence[DeploymentSeen], params: Statements) -> Iterator[Remark]:
    """Each statement that applies has an attestation that is neither too old nor dated in the future."""
    for seen in evidence.seen:
        wanted = [one for one in params.statements if _applies(one, seen.declared)]
        if not wanted:
            yield NotApplicable(reason="no statement is required of this kind of deployment")
        for one in wanted:
            observed = _missing(one.statement, seen.declared, evidence.at.date(), params.years)
            if observed and one.when == "production" and seen.declared.production is None:
                yield from undeclared_sku(seen.declared)
            elif observed:
                said = Warning if one.advice else Violation
                subject, expected = ATTESTATIONS.named(one.statement), f"a confirmation: {one.meaning}"
                yield said(subject=subject, expected=expected, observed=observed)


def _applies(wanted: RequiredStatement, declared: Deployment) -> bool:
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
        return "none is declared"
    if not past:
        return f"one dated {min(dates)}, which is in the future"
    return f"one dated {max(past)}, which is too old" if (today - max(past)).days > 366 * years else None


def _remedy(params: Statements) -> str:
    return (
        "Have the statement confirmed, and add an attestation with its author, its date and the digest of the "
        "document; "
        f"renew it every {params.years} years."
    )


RULE = Rule(
    id="attestation-missing",
    title="A required confirmation is missing or too old",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=Statements,
    check=check,
)
