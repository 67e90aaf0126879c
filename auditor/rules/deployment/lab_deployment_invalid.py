"""A lab deployment has one service region, and must connect to one site of the operator."""

from collections.abc import Iterator

from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, NoParameters, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import undeclared_sku


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """A lab has one region and at least one linked site."""
    for seen in evidence.seen:
        declared = seen.declared
        yield from undeclared_sku(declared)
        if declared.production is True:
            yield NotApplicable(reason="this is a production deployment")
        if declared.production is not False:
            continue
        if len(declared.regions) != 1:
            yield Violation(
                subject="regions", expected="one service region", observed=f"{len(declared.regions)} declared"
            )
        if not declared.links:
            yield Violation(subject="links", expected="a link to a site", observed="none is declared")


RULE = Rule(
    id="lab-deployment-invalid",
    title="A lab deployment is not one region with a site",
    severity=Severity.MEDIUM,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
    ),
    requirements=("CON-16",),
    remediation="A lab deployment has one service region and connects to at least one site.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
