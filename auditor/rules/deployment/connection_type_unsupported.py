"""A connection that the gateway does not support for a service is one over which no call will come.

Operator Connect and Teams Phone Mobile do not allow production deployments over the public Internet.  The matrix
is data of the policy, since Microsoft's page changes.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import Carrier, CommunicationsService, ConnectionType, Deployment, Link
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.rules.deployment._shared import named, undeclared_sku


class Supported(Value):
    """The services that one type of connection supports."""

    connection_type: ConnectionType
    over: Carrier | None = Field(default=None, description="The row is about links over this alone")
    production: tuple[CommunicationsService, ...] = Field(description="In production deployments")
    lab: tuple[CommunicationsService, ...] = Field(description="In lab deployments")


class Matrix(Params):
    """Which service can be used over which connection."""

    matrix: tuple[Supported, ...] = Field(min_length=1, description="One row a type of connection")
    source: str = Field(min_length=1, description="Where the matrix is written, with its version")


def check(evidence: Evidence[DeploymentSeen], params: Matrix) -> Iterator[Remark]:
    """Every link is of a declared type, and every service is supported over it."""
    for seen in evidence.seen:
        declared = seen.declared
        yield from undeclared_sku(declared)
        if not declared.links:
            yield Violation(subject="links", expected="the connection of each site", observed="none is declared")
        if not declared.deployment.services:
            yield Doubt(subject="deployment.services", reason="no communications service is declared")
        for link in declared.links:
            rows = [
                row
                for row in params.matrix
                if row.connection_type == link.connection_type and (link.over is None or row.over in (None, link.over))
            ]
            yield from _link(link, declared, rows)


def _link(link: Link, declared: Deployment, rows: list[Supported]) -> Iterator[Remark]:
    shown = f"{link.connection_type} over {link.over}" if link.over else link.connection_type
    if shown is None:
        yield Violation(subject=named(link), expected="a type of connection", observed="none is declared")
    elif not rows:
        yield Violation(subject=named(link), expected="a supported type of connection", observed=shown)
    elif declared.production is not None:
        kind = "production" if declared.production else "lab"
        for service in declared.deployment.services:
            supported = {service in (row.production if declared.production else row.lab) for row in rows}
            if len(supported) > 1:
                yield Doubt(subject=named(link), reason="what it runs over is not declared")
            elif supported == {False}:
                yield Violation(
                    subject=named(link), expected=f"a connection that supports {service} in {kind}", observed=shown
                )


RULE = Rule(
    id="connection-type-unsupported",
    title="A communications service cannot be used over the declared connection",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=("Choose a connection that the service supports in this kind of deployment, and declare its type."),
    observes=DeploymentSeen,
    params=Matrix,
    check=check,
)
