"""A connection that the gateway does not support for a service is one over which no call will come.

Operator Connect and Teams Phone Mobile do not allow production deployments over the public Internet.  The matrix
is data of the policy, since Microsoft's page changes.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.deployment.declared import named, undeclared_sku
from auditor.model.deployment import CommunicationsService, ConnectionType, Deployment, Link
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, Params, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.value import Value


class Supported(Value):
    """The services that one type of connection supports."""

    connection_type: ConnectionType
    production: tuple[CommunicationsService, ...] = Field(description="In production deployments")
    lab: tuple[CommunicationsService, ...] = Field(description="In lab deployments")


class Matrix(Params):
    """Which service can be used over which connection."""

    matrix: tuple[Supported, ...] = Field(min_length=1, description="One row a type of connection")
    source: str = Field(min_length=1, description="Where the matrix is written, with its version")


def check(evidence: Evidence[DeploymentSeen], params: Matrix) -> Iterator[Remark]:
    """Every link is of a declared type, and every service is supported over it."""
    rows = {row.connection_type: row for row in params.matrix}
    for seen in evidence.seen:
        declared = seen.declared
        yield from undeclared_sku(declared)
        if not declared.links:
            yield Violation(subject="links", expected="the connection of each site", observed="none is declared")
        if not declared.deployment.services:
            yield Inconclusive(subject="deployment.services", reason="no communications service is declared")
        for link in declared.links:
            yield from _link(link, declared, rows.get(link.connection_type) if link.connection_type else None)


def _link(link: Link, declared: Deployment, row: Supported | None) -> Iterator[Remark]:
    if link.connection_type is None:
        yield Violation(subject=named(link), expected="a type of connection", observed="none is declared")
    elif row is None:
        yield Violation(subject=named(link), expected="a supported type of connection", observed=link.connection_type)
    elif declared.production is not None:
        supported = row.production if declared.production else row.lab
        for service in declared.deployment.services:
            if service not in supported:
                kind = "production" if declared.production else "lab"
                yield Violation(
                    subject=named(link),
                    expected=f"a connection that supports {service} in {kind}",
                    observed=link.connection_type,
                )


RULE = Rule(
    id="connection-type-unsupported",
    title="A communications service cannot be used over the declared connection",
    severity=Severity.CRITICAL,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
    ),
    requirements=(
        "CON-02",
        "CON-06",
        "CON-09",
    ),
    remediation=("Choose a connection that the service supports in this kind of deployment, and declare its type."),
    observes=DeploymentSeen,
    params=Matrix,
    check=check,
)
