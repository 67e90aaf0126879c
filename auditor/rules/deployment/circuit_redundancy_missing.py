"""One circuit, or two in one building, fail together.

Two locations are strongly recommended, and with VNet injection demanded of Operator Connect.
"""

from collections.abc import Iterator

from auditor.deployment.declared import INJECTED, place, uses_expressroute
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import (
    Caution,
    Citation,
    Evidence,
    Inconclusive,
    NoParameters,
    NotApplicable,
    Remark,
    Rule,
    Violation,
)
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Two circuits or more, and not all in one place."""
    for seen in evidence.seen:
        declared = seen.declared
        mandated = (
            (declared.deployment.vnet_injection or any(link.connection_type == INJECTED for link in declared.links))
            and bool({"operator_connect", "teams_phone_mobile"} & set(declared.deployment.services))
            and declared.production is True
        )
        if not uses_expressroute(declared) and not mandated:
            yield NotApplicable(reason="no ExpressRoute is declared")
            continue
        places = {place(circuit.peering_location) for circuit in declared.circuits if circuit.peering_location}
        known = all(circuit.peering_location for circuit in declared.circuits)
        if len(places) >= 2:
            continue
        if not known or not (declared.circuits or mandated):
            what = "not every peering location is declared" if declared.circuits else "no circuit is declared"
            yield Inconclusive(subject="circuits", reason=what)
            continue
        said = Violation if mandated else Caution
        yield said(
            subject="circuits",
            expected="two circuits in different peering locations",
            observed=f"{len(declared.circuits)} in {', '.join(sorted(places)) or 'none'}",
        )


RULE = Rule(
    id="circuit-redundancy-missing",
    title="There are no two circuits in different peering locations",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="ExpressRoute prerequisites",
            url="https://learn.microsoft.com/en-us/azure/expressroute/expressroute-prerequisites",
        ),
    ),
    requirements=("ER-07",),
    remediation="Add a circuit in another peering location.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.peering_location",),
)
