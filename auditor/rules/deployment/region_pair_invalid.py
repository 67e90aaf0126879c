"""A production deployment has two service regions in one Azure geography.

The only region of its geography may be paired with one in another geography.
"""

from collections.abc import Iterator

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.regions import geographies, is_only_region, region_name
from auditor.network.subjects import REGIONS
from auditor.rules.deployment._shared import judge_production


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production there are two regions in one geography, unless one of them is the only region of its geography."""
    for seen in evidence.seen:
        yield from judge_production(seen.declared, _production, lab="a lab deployment has one region")


def _production(declared: Deployment) -> Iterator[Remark]:
    if len(declared.regions) != 2:
        yield Violation(subject=REGIONS, expected="two service regions", observed=f"{len(declared.regions)} declared")
    names = [region.azure_region for region in declared.regions]
    for region in declared.regions:
        if region.azure_region is None:
            yield Doubt(
                subject=REGIONS.named(region.name).at("azure_region"), reason="the Azure region is not declared"
            )
    known = [found for name in names if name is not None and (found := region_name(name))]
    if len(known) == 2 and known[0] == known[1]:
        yield Violation(subject=REGIONS, expected="two different regions", observed=f"{known[0]} twice")
    elif len(known) == 2 and len({geographies()[name] for name in known}) > 1 and not any(map(is_only_region, known)):
        shown = " and ".join(f"{name} ({geographies()[name]})" for name in known)
        yield Violation(subject=REGIONS, expected="two regions in one geography", observed=shown)


RULE = Rule(
    id="region-pair-invalid",
    title="The service regions are not a pair in one geography",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Deploy two service regions in one Azure geography; pair them across geographies only where one has a single "
        "region."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
