"""Some requirements cannot be measured; a person must confirm them.

An attestation records who confirmed what, when, and in which document.  The document lies beside the inventory, and the
report states its SHA-256.
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
from auditor.network.confirmations import last_day, names_somebody
from auditor.network.connections import uses_expressroute, uses_microsoft_peering
from auditor.network.subjects import ATTESTATIONS
from auditor.rules.deployment._shared import ZOOM, undeclared_sku


class RequiredStatement(Value):
    """One statement that somebody must confirm."""

    statement: str = Field(min_length=1, description="The id in the attestation")
    meaning: str = Field(min_length=1, description="What is confirmed")
    when: Literal[
        "always",
        "production",
        "expressroute",
        "microsoft_peering",
        "microsoft_365_over_expressroute",
        "zoom",
        "provisioning",
    ] = Field(default="always", description="In which deployments")
    years: int | None = Field(
        default=None, ge=1, description="How many years its confirmation is valid, if not as many as the others"
    )
    advice: bool = Field(default=False, description="Report a missing confirmation as a warning, not as a violation")


class Statements(Params):
    """The statements that need a confirmation."""

    statements: tuple[RequiredStatement, ...] = Field(min_length=1, description="One row per statement")
    years: int = Field(default=2, ge=1, description="How many years a confirmation is valid")


def check(evidence: Evidence[DeploymentSeen], params: Statements) -> Iterator[Remark]:
    """Each statement that applies has an attestation by somebody, neither too old nor dated in the future."""
    for seen in evidence.seen:
        wanted = [one for one in params.statements if _applies(one, seen.declared)]
        if not wanted:
            yield NotApplicable(reason="no statement is required of this kind of deployment")
        for one in wanted:
            observed = _missing(one.statement, seen.declared, evidence.at.date(), one.years or params.years)
            if observed and one.when == "production" and seen.declared.production is None:
                yield from undeclared_sku(seen.declared)
            elif observed:
                subject, expected = ATTESTATIONS.named(one.statement), f"a confirmation: {one.meaning}"
                if one.advice:
                    yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)
                else:
                    yield Violation(subject=subject, expected=expected, observed=observed)


def _applies(wanted: RequiredStatement, declared: Deployment) -> bool:
    return {
        "always": True,
        "production": declared.production is not False,
        "expressroute": uses_expressroute(declared),
        "microsoft_peering": uses_microsoft_peering(declared),
        "microsoft_365_over_expressroute": uses_expressroute(declared)
        and bool(_MICROSOFT_365 & set(declared.deployment.services)),
        "zoom": ZOOM in declared.deployment.services,
        "provisioning": declared.deployment.provisioning is not None,
    }[wanted.when]


_MICROSOFT_365 = {"operator_connect", "teams_phone_mobile", "teams_direct_routing"}


def _missing(statement: str, declared: Deployment, today: dt.date, years: int) -> str | None:
    found = [one for one in declared.attestations if one.statement == statement]
    named = [one.date for one in found if names_somebody(one.by)]
    past = [date for date in named if date <= today]
    if not found:
        return "none is declared"
    if not named:
        return "one that names neither a person nor a role"
    if not past:
        return f"one dated {min(named)}, which is in the future"
    return f"one dated {max(past)}, which is too old" if today > last_day(max(past), years) else None


def _remedy(params: Statements) -> str:
    return (
        "Have the statement confirmed, and add an attestation with its author (a person or a role), its date and the "
        f"document.  Renew it every {params.years} years, or as often as the policy says for the statement."
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
