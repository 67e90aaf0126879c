"""A peering takes one /29 or two /30, or their IPv6 counterparts.

In each the operator's router has the first address, and Microsoft's the second.
"""

from collections.abc import Collection, Iterator
from functools import partial

from auditor.model.deployment import Circuit, Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import Range, overlapping, parse_range, prefix_length
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each session has a prefix of the right size, and no other session of any circuit runs in it."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, partial(_circuit, _shared(seen.declared)))


def _shared(declared: Deployment) -> set[Range]:
    texts = [session.prefix for circuit in declared.circuits for session in circuit.bgp_sessions if session.prefix]
    prefixes = dict(enumerate(map(parse_range, texts)))
    return {prefixes[key] for pair in overlapping(prefixes) for key in pair}


def _circuit(shared: Collection[Range], where: str, circuit: Circuit) -> Iterator[Remark]:
    if not circuit.bgp_sessions:
        yield Doubt(subject=f"{where}.bgp_sessions", reason="no session is declared")
    for session in circuit.bgp_sessions:
        subject = f"{where}.bgp_sessions[{session.path}]"
        if session.prefix is None:
            yield Doubt(subject=subject, reason="its prefix is not declared")
            continue
        found = parse_range(session.prefix)
        wanted = 30 if found.version == 4 else 126
        if prefix_length(session.prefix) != wanted:
            yield Violation(subject=subject, expected=f"a /{wanted}", observed=session.prefix)
        if found in shared:
            yield Violation(subject=subject, expected="a prefix of its own", observed=f"{session.prefix} is used twice")


RULE = Rule(
    id="peering-prefix-invalid",
    title="A BGP session does not run in a /30 or /126 of its own",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Give each BGP session a /30 (or a /126 of IPv6) of public addresses of your own, another one for each circuit."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.bgp_sessions.prefix",),
)
