"""ExpressRoute is bought from a partner, reached through a cloud exchange, or connected directly.

The connectivity model determines who manages BGP.
"""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit declares its model, its BGP management and its provider: a partner, or one behind an exchange."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    if circuit.connectivity_model is None:
        subject = owner.at("connectivity_model")
        yield Warning(subject=subject, expected="a connectivity model", observed="none is declared")
    if circuit.bgp_managed_by is None:
        yield Warning(subject=owner.at("bgp_managed_by"), expected="who manages BGP", observed="not declared")
    if circuit.connectivity_model == "expressroute_direct":
        return
    if circuit.provider is None and circuit.exchange is None:
        yield Violation(subject=owner.at("provider"), expected="a connectivity provider", observed="none is declared")
    elif circuit.provider_is_partner is None and circuit.exchange is None:
        reason = "whether the provider is an ExpressRoute partner is not declared"
        yield Doubt(subject=owner.at("provider"), reason=reason)
    elif circuit.provider_is_partner is False and circuit.exchange is None:
        expected = "an ExpressRoute partner or a cloud exchange"
        yield Violation(subject=owner.at("exchange"), expected=expected, observed="neither is declared")


RULE = Rule(
    id="circuit-provider-undeclared",
    title="A circuit's connectivity provider is not declared",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Declare provider, connectivity_model and bgp_managed_by of the circuit; declare exchange where the "
        "provider is not an ExpressRoute partner."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("provider"),),
)
