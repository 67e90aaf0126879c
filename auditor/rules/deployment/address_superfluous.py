"""Microsoft and Zoom manage the addresses of their communications services (items 20 to 22).

Firewall rules for them serve no purpose and become stale.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import REGIONS


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No region declares addresses of communications services."""
    for seen in evidence.seen:
        for region in seen.declared.regions:
            for text in region.service_side:
                yield Violation(
                    subject=REGIONS.named(region.name).at("service_side", items="items 20 to 22"),
                    expected="no address: Microsoft and Zoom manage them",
                    observed=text,
                )


RULE = Rule(
    id="address-superfluous",
    title="Addresses of communications services are declared",
    group=Group.DEPLOYMENT,
    severity=Severity.INFO,
    citations=(),
    remedy="Remove items 20 to 22 from the inventory and from every access list.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
