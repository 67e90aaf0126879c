"""A circuit is a resource within an Azure subscription: without both ids nobody can look at it."""

import re
from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import judge_circuits

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CIRCUIT = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/[^/]+"
    r"/providers/Microsoft\.Network/expressRouteCircuits/[^/]+",
    re.IGNORECASE,
)


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit has a subscription id and a resource id, which is one of a circuit in that subscription."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(where: str, circuit: Circuit) -> Iterator[Remark]:
    if circuit.subscription_id is None or circuit.resource_id is None:
        yield Violation(subject=where, expected="subscription and resource ids", observed="not both are declared")
    elif not _GUID.fullmatch(circuit.subscription_id):
        yield Violation(subject=f"{where}.subscription_id", expected="a GUID", observed=circuit.subscription_id)
    elif not (found := _CIRCUIT.fullmatch(circuit.resource_id)):
        expected = "the resource id of an ExpressRoute circuit"
        yield Violation(subject=f"{where}.resource_id", expected=expected, observed=circuit.resource_id)
    elif found["subscription"].lower() != circuit.subscription_id.lower():
        yield Violation(
            subject=f"{where}.resource_id", expected="one of the subscription", observed=circuit.resource_id
        )


RULE = Rule(
    id="circuit-subscription-invalid",
    title="An ExpressRoute circuit is not known by its Azure subscription",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=("Declare the subscription id and the resource id of the circuit, as the Azure portal shows them."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.subscription_id", "circuits.resource_id"),
)
