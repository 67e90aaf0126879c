"""A service receives no calls over a connection that does not support it.

Operator Connect and Teams Phone Mobile do not allow production deployments over the public Internet.  The matrix is
a parameter because Microsoft's page changes.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import Carrier, CommunicationsService, ConnectionType, Deployment, Link
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.network.connections import INJECTED
from auditor.network.subjects import LINKS, RESOURCE, link_subject
from auditor.rules.deployment._shared import undeclared_sku


class Supported(Value):
    """The services that one connection type supports."""

    connection_type: ConnectionType
    over: Carrier | None = Field(default=None, description="Limits the row to links over this carrier")
    production: tuple[CommunicationsService, ...] = Field(description="In production deployments")
    lab: tuple[CommunicationsService, ...] = Field(description="In lab deployments")


class Matrix(Params):
    """The services that each connection type supports."""

    matrix: tuple[Supported, ...] = Field(min_length=1, description="One row per connection type")
    source: str = Field(min_length=1, description="The document with the matrix, and its version")


def check(evidence: Evidence[DeploymentSeen], params: Matrix) -> Iterator[Remark]:
    """Every link declares its connection type, and every service is supported over it."""
    for seen in evidence.seen:
        declared = seen.declared
        yield from undeclared_sku(declared)
        if not declared.links:
            yield Violation(subject=LINKS, expected="a link for each site", observed="none is declared")
        if not declared.deployment.services:
            yield Doubt(subject=RESOURCE.at("services"), reason="no communications service is declared")
        for link in declared.links:
            rows = [
                row
                for row in params.matrix
                if row.connection_type == link.connection_type
                # Only an injected virtual network is reached over a carrier.
                if link.over is None or row.over == link.over or (row.over is None and row.connection_type == INJECTED)
            ]
            yield from _link(link, declared, rows)


def _link(link: Link, declared: Deployment, rows: list[Supported]) -> Iterator[Remark]:
    subject = link_subject(link)
    if link.connection_type is None:
        yield Violation(subject=subject, expected="a connection type", observed="none is declared")
        return
    shown = f"{link.connection_type} over {link.over}" if link.over else link.connection_type
    if not rows:
        yield Violation(subject=subject, expected="a supported connection type", observed=shown)
    elif declared.production is not None:
        kind = "production" if declared.production else "lab"
        for service in declared.deployment.services:
            supported = {service in (row.production if declared.production else row.lab) for row in rows}
            if len(supported) > 1:
                yield Doubt(subject=subject, reason="the carrier of the link (over) is not declared")
            elif supported == {False}:
                yield Violation(
                    subject=subject, expected=f"a connection that supports {service} in {kind}", observed=shown
                )


RULE = Rule(
    id="connection-type-unsupported",
    title="A service is not supported over the declared connection",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=(
        "Choose a connection type that the service supports in this kind of deployment, and declare connection_type."
    ),
    observes=DeploymentSeen,
    params=Matrix,
    check=check,
)
