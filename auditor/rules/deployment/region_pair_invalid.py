"""A production deployment has two service regions in one Azure geography.

Where a geography has a single region, another geography may stand in.
"""

from collections.abc import Iterator

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.regions import alone, geographies
from auditor.rules.deployment._shared import judge_production


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production there are two regions, of one geography or one of them alone in its own."""
    for seen in evidence.seen:
        yield from judge_production(seen.declared, _production, lab="a lab deployment has one region")


def _production(declared: Deployment) -> Iterator[Remark]:
    if len(declared.regions) != 2:
        yield Violation(subject="regions", expected="two service regions", observed=f"{len(declared.regions)} declared")
    names = [region.azure_region for region in declared.regions]
    for region in declared.regions:
        if region.azure_region is None:
            yield Doubt(subject=f"regions[{region.name}].azure_region", reason="it is not declared")
    known = [name for name in names if name is not None]
    if len(known) == 2 and known[0] == known[1]:
        yield Violation(subject="regions", expected="two different regions", observed=f"{known[0]} twice")
    elif len(known) == 2 and len({geographies()[name] for name in known}) > 1 and not any(map(alone, known)):
        shown = " and ".join(f"{name} ({geographies()[name]})" for name in known)
        yield Violation(subject="regions", expected="two regions of one geography", observed=shown)


RULE = Rule(
    id="region-pair-invalid",
    title="The service regions are not two of one geography",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Deploy two service regions of one Azure geography; a region that is the only one of its geography may "
        "pair with another."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
