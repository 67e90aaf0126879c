"""A circuit is a resource of an Azure subscription; without both ids Microsoft cannot find it."""

import re
from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CIRCUIT = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/[\w.()-]+"
    r"/providers/Microsoft\.Network/expressRouteCircuits/[\w.-]+",
    re.IGNORECASE,
)


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit declares a subscription id, and the resource id of an ExpressRoute circuit in that subscription."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    resource_id = owner.at("resource_id")
    if circuit.subscription_id is None or circuit.resource_id is None:
        yield Violation(subject=owner, expected="subscription and resource ids", observed="not both are declared")
    elif not _GUID.fullmatch(circuit.subscription_id) or _is_placeholder(circuit.subscription_id):
        yield Violation(subject=owner.at("subscription_id"), expected="a GUID", observed=circuit.subscription_id)
    elif not (found := _CIRCUIT.fullmatch(circuit.resource_id)):
        expected = "the resource id of an ExpressRoute circuit"
        yield Violation(subject=resource_id, expected=expected, observed=circuit.resource_id)
    elif found["subscription"].lower() != circuit.subscription_id.lower():
        yield Violation(subject=resource_id, expected=f"one in {circuit.subscription_id}", observed=circuit.resource_id)


def _is_placeholder(guid: str) -> bool:
    """Whether it is one digit repeated, as in an example."""
    return len(set(guid.casefold()) - {"-"}) == 1


RULE = Rule(
    id="circuit-subscription-invalid",
    title="A circuit's Azure subscription is missing or wrong",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Declare the subscription_id and the resource_id of the circuit as the Azure portal shows them.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("subscription_id"), CIRCUITS.at("resource_id")),
)
