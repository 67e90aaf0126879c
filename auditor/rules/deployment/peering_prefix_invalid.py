"""A peering uses one /29 or two /30 subnets, or their IPv6 counterparts.

In each, the operator's router has the first address and Microsoft's router the second.
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
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each session has a prefix of the right size, which overlaps no prefix of another session of any circuit."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, partial(_circuit, _shared(seen.declared)))


def _shared(declared: Deployment) -> set[Range]:
    texts = [session.prefix for circuit in declared.circuits for session in circuit.bgp_sessions if session.prefix]
    prefixes = dict(enumerate(map(parse_range, texts)))
    return {prefixes[key] for pair in overlapping(prefixes) for key in pair}


def _circuit(shared: Collection[Range], owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    if not circuit.bgp_sessions:
        yield Doubt(subject=owner.at("bgp_sessions"), reason="no BGP session is declared")
    for session in circuit.bgp_sessions:
        subject = owner.at("bgp_sessions", session.path)
        if session.prefix is None:
            yield Doubt(subject=subject, reason="the prefix of the session is not declared")
            continue
        found = parse_range(session.prefix)
        wanted = 30 if found.version == 4 else 126
        if prefix_length(session.prefix) != wanted:
            yield Violation(subject=subject, expected=f"a /{wanted}", observed=session.prefix)
        if found in shared:
            yield Violation(
                subject=subject,
                expected="a prefix of its own",
                observed=f"{session.prefix}, which another session uses too",
            )


RULE = Rule(
    id="peering-prefix-invalid",
    title="A BGP session has no /30 or /126 of its own",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Give each BGP session of each circuit its own /30 (or /126 for IPv6) of your public addresses.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("bgp_sessions", entry_field="prefix"),),
)
