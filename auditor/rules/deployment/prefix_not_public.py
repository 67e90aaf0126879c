"""Microsoft accepts public IP addresses alone through Microsoft peering, and no default route."""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import not_public, prefix_length
from auditor.rules.deployment._shared import judge_peered


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        yield from judge_peered(seen.declared, _circuit)


def _circuit(where: str, circuit: Circuit) -> Iterator[Remark]:
    if not circuit.advertised_prefixes:
        yield Doubt(subject=f"{where}.advertised_prefixes", reason="no prefix is declared")
    peering = [(f"{where}.bgp_sessions[{one.path}]", one.prefix) for one in circuit.bgp_sessions if one.prefix]
    for subject, text in (
        *((f"{where}.advertised_prefixes", one) for one in circuit.advertised_prefixes),
        *peering,
    ):
        if prefix_length(text) == 0:
            yield Violation(subject=subject, expected="no default route", observed=text)
        elif why := not_public(text):
            yield Violation(subject=subject, expected="public prefixes", observed=f"{text}: {why}")


RULE = Rule(
    id="prefix-not-public",
    title="A prefix on Microsoft peering is not a public one",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=("Advertise public prefixes of your own alone; translate private addresses, and filter the default route."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.advertised_prefixes", "circuits.bgp_sessions.prefix"),
)
