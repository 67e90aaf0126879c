"""A region without a link to a site receives no calls, and cannot replace the other region."""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import REGIONS


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each region has a link to a site."""
    for seen in evidence.seen:
        linked = {link.region for link in seen.declared.links}
        if not seen.declared.regions:
            yield Violation(subject=REGIONS, expected="the service regions", observed="none is declared")
        for region in seen.declared.regions:
            if region.name not in linked:
                yield Violation(
                    subject=REGIONS.named(region.name), expected="a link to a site", observed="none is declared"
                )


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
