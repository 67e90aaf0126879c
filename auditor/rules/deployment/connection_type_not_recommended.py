"""Microsoft recommends MAPS Voice, then ExpressRoute Microsoft peering, and no public Internet in production.

This is a recommendation: a link with a recorded reason is accepted too, except one over the Internet in production.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import ConnectionType
from auditor.model.finding import Doubt, Remark, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.confirmations import gives_reason
from auditor.network.subjects import LINKS, link_subject


class ConnectionPreference(Params):
    """The recommended connection types, in order."""

    recommended: tuple[ConnectionType, ...] = Field(
        min_length=1, description="In order of preference; only the first needs no reason"
    )
    not_in_production: tuple[ConnectionType, ...] = Field(
        default=(), description="Not recommended in production, whatever the reason"
    )


def check(evidence: Evidence[DeploymentSeen], params: ConnectionPreference) -> Iterator[Remark]:
    """Each link is of the type recommended first, or records the reason for another type."""
    for seen in evidence.seen:
        if not any(link.connection_type for link in seen.declared.links):
            yield Doubt(subject=LINKS, reason="no link declares its connection_type")
        for link in seen.declared.links:
            if link.connection_type is None or link.connection_type == params.recommended[0]:
                continue
            advised_against = link.connection_type in params.not_in_production and seen.declared.production is not False
            if advised_against or not gives_reason(link.reason):
                why = "not recommended in production" if advised_against else "no reason is declared"
                yield Warning(
                    subject=link_subject(link),
                    expected=" or else ".join(params.recommended),
                    observed=f"{link.connection_type}: {why}",
                )


def _remedy(params: ConnectionPreference) -> str:
    return f"Plan for {params.recommended[0]}, or declare the reason for another connection type with the link."


RULE = Rule(
    id="connection-type-not-recommended",
    title="A link does not use the recommended connection type",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=ConnectionPreference,
    check=check,
)
