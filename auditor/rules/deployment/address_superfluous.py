"""The addresses of the communications services themselves are not the operator's business.

The items 20 to 22 are managed by Microsoft and Zoom; rules about them only grow old.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No region declares addresses of communications services."""
    for seen in evidence.seen:
        for region in seen.declared.regions:
            for text in region.service_side:
                yield Violation(
                    subject=f"regions[{region.name}].service_side (items 20 to 22)",
                    expected="nothing: they are not the operator's to manage",
                    observed=text,
                )


RULE = Rule(
    id="address-superfluous",
    title="Addresses are declared that nobody has to manage",
    group=Group.DEPLOYMENT,
    severity=Severity.INFO,
    citations=(),
    remedy="Take the items 20 to 22 out of the inventory and of every access list.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
