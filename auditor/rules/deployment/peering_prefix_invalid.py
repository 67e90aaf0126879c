"""A peering takes one /29 or two /30, or their IPv6 counterparts.

In each the operator's router has the first address, and Microsoft's the second.
"""

from collections.abc import Iterator

from auditor.deployment.addresses import parse_range, prefix_length
from auditor.deployment.declared import uses_expressroute
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_expressroute(declared):
            yield NotApplicable(reason="no ExpressRoute is declared")
            continue
        if not declared.circuits:
            yield Inconclusive(subject="circuits", reason="no circuit is declared")
        for circuit in declared.circuits:
            where = f"circuits[{circuit.name}]"
            if not circuit.bgp_sessions:
                yield Inconclusive(subject=f"{where}.bgp_sessions", reason="no session is declared")
            for session in circuit.bgp_sessions:
                subject = f"{where}.bgp_sessions[{session.path}]"
                if session.prefix is None:
                    yield Inconclusive(subject=subject, reason="its prefix is not declared")
                    continue
                wanted = 30 if parse_range(session.prefix).version == 4 else 126
                if prefix_length(session.prefix) != wanted:
                    yield Violation(subject=subject, expected=f"a /{wanted}", observed=session.prefix)
                others = [o.prefix for c in declared.circuits for o in c.bgp_sessions if o is not session and o.prefix]
                if any(parse_range(session.prefix).overlaps(parse_range(other)) for other in others):
                    yield Violation(
                        subject=subject, expected="a prefix of its own", observed=f"{session.prefix} is used twice"
                    )


RULE = Rule(
    id="peering-prefix-invalid",
    title="A BGP session does not run in a /30 or /126 of its own",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="ExpressRoute routing requirements",
            url="https://learn.microsoft.com/en-us/azure/expressroute/expressroute-routing",
        ),
    ),
    requirements=(
        "DER-ER-01",
        "ER-14",
    ),
    remediation=(
        "Give each BGP session a /30 (or a /126 of IPv6) of public addresses of your own, another one for each circuit."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.bgp_sessions.prefix",),
)
