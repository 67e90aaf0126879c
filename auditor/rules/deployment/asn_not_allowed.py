"""Some AS numbers are reserved, by Azure or for documentation.

Microsoft accepts a private one only after manual validation, and strips it from the path.
"""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.as_numbers import is_private, is_reserved
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_microsoft_peering


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """The AS number of each circuit is public and registered, or validated by Microsoft."""
    for seen in evidence.seen:
        yield from judge_microsoft_peering(seen.declared, _circuit)


def _circuit(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    asn, subject = circuit.asn, owner.at("asn")
    if asn is None:
        yield Doubt(subject=subject, reason="the AS number is not declared")
    elif is_reserved(asn):
        yield Violation(subject=subject, expected="an AS number that is not reserved", observed=str(asn))
    elif is_private(asn):
        if not circuit.asn_validated:
            yield Warning(
                subject=subject,
                expected="a public AS number, or one that Microsoft has validated",
                observed=f"{asn} is private",
            )
    elif circuit.registry is None and not circuit.asn_validated:
        yield Doubt(subject=owner.at("registry"), reason="the registry of the AS number is not declared")


RULE = Rule(
    id="asn-not-allowed",
    title="The AS number is not allowed on Microsoft peering",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Use a public AS number registered to you, or have Microsoft validate the private one.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("asn"), CIRCUITS.at("registry")),
)
