"""Microsoft accepts a prefix only after it finds it in a routing registry or validates it manually.

The circuit shows the state; until it is Configured, Microsoft does not accept the operator's routes.
"""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import NotTested, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits

_CLOSES = "an export of the circuit, under evidence in the inventory"


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """The prefixes of each circuit are in the state Configured."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    subject = owner.at("advertised_prefixes_state")
    if circuit.advertised_prefixes_state is None:
        reason = "only an export of the circuit (evidence) shows whether Microsoft has accepted the prefixes"
        yield NotTested(subject=subject, reason=reason, whole=True, closes=_CLOSES)
    elif circuit.advertised_prefixes_state != "Configured":
        yield Violation(subject=subject, expected="Configured", observed=circuit.advertised_prefixes_state)


RULE = Rule(
    id="advertised-prefixes-not-accepted",
    title="Microsoft has not accepted a circuit's prefixes",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Register the prefixes in a routing registry for the AS number of the peering; where the state is "
        "ValidationNeeded, send Microsoft support proof that you own them."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("advertised_prefixes_state"),),
)
