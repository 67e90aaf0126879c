"""ExpressRoute comes from a partner, through a cloud exchange, or over a port of one's own.

The connectivity model says who runs BGP.
"""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(where: str, circuit: Circuit) -> Iterator[Remark]:
    if circuit.connectivity_model is None:
        yield Warning(
            subject=f"{where}.connectivity_model", expected="a connectivity model", observed="none is declared"
        )
    if circuit.bgp_managed_by is None:
        yield Warning(subject=f"{where}.bgp_managed_by", expected="who manages BGP", observed="nobody is declared")
    if circuit.connectivity_model == "expressroute_direct":
        return
    if circuit.provider is None and circuit.exchange is None:
        yield Violation(subject=f"{where}.provider", expected="a connectivity provider", observed="none is declared")
    elif circuit.provider_is_partner is None and circuit.exchange is None:
        yield Doubt(subject=f"{where}.provider", reason="whether it is an ExpressRoute partner is not declared")
    elif circuit.provider_is_partner is False and circuit.exchange is None:
        yield Violation(subject=f"{where}.exchange", expected="a partner or a cloud exchange", observed="neither")


RULE = Rule(
    id="circuit-provider-undeclared",
    title="How a circuit reaches Microsoft is not declared",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Declare the connectivity provider, its model, and who manages BGP; through an exchange where the provider "
        "is no partner."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.provider",),
)
