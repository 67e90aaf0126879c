"""Microsoft takes no prefix that it could not find in a routing registry, or that nobody has validated by hand.

It says so of every circuit; until then the operator announces its addresses to nobody.
"""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import NotTested, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(where: str, circuit: Circuit) -> Iterator[Remark]:
    subject = f"{where}.advertised_prefixes_state"
    if circuit.advertised_prefixes_state is None:
        reason = "what Microsoft says of the prefixes is in an export of the circuit (evidence)"
        yield NotTested(subject=subject, reason=reason, whole=True)
    elif circuit.advertised_prefixes_state != "Configured":
        yield Violation(subject=subject, expected="Configured", observed=circuit.advertised_prefixes_state)


RULE = Rule(
    id="advertised-prefixes-not-accepted",
    title="Microsoft has not accepted the prefixes of a circuit",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Register the prefixes in a routing registry for the AS number of the peering; where the state is "
        "ValidationNeeded, send proof that they are yours to Microsoft support."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.advertised_prefixes_state",),
)
