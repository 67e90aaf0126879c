"""Some AS numbers are reserved by Azure or for documentation.

A private one is accepted after validation by hand, and stripped from the path.
"""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.as_numbers import is_private, is_reserved
from auditor.rules.deployment._shared import judge_peered


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        yield from judge_peered(seen.declared, _circuit)


def _circuit(where: str, circuit: Circuit) -> Iterator[Remark]:
    asn = circuit.asn
    if asn is None:
        yield Doubt(subject=f"{where}.asn", reason="it is not declared")
    elif is_reserved(asn):
        yield Violation(subject=f"{where}.asn", expected="an AS number that is not reserved", observed=str(asn))
    elif is_private(asn):
        if not circuit.asn_validated:
            yield Warning(
                subject=f"{where}.asn",
                expected="a public AS number, or validation",
                observed=f"{asn} is private",
            )
    elif circuit.registry is None and not circuit.asn_validated:
        yield Doubt(subject=f"{where}.registry", reason="where the AS number is registered is not declared")


RULE = Rule(
    id="asn-not-allowed",
    title="The AS number cannot be used on Microsoft peering",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=("Use a public AS number registered to you; a private one has to be validated by Microsoft first."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.asn", "circuits.registry"),
)
