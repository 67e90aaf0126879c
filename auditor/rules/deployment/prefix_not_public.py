"""Microsoft peering accepts public prefixes only, and no default route."""

from collections.abc import Iterator

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import prefix_length, why_not_public
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_microsoft_peering


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """The advertised prefixes and the session prefixes of each circuit are public, and none is a default route."""
    for seen in evidence.seen:
        yield from judge_microsoft_peering(seen.declared, _circuit)


def _circuit(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    advertised = owner.at("advertised_prefixes")
    if not circuit.advertised_prefixes:
        yield Doubt(subject=advertised, reason="no advertised prefix is declared")
    peering = [(owner.at("bgp_sessions", one.path), one.prefix) for one in circuit.bgp_sessions if one.prefix]
    for subject, text in (
        *((advertised, one) for one in circuit.advertised_prefixes),
        *peering,
    ):
        if prefix_length(text) == 0:
            yield Violation(subject=subject, expected="no default route", observed=text)
        elif why := why_not_public(text):
            yield Violation(subject=subject, expected="a public prefix", observed=f"{text}: {why}")


RULE = Rule(
    id="prefix-not-public",
    title="A prefix on Microsoft peering is not public",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy="Advertise only your own public prefixes; translate private addresses, and filter the default route.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("advertised_prefixes"), CIRCUITS.at("bgp_sessions", entry_field="prefix")),
)
