"""A region that no site is connected to takes no calls, and cannot stand in for the other one."""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each region has a link."""
    for seen in evidence.seen:
        linked = {link.region for link in seen.declared.links}
        if not seen.declared.regions:
            yield Violation(subject="regions", expected="the service regions", observed="none is declared")
        for region in seen.declared.regions:
            if region.name not in linked:
                yield Violation(subject=f"regions[{region.name}]", expected="a link to a site", observed="none")


RULE = Rule(
    id="region-without-link",
    title="A service region is not connected to any site",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Connect each service region to a site, and declare the link.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
