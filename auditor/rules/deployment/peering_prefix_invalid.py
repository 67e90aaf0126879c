"""A peering uses one /29 or two /30 subnets, or their IPv6 counterparts.

The primary session uses the first half of a /29 and the secondary the second.  In each half the operator's router has
the first address and Microsoft's router the second.
"""

from collections.abc import Collection, Iterator
from functools import partial

from auditor.model.deployment import Circuit, Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import Range, overlapping, parse_range, prefix_length
from auditor.network.peering_subnets import halved_subnets
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each session has a /30 of its own, or the two sessions of a circuit share a /29 that no other circuit uses."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, partial(_circuit, _shared(seen.declared)))


def _shared(declared: Deployment) -> set[Range]:
    """The prefixes that overlap another one; a /29 of both sessions of a circuit is one prefix."""
    prefixes: dict[object, Range] = {}
    for circuit in declared.circuits:
        halved = halved_subnets(circuit)
        for number, session in enumerate(circuit.bgp_sessions):
            if session.prefix:
                found = parse_range(session.prefix)
                prefixes[circuit.name, found if found in halved else number] = found
    return {prefixes[key] for pair in overlapping(prefixes) for key in pair}


def _circuit(shared: Collection[Range], owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    if not circuit.bgp_sessions:
        yield Doubt(subject=owner.at("bgp_sessions"), reason="no BGP session is declared")
    halved = halved_subnets(circuit)
    for session in circuit.bgp_sessions:
        subject = owner.at("bgp_sessions", session.path)
        if session.prefix is None:
            yield Doubt(subject=subject, reason="the prefix of the session is not declared")
            continue
        found = parse_range(session.prefix)
        wanted = 30 if found.version == 4 else 126
        if prefix_length(session.prefix) != wanted and found not in halved:
            expected = f"a /{wanted}, or one /{wanted - 1} for both sessions"
            yield Violation(subject=subject, expected=expected, observed=session.prefix)
        if found in shared:
            yield Violation(
                subject=subject,
                expected="a prefix of its own",
                observed=f"{session.prefix}, which another session uses too",
            )


RULE = Rule(
    id="peering-prefix-invalid",
    title="A BGP session has no valid peering subnet",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Give each BGP session of each circuit its own /30 (or /126 for IPv6) of your public addresses, or both "
        "sessions of a circuit one /29 (or /125)."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("bgp_sessions", entry_field="prefix"),),
)
