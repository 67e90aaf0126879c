"""A lab deployment has one service region and connects to one site.

Whether it may connect to further sites the document leaves open.
"""

from collections.abc import Iterator

from auditor.model.finding import NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import LINKS, REGIONS
from auditor.rules.deployment._shared import undeclared_sku


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """A lab has one region and one linked site."""
    for seen in evidence.seen:
        declared = seen.declared
        yield from undeclared_sku(declared)
        if declared.production is True:
            yield NotApplicable(reason="this is a production deployment")
        if declared.production is not False:
            continue
        if len(declared.regions) != 1:
            yield Violation(
                subject=REGIONS, expected="one service region", observed=f"{len(declared.regions)} declared"
            )
        if not declared.links:
            yield Violation(subject=LINKS, expected="a link to a site", observed="none is declared")
        if (sites := len({link.site for link in declared.links})) > 1:
            yield Warning(subject=LINKS, expected="one site", observed=f"links to {sites} sites", unproven=True)


RULE = Rule(
    id="lab-deployment-invalid",
    title="A lab deployment is not one region with a linked site",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Declare one service region for the lab deployment, and a link from it to a site.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
