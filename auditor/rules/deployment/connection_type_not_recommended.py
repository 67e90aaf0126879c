"""Microsoft recommends MAPS Voice, then ExpressRoute Microsoft peering, and no public Internet in production.

A recommendation is no demand: a link that records its reason is as good as one that follows it, but for the Internet in
production.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import ConnectionType
from auditor.model.finding import Doubt, Remark, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import named


class Order(Params):
    """Types of connection, the recommended one first."""

    recommended: tuple[ConnectionType, ...] = Field(min_length=1, description="The first needs no reason")
    not_in_production: tuple[ConnectionType, ...] = Field(default=(), description="Advised against whatever the reason")


def check(evidence: Evidence[DeploymentSeen], params: Order) -> Iterator[Remark]:
    """Each link is of the type recommended first, or says why it is not."""
    for seen in evidence.seen:
        if not any(link.connection_type for link in seen.declared.links):
            yield Doubt(subject="links", reason="no type of connection is declared")
        for link in seen.declared.links:
            if link.connection_type is None or link.connection_type == params.recommended[0]:
                continue
            advised_against = link.connection_type in params.not_in_production and seen.declared.production is not False
            if advised_against or not link.reason:
                why = "not recommended in production" if advised_against else "no reason is recorded"
                yield Warning(
                    subject=named(link),
                    expected=" or else ".join(params.recommended),
                    observed=f"{link.connection_type}: {why}",
                )


RULE = Rule(
    id="connection-type-not-recommended",
    title="Another connection than the recommended one is used",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(),
    remedy=("Plan for the connection that is recommended first, or record the reason for another one with the link."),
    observes=DeploymentSeen,
    params=Order,
    check=check,
)
