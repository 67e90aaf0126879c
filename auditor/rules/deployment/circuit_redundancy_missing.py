"""A single circuit, or two in one peering location, fail as one; a circuit without links carries no calls.

Microsoft strongly recommends two locations, and requires them for Operator Connect with VNet injection.
"""

from collections.abc import Iterator, Sequence

from auditor.model.deployment import Circuit, Deployment
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.connections import EXPRESSROUTE, INJECTED, uses_expressroute
from auditor.network.subjects import CIRCUITS, LINKS
from auditor.rules.deployment._shared import normalised_place

_FEW = 5


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Links run over two or more circuits, and these are not all in one peering location."""
    for seen in evidence.seen:
        declared = seen.declared
        mandated = (
            (declared.deployment.vnet_injection or any(link.connection_type == INJECTED for link in declared.links))
            and bool({"operator_connect", "teams_phone_mobile"} & set(declared.deployment.services))
            and declared.production is True
        )
        if uses_expressroute(declared) or mandated:
            yield from _redundancy(declared, mandated=mandated)
        else:
            yield NotApplicable(reason="no ExpressRoute is declared")


def _redundancy(declared: Deployment, *, mandated: bool) -> Iterator[Remark]:
    used, possible = _in_use(declared)
    if len(_locations(used)) >= 2:
        return
    if not (declared.circuits or mandated):
        yield Doubt(subject=CIRCUITS, reason="no circuit is declared")
    elif len(_locations(possible)) >= 2:
        yield Doubt(subject=LINKS, reason="the circuit of a link over ExpressRoute is not declared")
    elif not all(circuit.peering_location for circuit in possible):
        yield Doubt(subject=CIRCUITS, reason="the peering location of a circuit is not declared")
    else:
        idle = [circuit.name for circuit in declared.circuits if circuit not in possible]
        more = f" and {len(idle) - _FEW} more" if len(idle) > _FEW else ""
        no_link = f"; no link runs over {', '.join(idle[:_FEW])}{more}" if idle else ""
        remark = Violation if mandated else Warning
        yield remark(
            subject=CIRCUITS,
            expected="two circuits in different peering locations",
            observed=f"{len(possible)} in {', '.join(_locations(possible)) or 'none'}{no_link}",
        )


def _in_use(declared: Deployment) -> tuple[Sequence[Circuit], Sequence[Circuit]]:
    """The circuits that links run over, and those that they may run over: all, if a link names no circuit."""
    named = {link.circuit for link in declared.links if link.circuit}
    unnamed = any(
        link.circuit is None and link.connection_type in (None, EXPRESSROUTE, INJECTED) and link.over != "vpn"
        for link in declared.links
    )
    if not named and (unnamed or not declared.links):
        return declared.circuits, declared.circuits
    used = [circuit for circuit in declared.circuits if circuit.name in named]
    return used, declared.circuits if unnamed else used


def _locations(circuits: Sequence[Circuit]) -> set[str]:
    return {normalised_place(circuit.peering_location) for circuit in circuits if circuit.peering_location}


RULE = Rule(
    id="circuit-redundancy-missing",
    title="No two circuits use different peering locations",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Add a circuit in another peering location, and run links over both.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("peering_location"),),
)
